use crate::arn::Qualifier;
use crate::describe;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{AliasConfiguration, AliasInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html>
pub(crate) async fn get_alias(
    ctx: &Visit<'_>,
    req: AliasInput,
) -> Result<AliasConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let function = ctx.function(&arn).await?.value;
    match function.aliases.get(&req.name) {
        Some(alias) => Ok(describe::alias(&arn, &req.name, alias)),
        None => Err(Error::AliasNotFound(arn.qualified(Qualifier::Alias(req.name)))),
    }
}
