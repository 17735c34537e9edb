use crate::arn::TaggedArn;
use crate::errors::Error;
use crate::tags;
use crate::visit::Visit;
use crate::wire::{ListTagsForResourceInput, ListTagsForResourceOutput, Tag};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    let arn = TaggedArn::parse(&req.resource_arn)?;
    let tagged = tags::find(ctx, &arn, &req.resource_arn).await?;
    let tags = tagged.tags().iter();
    let tags = tags.map(|tag| Tag { key: Some(tag.key.clone()), value: Some(tag.value.clone()) });
    Ok(ListTagsForResourceOutput { tags: tags.collect() })
}
