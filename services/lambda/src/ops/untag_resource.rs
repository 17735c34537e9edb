use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, UntagResourceInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let arn = ctx.function_arn(&req.resource)?;
    ctx.change(&arn, |function, _| {
        function.tags.retain(|key, _| !req.tag_keys.contains(key));
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
