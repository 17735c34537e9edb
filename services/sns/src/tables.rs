//! The rows of this room. Fields are numbered: new ones can be added, none reused.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Found, Read, Stored, row};

use crate::model::{Delivery, State, Subscription, Token, Topic, Turn};

const TOPIC: &str = "sns.topic";
const SUBSCRIPTION: &str = "sns.subscription";
const DELIVERY: &str = "sns.delivery";
const ORDERED: &str = "sns.ordered";
const ATTEMPT: &str = "sns.attempt";
const SENT: &str = "sns.sent";
const SIGNER: &str = "sns.signer";

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct TopicRow {
    #[n(0)]
    attributes: BTreeMap<String, String>,
    #[n(1)]
    tags: BTreeMap<String, String>,
    #[n(2)]
    last_number: u64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct SubscriptionRow {
    #[n(0)]
    protocol: String,
    #[n(1)]
    endpoint: String,
    #[n(2)]
    owner: String,
    #[n(3)]
    attributes: BTreeMap<String, String>,
    #[n(4)]
    state: StateRow,
    #[n(5)]
    token: Option<TokenRow>,
    #[n(6)]
    origin: Option<String>,
    #[n(7)]
    is_locked: bool,
}

#[derive(Clone, Copy, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum StateRow {
    #[n(0)]
    Confirmed,
    #[n(1)]
    Pending,
    #[n(2)]
    Deleted,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct TokenRow {
    #[n(0)]
    text: String,
    #[n(1)]
    made_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct TurnRow {
    #[n(0)]
    group: String,
    #[n(1)]
    number: u64,
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
    #[n(8)]
    id: String,
    #[n(9)]
    due: i64,
    #[n(10)]
    retry_policy: Option<String>,
    #[n(11)]
    turn: Option<TurnRow>,
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

/// The key that signs messages, and its certificate.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct SignerRow {
    /// PKCS #8.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) key: Vec<u8>,
    /// PEM.
    #[n(1)]
    pub(crate) certificate: String,
}

pub(crate) async fn signer(store: &dyn Read) -> Result<Option<SignerRow>, Error> {
    store.get(&Key::of(SIGNER)).await?.map(|row| decode(&row)).transpose()
}

/// A batch that keeps a signer, if there is none yet.
pub(crate) fn first_signer(row: &SignerRow) -> Batch {
    let mut batch = Batch::new();
    batch.require_absent(Key::of(SIGNER)).put(Key::of(SIGNER), row::encode(row));
    batch
}

pub(crate) async fn topic(store: &dyn Read, arn: &str) -> Result<Option<Found<Topic>>, Error> {
    Found::read(store, Key::of(TOPIC).text(arn)).await
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
    Found::read(store, subscription_key(topic_arn, id)).await
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
        Ok((topic_arn, id, row::value(&entry.value)?))
    };
    entries.iter().map(subscription).collect()
}

/// The deliveries that are due soonest, of those that have no turn to wait for.
pub(crate) async fn deliveries(store: &dyn Read, limit: usize) -> Result<Vec<Delivery>, Error> {
    let entries = store.scan(&Key::of(DELIVERY).scan().limit(limit)).await?;
    entries.iter().map(|entry| delivery(&entry.value)).collect()
}

/// The first delivery of every group, whenever it is due.
pub(crate) async fn first_of_groups(store: &dyn Read) -> Result<Vec<Delivery>, Error> {
    let (mut firsts, mut scan) = (Vec::new(), Key::of(ORDERED).scan().limit(1));
    while let Some(entry) = store.scan(&scan).await?.first() {
        let first = delivery(&entry.value)?;
        if let Some(turn) = &first.turn {
            let last = group_key(&first.subscription_arn, &turn.group).u64(u64::MAX);
            scan = Key::of(ORDERED).scan().limit(1).after(&last);
        }
        firsts.push(first);
    }
    Ok(firsts)
}

/// The first delivery of one group.
pub(crate) async fn first_of(
    store: &dyn Read,
    subscription_arn: &str,
    group: &str,
) -> Result<Option<Delivery>, Error> {
    let entries = store.scan(&group_key(subscription_arn, group).scan().limit(1)).await?;
    entries.first().map(|entry| delivery(&entry.value)).transpose()
}

fn delivery(row: &[u8]) -> Result<Delivery, Error> {
    let row: DeliveryRow = decode(row)?;
    Ok(Delivery {
        id: row.id,
        topic_arn: row.topic_arn,
        subscription_arn: row.subscription_arn,
        body: row.body,
        protocol: row.protocol,
        endpoint: row.endpoint,
        tries: row.tries,
        due: Timestamp::from_millis(row.due),
        published_at: Timestamp::from_millis(row.published_at),
        dead_letter_arn: row.dead_letter_arn,
        retry_policy: row.retry_policy,
        turn: row.turn.map(|TurnRow { group, number }| Turn { group, number }),
    })
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

/// A batch that forgets answers to attempts, and deduplication ids, that are older than these,
/// and subscriptions that wait for a confirmation no more.
pub(crate) async fn forget(
    store: &dyn Read,
    attempts_before: Timestamp,
    sent_before: Timestamp,
    now: Timestamp,
) -> Result<Batch, Error> {
    let mut batch = Batch::new();
    for (topic_arn, id, subscription) in subscriptions(store, None, None, usize::MAX).await? {
        if subscription.is_over(now) {
            delete_subscription(&mut batch, &topic_arn, &id);
        }
    }
    for (table, before) in [(ATTEMPT, attempts_before), (SENT, sent_before)] {
        for entry in store.scan(&Key::of(table).scan()).await? {
            if decode::<AnswerRow>(&entry.value)?.at < before.as_millis() {
                batch.delete(entry.key);
            }
        }
    }
    Ok(batch)
}

/// Adds a topic; the batch is refused if there is one already.
pub(crate) fn add_topic(batch: &mut Batch, arn: &str, topic: Topic) {
    batch.append(row::creation(Key::of(TOPIC).text(arn), topic));
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
    batch.put(subscription_key(topic_arn, id), row::of(subscription));
}

pub(crate) fn delete_subscription(batch: &mut Batch, topic_arn: &str, id: &str) {
    batch.delete(subscription_key(topic_arn, id));
}

pub(crate) fn put_delivery(batch: &mut Batch, delivery: &Delivery) {
    let turn = |turn: &Turn| TurnRow { group: turn.group.clone(), number: turn.number };
    let row = DeliveryRow {
        topic_arn: delivery.topic_arn.clone(),
        subscription_arn: delivery.subscription_arn.clone(),
        body: delivery.body.clone(),
        protocol: delivery.protocol.clone(),
        endpoint: delivery.endpoint.clone(),
        tries: delivery.tries,
        published_at: delivery.published_at.as_millis(),
        dead_letter_arn: delivery.dead_letter_arn.clone(),
        id: delivery.id.clone(),
        due: delivery.due.as_millis(),
        retry_policy: delivery.retry_policy.clone(),
        turn: delivery.turn.as_ref().map(turn),
    };
    batch.put(delivery_key(delivery), row::encode(&row));
}

pub(crate) fn delete_delivery(batch: &mut Batch, delivery: &Delivery) {
    batch.delete(delivery_key(delivery));
}

pub(crate) fn put_attempt(batch: &mut Batch, attempt: &str, at: Timestamp, answer: String) {
    let row = AnswerRow { at: at.as_millis(), answer };
    batch.put(Key::of(ATTEMPT).text(attempt), row::encode(&row));
}

pub(crate) fn put_sent(
    batch: &mut Batch,
    topic_arn: &str,
    key: &str,
    at: Timestamp,
    answer: String,
) {
    let row = AnswerRow { at: at.as_millis(), answer };
    batch.put(Key::of(SENT).text(topic_arn).text(key), row::encode(&row));
}

impl Stored for Topic {
    type Row = TopicRow;
    const WHAT: &'static str = "a topic";
}

impl From<Topic> for TopicRow {
    fn from(Topic { attributes, tags, last_number }: Topic) -> Self {
        TopicRow { attributes, tags, last_number }
    }
}

impl From<TopicRow> for Topic {
    fn from(TopicRow { attributes, tags, last_number }: TopicRow) -> Self {
        Topic { attributes, tags, last_number }
    }
}

impl Stored for Subscription {
    type Row = SubscriptionRow;
    const WHAT: &'static str = "a subscription";
}

impl From<Subscription> for SubscriptionRow {
    fn from(subscription: Subscription) -> Self {
        let Subscription { protocol, endpoint, owner, attributes, state, token, origin, is_locked } =
            subscription;
        let state = match state {
            State::Confirmed => StateRow::Confirmed,
            State::Pending => StateRow::Pending,
            State::Deleted => StateRow::Deleted,
        };
        let token =
            token.map(|Token { text, made_at }| TokenRow { text, made_at: made_at.as_millis() });
        SubscriptionRow { protocol, endpoint, owner, attributes, state, token, origin, is_locked }
    }
}

impl From<SubscriptionRow> for Subscription {
    fn from(row: SubscriptionRow) -> Self {
        let SubscriptionRow {
            protocol,
            endpoint,
            owner,
            attributes,
            state,
            token,
            origin,
            is_locked,
        } = row;
        let state = match state {
            StateRow::Confirmed => State::Confirmed,
            StateRow::Pending => State::Pending,
            StateRow::Deleted => State::Deleted,
        };
        let token = token.map(|TokenRow { text, made_at }| Token {
            text,
            made_at: Timestamp::from_millis(made_at),
        });
        Subscription { protocol, endpoint, owner, attributes, state, token, origin, is_locked }
    }
}

fn subscription_key(topic_arn: &str, id: &str) -> Key {
    Key::of(SUBSCRIPTION).text(topic_arn).text(id)
}

/// Those that have no turn stand by the time they are due.
fn delivery_key(delivery: &Delivery) -> Key {
    match &delivery.turn {
        Some(turn) => group_key(&delivery.subscription_arn, &turn.group).u64(turn.number),
        None => Key::of(DELIVERY).i64(delivery.due.as_millis()).text(&delivery.id),
    }
}

fn group_key(subscription_arn: &str, group: &str) -> Key {
    Key::of(ORDERED).text(subscription_arn).text(group)
}

fn decode<R: for<'b> Decode<'b, ()>>(row: &[u8]) -> Result<R, Error> {
    row::decode(row, "a row of the sns room")
}
