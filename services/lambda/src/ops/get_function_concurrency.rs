use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Concurrency, FunctionNameInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html>
pub(crate) async fn get_function_concurrency(
    ctx: &Visit<'_>,
    req: FunctionNameInput,
) -> Result<Concurrency, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let reserved = ctx.function(&arn).await?.value.reserved_concurrency;
    Ok(Concurrency { reserved_concurrent_executions: reserved.map(u32::cast_signed) })
}
