use std::time::Duration;

use base::Timestamp;
use store::Batch;

use crate::errors::Error;
use crate::handle::Handle;
use crate::queue::{Queue, State};
use crate::tables;
use crate::visit::{Visit, bounded, needed};
use crate::wire::{ChangeMessageVisibilityInput, Empty};

/// The longest that a message is held, all changes together.
const HOLD_SECONDS_MAX: u32 = 43_200;

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>
pub(crate) async fn change_message_visibility(
    ctx: &Visit<'_>,
    req: ChangeMessageVisibilityInput,
) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    needed(req.visibility_timeout, "VisibilityTimeout")?;
    let written = {
        let mut state = queue.enter()?;
        let (now, mut batch) = (ctx.now(), Batch::new());
        state.advance(now, &mut batch);
        change(&queue, &mut state, now, req.receipt_handle, req.visibility_timeout, &mut batch)?;
        ctx.store().commit(batch)
    };
    queue.bell.notify_waiters();
    written.await?;
    Ok(Empty {})
}

pub(super) fn change(
    queue: &Queue,
    state: &mut State,
    now: Timestamp,
    text: Option<String>,
    seconds: Option<i32>,
    batch: &mut Batch,
) -> Result<(), Error> {
    let text = needed(text, "ReceiptHandle")?;
    let handle = Handle::parse(queue, &text)?;
    let reason = "Must be between 0 and 43200, if provided."; // By analogy.
    let most = HOLD_SECONDS_MAX.cast_signed();
    let seconds = bounded(seconds, "VisibilityTimeout", 0, most, reason)?;
    let seconds = needed(seconds, "VisibilityTimeout")?;
    if state.shelf.item(handle.number).is_none() {
        let reason = "Message does not exist or is not available for visibility timeout change.";
        return Err(Error::value("ReceiptHandle", text, reason));
    }
    if !state.shelf.is_in_flight(handle.number) {
        return Err(Error::MessageNotInflight);
    }
    let until = now.after(Duration::from_secs(seconds.into()));
    if let Some(item) = state.shelf.hold_until(handle.number, until) {
        tables::put_item(batch, &queue.id, handle.number, &item);
        state.forget_given(handle.number);
        state.shelf.settle(now);
    }
    Ok(())
}
