use store::Batch;

use crate::arn::QueueArn;
use crate::errors::Error;
use crate::model::{Move, MoveStatus};
use crate::redrive;
use crate::tables;
use crate::visit::{Visit, bounded, needed};
use crate::wire::{StartMessageMoveTaskInput, StartMessageMoveTaskOutput};

use super::move_handle;

/// How many tasks of a queue are remembered. <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html>
const MOVES_MAX: usize = 10;

/// The messages that are visible now begin to be moved, see `work::departure`.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
pub(crate) async fn start_message_move_task(
    ctx: &Visit<'_>,
    req: StartMessageMoveTaskInput,
) -> Result<StartMessageMoveTaskOutput, Error> {
    let source = needed(req.source_arn, "SourceArn")?;
    let reason = "MaxNumberOfMessagesPerSecond must be between 1 and 500."; // By analogy.
    let name = "MaxNumberOfMessagesPerSecond";
    let per_second_max = bounded(req.max_number_of_messages_per_second, name, 1, 500, reason)?;
    let missing = "The resource that you specified for the SourceArn parameter doesn't exist.";
    let found = QueueArn::parse(&source).and_then(|arn| ctx.room().queue(&arn));
    let queue = found.ok_or(Error::ResourceNotFound(missing))?;
    let missing = "The resource that you specified for the DestinationArn parameter doesn't exist.";
    let destination = req.destination_arn.map(|text| {
        let arn = QueueArn::parse(&text).filter(|arn| ctx.room().queue(arn).is_some());
        arn.ok_or(Error::ResourceNotFound(missing))
    });
    let destination = destination.transpose()?;
    if redrive::sources(ctx.room(), &queue.arn).is_empty() {
        let sentence = "Source queue must be configured as a Dead Letter Queue.";
        return Err(Error::InvalidParameter(sentence.to_owned()));
    }
    if destination.as_ref() == Some(&queue.arn) {
        let sentence = "Source queue arn and destination queue arn cannot be the same."; // By analogy.
        return Err(Error::InvalidParameter(sentence.to_owned()));
    }

    let (task_handle, written) = {
        let mut state = queue.enter()?;
        if state.moves.iter().any(|task| task.status.is_active()) {
            let sentence = "There is already a task running. Only one active task is allowed for a source queue arn at a given time.";
            return Err(Error::InvalidParameter(sentence.to_owned()));
        }
        let (now, mut batch) = (ctx.now(), Batch::new());
        state.advance(now, &mut batch);
        let task = Move {
            id: ctx.house().uuid(),
            started_at: now,
            destination,
            per_second_max,
            to_move: state.shelf.counts().visible as u64,
            moved: 0,
            status: MoveStatus::Running,
            failure: None,
            next_at: now,
        };
        tables::put_move(&mut batch, &queue.id, &task);
        let task_handle = move_handle::to_text(&task.id, &queue.arn);
        state.moves.push(task);
        while MOVES_MAX < state.moves.len() {
            let forgotten = state.moves.remove(0);
            tables::delete_move(&mut batch, &queue.id, &forgotten.id);
        }
        (task_handle, ctx.store().commit(batch))
    };
    written.await?;
    ctx.room().bell.notify_one();
    Ok(StartMessageMoveTaskOutput { task_handle })
}
