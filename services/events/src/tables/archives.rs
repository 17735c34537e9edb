//! The rows of archives, of the events in them, and of replays.

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Found, KeyRange, Stored, row};

use super::{Tables, named, rows};
use crate::identifier::{ArchiveName, BusName, Scope};
use crate::model::{Archive, Position, Replay};
use crate::wire::ReplayState;

const ARCHIVE: &str = "events.archive";
const ARCHIVED: &str = "events.archived";
const REPLAY: &str = "events.replay";
/// The replays that aren't at their end.
const REPLAYING: &str = "events.replaying";

/// Events of an archive that are counted together.
const COUNTED_AT_ONCE: usize = 1_000;

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct ArchiveRow {
    /// The ARN of its bus.
    #[n(0)]
    bus: String,
    #[n(1)]
    description: Option<String>,
    #[n(2)]
    pattern: Option<String>,
    #[n(3)]
    retention_days: i32,
    #[n(4)]
    kms_key_id: Option<String>,
    #[n(5)]
    created_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct ReplayRow {
    #[n(0)]
    name: String,
    #[n(1)]
    description: Option<String>,
    /// The ARN of its archive.
    #[n(2)]
    archive: String,
    /// The ARN of its bus.
    #[n(3)]
    bus: String,
    #[n(4)]
    filter_arns: Vec<String>,
    #[n(5)]
    from: i64,
    #[n(6)]
    until: i64,
    #[n(7)]
    state: String,
    #[n(8)]
    started_at: i64,
    #[n(9)]
    ended_at: Option<i64>,
    /// The time and the id of the last event that was replayed.
    #[n(10)]
    position: Option<(i64, u64)>,
}

impl From<Archive> for ArchiveRow {
    fn from(archive: Archive) -> Self {
        ArchiveRow {
            bus: archive.bus.arn(),
            description: archive.description,
            pattern: archive.pattern,
            retention_days: archive.retention_days,
            kms_key_id: archive.kms_key_id,
            created_at: archive.created_at.as_millis(),
        }
    }
}

impl TryFrom<ArchiveRow> for Archive {
    type Error = Error;

    fn try_from(row: ArchiveRow) -> Result<Self, Error> {
        Ok(Archive {
            bus: bus(&row.bus)?,
            description: row.description,
            pattern: row.pattern,
            retention_days: row.retention_days,
            kms_key_id: row.kms_key_id,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

impl From<Replay> for ReplayRow {
    fn from(replay: Replay) -> Self {
        ReplayRow {
            name: replay.name,
            description: replay.description,
            archive: replay.archive.arn(),
            bus: replay.bus.arn(),
            filter_arns: replay.filter_arns,
            from: replay.from.as_millis(),
            until: replay.until.as_millis(),
            state: replay.state.as_str().to_owned(),
            started_at: replay.started_at.as_millis(),
            ended_at: replay.ended_at.map(Timestamp::as_millis),
            position: replay.position.map(|Position { at, id }| (at, id)),
        }
    }
}

impl TryFrom<ReplayRow> for Replay {
    type Error = Error;

    fn try_from(row: ReplayRow) -> Result<Self, Error> {
        let archive = ArchiveName::of_arn(&row.archive);
        Ok(Replay {
            name: row.name,
            description: row.description,
            archive: archive.ok_or(Error::Corrupt("the archive of a replay"))?,
            bus: bus(&row.bus)?,
            filter_arns: row.filter_arns,
            from: Timestamp::from_millis(row.from),
            until: Timestamp::from_millis(row.until),
            state: rows::read::<ReplayState>(&row.state)?,
            started_at: Timestamp::from_millis(row.started_at),
            ended_at: row.ended_at.map(Timestamp::from_millis),
            position: row.position.map(|(at, id)| Position { at, id }),
        })
    }
}

fn bus(arn: &str) -> Result<BusName, Error> {
    BusName::of_arn(arn).ok_or(Error::Corrupt("the bus of an archive"))
}

/// An event as an archive keeps it.
pub(crate) struct Archived {
    pub(crate) position: Position,
    /// JSON.
    pub(crate) event: String,
}

/// What an archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Volume {
    pub(crate) events: i64,
    pub(crate) bytes: i64,
}

impl Stored for Archive {
    type Row = ArchiveRow;
    const WHAT: &'static str = "an archive";
}

impl Stored for Replay {
    type Row = ReplayRow;
    const WHAT: &'static str = "a replay";
}

/// A batch that removes an archive with its events, if it hasn't changed since it was found.
pub(crate) fn archive_removal(found: &Found<Archive>, name: &ArchiveName) -> Batch {
    let mut batch = found.removal();
    batch.delete_range(archived(name).range());
    batch
}

/// A batch that puts the changed replay in the place of the one found, if that hasn't changed since.
pub(crate) fn replay_change(found: &Found<Replay>, changed: Replay) -> Batch {
    let key = named(REPLAYING, &changed.archive.scope, &changed.name);
    let goes_on = matches!(changed.state, ReplayState::Starting | ReplayState::Running);
    let mut batch = found.change(changed);
    if !goes_on {
        batch.delete(key);
    }
    batch
}

/// A batch that creates an archive, if its name is free.
pub(crate) fn archive_creation(name: &ArchiveName, archive: Archive) -> Batch {
    row::creation(named(ARCHIVE, &name.scope, &name.name), archive)
}

/// A batch that creates a replay, if its name is free.
pub(crate) fn replay_creation(scope: &Scope, replay: Replay) -> Batch {
    let going_on = named(REPLAYING, scope, &replay.name);
    let mut batch = row::creation(named(REPLAY, scope, &replay.name), replay);
    batch.put(going_on, Vec::new());
    batch
}

/// Adds an event to an archive.
pub(crate) fn put_archived(
    batch: &mut Batch,
    archive: &ArchiveName,
    Position { at, id }: Position,
    event: impl Into<Bytes>,
) {
    batch.put(archived(archive).i64(at).u64(id), event);
}

/// Adds what removes the events of an archive that are older.
pub(crate) fn forget_archived(batch: &mut Batch, archive: &ArchiveName, before: Timestamp) {
    let start = archived(archive).range().start;
    batch.delete_range(KeyRange::new(start, archived(archive).i64(before.as_millis())));
}

impl Tables<'_> {
    pub(crate) async fn archive(
        &self,
        name: &ArchiveName,
    ) -> Result<Option<Found<Archive>>, Error> {
        Found::read(self.0, named(ARCHIVE, &name.scope, &name.name)).await
    }

    pub(crate) async fn archives(&self, scope: &Scope) -> Result<Vec<(String, Archive)>, Error> {
        let scan = Key::of(ARCHIVE).text(scope.as_str()).scan();
        self.all(ARCHIVE, scan, 1).await
    }

    /// Every archive of every account, for the sweep.
    pub(crate) async fn all_archives(&self) -> Result<Vec<(ArchiveName, Archive)>, Error> {
        let mut archives = Vec::new();
        for entry in self.0.scan(&Key::of(ARCHIVE).scan()).await? {
            let mut parts = Parts::of(ARCHIVE, &entry.key)?;
            let name = ArchiveName { scope: Scope::of_text(parts.text()?), name: parts.text()? };
            parts.end()?;
            archives.push((name, row::value(&entry.value)?));
        }
        Ok(archives)
    }

    /// What an archive holds. It is counted when it is asked for.
    pub(crate) async fn volume(&self, name: &ArchiveName) -> Result<Volume, Error> {
        let mut volume = Volume::default();
        let mut scan = archived(name).scan().limit(COUNTED_AT_ONCE);
        loop {
            let rows = self.0.scan(&scan).await?;
            volume.events += rows.len() as i64;
            volume.bytes += rows.iter().map(|row| row.value.len() as i64).sum::<i64>();
            match rows.last() {
                Some(last) if rows.len() == COUNTED_AT_ONCE => scan = scan.after(&last.key),
                _ => return Ok(volume),
            }
        }
    }

    /// Events of an archive with `from ≤ time < until`, those behind a position, in the order of time.
    pub(crate) async fn archived(
        &self,
        name: &ArchiveName,
        (from, until): (i64, i64),
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Archived>, Error> {
        let mut scan = archived(name).scan().limit(limit);
        scan.range = KeyRange::new(archived(name).i64(from), archived(name).i64(until));
        if let Some(Position { at, id }) = after {
            scan = scan.after(&archived(name).i64(at).u64(id));
        }
        let mut events = Vec::new();
        for row in self.0.scan(&scan).await? {
            let mut parts = Parts::of(ARCHIVED, &row.key)?;
            parts.text()?;
            parts.text()?;
            let position = Position { at: parts.i64()?, id: parts.u64()? };
            parts.end()?;
            let event = String::from_utf8(row.value.to_vec());
            let event = event.map_err(|_| Error::Corrupt("an archived event"))?;
            events.push(Archived { position, event });
        }
        Ok(events)
    }

    pub(crate) async fn replay(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<Replay>>, Error> {
        Found::read(self.0, named(REPLAY, scope, name)).await
    }

    pub(crate) async fn replays(&self, scope: &Scope) -> Result<Vec<(String, Replay)>, Error> {
        let scan = Key::of(REPLAY).text(scope.as_str()).scan();
        self.all(REPLAY, scan, 1).await
    }

    /// The replays that aren't at their end: whose they are, and their names.
    pub(crate) async fn replaying(&self) -> Result<Vec<(Scope, String)>, Error> {
        let rows = self.0.scan(&Key::of(REPLAYING).scan()).await?;
        let name = |key: &[u8]| {
            let mut parts = Parts::of(REPLAYING, key)?;
            let name = (Scope::of_text(parts.text()?), parts.text()?);
            parts.end()?;
            Ok(name)
        };
        rows.iter().map(|row| name(&row.key)).collect()
    }
}

fn archived(name: &ArchiveName) -> Key {
    named(ARCHIVED, &name.scope, &name.name)
}
