use store::Batch;

use super::delete_message::delete;
use crate::batch;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{BatchOutput, DeleteMessageBatchInput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html>
pub(crate) async fn delete_message_batch(
    ctx: &Visit<'_>,
    req: DeleteMessageBatchInput,
) -> Result<BatchOutput, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let name = "DeleteMessageBatchRequestEntry";
    let entries = batch::entries(ctx.limits(), req.entries, name, |entry| entry.id.take())?;
    let (outcomes, written) = {
        let mut state = queue.enter()?;
        let mut changes = Batch::new();
        state.advance(ctx.now(), &mut changes);
        let outcomes: Vec<_> = entries
            .into_iter()
            .map(|(id, entry)| (id, delete(&queue, &mut state, entry.receipt_handle, &mut changes)))
            .collect();
        (outcomes, ctx.store().commit(changes))
    };
    queue.bell.notify_waiters();
    written.await?;
    batch::output(outcomes)
}
