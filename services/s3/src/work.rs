//! What goes on by itself: the sweep of files that nothing names, and the delivery of notifications.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use store::Batch;

use crate::Room;
use crate::lifecycle;
use crate::model::{Bucket, Segment};
use crate::notifications::EVENT_BRIDGE;
use crate::tables::{Notice, Tables};

/// The service principal that resource policies name.
const PRINCIPAL: &str = "s3.amazonaws.com";
/// Notifications that are delivered in one go.
const NOTICES_MAX: usize = 100;
/// The pause after a neighbor or the store has failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Between two looks for what has expired. Objects expire at midnight, and AWS takes longer to notice.
const AGING_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How long a target that is in trouble is tried again.
const TRIED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) async fn work(room: Arc<Room>) {
    if let Err(error) = restore(&room).await {
        tracing::error!(%error, "failed to bring back buckets whose deletion was interrupted");
    }
    // What is written from now on is somebody's: files are dated by the clock of the house's machine.
    let now = u64::try_from(room.house.now().as_millis()).unwrap_or_default();
    let then = SystemTime::UNIX_EPOCH + Duration::from_millis(now);
    if let Err(error) = sweep(&room, then).await {
        tracing::error!(%error, "failed to sweep the bodies of objects");
    }
    tokio::join!(deliver_for_ever(&room), age_for_ever(&room));
}

async fn deliver_for_ever(room: &Room) {
    loop {
        match deliver(room).await {
            Ok(Delivered::All) => {}
            Ok(Delivered::Nothing) => room.notices.notified().await,
            Ok(Delivered::Some) => pause(PAUSE).await,
            Err(error) => {
                tracing::error!(%error, "failed to deliver notifications of S3");
                pause(PAUSE).await;
            }
        }
    }
}

async fn age_for_ever(room: &Room) {
    loop {
        age(room).await;
        pause(AGING_PAUSE).await;
    }
}

