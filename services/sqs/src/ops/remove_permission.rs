use store::Batch;

use crate::errors::Error;
use crate::permissions;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{Empty, RemovePermissionInput};

/// Takes a statement out of the queue's policy.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html>
pub(crate) async fn remove_permission(
    ctx: &Visit<'_>,
    req: RemovePermissionInput,
) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let label = needed(req.label, "Label")?;

    let _changing = ctx.room().changing.lock().await;
    let written = {
        let mut state = queue.enter()?;
        let policy = permissions::remove(state.record.settings.policy.as_deref(), &label)?;
        state.record.settings.policy = policy;
        state.record.modified_at = ctx.now();
        let mut batch = Batch::new();
        tables::put_queue(&mut batch, &queue.arn, &state.record);
        ctx.store().commit(batch)
    };
    written.await?;
    Ok(Empty {})
}
