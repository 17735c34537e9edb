//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! A rule is one row with its targets, written only if the old one is still there: decisions about it are serial.
//! A rule with a schedule also stands among the timers, and a delivery among the deliveries, each where it is due.

mod archives;
mod rows;

use base::Timestamp;
use store::key::{Key, Parts};
use store::{Batch, Entry, Error, Found, Read, Scan, Stored, row};

use crate::identifier::{BusName, DEFAULT_BUS, RuleName, Scope};
use crate::model::{Connection, Delivery, Destination, EventBus, Rule};
pub(crate) use archives::*;
use rows::{BusRow, ConnectionRow, DeliveryRow, DestinationRow, ReplyRow, RuleRow};

const BUS: &str = "events.bus";
const RULE: &str = "events.rule";
const TIMER: &str = "events.timer";
const DELIVERY: &str = "events.delivery";
const CONNECTION: &str = "events.connection";
const DESTINATION: &str = "events.api_destination";
const ATTEMPT: &str = "events.attempt";

impl Stored for EventBus {
    type Row = BusRow;
    const WHAT: &'static str = "an event bus";
}

impl Stored for Rule {
    type Row = RuleRow;
    const WHAT: &'static str = "a rule";
}

impl Stored for Delivery {
    type Row = DeliveryRow;
    const WHAT: &'static str = "a delivery to a target";
}

impl Stored for Connection {
    type Row = ConnectionRow;
    const WHAT: &'static str = "a connection";
}

impl Stored for Destination {
    type Row = DestinationRow;
    const WHAT: &'static str = "an API destination";
}

/// A batch that puts the changed rule in the place of the one found, if that hasn't changed since; its timer moves along.
pub(crate) fn rule_change(found: &Found<Rule>, name: &RuleName, changed: Rule) -> Batch {
    let (old, new) = (found.value.due, changed.due);
    let mut batch = found.change(changed);
    move_timer(&mut batch, name, old, new);
    batch
}

/// A batch that removes a rule and its timer, if it hasn't changed since it was found.
pub(crate) fn rule_removal(found: &Found<Rule>, name: &RuleName) -> Batch {
    let mut batch = found.removal();
    move_timer(&mut batch, name, found.value.due, None);
    batch
}

/// A batch that creates a rule, if there is none of its name.
pub(crate) fn rule_creation(name: &RuleName, rule: Rule) -> Batch {
    let due = rule.due;
    let mut batch = row::creation(rule_key(name), rule);
    move_timer(&mut batch, name, None, due);
    batch
}

/// Adds a rule that the room itself manages: whatever stands behind it says when.
pub(crate) fn put_managed_rule(batch: &mut Batch, name: &RuleName, rule: Rule) {
    batch.put(rule_key(name), row::of(rule));
}

/// Adds what removes a rule that the room itself manages.
pub(crate) fn delete_managed_rule(batch: &mut Batch, name: &RuleName) {
    batch.delete(rule_key(name));
}

/// A batch that creates a bus, if its name is free.
pub(crate) fn bus_creation(name: &BusName, bus: EventBus) -> Batch {
    row::creation(bus_key(name), bus)
}

/// A batch that creates a connection, if its name is free.
pub(crate) fn connection_creation(scope: &Scope, name: &str, connection: Connection) -> Batch {
    row::creation(named(CONNECTION, scope, name), connection)
}

/// A batch that creates an API destination, if its name is free.
pub(crate) fn destination_creation(scope: &Scope, name: &str, destination: Destination) -> Batch {
    row::creation(named(DESTINATION, scope, name), destination)
}

/// Adds a delivery that is due then.
pub(crate) fn put_delivery(batch: &mut Batch, place: Place, delivery: Delivery) {
    batch.put(place.key(), row::of(delivery));
}

/// Keeps the reply that was given to the attempt of a task.
pub(crate) fn put_reply(batch: &mut Batch, attempt: &str, reply: Vec<u8>, now: Timestamp) {
    let key = Key::of(ATTEMPT).text(attempt);
    let row = ReplyRow { at: now.as_millis(), reply };
    batch.require_absent(key.clone()).put(key, row::encode(&row));
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) due: Timestamp,
    pub(crate) id: u64,
}

impl Place {
    pub(crate) fn key(self) -> Key {
        Key::of(DELIVERY).i64(self.due.as_millis()).u64(self.id)
    }
}

