use store::Batch;

use super::move_handle;
use crate::errors::Error;
use crate::model::MoveStatus;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{CancelMessageMoveTaskInput, CancelMessageMoveTaskOutput};

const MISSING: &str = "The resource that you specified for the TaskHandle parameter doesn't exist.";

/// What has been moved stays where it is.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html>
pub(crate) async fn cancel_message_move_task(
    ctx: &Visit<'_>,
    req: CancelMessageMoveTaskInput,
) -> Result<CancelMessageMoveTaskOutput, Error> {
    let handle = needed(req.task_handle, "TaskHandle")?;
    let invalid =
        || Error::InvalidParameter("Value for parameter TaskHandle is invalid.".to_owned());
    let (id, source) = move_handle::parse(&handle).ok_or_else(invalid)?;
    let queue = ctx.room().queue(&source).ok_or(Error::ResourceNotFound(MISSING))?;

    let (moved, written) = {
        let mut state = queue.enter()?;
        let task = state.moves.iter_mut().find(|task| task.id == id);
        let task = task.ok_or(Error::ResourceNotFound(MISSING))?;
        if task.status != MoveStatus::Running {
            return Err(Error::UnsupportedOperation("Only active tasks can be cancelled."));
        }
        task.status = MoveStatus::Cancelling;
        let mut batch = Batch::new();
        tables::put_move(&mut batch, &queue.id, task);
        (task.moved, ctx.store().commit(batch))
    };
    written.await?;
    ctx.room().bell.notify_one();
    Ok(CancelMessageMoveTaskOutput { approximate_number_of_messages_moved: moved.cast_signed() })
}
