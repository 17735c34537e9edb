//! The rows of this room. Fields are numbered: new ones can be added, none reused.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Read};

use super::wire::ScheduleInput;
use crate::identifier::Scope;

const SCHEDULE: &str = "events.schedule";
const GROUP: &str = "events.schedule_group";
const TIMER: &str = "events.schedule_timer";

/// The group that each account has always.
pub(crate) const DEFAULT_GROUP: &str = "default";

/// Which schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScheduleName {
    pub(crate) scope: Scope,
    pub(crate) group: String,
    pub(crate) name: String,
}

impl ScheduleName {
    pub(crate) fn arn(&self) -> String {
        format!("{}:schedule/{}/{}", prefix(&self.scope), self.group, self.name)
    }

    fn key(&self) -> Key {
        Key::of(SCHEDULE).text(self.scope.as_str()).text(&self.group).text(&self.name)
    }

    fn timer(&self, due: Timestamp) -> Key {
        let ScheduleName { scope, group, name } = self;
        Key::of(TIMER).i64(due.as_millis()).text(scope.as_str()).text(group).text(name)
    }
}

/// The ARN of a group.
pub(crate) fn group_arn(scope: &Scope, name: &str) -> String {
    format!("{}:schedule-group/{name}", prefix(scope))
}

/// `arn:aws:scheduler:us-east-1:000000000000`
fn prefix(scope: &Scope) -> String {
    scope.as_str().replacen(":events:", ":scheduler:", 1)
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) input: ScheduleInput,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    /// When it starts next: where its row among the timers is.
    pub(crate) due: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ScheduleRow {
    /// JSON, as AWS writes it.
    #[n(0)]
    input: String,
    #[n(1)]
    created_at: i64,
    #[n(2)]
    modified_at: i64,
    #[n(3)]
    due: Option<i64>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct GroupRow {
    #[n(0)]
    created_at: i64,
    #[n(1)]
    modified_at: i64,
    #[n(2)]
    tags: BTreeMap<String, String>,
}

/// A value as a row held it.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    row: Bytes,
}

impl Found<Schedule> {
    /// A batch that puts the changed schedule in the place of this one, if that hasn't changed since.
    pub(crate) fn change(&self, name: &ScheduleName, changed: &Schedule) -> Batch {
        let mut batch = self.unchanged(name);
        batch.put(name.key(), encode(changed));
        if let Some(due) = changed.due {
            batch.put(name.timer(due), Vec::new());
        }
        batch
    }

    /// A batch that removes the schedule, if it hasn't changed since.
    pub(crate) fn removal(&self, name: &ScheduleName) -> Batch {
        let mut batch = self.unchanged(name);
        batch.delete(name.key());
        batch
    }

    /// The old timer goes in any case.
    fn unchanged(&self, name: &ScheduleName) -> Batch {
        let mut batch = Batch::new();
        batch.require_value(name.key(), self.row.clone());
        if let Some(due) = self.value.due {
            batch.delete(name.timer(due));
        }
        batch
    }
}

/// A batch that creates a schedule, if its name is free.
pub(crate) fn creation(name: &ScheduleName, schedule: &Schedule) -> Batch {
    let mut batch = Batch::new();
    batch.require_absent(name.key()).put(name.key(), encode(schedule));
    if let Some(due) = schedule.due {
        batch.put(name.timer(due), Vec::new());
    }
    batch
}

/// A batch that creates a group, if its name is free.
pub(crate) fn group_creation(scope: &Scope, name: &str, group: Group) -> Batch {
    let mut batch = Batch::new();
    batch.require_absent(group_key(scope, name));
    batch.append(group_put(scope, name, group));
    batch
}

/// A batch that puts a group.
pub(crate) fn group_put(scope: &Scope, name: &str, group: Group) -> Batch {
    let row = GroupRow {
        created_at: group.created_at.as_millis(),
        modified_at: group.modified_at.as_millis(),
        tags: group.tags,
    };
    let mut batch = Batch::new();
    batch.put(group_key(scope, name), cbor(&row));
    batch
}

/// A batch that removes a group with its schedules.
pub(crate) fn group_removal(
    scope: &Scope,
    name: &str,
    schedules: &[(ScheduleName, Schedule)],
) -> Batch {
    let mut batch = Batch::new();
    batch.delete(group_key(scope, name));
    for (name, schedule) in schedules {
        batch.delete(name.key());
        if let Some(due) = schedule.due {
            batch.delete(name.timer(due));
        }
    }
    batch
}

