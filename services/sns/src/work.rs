//! Who sends what was published: every delivery that is due, until its endpoint has it or never will.
//!
//! Messages of a group of a FIFO topic go to a subscription one after the other, whatever befalls them;
//! all others go side by side, so a slow endpoint holds up nobody else.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use store::Batch;

use crate::Room;
use crate::http_endpoint;
use crate::model::Delivery;
use crate::publishing::DEDUPLICATION;
use crate::retry::{RetryPolicy, pause_of_aws};
use crate::tables;

/// The principal that policies of queues and functions name.
const PRINCIPAL: &str = "sns.amazonaws.com";
/// Deliveries that are under way at one time.
const FLYING_MAX: usize = 256;
/// The longest rest: a clock that was set is noticed after it.
const REST_MAX: Duration = Duration::from_secs(60);
/// The pause after the store has refused.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause after a dead-letter queue was in trouble.
const DEAD_PAUSE: Duration = Duration::from_secs(20);
/// How long an answer to an attempt is kept.
const ATTEMPT_KEPT: Duration = Duration::from_hours(24);
/// How often old answers are looked for.
const SWEEP: Duration = Duration::from_hours(1);

/// What became of a try.
#[derive(Debug)]
pub(crate) enum Outcome {
    Delivered,
    /// The endpoint isn't there or refuses: it won't be tried again.
    Refused(String),
    Failed(String),
}

/// What is done side by side; each gives the name under which it is known to fly, and when it goes on if it has to.
type Flights<'r> = FuturesUnordered<Pin<Box<dyn Future<Output = Landed> + Send + 'r>>>;
type Landed = (String, Result<Option<Timestamp>, store::Error>);

/// Works until it is dropped.
pub(crate) async fn work(room: Arc<Room>) {
    let room = &*room;
    let mut sweep_at = room.house.now().after(SWEEP);
    let (mut flights, mut flying) = (Flights::new(), BTreeSet::new());
    loop {
        let looked = look(room, &mut sweep_at, &mut flights, &mut flying).await;
        let (mut next, has_more) = match looked {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "deliver messages");
                (Some(room.house.now().after(PAUSE)), false)
            }
        };
        // A landing alone is no reason to look again, unless others wait for its place.
        loop {
            let rest = next.map_or(REST_MAX, |next| next.since(room.house.now())).min(REST_MAX);
            let landed = async {
                tokio::select! {
                    landed = flights.select_next_some(), if !flights.is_empty() => Some(landed),
                    () = room.bell.notified() => None,
                }
            };
            let Ok(Some((name, result))) = tokio::time::timeout(rest, landed).await else { break };
            flying.remove(&name);
            let again = result.unwrap_or_else(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "deliver a message");
                Some(room.house.now().after(PAUSE))
            });
            next = again.into_iter().chain(next).min();
            if has_more && flights.len() <= FLYING_MAX / 2 {
                break;
            }
        }
    }
}

/// Sends off what is due and doesn't fly yet. Gives when more will be due, and whether more is that found no place.
async fn look<'r>(
    room: &'r Room,
    sweep_at: &mut Timestamp,
    flights: &mut Flights<'r>,
    flying: &mut BTreeSet<String>,
) -> Result<(Option<Timestamp>, bool), store::Error> {
    let now = room.house.now();
    if *sweep_at <= now {
        sweep(room, now).await?;
        *sweep_at = now.after(SWEEP);
    }
    let store = &*room.store;
    let firsts = tables::first_of_groups(store).await?;
    let free = tables::deliveries(store, flying.len() + FLYING_MAX).await?;
    let (mut next, mut has_more) = (None, false);
    for delivery in firsts.into_iter().chain(free) {
        let name = match &delivery.turn {
            Some(turn) => format!("{} {}", delivery.subscription_arn, turn.group),
            None => delivery.id.clone(),
        };
        if flying.contains(&name) {
            continue;
        }
        if now < delivery.due {
            next = next.into_iter().chain([delivery.due]).min();
        } else if flying.len() < FLYING_MAX {
            flying.insert(name.clone());
            flights.push(Box::pin(async move { (name, fly(room, delivery).await) }));
        } else {
            has_more = true;
        }
    }
    Ok((next, has_more))
}

/// Forgets what is kept for some time only.
async fn sweep(room: &Room, now: Timestamp) -> Result<(), store::Error> {
    let ago =
        |duration: Duration| Timestamp::from_millis(now.as_millis() - duration.as_millis() as i64);
    let old = tables::forget(&*room.store, ago(ATTEMPT_KEPT), ago(DEDUPLICATION), now).await?;
    if old.is_empty() { Ok(()) } else { room.store.commit(old).await }
}

