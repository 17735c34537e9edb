use asl::Failure;
use runner::TaskEnd;

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, SendTaskFailureInput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html>
pub(crate) async fn send_task_failure(
    ctx: &Visit<'_>,
    req: SendTaskFailureInput,
) -> Result<Empty, Error> {
    let failure = Failure { error: req.error.map(Into::into), cause: req.cause.map(Into::into) };
    ctx.runner().end_task(&req.task_token, TaskEnd::Failed(failure)).await?;
    Ok(Empty {})
}
