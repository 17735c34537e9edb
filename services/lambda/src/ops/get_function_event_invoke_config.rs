use crate::describe;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{FunctionEventInvokeConfig, QualifiedInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html>
pub(crate) async fn get_function_event_invoke_config(
    ctx: &Visit<'_>,
    req: QualifiedInput,
) -> Result<FunctionEventInvokeConfig, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let function = ctx.function(&arn).await?.value;
    let key = arn.qualifier_key();
    match function.event_configs.get(&key) {
        Some(config) => Ok(describe::event_config(&arn, &key, config)),
        None => Err(Error::NoEventConfig(arn)),
    }
}
