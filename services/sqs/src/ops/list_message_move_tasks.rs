use super::move_handle;
use crate::arn::QueueArn;
use crate::errors::Error;
use crate::model::{Move, MoveStatus};
use crate::visit::{Visit, bounded, needed};
use crate::wire::{ListMessageMoveTasksInput, ListMessageMoveTasksOutput, MessageMoveTask};

/// The newest first; one, unless more are asked for.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html>
pub(crate) async fn list_message_move_tasks(
    ctx: &Visit<'_>,
    req: ListMessageMoveTasksInput,
) -> Result<ListMessageMoveTasksOutput, Error> {
    let source = needed(req.source_arn, "SourceArn")?;
    let reason = "MaxResults must be between 1 and 10."; // By analogy.
    let most = bounded(req.max_results, "MaxResults", 1, 10, reason)?.unwrap_or(1);
    let missing = "The resource that you specified for the SourceArn parameter doesn't exist.";
    let found = QueueArn::parse(&source).and_then(|arn| ctx.room().queue(&arn));
    let queue = found.ok_or(Error::ResourceNotFound(missing))?;
    let state = queue.enter()?;
    let newest = state.moves.iter().rev().take(most as usize);
    Ok(ListMessageMoveTasksOutput { results: newest.map(|task| show(task, &queue.arn)).collect() })
}

fn show(task: &Move, source: &QueueArn) -> MessageMoveTask {
    let is_running = task.status == MoveStatus::Running;
    MessageMoveTask {
        task_handle: is_running.then(|| move_handle::to_text(&task.id, source)),
        status: task.status.as_str().to_owned(),
        source_arn: source.to_string(),
        destination_arn: task.destination.as_ref().map(ToString::to_string),
        max_number_of_messages_per_second: task.per_second_max.map(u32::cast_signed),
        approximate_number_of_messages_moved: task.moved.cast_signed(),
        approximate_number_of_messages_to_move: Some(task.to_move.cast_signed()),
        failure_reason: task.failure.clone(),
        started_timestamp: task.started_at.as_millis(),
    }
}
