use crate::describe;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Concurrency, FunctionCodeLocation, GetFunctionOutput, QualifiedInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>
pub(crate) async fn get_function(
    ctx: &Visit<'_>,
    req: QualifiedInput,
) -> Result<GetFunctionOutput, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let target = ctx.room().target(&arn).await?;
    let location = ctx.location(&target.settings.code);
    let function = target.function;
    let reserved = function.reserved_concurrency.map(u32::cast_signed);
    Ok(GetFunctionOutput {
        configuration: describe::configuration(&arn, &target.version, &target.settings),
        code: FunctionCodeLocation { repository_type: "S3".to_owned(), location },
        tags: Some(function.tags).filter(|tags| !tags.is_empty()),
        concurrency: reserved
            .map(|most| Concurrency { reserved_concurrent_executions: Some(most) }),
    })
}
