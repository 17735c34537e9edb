use store::Batch;

use super::change_message_visibility::change;
use crate::batch;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{BatchOutput, ChangeMessageVisibilityBatchInput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html>
pub(crate) async fn change_message_visibility_batch(
    ctx: &Visit<'_>,
    req: ChangeMessageVisibilityBatchInput,
) -> Result<BatchOutput, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let name = "ChangeMessageVisibilityBatchRequestEntry";
    let entries = batch::entries(ctx.limits(), req.entries, name, |entry| entry.id.take())?;
    let (outcomes, written) = {
        let mut state = queue.enter()?;
        let (now, mut changes) = (ctx.now(), Batch::new());
        state.advance(now, &mut changes);
        let outcomes: Vec<_> = entries
            .into_iter()
            .map(|(id, entry)| {
                let (handle, seconds) = (entry.receipt_handle, entry.visibility_timeout);
                (id, change(&queue, &mut state, now, handle, seconds, &mut changes))
            })
            .collect();
        (outcomes, ctx.store().commit(changes))
    };
    queue.bell.notify_waiters();
    written.await?;
    batch::output(outcomes)
}
