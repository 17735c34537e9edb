use store::Batch;

use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, QueueInput};

/// The queue is gone at once, and its name free: AWS takes up to a minute.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html>
pub(crate) async fn delete_queue(ctx: &Visit<'_>, req: QueueInput) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let _changing = ctx.room().changing.lock().await;
    let written = {
        let mut state = queue.enter()?;
        state.is_deleted = true;
        let mut batch = Batch::new();
        tables::delete_queue(&mut batch, &queue.arn, &queue.id);
        ctx.room().remove(&queue.arn);
        ctx.store().commit(batch)
    };
    // Whoever waits for a message learns that the queue is gone.
    queue.bell.notify_waiters();
    queue.departure.notify_waiters();
    written.await?;
    Ok(Empty {})
}
