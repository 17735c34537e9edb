use crate::arn::TaggedArn;
use crate::errors::Error;
use crate::tags;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, UntagResourceInput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let arn = TaggedArn::parse(&req.resource_arn)?;
    loop {
        let tagged = tags::find(ctx, &arn, &req.resource_arn).await?;
        let mut rest = tagged.tags().to_vec();
        rest.retain(|tag| !req.tag_keys.contains(&tag.key));
        if ctx.commit(tagged.with(rest)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
