use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, QualifiedInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html>
pub(crate) async fn delete_function_event_invoke_config(
    ctx: &Visit<'_>,
    req: QualifiedInput,
) -> Result<Empty, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    ctx.change(&arn, |function, _| match function.event_configs.remove(&arn.qualifier_key()) {
        Some(_) => Ok(()),
        None => Err(Error::NoEventConfig(arn.clone())),
    })
    .await?;
    Ok(Empty {})
}