/// Reads rows.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    /// A bus; the default one is there without a row too.
    pub(crate) async fn bus(&self, name: &BusName) -> Result<Option<Found<EventBus>>, Error> {
        let key = bus_key(name);
        match Found::read(self.0, key.clone()).await? {
            None if name.is_default() => Ok(Some(Found::without_row(EventBus::default(), key))),
            found => Ok(found),
        }
    }

    /// The buses that have a row, by name.
    pub(crate) async fn buses(&self, scope: &Scope) -> Result<Vec<(String, EventBus)>, Error> {
        self.all(BUS, Key::of(BUS).text(scope.as_str()).scan(), 1).await
    }

    pub(crate) async fn rule(&self, name: &RuleName) -> Result<Option<Found<Rule>>, Error> {
        Found::read(self.0, rule_key(name)).await
    }

    /// The rules of a bus by name.
    pub(crate) async fn rules(&self, bus: &BusName) -> Result<Vec<(String, Rule)>, Error> {
        let of_bus = Key::of(RULE).text(bus.scope.as_str()).text(&bus.name);
        self.all(RULE, of_bus.scan(), 2).await
    }

    /// Whether a rule of any default bus wants events.
    pub(crate) async fn listens(&self) -> Result<bool, Error> {
        for entry in self.0.scan(&Key::of(RULE).scan()).await? {
            let mut parts = Parts::of(RULE, &entry.key)?;
            parts.text()?;
            let is_default = parts.text()? == DEFAULT_BUS;
            if is_default && row::decode::<RuleRow>(&entry.value, Rule::WHAT)?.has_pattern() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) async fn connection(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<Connection>>, Error> {
        Found::read(self.0, named(CONNECTION, scope, name)).await
    }

    pub(crate) async fn connections(
        &self,
        scope: &Scope,
    ) -> Result<Vec<(String, Connection)>, Error> {
        let scan = Key::of(CONNECTION).text(scope.as_str()).scan();
        self.all(CONNECTION, scan, 1).await
    }

    pub(crate) async fn destination(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<Destination>>, Error> {
        Found::read(self.0, named(DESTINATION, scope, name)).await
    }

    pub(crate) async fn destinations(
        &self,
        scope: &Scope,
    ) -> Result<Vec<(String, Destination)>, Error> {
        let scan = Key::of(DESTINATION).text(scope.as_str()).scan();
        self.all(DESTINATION, scan, 1).await
    }

    /// The first timers: when each is due, and of which rule.
    pub(crate) async fn timers(&self, limit: usize) -> Result<Vec<(Timestamp, RuleName)>, Error> {
        let entries = self.0.scan(&Key::of(TIMER).scan().limit(limit)).await?;
        let timer = |entry: &Entry| {
            let mut parts = Parts::of(TIMER, &entry.key)?;
            let due = Timestamp::from_millis(parts.i64()?);
            let scope = Scope::of_text(parts.text()?);
            let bus = BusName { scope, name: parts.text()? };
            let rule = bus.rule(parts.text()?);
            parts.end()?;
            Ok((due, rule))
        };
        entries.iter().map(timer).collect()
    }

    /// The first deliveries, in the order in which they are due.
    pub(crate) async fn deliveries(&self, limit: usize) -> Result<Vec<(Place, Delivery)>, Error> {
        let entries = self.0.scan(&Key::of(DELIVERY).scan().limit(limit)).await?;
        let delivery = |entry: &Entry| {
            let mut parts = Parts::of(DELIVERY, &entry.key)?;
            let due = Timestamp::from_millis(parts.i64()?);
            let place = Place { due, id: parts.u64()? };
            parts.end()?;
            Ok((place, row::value(&entry.value)?))
        };
        entries.iter().map(delivery).collect()
    }

    /// The reply that was given to the attempt of a task.
    pub(crate) async fn reply(&self, attempt: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(row) = self.0.get(&Key::of(ATTEMPT).text(attempt)).await? else { return Ok(None) };
        Ok(Some(row::decode::<ReplyRow>(&row, ATTEMPT)?.reply))
    }

    /// A batch that removes the replies that were given before that instant.
    pub(crate) async fn old_replies(&self, before: Timestamp) -> Result<Batch, Error> {
        let mut batch = Batch::new();
        for entry in self.0.scan(&Key::of(ATTEMPT).scan()).await? {
            if row::decode::<ReplyRow>(&entry.value, ATTEMPT)?.at < before.as_millis() {
                batch.delete(entry.key);
            }
        }
        Ok(batch)
    }

    /// Everything of a scan, with the last part of each key, before which stand so many others.
    async fn all<T: Stored>(
        &self,
        table: &str,
        scan: Scan,
        parts_before: usize,
    ) -> Result<Vec<(String, T)>, Error> {
        let entries = self.0.scan(&scan).await?;
        let one = |entry: &Entry| {
            let mut parts = Parts::of(table, &entry.key)?;
            for _ in 0..parts_before {
                parts.text()?;
            }
            let name = parts.text()?;
            parts.end()?;
            Ok((name, row::value(&entry.value)?))
        };
        entries.iter().map(one).collect()
    }
}

fn move_timer(batch: &mut Batch, name: &RuleName, old: Option<Timestamp>, new: Option<Timestamp>) {
    if let Some(old) = old {
        batch.delete(timer_key(name, old));
    }
    if let Some(new) = new {
        batch.put(timer_key(name, new), Vec::new());
    }
}

fn bus_key(name: &BusName) -> Key {
    named(BUS, &name.scope, &name.name)
}

fn rule_key(rule: &RuleName) -> Key {
    named(RULE, &rule.bus.scope, &rule.bus.name).text(&rule.name)
}

fn timer_key(rule: &RuleName, due: Timestamp) -> Key {
    let BusName { scope, name: bus } = &rule.bus;
    Key::of(TIMER).i64(due.as_millis()).text(scope.as_str()).text(bus).text(&rule.name)
}

fn named(table: &str, scope: &Scope, name: &str) -> Key {
    Key::of(table).text(scope.as_str()).text(name)
}
