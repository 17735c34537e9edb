use super::put_retention_policy;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, GroupInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html>
pub(crate) async fn delete_retention_policy(
    ctx: &Visit<'_>,
    req: GroupInput,
) -> Result<Empty, Error> {
    put_retention_policy::set(ctx, &req.log_group_name, None).await?;
    Ok(Empty {})
}
