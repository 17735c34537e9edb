use engine::token::TaskToken;
use json::Value;
use runner::{TaskEnd, TokenError};

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, SendTaskSuccessInput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html>
pub(crate) async fn send_task_success(
    ctx: &Visit<'_>,
    req: SendTaskSuccessInput,
) -> Result<Empty, Error> {
    // A token that nobody issued is refused before an output that is no JSON (moto, verified against AWS:
    // send_task_failure_invalid_token).
    if TaskToken::parse(&req.task_token).is_none() {
        return Err(TokenError::Invalid.into());
    }
    let output = Value::parse(&req.output).map_err(|error| Error::InvalidOutput(error.message))?;
    ctx.runner().end_task(&req.task_token, TaskEnd::Succeeded(output)).await?;
    Ok(Empty {})
}
