use store::Batch;

use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, QueueInput};

/// The queue is empty at once, so none of its purges is ever in progress: AWS takes up to a minute.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html>
pub(crate) async fn purge_queue(ctx: &Visit<'_>, req: QueueInput) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let written = {
        let mut state = queue.enter()?;
        state.shelf.clear();
        let mut batch = Batch::new();
        tables::delete_messages(&mut batch, &queue.id);
        ctx.store().commit(batch)
    };
    queue.departure.notify_waiters();
    written.await?;
    Ok(Empty {})
}
