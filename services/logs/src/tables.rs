//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! An event is stored once, under its stream, and has a place among all events of its group (`logs.order`, which holds
//! nothing), so that a search across streams reads in the order of time. Both rows come and go in one batch.

mod filters;
mod rows;

use store::key::{Key, Parts};
use store::{Batch, Entry, Error, Found, Read, Scan, Stored, row};

use crate::identifier::Scope;
use crate::model::{Event, Group, Place, Policy, Stream};
pub(crate) use filters::*;
use rows::{EventRow, GroupRow, PolicyRow, StreamRow};

const GROUP: &str = "logs.group";
const STREAM: &str = "logs.stream";
const EVENT: &str = "logs.event";
const ORDER: &str = "logs.order";
const POLICY: &str = "logs.policy";

impl Stored for Group {
    type Row = GroupRow;
    const WHAT: &'static str = "a log group";
}

impl Stored for Stream {
    type Row = StreamRow;
    const WHAT: &'static str = "a log stream";
}

impl Stored for Policy {
    type Row = PolicyRow;
    const WHAT: &'static str = "a resource policy";
}

/// Which way events are read, and where the page begins: behind a place, seen in that direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Forward(Option<Place>),
    Backward(Option<Place>),
}

/// Where an event stands among all those of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) stream: String,
    pub(crate) place: Place,
}

/// Reads rows.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    pub(crate) async fn group(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<Group>>, Error> {
        Found::read(self.0, group_key(scope, name)).await
    }

    pub(crate) async fn stream(
        &self,
        scope: &Scope,
        group: &str,
        name: &str,
    ) -> Result<Option<Found<Stream>>, Error> {
        Found::read(self.0, stream_key(scope, group, name)).await
    }

    /// Groups by name, those after `after`, at most `limit` of them.
    pub(crate) async fn groups(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Group)>, Error> {
        let scan = Key::of(GROUP).text(scope.as_str()).scan().limit(limit);
        let scan = after_key(scan, after.map(|name| group_key(scope, name)));
        let entries = self.0.scan(&scan).await?;
        let group = |entry: &Entry| {
            let mut parts = Parts::of(GROUP, &entry.key)?;
            parts.text()?;
            let name = parts.text()?;
            parts.end()?;
            Ok((name, row::value(&entry.value)?))
        };
        entries.iter().map(group).collect()
    }

    /// Every group of every account, with its scope's text: for the sweep.
    pub(crate) async fn all_groups(&self) -> Result<Vec<(Scope, String, Group)>, Error> {
        let entries = self.0.scan(&Key::of(GROUP).scan()).await?;
        let group = |entry: &Entry| {
            let mut parts = Parts::of(GROUP, &entry.key)?;
            let (scope, name) = (Scope::of_text(parts.text()?), parts.text()?);
            parts.end()?;
            Ok((scope, name, row::value(&entry.value)?))
        };
        entries.iter().map(group).collect()
    }

    /// Streams of a group by name, those after `after`, at most `limit` of them.
    pub(crate) async fn streams(
        &self,
        scope: &Scope,
        group: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Stream)>, Error> {
        let scan = of_group(STREAM, scope, group).scan().limit(limit);
        let scan = after_key(scan, after.map(|name| stream_key(scope, group, name)));
        let entries = self.0.scan(&scan).await?;
        let stream = |entry: &Entry| {
            let mut parts = Parts::of(STREAM, &entry.key)?;
            parts.text()?;
            parts.text()?;
            let name = parts.text()?;
            parts.end()?;
            Ok((name, row::value(&entry.value)?))
        };
        entries.iter().map(stream).collect()
    }

    /// Events of a stream within `from ≤ time < until`, in the order of reading.
    pub(crate) async fn events(
        &self,
        stream: &StreamName<'_>,
        (from, until): (i64, i64),
        reading: Reading,
        limit: usize,
    ) -> Result<Vec<Event>, Error> {
        let mut scan = stream.of(EVENT).scan().limit(limit);
        scan.range.start = stream.of(EVENT).i64(from).into();
        scan.range.end = Some(stream.of(EVENT).i64(until).into());
        let scan = match reading {
            Reading::Forward(after) => after_key(scan, after.map(|place| stream.event(place))),
            Reading::Backward(before) => {
                after_key(scan.backward(), before.map(|place| stream.event(place)))
            }
        };
        let entries = self.0.scan(&scan).await?;
        entries.iter().map(event).collect()
    }

    /// Places of a group's events within `from ≤ time < until`, in the order of time.
    pub(crate) async fn order(
        &self,
        scope: &Scope,
        group: &str,
        (from, until): (i64, i64),
        after: Option<&Order>,
        limit: usize,
    ) -> Result<Vec<Order>, Error> {
        let of_group = of_group(ORDER, scope, group);
        let mut scan = of_group.clone().scan().limit(limit);
        scan.range.start = of_group.clone().i64(from).into();
        scan.range.end = Some(of_group.i64(until).into());
        let scan = after_key(scan, after.map(|order| order_key(scope, group, order)));
        self.0.scan(&scan).await?.iter().map(order).collect()
    }

    /// One event, unless it has gone meanwhile.
    pub(crate) async fn event(
        &self,
        stream: &StreamName<'_>,
        place: Place,
    ) -> Result<Option<Event>, Error> {
        let key = stream.event(place);
        let Some(row) = self.0.get(&key).await? else { return Ok(None) };
        Ok(Some(row::decode::<EventRow>(&row, EVENT)?.into_event(place)))
    }

    pub(crate) async fn policies(&self, scope: &Scope) -> Result<Vec<(String, Policy)>, Error> {
        let entries = self.0.scan(&Key::of(POLICY).text(scope.as_str()).scan()).await?;
        let policy = |entry: &Entry| {
            let mut parts = Parts::of(POLICY, &entry.key)?;
            parts.text()?;
            let name = parts.text()?;
            parts.end()?;
            Ok((name, row::value(&entry.value)?))
        };
        entries.iter().map(policy).collect()
    }
}

