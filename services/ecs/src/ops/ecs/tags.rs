use crate::describe;
use crate::errors::Error;
use crate::model::Tags;
use crate::ops::tagging;
use crate::visit::Visit;
use crate::wire::ecs::{
    Empty, ListTagsForResourceInput, ListTagsForResourceOutput, TagResourceInput,
    UntagResourceInput,
};

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let more = describe::tags_of(Some(req.tags));
    change(ctx, &req.resource_arn, |tags| tags.extend(more.clone())).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    change(ctx, &req.resource_arn, |tags| tags.retain(|key, _| !req.tag_keys.contains(key)))
        .await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    let tags = change(ctx, &req.resource_arn, |_| {}).await?;
    Ok(ListTagsForResourceOutput { tags: describe::tags(&tags) })
}

async fn change(ctx: &Visit<'_>, arn: &str, act: impl Fn(&mut Tags)) -> Result<Tags, Error> {
    let tags = tagging::change(ctx, "ecs", arn, act).await?;
    tags.ok_or(match arn.contains(":cluster/") {
        true => Error::ClusterNotFound,
        false => Error::ResourceNotFound,
    })
}
