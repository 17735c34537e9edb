use store::Batch;

use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{DeleteResourcePolicyInput, Empty};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html>
pub(crate) async fn delete_resource_policy(
    ctx: &Visit<'_>,
    req: DeleteResourcePolicyInput,
) -> Result<Empty, Error> {
    let name = req.policy_name.unwrap_or_default();
    let scope = ctx.scope();
    if ctx.tables().policies(&scope).await?.iter().all(|(other, _)| *other != name) {
        return Err(Error::PolicyNotFound(name));
    }
    let mut batch = Batch::new();
    tables::delete_policy(&mut batch, &scope, &name);
    ctx.commit(batch).await?;
    Ok(Empty {})
}