/// Which stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamName<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) group: &'a str,
    pub(crate) name: &'a str,
}

impl StreamName<'_> {
    fn of(&self, table: &str) -> Key {
        of_group(table, self.scope, self.group).text(self.name)
    }

    fn event(&self, place: Place) -> Key {
        self.of(EVENT).i64(place.at).u64(place.number)
    }

    fn order(&self, place: Place) -> Key {
        order_key(self.scope, self.group, &Order { stream: self.name.to_owned(), place })
    }

    /// Adds an event to the batch.
    pub(crate) fn put(&self, batch: &mut Batch, event: Event) {
        let place = event.place;
        batch.put(self.event(place), row::encode(&EventRow::from(event)));
        batch.put(self.order(place), Vec::new());
    }

    /// Removes an event.
    pub(crate) fn remove(&self, batch: &mut Batch, place: Place) {
        batch.delete(self.event(place)).delete(self.order(place));
    }
}

/// A batch that creates a group, if its name is free.
pub(crate) fn creation(scope: &Scope, name: &str, group: Group) -> Batch {
    row::creation(group_key(scope, name), group)
}

/// Adds what removes everything of a group but its own row.
pub(crate) fn clear_group(batch: &mut Batch, scope: &Scope, name: &str) {
    for table in [STREAM, EVENT, ORDER, METRIC_FILTER] {
        batch.delete_range(of_group(table, scope, name).range());
    }
}

/// A batch that creates a stream, if its group is there and its name free.
pub(crate) fn stream_creation(name: &StreamName<'_>, stream: Stream) -> Batch {
    let mut batch = Batch::new();
    batch.require_present(group_key(name.scope, name.group));
    batch.append(row::creation(stream_key(name.scope, name.group, name.name), stream));
    batch
}

pub(crate) fn put_policy(batch: &mut Batch, scope: &Scope, name: &str, policy: Policy) {
    batch.put(Key::of(POLICY).text(scope.as_str()).text(name), row::of(policy));
}

pub(crate) fn delete_policy(batch: &mut Batch, scope: &Scope, name: &str) {
    batch.delete(Key::of(POLICY).text(scope.as_str()).text(name));
}

fn group_key(scope: &Scope, name: &str) -> Key {
    of_group(GROUP, scope, name)
}

fn of_group(table: &str, scope: &Scope, name: &str) -> Key {
    Key::of(table).text(scope.as_str()).text(name)
}

fn stream_key(scope: &Scope, group: &str, name: &str) -> Key {
    of_group(STREAM, scope, group).text(name)
}

fn order_key(scope: &Scope, group: &str, order: &Order) -> Key {
    let Order { stream, place } = order;
    of_group(ORDER, scope, group).i64(place.at).text(stream).u64(place.number)
}

fn after_key(scan: Scan, after: Option<Key>) -> Scan {
    match after {
        Some(after) => scan.after(&after),
        None => scan,
    }
}

fn event(entry: &Entry) -> Result<Event, Error> {
    let mut parts = Parts::of(EVENT, &entry.key)?;
    parts.text()?;
    parts.text()?;
    parts.text()?;
    let place = Place { at: parts.i64()?, number: parts.u64()? };
    parts.end()?;
    Ok(row::decode::<EventRow>(&entry.value, EVENT)?.into_event(place))
}

fn order(entry: &Entry) -> Result<Order, Error> {
    let mut parts = Parts::of(ORDER, &entry.key)?;
    parts.text()?;
    parts.text()?;
    let (at, stream) = (parts.i64()?, parts.text()?);
    let place = Place { at, number: parts.u64()? };
    parts.end()?;
    Ok(Order { stream, place })
}
