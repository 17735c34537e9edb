use super::untag_log_group;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, UntagResourceInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let name = ctx.scope().name_of_arn(&req.resource_arn)?;
    untag_log_group::remove(ctx, &name, &req.tag_keys).await?;
    Ok(Empty {})
}
