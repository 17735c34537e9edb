use crate::errors::Error;
use crate::tags;
use crate::visit::Visit;
use crate::wire::{ListTagsInput, ListTagsOutput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html>
pub(crate) async fn list_tags(
    ctx: &Visit<'_>,
    req: ListTagsInput,
) -> Result<ListTagsOutput, Error> {
    Ok(ListTagsOutput { tags: tags::of(ctx, &req.resource).await? })
}
