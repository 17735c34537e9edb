//! The stored form of each row, and the way from and to what it holds.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::Error;

use crate::model::{Connection, Delivery, Destination, EventBus, Rule};
use crate::wire::{
    ApiDestinationHttpMethod, ConnectionAuthorizationType, ConnectionState, RuleState, Target,
};

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct BusRow {
    #[n(0)]
    created_at: Option<i64>,
    #[n(1)]
    modified_at: Option<i64>,
    #[n(2)]
    description: Option<String>,
    #[n(3)]
    kms_key_id: Option<String>,
    #[n(4)]
    dead_letter: Option<String>,
    #[n(5)]
    policy: Option<String>,
    #[n(6)]
    tags: BTreeMap<String, String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct RuleRow {
    #[n(0)]
    pattern: Option<String>,
    #[n(1)]
    schedule: Option<String>,
    /// As AWS writes it, like every other enum here.
    #[n(2)]
    state: String,
    #[n(3)]
    description: Option<String>,
    #[n(4)]
    role_arn: Option<String>,
    #[n(5)]
    created_by: String,
    #[n(6)]
    tags: BTreeMap<String, String>,
    /// JSON, as AWS writes it.
    #[n(7)]
    targets: Vec<String>,
    #[n(8)]
    due: Option<i64>,
    #[n(9)]
    managed_by: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct DeliveryRow {
    #[n(0)]
    rule_arn: String,
    #[n(1)]
    scope: String,
    /// JSON, as AWS writes it.
    #[n(2)]
    target: String,
    #[n(3)]
    event: String,
    #[n(4)]
    payload: String,
    #[n(5)]
    created_at: i64,
    #[n(6)]
    attempts: u32,
    #[n(7)]
    hops: u32,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct ConnectionRow {
    #[n(0)]
    id: String,
    #[n(1)]
    state: String,
    #[n(2)]
    description: Option<String>,
    #[n(3)]
    authorization: String,
    #[cbor(n(4), with = "minicbor::bytes")]
    sealed: Vec<u8>,
    #[n(5)]
    kms_key_id: Option<String>,
    #[n(6)]
    created_at: i64,
    #[n(7)]
    modified_at: i64,
    #[n(8)]
    authorized_at: Option<i64>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct DestinationRow {
    #[n(0)]
    id: String,
    #[n(1)]
    description: Option<String>,
    #[n(2)]
    connection_arn: String,
    #[n(3)]
    endpoint: String,
    #[n(4)]
    method: String,
    #[n(5)]
    rate_limit: Option<i32>,
    #[n(6)]
    created_at: i64,
    #[n(7)]
    modified_at: i64,
}

/// What the attempt of a task was answered.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct ReplyRow {
    #[n(0)]
    pub(super) at: i64,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) reply: Vec<u8>,
}

fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// The enum of that text.
pub(super) fn read<T: aws::Shape>(text: &str) -> Result<T, Error> {
    let quoted = serde_json::Value::from(text).to_string();
    aws::decode(quoted.as_bytes()).map_err(|_| Error::Corrupt("an enum of the events room"))
}

fn target_text(target: &Target) -> String {
    serde_json::to_string(target).expect("writing to memory succeeds")
}

fn target(text: &str) -> Result<Target, Error> {
    aws::decode(text.as_bytes()).map_err(|_| Error::Corrupt("a target"))
}

impl RuleRow {
    pub(super) fn has_pattern(&self) -> bool {
        self.pattern.is_some()
    }
}

impl From<EventBus> for BusRow {
    fn from(bus: EventBus) -> Self {
        BusRow {
            created_at: bus.created_at.map(Timestamp::as_millis),
            modified_at: bus.modified_at.map(Timestamp::as_millis),
            description: bus.description,
            kms_key_id: bus.kms_key_id,
            dead_letter: bus.dead_letter,
            policy: bus.policy,
            tags: bus.tags,
        }
    }
}

impl TryFrom<BusRow> for EventBus {
    type Error = Error;

    fn try_from(row: BusRow) -> Result<Self, Error> {
        Ok(EventBus {
            created_at: row.created_at.map(instant),
            modified_at: row.modified_at.map(instant),
            description: row.description,
            kms_key_id: row.kms_key_id,
            dead_letter: row.dead_letter,
            policy: row.policy,
            tags: row.tags,
        })
    }
}

impl From<Rule> for RuleRow {
    fn from(rule: Rule) -> Self {
        RuleRow {
            pattern: rule.pattern,
            schedule: rule.schedule,
            state: rule.state.as_str().to_owned(),
            description: rule.description,
            role_arn: rule.role_arn,
            created_by: rule.created_by,
            tags: rule.tags,
            targets: rule.targets.iter().map(target_text).collect(),
            due: rule.due.map(Timestamp::as_millis),
            managed_by: rule.managed_by,
        }
    }
}

impl TryFrom<RuleRow> for Rule {
    type Error = Error;

    fn try_from(row: RuleRow) -> Result<Self, Error> {
        Ok(Rule {
            pattern: row.pattern,
            schedule: row.schedule,
            state: read::<RuleState>(&row.state)?,
            description: row.description,
            role_arn: row.role_arn,
            created_by: row.created_by,
            tags: row.tags,
            targets: row.targets.iter().map(|text| target(text)).collect::<Result<_, _>>()?,
            due: row.due.map(instant),
            managed_by: row.managed_by,
        })
    }
}

impl From<Delivery> for DeliveryRow {
    fn from(delivery: Delivery) -> Self {
        DeliveryRow {
            rule_arn: delivery.rule_arn,
            scope: delivery.scope,
            target: target_text(&delivery.target),
            event: delivery.event,
            payload: delivery.payload,
            created_at: delivery.created_at.as_millis(),
            attempts: delivery.attempts,
            hops: delivery.hops,
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = Error;

    fn try_from(row: DeliveryRow) -> Result<Self, Error> {
        Ok(Delivery {
            rule_arn: row.rule_arn,
            scope: row.scope,
            target: target(&row.target)?,
            event: row.event,
            payload: row.payload,
            created_at: instant(row.created_at),
            attempts: row.attempts,
            hops: row.hops,
        })
    }
}

impl From<Connection> for ConnectionRow {
    fn from(connection: Connection) -> Self {
        ConnectionRow {
            id: connection.id,
            state: connection.state.as_str().to_owned(),
            description: connection.description,
            authorization: connection.authorization.as_str().to_owned(),
            sealed: connection.sealed,
            kms_key_id: connection.kms_key_id,
            created_at: connection.created_at.as_millis(),
            modified_at: connection.modified_at.as_millis(),
            authorized_at: connection.authorized_at.map(Timestamp::as_millis),
        }
    }
}

impl TryFrom<ConnectionRow> for Connection {
    type Error = Error;

    fn try_from(row: ConnectionRow) -> Result<Self, Error> {
        Ok(Connection {
            id: row.id,
            state: read::<ConnectionState>(&row.state)?,
            description: row.description,
            authorization: read::<ConnectionAuthorizationType>(&row.authorization)?,
            sealed: row.sealed,
            kms_key_id: row.kms_key_id,
            created_at: instant(row.created_at),
            modified_at: instant(row.modified_at),
            authorized_at: row.authorized_at.map(instant),
        })
    }
}

impl From<Destination> for DestinationRow {
    fn from(destination: Destination) -> Self {
        DestinationRow {
            id: destination.id,
            description: destination.description,
            connection_arn: destination.connection_arn,
            endpoint: destination.endpoint,
            method: destination.method.as_str().to_owned(),
            rate_limit: destination.rate_limit,
            created_at: destination.created_at.as_millis(),
            modified_at: destination.modified_at.as_millis(),
        }
    }
}

impl TryFrom<DestinationRow> for Destination {
    type Error = Error;

    fn try_from(row: DestinationRow) -> Result<Self, Error> {
        Ok(Destination {
            id: row.id,
            description: row.description,
            connection_arn: row.connection_arn,
            endpoint: row.endpoint,
            method: read::<ApiDestinationHttpMethod>(&row.method)?,
            rate_limit: row.rate_limit,
            created_at: instant(row.created_at),
            modified_at: instant(row.modified_at),
        })
    }
}
