use crate::errors::Error;
use crate::model::Tags;
use crate::ops::tagging;
use crate::visit::Visit;
use crate::wire::batch::{
    Empty, ListTagsForResourceInput, ListTagsForResourceOutput, TagResourceInput,
    UntagResourceInput,
};

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    change(ctx, &req.resource_arn, |tags| tags.extend(req.tags.clone())).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    change(ctx, &req.resource_arn, |tags| tags.retain(|key, _| !req.tag_keys.contains(key)))
        .await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    Ok(ListTagsForResourceOutput { tags: change(ctx, &req.resource_arn, |_| {}).await? })
}

async fn change(ctx: &Visit<'_>, arn: &str, act: impl Fn(&mut Tags)) -> Result<Tags, Error> {
    let tags = tagging::change(ctx, "batch", arn, act).await?;
    tags.ok_or_else(|| Error::batch(format!("Resource not found: {arn}")))
}
