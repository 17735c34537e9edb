//! What this room keeps.

use std::collections::BTreeMap;

use base::Timestamp;

use crate::wire::{LogGroupClass, MetricTransformation};

/// The milliseconds of a day.
pub(crate) const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) created_at: Timestamp,
    pub(crate) retention_days: Option<i32>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) class: LogGroupClass,
    pub(crate) is_protected: bool,
    /// At most two.
    pub(crate) subscriptions: Vec<Subscription>,
}

/// Who gets the events of a group that match a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) name: String,
    pub(crate) pattern: String,
    pub(crate) destination_arn: String,
    pub(crate) role_arn: Option<String>,
    /// As AWS writes it; it says how events are spread over the shards of a stream of Kinesis.
    pub(crate) distribution: String,
    pub(crate) created_at: Timestamp,
}

/// What numbers are to be made of the events that match a pattern. It is kept and returned: there are no metrics here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MetricFilter {
    pub(crate) pattern: String,
    pub(crate) transformations: Vec<MetricTransformation>,
    pub(crate) on_transformed: bool,
    pub(crate) created_at: Timestamp,
}

/// Events on their way to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) destination_arn: String,
    /// The ARN of the group.
    pub(crate) group_arn: String,
    /// What the subscriber gets, JSON, not yet packed.
    pub(crate) data: String,
    pub(crate) created_at: Timestamp,
    /// Failed attempts.
    pub(crate) attempts: u32,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DeliveryPlace {
    pub(crate) due: Timestamp,
    pub(crate) id: u64,
}

impl Group {
    /// Events before this are no longer shown.
    pub(crate) fn horizon(&self, now: Timestamp) -> i64 {
        let kept = self.retention_days.map(|days| i64::from(days) * DAY_MILLIS);
        kept.map_or(i64::MIN, |kept| now.as_millis() - kept)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stream {
    /// Tells its events from those of other streams.
    pub(crate) id: u64,
    pub(crate) created_at: Timestamp,
    /// The last event's number; they count from 1.
    pub(crate) last_number: u64,
    pub(crate) first_event_at: Option<i64>,
    pub(crate) last_event_at: Option<i64>,
    pub(crate) last_ingestion_at: Option<i64>,
    pub(crate) stored_bytes: u64,
}

/// Where an event stands in its stream: by its own time, then in the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) at: i64,
    pub(crate) number: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) place: Place,
    pub(crate) ingested_at: i64,
    pub(crate) message: String,
}

/// A policy that lets services write here. It is kept and returned; the rooms of this house may write anyway.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Policy {
    pub(crate) document: String,
    pub(crate) updated_at: i64,
}
