use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, FunctionNameInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html>
pub(crate) async fn delete_function_concurrency(
    ctx: &Visit<'_>,
    req: FunctionNameInput,
) -> Result<Empty, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    ctx.change(&arn, |function, _| {
        function.reserved_concurrency = None;
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
