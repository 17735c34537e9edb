//! Messages on their way to another queue: to a dead-letter queue, or moved by a task.
//!
//! A message is taken out of one queue and put into the other in one batch. Whoever deletes it before that
//! has deleted it; a crash before that leaves it where it was.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::{Batch, Reply};

use crate::Room;
use crate::arn::QueueArn;
use crate::model::{Message, Move, MoveStatus};
use crate::queue::Queue;
use crate::shelf::Item;
use crate::tables;

/// Messages that a task moves before others have their turn.
const MOVED_MAX: u64 = 100;

/// Moves what has been received too often to the dead-letter queue.
pub(super) async fn bury(room: &Room, queue: &Arc<Queue>) -> Result<(), store::Error> {
    // Nobody deletes a queue meanwhile.
    let _changing = room.changing.lock().await;
    let (numbers, target) = {
        let state = queue.lock();
        let redrive = state.record.settings.redrive.as_ref();
        (state.shelf.leaving().clone(), redrive.map(|redrive| redrive.target.clone()))
    };
    if numbers.is_empty() {
        return Ok(());
    }
    let target = target.and_then(|target| room.queue(&target));
    for number in numbers {
        let message = tables::message(&*room.store, &queue.id, number).await?;
        let (Some(message), Some(target)) = (message, &target) else {
            // The policy or the queue has gone meanwhile: then the message is received again.
            queue.lock().shelf.stay(number);
            continue;
        };
        let message = Message { dead_letter_source: Some(queue.arn.to_string()), ..message };
        let now = room.house.now();
        let change = |item| buried(item, target, now);
        if let Some(written) = transfer(room, queue, number, target, &message, change) {
            written.await?;
        }
    }
    queue.departure.notify_waiters();
    queue.bell.notify_waiters();
    Ok(())
}

/// A dead letter keeps its age in a standard queue, and begins a new one in a FIFO queue.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
fn buried(item: Item, target: &Queue, now: Timestamp) -> Item {
    let sent_at = if target.arn.is_fifo() { now } else { item.sent_at };
    let received_before = item.receive_count;
    Item { sent_at, visible_at: now, received_before, is_held: false, ..item }
}

/// Lets the move task of a queue move some messages. Gives when it wants to move more.
pub(super) async fn step(
    room: &Room,
    queue: &Arc<Queue>,
) -> Result<Option<Timestamp>, store::Error> {
    let Some(task) = active(queue) else { return Ok(None) };
    let now = room.house.now();
    if now < task.next_at && task.status == MoveStatus::Running {
        return Ok(Some(task.next_at));
    }
    let most = task.per_second_max.map_or(MOVED_MAX, u64::from);
    for _ in 0..most {
        let _changing = room.changing.lock().await;
        let end = match active(queue) {
            None => return Ok(None),
            Some(task) if task.status == MoveStatus::Cancelling => {
                Some((MoveStatus::Cancelled, None))
            }
            Some(task) if task.to_move <= task.moved => Some((MoveStatus::Completed, None)),
            Some(task) => move_one(room, queue, &task).await?,
        };
        if let Some((status, failure)) = end {
            finish(room, queue, status, failure).await?;
            return Ok(None);
        }
    }
    let pause = task.per_second_max.map_or(Duration::ZERO, |_| Duration::from_secs(1));
    let next_at = now.after(pause);
    if let Some(task) = queue.lock().moves.iter_mut().find(|task| task.status.is_active()) {
        task.next_at = next_at;
    }
    Ok(Some(next_at))
}

/// Moves one message; says how the task has ended, if it has.
async fn move_one(
    room: &Room,
    queue: &Arc<Queue>,
    task: &Move,
) -> Result<Option<(MoveStatus, Option<&'static str>)>, store::Error> {
    let number = {
        let mut state = queue.lock();
        state.shelf.settle(room.house.now());
        state.shelf.begin_leaving()
    };
    let Some(number) = number else { return Ok(Some((MoveStatus::Completed, None))) };
    let Some(message) = tables::message(&*room.store, &queue.id, number).await? else {
        // Its deletion is in line at the store and has left the shelf already, or soon will.
        queue.lock().shelf.remove(number);
        return Ok(None);
    };
    let source = || message.dead_letter_source.as_deref().and_then(QueueArn::parse);
    let target = task.destination.clone().or_else(source);
    let Some(target) = target.and_then(|target| room.queue(&target)) else {
        queue.lock().shelf.stay(number);
        let failure = match task.destination {
            Some(_) => "AWS.SimpleQueueService.NonExistentQueue",
            None => "CouldNotDetermineMessageSource",
        };
        return Ok(Some((MoveStatus::Failed, Some(failure))));
    };
    // A message that is moved is a new one: it gets another id and age, and nobody has received it.
    // <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html>
    let message = Message { id: room.house.uuid(), dead_letter_source: None, ..message };
    let now = room.house.now();
    let change = |item: Item| Item {
        sent_at: now,
        visible_at: now,
        receive_count: 0,
        received_before: 0,
        first_received_at: None,
        is_held: false,
        group: item.group,
    };
    if let Some(written) = transfer(room, queue, number, &target, &message, change) {
        written.await?;
    }
    Ok(None)
}

/// Puts a message that is leaving one queue into another. The move task that is active counts it.
fn transfer(
    room: &Room,
    source: &Queue,
    number: u64,
    target: &Queue,
    message: &Message,
    change: impl FnOnce(Item) -> Item,
) -> Option<Reply<()>> {
    let mut batch = Batch::new();
    let item = {
        let mut state = source.lock();
        if !state.shelf.leaving().contains(&number) {
            return None;
        }
        if let Some(task) = state.moves.iter_mut().find(|task| task.status.is_active()) {
            task.moved += 1;
            tables::put_move(&mut batch, &source.id, task);
        }
        tables::delete_message(&mut batch, &source.id, number);
        state.shelf.remove(number)?
    };
    let mut state = target.lock();
    if state.is_idle() {
        room.bell.notify_one();
    }
    state.place(room.house.now(), message, change(item), &mut batch);
    let written = room.store.commit(batch);
    drop(state);
    target.bell.notify_waiters();
    Some(written)
}

fn active(queue: &Queue) -> Option<Move> {
    queue.lock().moves.iter().find(|task| task.status.is_active()).cloned()
}

async fn finish(
    room: &Room,
    queue: &Queue,
    status: MoveStatus,
    failure: Option<&str>,
) -> Result<(), store::Error> {
    let written = {
        let mut state = queue.lock();
        let Some(task) = state.moves.iter_mut().find(|task| task.status.is_active()) else {
            return Ok(());
        };
        task.status = status;
        task.failure = failure.map(str::to_owned);
        let mut batch = Batch::new();
        tables::put_move(&mut batch, &queue.id, task);
        room.store.commit(batch)
    };
    written.await
}
