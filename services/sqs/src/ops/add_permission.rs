use store::Batch;

use crate::errors::Error;
use crate::permissions;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{AddPermissionInput, Empty};

/// Writes a statement into the queue's policy.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html>
pub(crate) async fn add_permission(
    ctx: &Visit<'_>,
    req: AddPermissionInput,
) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let label = needed(req.label, "Label")?;
    let accounts = needed(req.a_w_s_account_ids, "AWSAccountIds")?;
    let actions = needed(req.actions.filter(|actions| !actions.is_empty()), "Actions")?;

    let _changing = ctx.room().changing.lock().await;
    let written = {
        let mut state = queue.enter()?;
        let policy = state.record.settings.policy.as_deref();
        let policy = permissions::add(policy, &queue.arn, &label, &accounts, &actions)?;
        state.record.settings.policy = Some(policy);
        state.record.modified_at = ctx.now();
        let mut batch = Batch::new();
        tables::put_queue(&mut batch, &queue.arn, &state.record);
        ctx.store().commit(batch)
    };
    written.await?;
    Ok(Empty {})
}