/// Lets go what has expired. What can't go now goes with the next look.
pub(crate) async fn age(room: &Room) {
    if let Err(error) = lifecycle::age(room).await {
        tracing::error!(%error, "failed to follow the lifecycle rules of a bucket");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is to do is in rows; this is when to look again"
)]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Takes the mark off buckets that a crash has left on their way out: nobody was told that they are gone.
async fn restore(room: &Room) -> Result<(), store::Error> {
    let (tables, mut after) = (Tables(&*room.store), None);
    loop {
        let page = tables.buckets(after.as_deref()).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.name.clone());
        for found in page.iter().filter(|found| found.value.is_going) {
            let staying = Bucket { is_going: false, ..found.value.clone() };
            match room.store.commit(found.change(&staying)).await {
                // It is being deleted right now.
                Ok(()) | Err(store::Error::PreconditionFailed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
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

/// What became of the oldest notifications.
enum Delivered {
    Nothing,
    All,
    /// Not those whose targets are in trouble.
    Some,
}

async fn deliver(room: &Room) -> Result<Delivered, store::Error> {
    let notices = Tables(&*room.store).notices(NOTICES_MAX).await?;
    let mut delivered = Batch::new();
    for notice in &notices {
        if let Err(error) = send(room, notice).await {
            let is_young = room.house.now().since(notice.at) < TRIED_FOR;
            tracing::warn!(target = notice.target, %error, "a notification of S3 was not taken");
            if is_young && may_pass(&error) {
                continue;
            }
        }
        delivered.delete(notice.row.clone());
    }
    if notices.is_empty() {
        return Ok(Delivered::Nothing);
    }
    let is_all = delivered.changes().len() == notices.len();
    room.store.commit(delivered).await?;
    Ok(if is_all { Delivered::All } else { Delivered::Some })
}

/// Whether it is worth trying again: a refusal is one for ever, trouble isn't.
fn may_pass(error: &CallError) -> bool {
    match error {
        CallError::Refused(error) => 500 <= error.status || error.status == 429,
        CallError::Unanswered(_) => true,
        CallError::NoRoom(_) => false,
    }
}

async fn send(room: &Room, notice: &Notice) -> Result<Bytes, CallError> {
    let (service, operation, body) = request(room, notice)?;
    let ctx = ctx_of(room, notice).await;
    room.bus.call(ctx, service, operation, body.to_string().into()).await
}

/// S3 asks for the bucket, whose ARN doesn't say whose it is.
async fn ctx_of(room: &Room, notice: &Notice) -> Ctx {
    let caller = Caller { arn: PRINCIPAL.to_owned() };
    let ctx = Ctx::new(Arc::clone(&room.house), caller, room.house.uuid());
    let told: Value = serde_json::from_str(&notice.text).unwrap_or_default();
    let bucket = &told["Records"][0]["s3"]["bucket"];
    let (Some(name), Some(arn)) = (bucket["name"].as_str(), bucket["arn"].as_str()) else {
        return ctx;
    };
    let ctx = ctx.with_source_arn(arn);
    match Tables(&*room.store).bucket(name).await {
        Ok(Some(bucket)) => ctx.with_account(bucket.value.account),
        // What a bucket told that is gone by now was told in the house's own account, unless there are several.
        Ok(None) | Err(_) => ctx,
    }
}

/// How a target is told: which room, which operation, with which body.
fn request(room: &Room, notice: &Notice) -> Result<(&'static str, &'static str, Value), CallError> {
    let text = &notice.text;
    if notice.target == EVENT_BRIDGE {
        let entry: Value = serde_json::from_str(text)
            .map_err(|error| CallError::Unanswered(format!("its row is no event: {error}")))?;
        return Ok(("events", "PutEvents", json!({ "Entries": [entry] })));
    }
    let mut parts = notice.target.splitn(6, ':').skip(2);
    Ok(match (parts.next(), parts.nth(1), parts.next()) {
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
    })
}

#[cfg(test)]
mod tests {
    use aws::PageTokens;
    use base::{Entropy, ManualClock, Timestamp};
    use service::{Bus, House};
    use store::Memory;
    use tokio::sync::Notify;

    use super::*;
    use crate::bodies::Bodies;
    use crate::model::Versioning;
    use crate::tables;

    fn room(folder: &std::path::Path) -> Room {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(1)));
        let (entropy, page_tokens) = (Entropy::from_number(1), PageTokens::new([0; 32]));
        let house = House::new("000000000000", "us-east-1", clock, entropy, page_tokens);
        Room {
            store: Arc::new(Memory::default()),
            house: Arc::new(house),
            bus: Bus::new(),
            bodies: Bodies::open(folder).expect("opens"),
            notices: Notify::new(),
        }
    }

    #[tokio::test]
    async fn a_bucket_whose_deletion_a_crash_has_interrupted_is_there_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let room = room(folder.path());
        let going = Bucket {
            account: "000000000000".into(),
            region: "us-east-1".into(),
            created_at: Timestamp::from_millis(1),
            versioning: Versioning::Enabled,
            is_going: true,
        };
        room.store.commit(tables::new_bucket("b", &going)).await.expect("commits");
        restore(&room).await.expect("restores");
        let found = Tables(&*room.store).bucket("b").await.expect("reads").expect("is there");
        assert_eq!(found.value, Bucket { is_going: false, ..going });
    }

    #[tokio::test]
    async fn a_notice_that_is_no_event_is_kept_and_not_sent() {
        let folder = tempfile::tempdir().expect("a folder");
        let room = room(folder.path());
        let mut batch = Batch::new();
        let now = room.house.now();
        tables::put_notice(&mut batch, "n", now, EVENT_BRIDGE, "not JSON");
        room.store.commit(batch).await.expect("commits");
        assert!(matches!(deliver(&room).await, Ok(Delivered::Some)));
        let kept = Tables(&*room.store).notices(NOTICES_MAX).await.expect("reads");
        assert_eq!(kept.len(), 1);
        let refused = request(&room, &kept[0]).expect_err("isn't sent");
        assert!(refused.to_string().starts_with("its row is no event"), "{refused}");
    }

    #[test]
    fn trouble_may_pass_and_a_refusal_does_not() {
        assert!(may_pass(&CallError::Refused(aws::Error::internal())));
        assert!(may_pass(&CallError::Unanswered("reset".into())));
        assert!(!may_pass(&CallError::Refused(aws::Error::unknown_operation())));
    }
}
