//! What this room keeps.

use std::collections::BTreeMap;

use base::Timestamp;

use crate::identifier::{ArchiveName, BusName};
use crate::wire::{
    ApiDestinationHttpMethod, ConnectionAuthorizationType, ConnectionState, ReplayState, RuleState,
    Target,
};

/// Keys and values.
pub(crate) type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EventBus {
    /// None of a default bus that nobody has changed.
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) modified_at: Option<Timestamp>,
    pub(crate) description: Option<String>,
    pub(crate) kms_key_id: Option<String>,
    /// The ARN of its dead-letter queue.
    pub(crate) dead_letter: Option<String>,
    /// JSON.
    pub(crate) policy: Option<String>,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    /// As it was written.
    pub(crate) pattern: Option<String>,
    /// As it was written.
    pub(crate) schedule: Option<String>,
    pub(crate) state: RuleState,
    pub(crate) description: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) created_by: String,
    /// The service whose rule it is, if it isn't the account's own.
    pub(crate) managed_by: Option<String>,
    pub(crate) tags: Tags,
    pub(crate) targets: Vec<Target>,
    /// When its schedule starts it next: where its row among the timers is.
    pub(crate) due: Option<Timestamp>,
}

impl Rule {
    pub(crate) fn is_enabled(&self) -> bool {
        self.state != RuleState::Disabled
    }
}

/// An event on its way to a target.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    /// The rule that wanted it.
    pub(crate) rule_arn: String,
    /// Whose rule it is.
    pub(crate) scope: String,
    pub(crate) target: Target,
    /// The event, as JSON.
    pub(crate) event: String,
    /// What the target gets of it.
    pub(crate) payload: String,
    pub(crate) created_at: Timestamp,
    /// Failed attempts.
    pub(crate) attempts: u32,
    /// How many buses the event has passed.
    pub(crate) hops: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Connection {
    /// The last part of its ARN.
    pub(crate) id: String,
    pub(crate) state: ConnectionState,
    pub(crate) description: Option<String>,
    pub(crate) authorization: ConnectionAuthorizationType,
    /// The parameters as a request gave them, secrets and all, encrypted.
    pub(crate) sealed: Vec<u8>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) authorized_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Destination {
    /// The last part of its ARN.
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) connection_arn: String,
    pub(crate) endpoint: String,
    pub(crate) method: ApiDestinationHttpMethod,
    pub(crate) rate_limit: Option<i32>,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Archive {
    /// The bus whose events it keeps.
    pub(crate) bus: BusName,
    pub(crate) description: Option<String>,
    /// As it was written.
    pub(crate) pattern: Option<String>,
    /// For ever, if it is 0.
    pub(crate) retention_days: i32,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// Where an event stands in its archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Its own time, in milliseconds.
    pub(crate) at: i64,
    pub(crate) id: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Replay {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) archive: ArchiveName,
    /// The bus that gets the events.
    pub(crate) bus: BusName,
    /// The ARNs of the rules that get them; all of the bus, if there are none.
    pub(crate) filter_arns: Vec<String>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) state: ReplayState,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// The last event that was replayed.
    pub(crate) position: Option<Position>,
}
