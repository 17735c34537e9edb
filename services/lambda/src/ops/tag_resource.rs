use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, TagResourceInput};

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html>
const TAGS_MAX: usize = 50;

/// <https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let arn = ctx.function_arn(&req.resource)?;
    if req.tags.keys().any(|key| key.starts_with("aws:")) {
        return Err(Error::invalid("Tag keys that begin with aws: are reserved"));
    }
    ctx.change(&arn, |function, _| {
        function.tags.extend(req.tags.clone());
        if TAGS_MAX < function.tags.len() {
            return Err(Error::invalid("The number of tags on the resource must not exceed 50"));
        }
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
