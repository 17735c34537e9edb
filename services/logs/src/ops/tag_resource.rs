use super::tag_log_group;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, TagResourceInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let name = ctx.scope().name_of_arn(&req.resource_arn)?;
    tag_log_group::add(ctx, &name, req.tags).await?;
    Ok(Empty {})
}
