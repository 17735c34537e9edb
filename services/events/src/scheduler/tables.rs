//! The rows of this room. Fields are numbered: new ones can be added, none reused.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Error, Found, Read, Stored, row};

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

/// The ARN of the group of a schedule with that ARN.
pub(crate) fn group_of(schedule_arn: &str) -> String {
    let group = schedule_arn.rsplit_once('/').map_or(schedule_arn, |(group, _)| group);
    group.replacen(":schedule/", ":schedule-group/", 1)
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
pub(crate) struct ScheduleRow {
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
pub(crate) struct GroupRow {
    #[n(0)]
    created_at: i64,
    #[n(1)]
    modified_at: i64,
    #[n(2)]
    tags: BTreeMap<String, String>,
}

impl Stored for Schedule {
    type Row = ScheduleRow;
    const WHAT: &'static str = "a schedule";
}

impl Stored for Group {
    type Row = GroupRow;
    const WHAT: &'static str = "a group of schedules";
}

impl From<Schedule> for ScheduleRow {
    fn from(schedule: Schedule) -> Self {
        ScheduleRow {
            input: serde_json::to_string(&schedule.input).expect("writing to memory succeeds"),
            created_at: schedule.created_at.as_millis(),
            modified_at: schedule.modified_at.as_millis(),
            due: schedule.due.map(Timestamp::as_millis),
        }
    }
}

impl TryFrom<ScheduleRow> for Schedule {
    type Error = Error;

    fn try_from(row: ScheduleRow) -> Result<Self, Error> {
        let input = aws::decode(row.input.as_bytes());
        Ok(Schedule {
            input: input.map_err(|_| Error::Corrupt(Schedule::WHAT))?,
            created_at: Timestamp::from_millis(row.created_at),
            modified_at: Timestamp::from_millis(row.modified_at),
            due: row.due.map(Timestamp::from_millis),
        })
    }
}

impl From<Group> for GroupRow {
    fn from(group: Group) -> Self {
        GroupRow {
            created_at: group.created_at.as_millis(),
            modified_at: group.modified_at.as_millis(),
            tags: group.tags,
        }
    }
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Group {
            created_at: Timestamp::from_millis(row.created_at),
            modified_at: Timestamp::from_millis(row.modified_at),
            tags: row.tags,
        }
    }
}

/// A batch that puts the changed schedule in the place of the one found, if that hasn't changed since; its timer moves
/// along.
pub(crate) fn change(found: &Found<Schedule>, name: &ScheduleName, changed: Schedule) -> Batch {
    let due = changed.due;
    let mut batch = found.change(changed);
    move_timer(&mut batch, name, found.value.due, due);
    batch
}

/// A batch that removes a schedule and its timer, if it hasn't changed since it was found.
pub(crate) fn removal(found: &Found<Schedule>, name: &ScheduleName) -> Batch {
    let mut batch = found.removal();
    move_timer(&mut batch, name, found.value.due, None);
    batch
}

/// A batch that creates a schedule, if its name is free.
pub(crate) fn creation(name: &ScheduleName, schedule: Schedule) -> Batch {
    let due = schedule.due;
    let mut batch = row::creation(name.key(), schedule);
    move_timer(&mut batch, name, None, due);
    batch
}

/// A batch that creates a group, if its name is free.
pub(crate) fn group_creation(scope: &Scope, name: &str, group: Group) -> Batch {
    row::creation(group_key(scope, name), group)
}

/// A batch that puts a group.
pub(crate) fn group_put(scope: &Scope, name: &str, group: Group) -> Batch {
    let mut batch = Batch::new();
    batch.put(group_key(scope, name), row::of(group));
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
        move_timer(&mut batch, name, schedule.due, None);
    }
    batch
}

pub(crate) async fn schedule(
    store: &dyn Read,
    name: &ScheduleName,
) -> Result<Option<Found<Schedule>>, Error> {
    Found::read(store, name.key()).await
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
    for entry in store.scan(&key.scan()).await? {
        let mut parts = Parts::of(SCHEDULE, &entry.key)?;
        parts.text()?;
        let (group, name) = (parts.text()?, parts.text()?);
        parts.end()?;
        let name = ScheduleName { scope: scope.clone(), group, name };
        schedules.push((name, row::value(&entry.value)?));
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
        Some(row) => Ok(Some(row::value(&row)?)),
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
    for entry in store.scan(&Key::of(GROUP).text(scope.as_str()).scan()).await? {
        let mut parts = Parts::of(GROUP, &entry.key)?;
        parts.text()?;
        groups.insert(parts.text()?, row::value(&entry.value)?);
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

fn move_timer(
    batch: &mut Batch,
    name: &ScheduleName,
    old: Option<Timestamp>,
    new: Option<Timestamp>,
) {
    if let Some(old) = old {
        batch.delete(name.timer(old));
    }
    if let Some(new) = new {
        batch.put(name.timer(new), Vec::new());
    }
}
