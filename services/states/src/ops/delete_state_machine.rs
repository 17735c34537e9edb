use std::sync::Arc;

use crate::arn::MachineArn;
use crate::errors::Error;
use crate::model::Machine;
use crate::tables;
use crate::visit::{Commit, Visit, unqualified};
use crate::wire::{DeleteStateMachineInput, Empty};
use crate::work;

/// The machine is `DELETING` from here on, and gone when its running executions have been stopped.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html>
pub(crate) async fn delete_state_machine(
    ctx: &Visit<'_>,
    req: DeleteStateMachineInput,
) -> Result<Empty, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    unqualified(&arn)?;
    loop {
        let Some(found) = ctx.tables().machine(&arn).await? else { return Ok(Empty {}) };
        if found.value.is_deleting {
            return Ok(Empty {});
        }
        let deleting = Machine { is_deleting: true, ..found.value.clone() };
        if ctx.commit(tables::change(&found, deleting)).await? == Commit::Done {
            break;
        }
    }
    // A task of its own: the reply's future ends with the client's connection.
    let deletion = tokio::spawn(work::finish_deletion(Arc::clone(ctx.room()), arn));
    match deletion.await {
        Ok(finished) => finished.map(|()| Empty {}),
        Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
        Err(_) => Ok(Empty {}),
    }
}
