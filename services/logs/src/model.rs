//! What this room keeps.

use std::collections::BTreeMap;

use base::Timestamp;

use crate::wire::LogGroupClass;

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
