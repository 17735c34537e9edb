//! The stored form of each row, and the way from and to what it holds.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::Error;

use crate::model::{Event, Group, Place, Policy, Stream, Subscription};
use crate::wire::LogGroupClass;

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct GroupRow {
    #[n(0)]
    created_at: i64,
    #[n(1)]
    retention_days: Option<i32>,
    #[n(2)]
    tags: BTreeMap<String, String>,
    #[n(3)]
    kms_key_id: Option<String>,
    /// As AWS writes it.
    #[n(4)]
    class: String,
    #[n(5)]
    is_protected: bool,
    /// Rows of the first release don't say.
    #[n(6)]
    subscriptions: Option<Vec<SubscriptionRow>>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct SubscriptionRow {
    #[n(0)]
    name: String,
    #[n(1)]
    pattern: String,
    #[n(2)]
    destination_arn: String,
    #[n(3)]
    role_arn: Option<String>,
    #[n(4)]
    distribution: String,
    #[n(5)]
    created_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct StreamRow {
    #[n(0)]
    id: u64,
    #[n(1)]
    created_at: i64,
    #[n(2)]
    last_number: u64,
    #[n(3)]
    first_event_at: Option<i64>,
    #[n(4)]
    last_event_at: Option<i64>,
    #[n(5)]
    last_ingestion_at: Option<i64>,
    #[n(6)]
    stored_bytes: u64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct EventRow {
    #[n(0)]
    ingested_at: i64,
    #[n(1)]
    message: String,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct PolicyRow {
    #[n(0)]
    document: String,
    #[n(1)]
    updated_at: i64,
}

impl From<Subscription> for SubscriptionRow {
    fn from(subscription: Subscription) -> Self {
        SubscriptionRow {
            name: subscription.name,
            pattern: subscription.pattern,
            destination_arn: subscription.destination_arn,
            role_arn: subscription.role_arn,
            distribution: subscription.distribution,
            created_at: subscription.created_at.as_millis(),
        }
    }
}

impl From<SubscriptionRow> for Subscription {
    fn from(row: SubscriptionRow) -> Self {
        Subscription {
            name: row.name,
            pattern: row.pattern,
            destination_arn: row.destination_arn,
            role_arn: row.role_arn,
            distribution: row.distribution,
            created_at: Timestamp::from_millis(row.created_at),
        }
    }
}

impl From<Group> for GroupRow {
    fn from(group: Group) -> Self {
        GroupRow {
            created_at: group.created_at.as_millis(),
            retention_days: group.retention_days,
            tags: group.tags,
            kms_key_id: group.kms_key_id,
            class: group.class.as_str().to_owned(),
            is_protected: group.is_protected,
            subscriptions: Some(group.subscriptions.into_iter().map(Into::into).collect()),
        }
    }
}

impl TryFrom<GroupRow> for Group {
    type Error = Error;

    fn try_from(row: GroupRow) -> Result<Self, Error> {
        let class = LogGroupClass::ALL.into_iter().find(|class| class.as_str() == row.class);
        Ok(Group {
            created_at: Timestamp::from_millis(row.created_at),
            retention_days: row.retention_days,
            tags: row.tags,
            kms_key_id: row.kms_key_id,
            class: class.ok_or(Error::Corrupt("class of a log group"))?,
            is_protected: row.is_protected,
            subscriptions: row.subscriptions.into_iter().flatten().map(Into::into).collect(),
        })
    }
}

impl From<Stream> for StreamRow {
    fn from(stream: Stream) -> Self {
        StreamRow {
            id: stream.id,
            created_at: stream.created_at.as_millis(),
            last_number: stream.last_number,
            first_event_at: stream.first_event_at,
            last_event_at: stream.last_event_at,
            last_ingestion_at: stream.last_ingestion_at,
            stored_bytes: stream.stored_bytes,
        }
    }
}

impl TryFrom<StreamRow> for Stream {
    type Error = Error;

    fn try_from(row: StreamRow) -> Result<Self, Error> {
        Ok(Stream {
            id: row.id,
            created_at: Timestamp::from_millis(row.created_at),
            last_number: row.last_number,
            first_event_at: row.first_event_at,
            last_event_at: row.last_event_at,
            last_ingestion_at: row.last_ingestion_at,
            stored_bytes: row.stored_bytes,
        })
    }
}

impl From<Event> for EventRow {
    fn from(event: Event) -> Self {
        EventRow { ingested_at: event.ingested_at, message: event.message }
    }
}

impl EventRow {
    pub(super) fn into_event(self, place: Place) -> Event {
        Event { place, ingested_at: self.ingested_at, message: self.message }
    }
}

impl From<Policy> for PolicyRow {
    fn from(policy: Policy) -> Self {
        PolicyRow { document: policy.document, updated_at: policy.updated_at }
    }
}

impl From<PolicyRow> for Policy {
    fn from(row: PolicyRow) -> Self {
        Policy { document: row.document, updated_at: row.updated_at }
    }
}
