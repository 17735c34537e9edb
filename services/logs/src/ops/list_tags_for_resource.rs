use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{ListTagsForResourceInput, TagsOutput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<TagsOutput, Error> {
    let name = ctx.scope().name_of_arn(&req.resource_arn)?;
    Ok(TagsOutput { tags: ctx.group(&name).await?.value.tags })
}
