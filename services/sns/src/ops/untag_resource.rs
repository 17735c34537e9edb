use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, UntagResourceInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let found = tables::topic(ctx.store(), &req.resource_arn).await?;
    let found = found.ok_or(Error::ResourceNotFound)?;
    let mut topic = found.value.clone();
    topic.tags.retain(|key, _| !req.tag_keys.contains(key));

    ctx.commit(found.change(topic)).await?;
    Ok(Empty {})
}
