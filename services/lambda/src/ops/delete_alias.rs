use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{AliasInput, Empty};

/// An alias that isn't there is no error.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html>
pub(crate) async fn delete_alias(ctx: &Visit<'_>, req: AliasInput) -> Result<Empty, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    ctx.change(&arn, |function, _| {
        function.aliases.remove(&req.name);
        function.policies.remove(&req.name);
        function.event_configs.remove(&req.name);
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