pub(crate) async fn schedule(
    store: &dyn Read,
    name: &ScheduleName,
) -> Result<Option<Found<Schedule>>, Error> {
    let Some(row) = store.get(&name.key()).await? else { return Ok(None) };
    Ok(Some(Found { value: decode(&row)?, row }))
}

/// The schedules of a group, or of all groups, in the order of their names.
pub(crate) async fn schedules(
    store: &dyn Read,
    scope: &Scope,
    group: Option<&str>,
) -> Result<Vec<(ScheduleName, Schedule)>, Error> {
    let key = Key::of(SCHEDULE).text(scope.as_str());
    let key = group.map_or(key.clone(), |group| key.text(group));
    let mut schedules = Vec::new();
    for row in store.scan(&key.scan()).await? {
        let mut parts = Parts::of(SCHEDULE, &row.key)?;
        parts.text()?;
        let (group, name) = (parts.text()?, parts.text()?);
        parts.end()?;
        schedules.push((ScheduleName { scope: scope.clone(), group, name }, decode(&row.value)?));
    }
    Ok(schedules)
}

/// A group; the default one is there without a row too.
pub(crate) async fn group(
    store: &dyn Read,
    scope: &Scope,
    name: &str,
) -> Result<Option<Group>, Error> {
    match store.get(&group_key(scope, name)).await? {
        Some(row) => Ok(Some(decode_group(&row)?)),
        None if name == DEFAULT_GROUP => Ok(Some(Group {
            created_at: Timestamp::from_millis(0),
            modified_at: Timestamp::from_millis(0),
            tags: BTreeMap::new(),
        })),
        None => Ok(None),
    }
}

/// The groups that have a row, by name.
pub(crate) async fn groups(
    store: &dyn Read,
    scope: &Scope,
) -> Result<BTreeMap<String, Group>, Error> {
    let mut groups = BTreeMap::new();
    for row in store.scan(&Key::of(GROUP).text(scope.as_str()).scan()).await? {
        let mut parts = Parts::of(GROUP, &row.key)?;
        parts.text()?;
        groups.insert(parts.text()?, decode_group(&row.value)?);
    }
    Ok(groups)
}

/// The first timers: when each is due, and of which schedule.
pub(crate) async fn timers(
    store: &dyn Read,
    limit: usize,
) -> Result<Vec<(Timestamp, ScheduleName)>, Error> {
    let mut timers = Vec::new();
    for row in store.scan(&Key::of(TIMER).scan().limit(limit)).await? {
        let mut parts = Parts::of(TIMER, &row.key)?;
        let due = Timestamp::from_millis(parts.i64()?);
        let scope = Scope::of_text(parts.text()?);
        let name = ScheduleName { scope, group: parts.text()?, name: parts.text()? };
        parts.end()?;
        timers.push((due, name));
    }
    Ok(timers)
}

fn group_key(scope: &Scope, name: &str) -> Key {
    Key::of(GROUP).text(scope.as_str()).text(name)
}

fn encode(schedule: &Schedule) -> Vec<u8> {
    cbor(&ScheduleRow {
        input: serde_json::to_string(&schedule.input).expect("writing to memory succeeds"),
        created_at: schedule.created_at.as_millis(),
        modified_at: schedule.modified_at.as_millis(),
        due: schedule.due.map(Timestamp::as_millis),
    })
}

fn cbor<R: Encode<()>>(row: &R) -> Vec<u8> {
    minicbor::to_vec(row).expect("a vector takes all that is written")
}

fn decode(row: &[u8]) -> Result<Schedule, Error> {
    let corrupt = Error::Corrupt("a schedule");
    let Ok(row) = minicbor::decode::<ScheduleRow>(row) else { return Err(corrupt) };
    let input = aws::decode(row.input.as_bytes()).map_err(|_| corrupt)?;
    Ok(Schedule {
        input,
        created_at: Timestamp::from_millis(row.created_at),
        modified_at: Timestamp::from_millis(row.modified_at),
        due: row.due.map(Timestamp::from_millis),
    })
}

fn decode_group(row: &[u8]) -> Result<Group, Error> {
    let row: GroupRow =
        minicbor::decode(row).map_err(|_| Error::Corrupt("a group of schedules"))?;
    Ok(Group {
        created_at: Timestamp::from_millis(row.created_at),
        modified_at: Timestamp::from_millis(row.modified_at),
        tags: row.tags,
    })
}
