//! What the attempt of a task was answered, kept with what it changed: it is answered so again, and nothing happens twice.

use std::time::Duration;

use aws::Shape;
use base::Timestamp;
use serde::Serialize;
use store::Batch;

use crate::Room;
use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;

/// How long an answer is kept. A task asks again when the house has started, which is long before that has passed.
const KEPT: Duration = Duration::from_hours(24);
/// How often old answers are looked for.
pub(crate) const SWEEP: Duration = Duration::from_hours(1);

/// What this attempt was answered, if it has asked before.
pub(crate) async fn answered<T: Shape>(ctx: &Visit<'_>) -> Result<Option<T>, Error> {
    let Some(attempt) = ctx.request.attempt() else { return Ok(None) };
    let reply = tables::attempt(ctx.store(), attempt).await?;
    Ok(reply.map(|reply| aws::decode(reply.as_bytes())).transpose()?)
}

/// Keeps the answer, if an attempt asks.
pub(crate) fn keep<T: Serialize>(
    ctx: &Visit<'_>,
    batch: &mut Batch,
    reply: &T,
) -> Result<(), Error> {
    if let Some(attempt) = ctx.request.attempt() {
        let text = String::from_utf8_lossy(&aws::encode(reply)?).into_owned();
        tables::put_attempt(batch, attempt, ctx.now(), text);
    }
    Ok(())
}

pub(crate) async fn sweep(room: &Room, now: Timestamp) -> Result<(), store::Error> {
    let before = Timestamp::from_millis(now.as_millis() - KEPT.as_millis() as i64);
    let batch = tables::forget_attempts(&*room.store, before).await?;
    if batch.is_empty() { Ok(()) } else { room.store.commit(batch).await }
}
