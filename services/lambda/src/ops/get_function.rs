use crate::describe;
use crate::errors::Error;
use crate::model::Code;
use crate::visit::Visit;
use crate::wire::{Concurrency, FunctionCodeLocation, GetFunctionOutput, QualifiedInput};

/// The location is a file of this machine, shown only where folders of it may be named too.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>
pub(crate) async fn get_function(
    ctx: &Visit<'_>,
    req: QualifiedInput,
) -> Result<GetFunctionOutput, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let target = ctx.room().target(&arn).await?;
    let path = match &target.settings.code {
        Code::Zip { sha256, .. } => ctx.room().folders.zip(sha256),
        Code::Folder { path } => path.into(),
    };
    let location = ctx.room().allows_local_folders.then(|| format!("file://{}", path.display()));
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
