//! The rows of this room. Fields are numbered: new ones can be added, none reused.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Read};

use crate::model::{Delivery, Subscription, Topic};

const TOPIC: &str = "sns.topic";
const SUBSCRIPTION: &str = "sns.subscription";
const DELIVERY: &str = "sns.delivery";
const ATTEMPT: &str = "sns.attempt";
const SENT: &str = "sns.sent";

/// A value as a row held it.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    row: Bytes,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct TopicRow {
    #[n(0)]
    attributes: BTreeMap<String, String>,
    #[n(1)]
    tags: BTreeMap<String, String>,
    #[n(2)]
    last_number: u64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct SubscriptionRow {
    #[n(0)]
    protocol: String,
    #[n(1)]
    endpoint: String,
    #[n(2)]
    owner: String,
    #[n(3)]
    attributes: BTreeMap<String, String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct DeliveryRow {
    #[n(0)]
    topic_arn: String,
    #[n(1)]
    subscription_arn: String,
    #[n(2)]
    body: String,
    #[n(3)]
    protocol: String,
    #[n(4)]
    endpoint: String,
    #[n(5)]
    tries: u32,
    #[n(6)]
    published_at: i64,
    #[n(7)]
    dead_letter_arn: Option<String>,
}

/// An answer that is kept: of a task's attempt, or of a message with a deduplication id.
#[derive(Encode, Decode)]
#[cbor(map)]
struct AnswerRow {
    #[n(0)]
    at: i64,
    #[n(1)]
    answer: String,
}

pub(crate) async fn topic(store: &dyn Read, arn: &str) -> Result<Option<Found<Topic>>, Error> {
    let Some(row) = store.get(&Key::of(TOPIC).text(arn)).await? else { return Ok(None) };
    let TopicRow { attributes, tags, last_number } = decode(&row)?;
    Ok(Some(Found { value: Topic { attributes, tags, last_number }, row }))
}

/// The ARNs of topics that begin so, those after `after`.
pub(crate) async fn topics(
    store: &dyn Read,
    beginning: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, Error> {
    let mut scan = Key::of(TOPIC).scan();
    if let Some(after) = after {
        scan = scan.after(&Key::of(TOPIC).text(after));
    }
    let mut arns = Vec::new();
    for entry in store.scan(&scan).await? {
        let arn = Parts::of(TOPIC, &entry.key)?.text()?;
        if arn.starts_with(beginning) && arns.len() < limit {
            arns.push(arn);
        }
    }
    Ok(arns)
}

pub(crate) async fn subscription(
    store: &dyn Read,
    topic_arn: &str,
    id: &str,
) -> Result<Option<Found<Subscription>>, Error> {
    let Some(row) = store.get(&subscription_key(topic_arn, id)).await? else { return Ok(None) };
    Ok(Some(Found { value: decode::<SubscriptionRow>(&row)?.into(), row }))
}

/// The subscriptions of a topic, or of all, by ARN, those after `after`.
pub(crate) async fn subscriptions(
    store: &dyn Read,
    topic_arn: Option<&str>,
    after: Option<(&str, &str)>,
    limit: usize,
) -> Result<Vec<(String, String, Subscription)>, Error> {
    let of = Key::of(SUBSCRIPTION);
    let of = match topic_arn {
        Some(arn) => of.text(arn),
        None => of,
    };
    let mut scan = of.scan().limit(limit);
    if let Some((topic_arn, id)) = after {
        scan = scan.after(&subscription_key(topic_arn, id));
    }
    let entries = store.scan(&scan).await?;
    let subscription = |entry: &store::Entry| {
        let mut parts = Parts::of(SUBSCRIPTION, &entry.key)?;
        let (topic_arn, id) = (parts.text()?, parts.text()?);
        parts.end()?;
        Ok((topic_arn, id, decode::<SubscriptionRow>(&entry.value)?.into()))
    };
    entries.iter().map(subscription).collect()
}

/// The deliveries that are due soonest, with the time of each.
pub(crate) async fn deliveries(
    store: &dyn Read,
    limit: usize,
) -> Result<Vec<(Timestamp, Delivery)>, Error> {
    let entries = store.scan(&Key::of(DELIVERY).scan().limit(limit)).await?;
    let delivery = |entry: &store::Entry| {
        let mut parts = Parts::of(DELIVERY, &entry.key)?;
        let (due, id) = (parts.i64()?, parts.text()?);
        parts.end()?;
        let row: DeliveryRow = decode(&entry.value)?;
        let delivery = Delivery {
            id,
            topic_arn: row.topic_arn,
            subscription_arn: row.subscription_arn,
            body: row.body,
            protocol: row.protocol,
            endpoint: row.endpoint,
            tries: row.tries,
            published_at: Timestamp::from_millis(row.published_at),
            dead_letter_arn: row.dead_letter_arn,
        };
        Ok((Timestamp::from_millis(due), delivery))
    };
    entries.iter().map(delivery).collect()
}

pub(crate) async fn attempt(store: &dyn Read, attempt: &str) -> Result<Option<String>, Error> {
    let row = store.get(&Key::of(ATTEMPT).text(attempt)).await?;
    row.map(|row| Ok(decode::<AnswerRow>(&row)?.answer)).transpose()
}

/// When a message of that deduplication key was sent, and what was answered.
pub(crate) async fn sent(
    store: &dyn Read,
    topic_arn: &str,
    key: &str,
) -> Result<Option<(Timestamp, String)>, Error> {
    let row = store.get(&Key::of(SENT).text(topic_arn).text(key)).await?;
    let read = |row: Bytes| {
        let AnswerRow { at, answer } = decode(&row)?;
        Ok((Timestamp::from_millis(at), answer))
    };
    row.map(read).transpose()
}

/// A batch that forgets answers to attempts, and deduplication ids, that are older than these.
pub(crate) async fn forget(
    store: &dyn Read,
    attempts_before: Timestamp,
    sent_before: Timestamp,
) -> Result<Batch, Error> {
    let mut batch = Batch::new();
    for (table, before) in [(ATTEMPT, attempts_before), (SENT, sent_before)] {
        for entry in store.scan(&Key::of(table).scan()).await? {
            if decode::<AnswerRow>(&entry.value)?.at < before.as_millis() {
                batch.delete(entry.key);
            }
        }
    }
    Ok(batch)
}

pub(crate) fn put_topic(batch: &mut Batch, arn: &str, topic: Topic) {
    let Topic { attributes, tags, last_number } = topic;
    batch.put(Key::of(TOPIC).text(arn), encode(&TopicRow { attributes, tags, last_number }));
}

/// The batch is written only if the topic is as it was found.
pub(crate) fn require_topic(batch: &mut Batch, arn: &str, found: Option<&Found<Topic>>) {
    match found {
        Some(found) => batch.require_value(Key::of(TOPIC).text(arn), found.row.clone()),
        None => batch.require_absent(Key::of(TOPIC).text(arn)),
    };
}

/// Deletes a topic with its subscriptions.
pub(crate) fn delete_topic(batch: &mut Batch, arn: &str) {
    batch.delete(Key::of(TOPIC).text(arn));
    batch.delete_range(Key::of(SUBSCRIPTION).text(arn).range());
    batch.delete_range(Key::of(SENT).text(arn).range());
}

pub(crate) fn put_subscription(
    batch: &mut Batch,
    topic_arn: &str,
    id: &str,
    subscription: Subscription,
) {
    let Subscription { protocol, endpoint, owner, attributes } = subscription;
    let row = SubscriptionRow { protocol, endpoint, owner, attributes };
    batch.put(subscription_key(topic_arn, id), encode(&row));
}

/// The batch is written only if the subscription is as it was found.
pub(crate) fn require_subscription(
    batch: &mut Batch,
    topic_arn: &str,
    id: &str,
    found: &Found<Subscription>,
) {
    batch.require_value(subscription_key(topic_arn, id), found.row.clone());
}

pub(crate) fn delete_subscription(batch: &mut Batch, topic_arn: &str, id: &str) {
    batch.delete(subscription_key(topic_arn, id));
}

pub(crate) fn put_delivery(batch: &mut Batch, due: Timestamp, delivery: &Delivery) {
    let row = DeliveryRow {
        topic_arn: delivery.topic_arn.clone(),
        subscription_arn: delivery.subscription_arn.clone(),
        body: delivery.body.clone(),
        protocol: delivery.protocol.clone(),
        endpoint: delivery.endpoint.clone(),
        tries: delivery.tries,
        published_at: delivery.published_at.as_millis(),
        dead_letter_arn: delivery.dead_letter_arn.clone(),
    };
    batch.put(delivery_key(due, &delivery.id), encode(&row));
}

pub(crate) fn delete_delivery(batch: &mut Batch, due: Timestamp, id: &str) {
    batch.delete(delivery_key(due, id));
}

pub(crate) fn put_attempt(batch: &mut Batch, attempt: &str, at: Timestamp, answer: String) {
    let row = AnswerRow { at: at.as_millis(), answer };
    batch.put(Key::of(ATTEMPT).text(attempt), encode(&row));
}

pub(crate) fn put_sent(
    batch: &mut Batch,
    topic_arn: &str,
    key: &str,
    at: Timestamp,
    answer: String,
) {
    let row = AnswerRow { at: at.as_millis(), answer };
    batch.put(Key::of(SENT).text(topic_arn).text(key), encode(&row));
}

impl From<SubscriptionRow> for Subscription {
    fn from(row: SubscriptionRow) -> Self {
        let SubscriptionRow { protocol, endpoint, owner, attributes } = row;
        Subscription { protocol, endpoint, owner, attributes }
    }
}

fn subscription_key(topic_arn: &str, id: &str) -> Key {
    Key::of(SUBSCRIPTION).text(topic_arn).text(id)
}

fn delivery_key(due: Timestamp, id: &str) -> Key {
    Key::of(DELIVERY).i64(due.as_millis()).text(id)
}

fn encode<R: Encode<()>>(row: &R) -> Vec<u8> {
    minicbor::to_vec(row).expect("a vector takes all that is written")
}

fn decode<R: for<'b> Decode<'b, ()>>(row: &[u8]) -> Result<R, Error> {
    minicbor::decode(row).map_err(|_| Error::Corrupt("a row of the sns room"))
}
