//! Subscriptions: what they want of the events that come, and how they get it.
//!
//! A delivery is a row in the batch of its events, tried again with pauses for a day, as on AWS, and made by the Bus on
//! behalf of the service. A subscriber may get events twice, never half of a delivery.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base::{Arn, Entropy, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use store::{Batch, Store};

use crate::Room;
use crate::errors::Error;
use crate::event_id::event_id;
use crate::model::{Delivery, DeliveryPlace, Event, Subscription};
use crate::pattern::Pattern;
use crate::tables::{self, StreamName, Tables};

/// The service principal that the policies of functions name.
pub(crate) const PRINCIPAL: &str = "logs.amazonaws.com";
/// Bytes of messages in one delivery: packed and written in Base64 they fit into an event for a function.
const DATA_BYTES_MAX: usize = 180_000;
/// Deliveries that are made together.
const AT_ONCE: usize = 32;
/// How long a delivery is tried.
const TRIED_FOR: Duration = Duration::from_hours(24);
/// The pause after trouble of our own.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(600);
/// The longest sleep: a clock that was set is noticed after it.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// Adds what the subscriptions of a group want of new events to the batch of these. Whether there is anything.
pub(crate) fn put_deliveries(
    batch: &mut Batch,
    subscriptions: &[Subscription],
    stream: &StreamName<'_>,
    events: &[Event],
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<bool, Error> {
    let mut any = false;
    for subscription in subscriptions {
        let pattern = Pattern::parse(&subscription.pattern)?;
        let wanted = events.iter().filter(|event| pattern.matches(&event.message));
        for chunk in chunks(wanted) {
            let delivery = Delivery {
                destination_arn: subscription.destination_arn.clone(),
                group_arn: stream.scope.group(stream.group),
                data: data(subscription, stream, &chunk).to_string(),
                created_at: now,
                attempts: 0,
            };
            let place = DeliveryPlace { due: now, id: entropy.next_u64() };
            tables::put_delivery(batch, place, delivery);
            any = true;
        }
    }
    Ok(any)
}

fn chunks<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<Vec<&'e Event>> {
    let mut chunks: Vec<Vec<&Event>> = Vec::new();
    let mut bytes = 0;
    for event in events {
        bytes += event.message.len();
        match chunks.last_mut() {
            Some(chunk) if bytes <= DATA_BYTES_MAX => chunk.push(event),
            _ => {
                bytes = event.message.len();
                chunks.push(vec![event]);
            }
        }
    }
    chunks
}

fn data(subscription: &Subscription, stream: &StreamName<'_>, events: &[&Event]) -> Value {
    let shown = |event: &&Event| {
        json!({
            "id": event_id(stream.name, event.place),
            "timestamp": event.place.at,
            "message": event.message,
        })
    };
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": stream.scope.account(),
        "logGroup": stream.group,
        "logStream": stream.name,
        "subscriptionFilters": [subscription.name],
        "logEvents": events.iter().map(shown).collect::<Vec<_>>(),
    })
}

/// Makes deliveries, for as long as the process lives.
pub(crate) async fn work(room: Arc<Room>) {
    loop {
        let idle = deliver_due(&room).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "deliver log events");
            PAUSE
        });
        #[expect(clippy::disallowed_methods, reason = "deliveries are rows; this is when to look")]
        let over = tokio::time::sleep(idle);
        tokio::select! {
            () = over => {}
            () = room.events_to_deliver.notified() => {}
        }
    }
}

/// Makes what is due; says how long there is nothing more to do.
async fn deliver_due(room: &Arc<Room>) -> Result<Duration, Error> {
    loop {
        let store: &dyn Store = &*room.store;
        let now = room.house.now();
        let deliveries = Tables(store).deliveries(AT_ONCE).await?;
        let next = deliveries.iter().map(|(place, _)| place.due).find(|due| now < *due);
        let due: Vec<_> = deliveries.into_iter().filter(|(place, _)| place.due <= now).collect();
        if due.is_empty() {
            return Ok(next.map_or(SLEEP_MAX, |next| next.since(now).min(SLEEP_MAX)));
        }
        let mut made = tokio::task::JoinSet::new();
        for (place, delivery) in due {
            let room = Arc::clone(room);
            made.spawn(async move {
                let delivered = deliver(&room, place, &delivery).await;
                (place, delivery, delivered)
            });
        }
        let mut batch = Batch::new();
        while let Some(made) = made.join_next().await {
            // One that panicked is still there, and is made again later.
            let Ok((place, delivery, delivered)) = made else { continue };
            batch.delete(tables::delivery_key(place));
            if let Err(error) = delivered {
                put_again(room, &mut batch, place, delivery, &error);
            }
        }
        if batch.is_empty() {
            return Ok(PAUSE);
        }
        room.store.commit(batch).await?;
    }
}

async fn deliver(room: &Room, place: DeliveryPlace, delivery: &Delivery) -> Result<(), CallError> {
    let packed = json!({"awslogs": {"data": packed(&delivery.data)}});
    let body = json!({
        "FunctionName": delivery.destination_arn,
        "InvocationType": "Event",
        "Payload": STANDARD.encode(packed.to_string()),
    });
    let account = Arn::parse(&delivery.group_arn).map(|arn| arn.account).unwrap_or_default();
    let caller = Caller { arn: PRINCIPAL.to_owned() };
    let ctx = Ctx::new(Arc::clone(&room.house), caller, room.house.uuid())
        .with_account(account)
        .with_source_arn(&*delivery.group_arn)
        .with_attempt(format!("logs:{}", place.id));
    room.bus.call(ctx, "lambda", "Invoke", Bytes::from(body.to_string())).await.map(drop)
}

/// Gzip in Base64.
fn packed(data: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data.as_bytes()).expect("writing to memory succeeds");
    STANDARD.encode(encoder.finish().expect("writing to memory succeeds"))
}

/// Adds the delivery for a later time, unless it has been tried for long enough or won't ever be taken.
fn put_again(
    room: &Room,
    batch: &mut Batch,
    place: DeliveryPlace,
    delivery: Delivery,
    error: &CallError,
) {
    let may_pass = match error {
        CallError::Refused(error) => {
            error.is_server_fault() || error.code.contains("TooManyRequests")
        }
        CallError::Unanswered(_) => true,
        CallError::NoRoom(_) => false,
    };
    let pause = Duration::from_millis(500 << delivery.attempts.min(12)).min(PAUSE_MAX);
    let due = room.house.now().after(pause);
    let (destination, group) = (&delivery.destination_arn, &delivery.group_arn);
    if may_pass && due.since(delivery.created_at) < TRIED_FOR {
        let delivery = Delivery { attempts: delivery.attempts + 1, ..delivery };
        tables::put_delivery(batch, DeliveryPlace { due, ..place }, delivery);
    } else {
        tracing::warn!(%destination, %group, %error, "log events can't be delivered");
    }
}
