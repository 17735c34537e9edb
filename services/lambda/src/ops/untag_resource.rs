use crate::errors::Error;
use crate::tags;
use crate::visit::Visit;
use crate::wire::{Empty, UntagResourceInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let is_kept = |key: &String| !req.tag_keys.contains(key);
    tags::change(ctx, &req.resource, |tags| tags.retain(|key, _| is_kept(key))).await?;
    Ok(Empty {})
}
