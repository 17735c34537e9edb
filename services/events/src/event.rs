//! An event, and who wants it: from an event on a bus to the deliveries that a batch has to hold.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Entropy, Timestamp};
use event_pattern::Pattern;
use json::{Object, Value};
use store::Batch;

use crate::archive;
use crate::errors::Error;
use crate::identifier::{BusName, RuleName, Scope};
use crate::input;
use crate::model::{Delivery, Position, Rule};
use crate::tables::{self, Place, Tables};

/// Buses that an event passes from one to the next: a circle of rules ends here.
const HOPS_MAX: u32 = 5;
/// Patterns that are kept read.
const PATTERNS_MAX: usize = 1_000;

/// What an event says of itself.
pub(crate) struct Facts<'a> {
    pub(crate) id: &'a str,
    pub(crate) detail_type: &'a str,
    pub(crate) source: &'a str,
    pub(crate) time: Timestamp,
    pub(crate) resources: Vec<String>,
    pub(crate) detail: Value,
}

impl Facts<'_> {
    /// The event as rules and targets see it.
    /// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
    pub(crate) fn to_event(&self, scope: &Scope) -> Value {
        let (region, account) = scope.place();
        let resources = self.resources.iter().map(|resource| Value::from(&**resource));
        let mut event = Object::new();
        event.insert("version", "0");
        event.insert("id", self.id);
        event.insert("detail-type", self.detail_type);
        event.insert("source", self.source);
        event.insert("account", account);
        event.insert("time", &*seconds(self.time));
        event.insert("region", region);
        event.insert("resources", Value::array(resources));
        event.insert("detail", self.detail.clone());
        event.into()
    }
}

/// `2023-11-14T22:13:20Z`: events have no milliseconds.
pub(crate) fn seconds(instant: Timestamp) -> String {
    let text = instant.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// Patterns of rules that were read lately, by their text.
#[derive(Default)]
pub(crate) struct Patterns(Mutex<HashMap<String, Arc<Pattern>>>);

impl Patterns {
    fn of(&self, text: &str) -> Result<Arc<Pattern>, Error> {
        // Each use is one lookup or insertion: nothing is left half done by a panic elsewhere.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = known.get(text) {
            return Ok(Arc::clone(pattern));
        }
        let pattern = Arc::new(Pattern::parse(text)?);
        if PATTERNS_MAX <= known.len() {
            known.clear();
        }
        known.insert(text.to_owned(), Arc::clone(&pattern));
        Ok(pattern)
    }
}

/// Puts the deliveries of events into a batch.
pub(crate) struct Acceptance<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) patterns: &'a Patterns,
    pub(crate) now: Timestamp,
    pub(crate) entropy: Entropy,
    pub(crate) batch: Batch,
}

impl Acceptance<'_> {
    /// An event is on the bus: every rule that wants it gets its deliveries. A bus that doesn't exist takes it in
    /// silence, as on AWS.
    pub(crate) async fn take(
        &mut self,
        bus: &BusName,
        event: &Value,
        hops: u32,
    ) -> Result<(), Error> {
        for (name, rule) in self.tables.rules(bus).await? {
            if self.wants(&rule, event)? {
                self.deliver(&bus.clone().rule(name), &rule, event, hops);
            }
        }
        Ok(())
    }

    /// An archived event is on the bus again, for those rules of it, or for all if none is named.
    pub(crate) async fn take_again(
        &mut self,
        bus: &BusName,
        event: &Value,
        rule_arns: &[String],
    ) -> Result<(), Error> {
        for (name, rule) in self.tables.rules(bus).await? {
            let name = bus.clone().rule(name);
            let is_meant = rule_arns.is_empty() || rule_arns.contains(&name.arn());
            if is_meant && self.wants(&rule, event)? {
                self.deliver(&name, &rule, event, 0);
            }
        }
        Ok(())
    }

    fn wants(&self, rule: &Rule, event: &Value) -> Result<bool, Error> {
        match rule.pattern.as_deref().filter(|_| rule.is_enabled()) {
            Some(pattern) => Ok(self.patterns.of(pattern)?.matches(event)),
            None => Ok(false),
        }
    }

    /// A rule's targets are to get the event.
    pub(crate) fn deliver(&mut self, name: &RuleName, rule: &Rule, event: &Value, hops: u32) {
        let rule_arn = name.arn();
        if let Some(archive) = archive::of_rule(name, rule) {
            let at = archive::time_of(event, self.now).as_millis();
            let position = Position { at, id: self.entropy.next_u64() };
            tables::put_archived(&mut self.batch, &archive, position, event.to_string());
            return;
        }
        if HOPS_MAX < hops {
            tracing::warn!(rule = %rule_arn, "an event goes round between buses and ends here");
            return;
        }
        for target in &rule.targets {
            let payload = input::of(target, event, &rule_arn, self.now);
            let place = Place { due: self.now, id: self.entropy.next_u64() };
            let delivery = Delivery {
                rule_arn: rule_arn.clone(),
                scope: name.bus.scope.as_str().to_owned(),
                target: target.clone(),
                event: event.to_string(),
                payload,
                created_at: self.now,
                attempts: 0,
                hops,
            };
            tables::put_delivery(&mut self.batch, place, delivery);
        }
    }
}