/// Tries a delivery once, and those of its group after it. Gives when what has failed is tried again.
async fn fly(room: &Room, mut delivery: Delivery) -> Result<Option<Timestamp>, store::Error> {
    loop {
        if let Some(due) = settle(room, &delivery).await? {
            return Ok(Some(due));
        }
        let Some(turn) = &delivery.turn else { return Ok(None) };
        let subscription_arn = &delivery.subscription_arn;
        let behind = tables::first_of(&*room.store, subscription_arn, &turn.group).await?;
        match behind {
            Some(behind) => delivery = behind,
            // One that came just now was not to be seen by whoever rang the bell.
            None => return Ok(Some(room.house.now())),
        }
    }
}

/// Tries a delivery once, and writes what became of it. Gives when it is tried again.
async fn settle(room: &Room, delivery: &Delivery) -> Result<Option<Timestamp>, store::Error> {
    let mut batch = Batch::new();
    let again = match send(room, delivery).await {
        Outcome::Delivered => None,
        Outcome::Failed(reason) => match pause(delivery) {
            Some(pause) => Some(room.house.now().after(pause)),
            None => bury(room, delivery, &reason).await,
        },
        Outcome::Refused(reason) => bury(room, delivery, &reason).await,
    };
    tables::delete_delivery(&mut batch, delivery);
    if let Some(due) = again {
        let again = Delivery { tries: delivery.tries + 1, due, ..delivery.clone() };
        tables::put_delivery(&mut batch, &again);
    }
    room.store.commit(batch).await?;
    Ok(again)
}

/// How long to wait before the next try.
fn pause(delivery: &Delivery) -> Option<Duration> {
    let Some(policy) = &delivery.retry_policy else { return pause_of_aws(delivery.tries) };
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    RetryPolicy::read(&policy).unwrap_or_default().pause(delivery.tries)
}

/// Sends what can't be delivered to the dead-letter queue of the subscription, if it has one.
/// While that is in trouble the message stays; gives when all of it is tried again.
async fn bury(room: &Room, delivery: &Delivery, reason: &str) -> Option<Timestamp> {
    let subscription = delivery.subscription_arn.as_str();
    let Some(arn) = &delivery.dead_letter_arn else {
        tracing::warn!(subscription, reason, "a message couldn't be delivered");
        return None;
    };
    let body = match delivery.protocol.as_str() {
        "sqs" => serde_json::from_str(&delivery.body).unwrap_or(Value::Null),
        "lambda" => json!({"MessageBody": delivery.body}),
        _ => json!({"MessageBody": http_endpoint::body_of(&delivery.body)}),
    };
    let attempt = format!("{} dead", delivery.id);
    let error = send_message(room, delivery, &attempt, arn, body).await.err()?;
    tracing::warn!(subscription, reason, %error, "a message couldn't be delivered, nor its dead letter");
    let is_refused = matches!(&error, CallError::Refused(error) if !error.is_server_fault());
    (!is_refused).then(|| room.house.now().after(DEAD_PAUSE))
}

async fn send(room: &Room, delivery: &Delivery) -> Outcome {
    let sent = match delivery.protocol.as_str() {
        "lambda" => {
            let payload = STANDARD.encode(&delivery.body);
            let body = json!({
                "FunctionName": delivery.endpoint, "InvocationType": "Event", "Payload": payload,
            });
            call(room, delivery, &delivery.id, ("lambda", "Invoke"), body).await
        }
        "sqs" => match serde_json::from_str(&delivery.body) {
            Ok(body) => send_message(room, delivery, &delivery.id, &delivery.endpoint, body).await,
            Err(error) => return Outcome::Refused(error.to_string()),
        },
        _ => return http_endpoint::post(&room.bus, &delivery.endpoint, &delivery.body).await,
    };
    match sent {
        Ok(()) => Outcome::Delivered,
        Err(CallError::Refused(error)) if !error.is_server_fault() => {
            Outcome::Refused(error.to_string())
        }
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// Sends to the queue of that ARN, once for each attempt.
async fn send_message(
    room: &Room,
    delivery: &Delivery,
    attempt: &str,
    queue_arn: &str,
    mut body: Value,
) -> Result<(), CallError> {
    let mut parts = queue_arn.rsplit(':');
    let (name, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    body["QueueUrl"] =
        format!("https://sqs.{}.amazonaws.com/{account}/{name}", room.house.region()).into();
    call(room, delivery, attempt, ("sqs", "SendMessage"), body).await
}

/// Calls a neighbor as the service, for the topic: policies of queues and functions count.
async fn call(
    room: &Room,
    delivery: &Delivery,
    attempt: &str,
    (neighbor, operation): (&str, &str),
    body: Value,
) -> Result<(), CallError> {
    let topic_arn = delivery.topic_arn.as_str();
    let account = base::Arn::parse(topic_arn).map(|arn| arn.account).unwrap_or_default();
    let caller = Caller { arn: PRINCIPAL.to_owned() };
    let ctx = Ctx::new(Arc::clone(&room.house), caller, room.house.uuid());
    let ctx = ctx.with_account(account).with_source_arn(topic_arn);
    let ctx = ctx.with_attempt(format!("sns {attempt}"));
    room.bus.call(ctx, neighbor, operation, Bytes::from(body.to_string())).await.map(drop)
}
