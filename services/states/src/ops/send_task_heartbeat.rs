use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, SendTaskHeartbeatInput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html>
pub(crate) async fn send_task_heartbeat(
    ctx: &Visit<'_>,
    req: SendTaskHeartbeatInput,
) -> Result<Empty, Error> {
    ctx.runner().heartbeat(&req.task_token).await?;
    Ok(Empty {})
}
