//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! An event is stored once, under its stream, and has a place among all events of its group (`logs.order`, which holds
//! nothing), so that a search across streams reads in the order of time. Both rows come and go in one batch.

mod filters;
mod rows;

use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Bytes, Entry, Error, Read, Scan};

use crate::identifier::Scope;
use crate::model::{Event, Group, Place, Policy, Stream};
pub(crate) use filters::*;
use rows::{EventRow, GroupRow, PolicyRow, StreamRow};

const GROUP: &str = "logs.group";
const STREAM: &str = "logs.stream";
const EVENT: &str = "logs.event";
const ORDER: &str = "logs.order";
const POLICY: &str = "logs.policy";

/// A value as a row held it.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    key: Bytes,
    row: Bytes,
}

impl<T> Found<T> {
    /// A batch that is written only if the row is still as it was found.
    pub(crate) fn unchanged(&self) -> Batch {
        let mut batch = Batch::new();
        batch.require_value(self.key.clone(), self.row.clone());
        batch
    }

    /// The same batch, which also removes the row.
    pub(crate) fn removal(&self) -> Batch {
        let mut batch = self.unchanged();
        batch.delete(self.key.clone());
        batch
    }
}

impl Found<Group> {
    /// A batch that puts the changed group in the place of this one, if that hasn't changed since.
    pub(crate) fn change(&self, changed: Group) -> Batch {
        let mut batch = self.unchanged();
        batch.put(self.key.clone(), encode(&GroupRow::from(changed)));
        batch
    }
}

impl Found<Stream> {
    /// A batch that puts the changed stream in the place of this one, if that hasn't changed since.
    pub(crate) fn change(&self, changed: Stream) -> Batch {
        let mut batch = self.unchanged();
        batch.put(self.key.clone(), encode(&StreamRow::from(changed)));
        batch
    }
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
        self.found::<GroupRow, _>(group_key(scope, name)).await
    }

    pub(crate) async fn stream(
        &self,
        scope: &Scope,
        group: &str,
        name: &str,
    ) -> Result<Option<Found<Stream>>, Error> {
        self.found::<StreamRow, _>(stream_key(scope, group, name)).await
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
            Ok((name, decode::<GroupRow>(&entry.value)?.try_into()?))
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
            Ok((scope, name, decode::<GroupRow>(&entry.value)?.try_into()?))
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
            Ok((name, decode::<StreamRow>(&entry.value)?.try_into()?))
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
        Ok(Some(decode::<EventRow>(&row)?.into_event(place)))
    }

    pub(crate) async fn policies(&self, scope: &Scope) -> Result<Vec<(String, Policy)>, Error> {
        let entries = self.0.scan(&Key::of(POLICY).text(scope.as_str()).scan()).await?;
        let policy = |entry: &Entry| {
            let mut parts = Parts::of(POLICY, &entry.key)?;
            parts.text()?;
            let name = parts.text()?;
            parts.end()?;
            Ok((name, decode::<PolicyRow>(&entry.value)?.into()))
        };
        entries.iter().map(policy).collect()
    }

    async fn found<R, T>(&self, key: Key) -> Result<Option<Found<T>>, Error>
    where
        R: for<'b> Decode<'b, ()>,
        T: TryFrom<R, Error = Error>,
    {
        let Some(row) = self.0.get(&key).await? else { return Ok(None) };
        let value = decode::<R>(&row)?.try_into()?;
        Ok(Some(Found { value, key: key.into(), row }))
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
        batch.put(self.event(place), encode(&EventRow::from(event)));
        batch.put(self.order(place), Vec::new());
    }

    /// Removes an event.
    pub(crate) fn remove(&self, batch: &mut Batch, place: Place) {
        batch.delete(self.event(place)).delete(self.order(place));
    }
}

/// A batch that creates a group, if its name is free.
pub(crate) fn creation(scope: &Scope, name: &str, group: Group) -> Batch {
    let key = group_key(scope, name);
    let mut batch = Batch::new();
    batch.require_absent(key.clone()).put(key, encode(&GroupRow::from(group)));
    batch
}

/// Adds what removes everything of a group but its own row.
pub(crate) fn clear_group(batch: &mut Batch, scope: &Scope, name: &str) {
    for table in [STREAM, EVENT, ORDER, METRIC_FILTER] {
        batch.delete_range(of_group(table, scope, name).range());
    }
}

/// A batch that creates a stream of a group that is as it was found, if its name is free.
pub(crate) fn stream_creation(
    group: &Found<Group>,
    name: &StreamName<'_>,
    stream: Stream,
) -> Batch {
    let key = stream_key(name.scope, name.group, name.name);
    let mut batch = Batch::new();
    batch.require_present(group.key.clone());
    batch.require_absent(key.clone()).put(key, encode(&StreamRow::from(stream)));
    batch
}

pub(crate) fn put_policy(batch: &mut Batch, scope: &Scope, name: &str, policy: Policy) {
    batch.put(Key::of(POLICY).text(scope.as_str()).text(name), encode(&PolicyRow::from(policy)));
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
    Ok(decode::<EventRow>(&entry.value)?.into_event(place))
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

fn encode<R: Encode<()>>(row: &R) -> Vec<u8> {
    minicbor::to_vec(row).expect("a vector takes all that is written")
}

fn decode<R: for<'b> Decode<'b, ()>>(row: &[u8]) -> Result<R, Error> {
    minicbor::decode(row).map_err(|_| Error::Corrupt("a row of the logs room"))
}
