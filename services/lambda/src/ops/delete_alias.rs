use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{AliasInput, Empty};

/// An alias that isn't there is no error.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html>
pub(crate) async fn delete_alias(ctx: &Visit<'_>, req: AliasInput) -> Result<Empty, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    ctx.change(&arn, |function, batch| {
        function.aliases.remove(&req.name);
        function.policies.remove(&req.name);
        function.event_configs.remove(&req.name);
        if let Some(url) = function.urls.remove(&req.name) {
            tables::delete_url(batch, &url.id);
        }
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
