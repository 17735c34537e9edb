use crate::arn::TaggedArn;
use crate::errors::Error;
use crate::tags;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, TagResourceInput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let arn = TaggedArn::parse(&req.resource_arn)?;
    let added = tags::checked(&req.resource_arn, req.tags, ctx.limits())?;
    loop {
        let tagged = tags::find(ctx, &arn, &req.resource_arn).await?;
        let mut all = tagged.tags().to_vec();
        tags::merge(&mut all, &added);
        tags::check_count(&req.resource_arn, &all, ctx.limits())?;
        if ctx.commit(tagged.with(all)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
