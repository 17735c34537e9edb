//! What goes on by itself: the sweep of files that nothing names, and the delivery of notifications.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use store::Batch;

use crate::Room;
use crate::model::Segment;
use crate::notifications::EVENT_BRIDGE;
use crate::tables::{Notice, Tables};

/// Notifications that are delivered in one go.
const NOTICES_MAX: usize = 100;
/// The pause after a neighbor or the store has failed.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn work(room: Arc<Room>) {
    // What is written from now on is somebody's: files are dated by the clock of the house's machine.
    let now = u64::try_from(room.house.now().as_millis()).unwrap_or_default();
    let then = SystemTime::UNIX_EPOCH + Duration::from_millis(now);
    if let Err(error) = sweep(&room, then).await {
        tracing::error!(%error, "failed to sweep the bodies of objects");
    }
    loop {
        match deliver(&room).await {
            Ok(true) => {}
            Ok(false) => room.notices.notified().await,
            Err(error) => {
                tracing::error!(%error, "failed to deliver notifications of S3");
                pause().await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "notifications are rows; this is when to try again")]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}

async fn sweep(
    room: &Room,
    then: SystemTime,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let tables = Tables(&*room.store);
    for file in room.bodies.files_before(then)? {
        if !tables.names_file(&file).await? {
            room.bodies.remove([Segment { file, size: 0 }]).await;
        }
    }
    Ok(())
}

/// Delivers the oldest notifications. Whether there were any.
async fn deliver(room: &Room) -> Result<bool, store::Error> {
    let notices = Tables(&*room.store).notices(NOTICES_MAX).await?;
    let mut delivered = Batch::new();
    for notice in &notices {
        if let Err(error) = send(room, notice).await {
            // AWS tries again for a while too, but a target that refuses never gets it.
            tracing::warn!(target = notice.target, %error, "a notification of S3 was refused");
        }
        delivered.delete(notice.row.clone());
    }
    if notices.is_empty() {
        return Ok(false);
    }
    room.store.commit(delivered).await?;
    Ok(true)
}

async fn send(room: &Room, notice: &Notice) -> Result<Bytes, CallError> {
    let (service, operation, body) = request(room, notice);
    let caller = Caller { arn: "s3.amazonaws.com".to_owned() };
    let ctx = Ctx::new(Arc::clone(&room.house), caller, room.house.uuid());
    room.bus.call(ctx, service, operation, body.to_string().into()).await
}

/// How a target is told: which room, which operation, with which body.
fn request(room: &Room, notice: &Notice) -> (&'static str, &'static str, Value) {
    let text = &notice.text;
    if notice.target == EVENT_BRIDGE {
        let entry: Value = serde_json::from_str(text).unwrap_or_default();
        return ("events", "PutEvents", json!({ "Entries": [entry] }));
    }
    let mut parts = notice.target.splitn(6, ':').skip(2);
    match (parts.next(), parts.nth(1), parts.next()) {
        (Some("sqs"), Some(account), Some(name)) => {
            let region = room.house.region();
            let url = format!("https://sqs.{region}.amazonaws.com/{account}/{name}");
            ("sqs", "SendMessage", json!({ "QueueUrl": url, "MessageBody": text }))
        }
        (Some("sns"), ..) => (
            "sns",
            "Publish",
            json!({ "TopicArn": notice.target, "Subject": "Amazon S3 Notification", "Message": text }),
        ),
        _ => {
            use base64::Engine as _;
            let payload = base64::prelude::BASE64_STANDARD.encode(text);
            let body = json!({ "FunctionName": notice.target, "InvocationType": "Event", "Payload": payload });
            ("lambda", "Invoke", body)
        }
    }
}
