use crate::errors::Error;
use crate::permissions;
use crate::visit::Visit;
use crate::wire::{AddPermissionInput, Empty};

/// Writes a statement into the topic's policy.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html>
pub(crate) async fn add_permission(
    ctx: &Visit<'_>,
    req: AddPermissionInput,
) -> Result<Empty, Error> {
    let AddPermissionInput { topic_arn, label, a_w_s_account_id: accounts, action_name } = req;
    let change = |policy: &mut serde_json::Value| {
        permissions::add(policy, &topic_arn, &label, &accounts, &action_name)
    };
    ctx.change_policy(&topic_arn, change).await?;
    Ok(Empty {})
}
