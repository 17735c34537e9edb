use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{ListTagsForResourceInput, ListTagsForResourceOutput, Tag};

/// <https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    let found = tables::topic(ctx.store(), &req.resource_arn).await?;
    let found = found.ok_or(Error::ResourceNotFound)?;
    let tags = found.value.tags.into_iter().map(|(key, value)| Tag { key, value });
    Ok(ListTagsForResourceOutput { tags: tags.collect() })
}
