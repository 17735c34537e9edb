use crate::describe;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{FunctionUrlConfig, FunctionUrlInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html>
pub(crate) async fn get_function_url_config(
    ctx: &Visit<'_>,
    req: FunctionUrlInput,
) -> Result<FunctionUrlConfig, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let function = ctx.function(&arn).await?.value;
    let key = arn.qualifier_key();
    let config = function.urls.get(&key).ok_or(Error::NoUrl)?;
    Ok(describe::url_config(ctx, &arn, &key, config))
}
