use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{FunctionNameInput, GetFunctionCodeSigningConfigOutput};

/// No function has one here; tools that describe functions ask all the same.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html>
pub(crate) async fn get_function_code_signing_config(
    ctx: &Visit<'_>,
    req: FunctionNameInput,
) -> Result<GetFunctionCodeSigningConfigOutput, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    ctx.function(&arn).await?;
    Ok(GetFunctionCodeSigningConfigOutput {
        code_signing_config_arn: String::new(),
        function_name: arn.name,
    })
}
