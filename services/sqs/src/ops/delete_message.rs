use store::Batch;

use crate::errors::Error;
use crate::handle::Handle;
use crate::queue::{Queue, State};
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{DeleteMessageInput, Empty};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html>
pub(crate) async fn delete_message(
    ctx: &Visit<'_>,
    req: DeleteMessageInput,
) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let written = {
        let mut state = queue.enter()?;
        let mut batch = Batch::new();
        state.advance(ctx.now(), &mut batch);
        delete(&queue, &mut state, req.receipt_handle, &mut batch)?;
        ctx.store().commit(batch)
    };
    queue.bell.notify_waiters();
    written.await?;
    Ok(Empty {})
}

/// Any handle of a message deletes it from a standard queue; from a FIFO queue only the last one, while it holds.
/// What is deleted already can be deleted again.
pub(super) fn delete(
    queue: &Queue,
    state: &mut State,
    text: Option<String>,
    batch: &mut Batch,
) -> Result<(), Error> {
    let text = needed(text, "ReceiptHandle")?;
    let handle = Handle::parse(queue, &text)?;
    let Some(item) = state.shelf.item(handle.number) else { return Ok(()) };
    let holds =
        state.shelf.is_in_flight(handle.number) && item.receive_count == handle.receive_count;
    if queue.arn.is_fifo() && !holds {
        return Err(Error::value("ReceiptHandle", text, "The receipt handle has expired."));
    }
    state.shelf.remove(handle.number);
    state.forget_given(handle.number);
    tables::delete_message(batch, &queue.id, handle.number);
    Ok(())
}
