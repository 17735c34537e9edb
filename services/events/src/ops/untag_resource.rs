use super::tag_resource;
use crate::errors::Error;
use crate::identifier::Tagged;
use crate::visit::Visit;
use crate::wire::{Empty, UntagResourceInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let tagged = Tagged::of_arn(&req.resource_a_r_n)?;
    let without = |tags: &mut crate::model::Tags| tags.retain(|key, _| !req.tag_keys.contains(key));
    tag_resource::change(ctx, &tagged, without).await?;
    Ok(Empty {})
}
