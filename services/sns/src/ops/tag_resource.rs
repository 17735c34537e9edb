use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, TagResourceInput};

const TAGS_MAX: usize = 50;

/// <https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let found = tables::topic(ctx.store(), &req.resource_arn).await?;
    let found = found.ok_or(Error::ResourceNotFound)?;
    let mut topic = found.value.clone();
    topic.tags.extend(req.tags.into_iter().map(|tag| (tag.key, tag.value)));
    if TAGS_MAX < topic.tags.len() {
        return Err(Error::TagLimitExceeded);
    }

    ctx.commit(found.change(topic)).await?;
    Ok(Empty {})
}
