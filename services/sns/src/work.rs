//! Who sends what was published: every delivery that is due, over the Bus, until its endpoint has it or never will.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use store::Batch;

use crate::Room;
use crate::delivery::pause;
use crate::model::{Delivery, is_fifo};
use crate::publishing::DEDUPLICATION;
use crate::tables;

/// Deliveries that are looked at together.
const LOOKED_MAX: usize = 256;
/// The longest rest: a clock that was set is noticed after it.
const REST_MAX: Duration = Duration::from_secs(60);
/// The pause after the store has refused.
const PAUSE: Duration = Duration::from_secs(1);
/// How long an answer to an attempt is kept.
const ATTEMPT_KEPT: Duration = Duration::from_hours(24);
/// How often old answers are looked for.
const SWEEP: Duration = Duration::from_hours(1);

/// What became of a try.
enum Outcome {
    Delivered,
    /// The endpoint isn't there or refuses: it won't be tried again.
    Refused(String),
    Failed(String),
}

/// Works until it is dropped.
pub(crate) async fn work(room: Arc<Room>) {
    let mut sweep_at = room.house.now().after(SWEEP);
    loop {
        let rest = match look(&room, &mut sweep_at).await {
            Ok(next) => next.map_or(REST_MAX, |next| next.since(room.house.now())),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "deliver messages");
                PAUSE
            }
        };
        // Either the bell or the time: both are reasons to look again.
        let _ = tokio::time::timeout(rest.min(REST_MAX), room.bell.notified()).await;
    }
}

/// Delivers what is due. Gives when more will be.
async fn look(room: &Room, sweep_at: &mut Timestamp) -> Result<Option<Timestamp>, store::Error> {
    let now = room.house.now();
    if *sweep_at <= now {
        let ago = |duration: Duration| {
            Timestamp::from_millis(now.as_millis() - duration.as_millis() as i64)
        };
        let old = tables::forget(&*room.store, ago(ATTEMPT_KEPT), ago(DEDUPLICATION)).await?;
        if !old.is_empty() {
            room.store.commit(old).await?;
        }
        *sweep_at = now.after(SWEEP);
    }
    let rows = tables::deliveries(&*room.store, LOOKED_MAX).await?;
    let later = rows.iter().map(|(due, _)| *due).find(|due| now < *due);
    let due = rows.into_iter().filter(|(due, _)| *due <= now);
    let (ordered, free): (Vec<_>, Vec<_>) = due.partition(|(_, it)| is_fifo(&it.topic_arn));
    let has_some = !ordered.is_empty() || !free.is_empty();
    let free = join_all(free.into_iter().map(|(due, delivery)| settle(room, due, delivery)));
    let in_order = async {
        for (due, delivery) in ordered {
            settle(room, due, delivery).await?;
        }
        Ok(())
    };
    let (free, in_order) = tokio::join!(free, in_order);
    for settled in free {
        settled?;
    }
    in_order?;
    // Behind what was due there may be more.
    Ok(if has_some { Some(now) } else { later })
}

/// Tries a delivery once, and writes what became of it.
async fn settle(room: &Room, due: Timestamp, mut delivery: Delivery) -> Result<(), store::Error> {
    let mut batch = Batch::new();
    tables::delete_delivery(&mut batch, due, &delivery.id);
    match send(room, &delivery).await {
        Outcome::Delivered => {}
        Outcome::Failed(reason) => match pause(delivery.tries) {
            Some(pause) => {
                delivery.tries += 1;
                tables::put_delivery(&mut batch, room.house.now().after(pause), &delivery);
            }
            None => bury(room, &delivery, &reason).await,
        },
        Outcome::Refused(reason) => bury(room, &delivery, &reason).await,
    }
    room.store.commit(batch).await
}

/// Sends what can't be delivered to the dead-letter queue of the subscription, if it has one.
async fn bury(room: &Room, delivery: &Delivery, reason: &str) {
    let subscription = delivery.subscription_arn.as_str();
    let Some(arn) = &delivery.dead_letter_arn else {
        tracing::warn!(subscription, reason, "a message couldn't be delivered");
        return;
    };
    let body = match delivery.protocol.as_str() {
        "sqs" => serde_json::from_str(&delivery.body).unwrap_or(Value::Null),
        _ => json!({"MessageBody": delivery.body}),
    };
    if let Err(error) = send_message(room, &format!("{} dead", delivery.id), arn, body).await {
        tracing::warn!(subscription, reason, %error, "a message couldn't be delivered, nor its dead letter");
    }
}

async fn send(room: &Room, delivery: &Delivery) -> Outcome {
    let sent = match delivery.protocol.as_str() {
        "lambda" => {
            let payload = STANDARD.encode(&delivery.body);
            let body = json!({
                "FunctionName": delivery.endpoint, "InvocationType": "Event", "Payload": payload,
            });
            call(room, &delivery.id, &delivery.topic_arn, ("lambda", "Invoke"), body).await
        }
        _ => match serde_json::from_str(&delivery.body) {
            Ok(body) => send_message(room, &delivery.id, &delivery.endpoint, body).await,
            Err(error) => return Outcome::Refused(error.to_string()),
        },
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
    attempt: &str,
    queue_arn: &str,
    mut body: Value,
) -> Result<(), CallError> {
    let mut parts = queue_arn.rsplit(':');
    let (name, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    body["QueueUrl"] =
        format!("https://sqs.{}.amazonaws.com/{account}/{name}", room.house.region()).into();
    call(room, attempt, queue_arn, ("sqs", "SendMessage"), body).await
}

/// Calls a neighbor for the account of that ARN.
async fn call(
    room: &Room,
    attempt: &str,
    arn: &str,
    (neighbor, operation): (&str, &str),
    body: Value,
) -> Result<(), CallError> {
    let account = base::Arn::parse(arn).map(|arn| arn.account).unwrap_or_default();
    let caller = Caller::root(&room.house);
    let ctx = Ctx::new(Arc::clone(&room.house), caller, room.house.uuid());
    let ctx = ctx.with_account(account).with_attempt(format!("sns {attempt}"));
    room.bus.call(ctx, neighbor, operation, Bytes::from(body.to_string())).await.map(drop)
}
