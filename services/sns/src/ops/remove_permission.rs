use crate::errors::Error;
use crate::permissions;
use crate::visit::Visit;
use crate::wire::{Empty, RemovePermissionInput};

/// Takes a statement out of the topic's policy.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html>
pub(crate) async fn remove_permission(
    ctx: &Visit<'_>,
    req: RemovePermissionInput,
) -> Result<Empty, Error> {
    ctx.change_policy(&req.topic_arn, |policy| permissions::remove(policy, &req.label)).await?;
    Ok(Empty {})
}
