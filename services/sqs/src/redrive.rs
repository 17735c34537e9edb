//! Dead-letter queues: which queue may name which.

use std::sync::Arc;

use crate::Room;
use crate::arn::QueueArn;
use crate::errors::Error;
use crate::queue::{Queue, Record};

/// Refuses a redrive policy whose target can't take this queue's messages.
pub(crate) fn check(room: &Room, source: &QueueArn, record: &Record) -> Result<(), Error> {
    let Some(redrive) = &record.settings.redrive else { return Ok(()) };
    let target = &redrive.target;
    if target.region() != source.region() || target.account() != source.account() {
        return Err(redrive.refuse(
            "Dead-letter target owner should be same as the source, and in the same region.",
        ));
    }
    let Some(queue) = room.queue(target) else {
        return Err(redrive.refuse("Dead letter target does not exist."));
    };
    if target.is_fifo() != source.is_fifo() {
        return Err(redrive.refuse("Dead-letter queue must be same type of queue as the source."));
    }
    // A queue may be its own dead-letter queue, and is read here under its own lock otherwise.
    let allow = match target == source {
        true => record.settings.redrive_allow.clone(),
        false => queue.lock().record.settings.redrive_allow.clone(),
    };
    match allow {
        Some(allow) if !allow.allows(source) => Err(redrive.refuse(
            "The dead-letter queue's redrive allow policy doesn't allow this source queue.", // By analogy.
        )),
        _ => Ok(()),
    }
}

/// The queues whose dead-letter queue this is.
pub(crate) fn sources(room: &Room, target: &QueueArn) -> Vec<Arc<Queue>> {
    let mut queues = room.queues();
    queues.retain(|queue| {
        let state = queue.lock();
        state.record.settings.redrive.as_ref().is_some_and(|redrive| redrive.target == *target)
    });
    queues
}
