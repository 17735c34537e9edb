use super::put_function_event_invoke_config::set;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{EventInvokeConfigInput, FunctionEventInvokeConfig};

/// What a request doesn't name stays as it is.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html>
pub(crate) async fn update_function_event_invoke_config(
    ctx: &Visit<'_>,
    req: EventInvokeConfigInput,
) -> Result<FunctionEventInvokeConfig, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    set(ctx, req, |old| old.cloned().ok_or_else(|| Error::NoEventConfig(arn.clone()))).await
}
