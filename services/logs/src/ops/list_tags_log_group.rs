use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{GroupInput, TagsOutput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html>
pub(crate) async fn list_tags_log_group(
    ctx: &Visit<'_>,
    req: GroupInput,
) -> Result<TagsOutput, Error> {
    Ok(TagsOutput { tags: ctx.group(&req.log_group_name).await?.value.tags })
}
