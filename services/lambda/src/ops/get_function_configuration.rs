use crate::describe;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{FunctionConfiguration, QualifiedInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>
pub(crate) async fn get_function_configuration(
    ctx: &Visit<'_>,
    req: QualifiedInput,
) -> Result<FunctionConfiguration, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let target = ctx.room().target(&arn).await?;
    Ok(describe::configuration(&arn, &target.version, &target.settings))
}
