use crate::errors::Error;
use crate::tags;
use crate::visit::Visit;
use crate::wire::{Empty, TagResourceInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    tags::change(ctx, &req.resource, |tags| tags.extend(req.tags.clone())).await?;
    Ok(Empty {})
}
