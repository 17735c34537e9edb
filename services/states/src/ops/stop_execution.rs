use asl::Failure;

use crate::arn;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{StopExecutionInput, StopExecutionOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html>
pub(crate) async fn stop_execution(
    ctx: &Visit<'_>,
    req: StopExecutionInput,
) -> Result<StopExecutionOutput, Error> {
    arn::check_execution(&req.execution_arn)?;
    let failure = Failure { error: req.error.map(Into::into), cause: req.cause.map(Into::into) };
    let stopped = ctx.runner().stop(&req.execution_arn, failure).await;
    let stopped = stopped.map_err(|error| Error::of_execution(error, &req.execution_arn))?;
    Ok(StopExecutionOutput { stop_date: stopped.into() })
}
