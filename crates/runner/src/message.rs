//! What comes into an execution's mailbox.

use asl::Failure;
use base::Timestamp;
use bytes::Bytes;
use engine::Dispatch;
use engine::decide::TaskOutcome;
use engine::event::Attempt;
use engine::token::TaskToken;
use json::Value;
use tokio::sync::oneshot;

use crate::dispatch::Sent;
use crate::execution::{Started, TaskEnd};
use crate::facts::Facts;
use crate::tables::NoticeRow;
use crate::{Error, ExecutionError, StartError, TokenError};

/// Where an answer goes, once what it says is durable.
pub(crate) type Answer<T, E> = oneshot::Sender<Result<T, E>>;

pub(crate) enum Message {
    Start(Box<Beginning>, Answer<Started, StartError>),
    Stop(Failure, Answer<Timestamp, ExecutionError>),
    Redrive(Redriver, Answer<Timestamp, ExecutionError>),
    /// The row among the timers that is due at this time is due.
    Due(i64, Answer<(), Error>),
    /// It may have been closed for long enough.
    Forget(Answer<(), Error>),
    /// The last turn was cut for its size.
    Continue,
    /// The task's row is durable: mark it sent, then send it.
    Send(Box<Dispatch>),
    /// After a crash: the task was pending or sent, or is done.
    Recover(Box<Dispatch>),
    /// What became of a request.
    Outcome(Attempt, Box<Sent>),
    /// What a job of another service has come to.
    JobEnded(Attempt, Box<TaskOutcome>),
    EndTask(Box<TaskToken>, TaskEnd, Answer<(), TokenError>),
    Heartbeat(Box<TaskToken>, Answer<(), TokenError>),
    /// A worker would have the task in this row of an activity's queue. The answer is whether it gets it.
    Take {
        attempt: Attempt,
        worker: Option<String>,
        row: Bytes,
        answer: Answer<bool, Error>,
    },
    /// What stands in a row of notices, and its number.
    Notice(u64, NoticeRow),
}

/// An execution that shall begin.
pub(crate) struct Beginning {
    pub(crate) facts: Facts,
    pub(crate) input: Value,
    /// See [`Start::machine_row`](crate::Start::machine_row).
    pub(crate) machine_row: Option<(Bytes, Bytes)>,
}

/// Who redrives.
pub(crate) enum Redriver {
    Client {
        token: Option<String>,
    },
    /// In which of its own redrives.
    MapRun(u32),
}

/// The receiving end's view of an answer that never came.
pub(crate) async fn answered<T, E: From<Error>>(
    answer: oneshot::Receiver<Result<T, E>>,
) -> Result<T, E> {
    answer.await.unwrap_or_else(|_| Err(Error::Interrupted.into()))
}

impl Message {
    /// For executions that don't exist: everyone who asks hears so.
    pub(crate) fn refuse(self) {
        // A receiver that is gone doesn't wait for the answer.
        match self {
            Message::Start(_, answer) => drop(answer.send(Err(Error::Interrupted.into()))),
            Message::Stop(_, answer) => drop(answer.send(Err(ExecutionError::DoesNotExist))),
            Message::Redrive(_, answer) => drop(answer.send(Err(ExecutionError::DoesNotExist))),
            Message::Due(_, answer) | Message::Forget(answer) => drop(answer.send(Ok(()))),
            Message::EndTask(_, _, answer) | Message::Heartbeat(_, answer) => {
                drop(answer.send(Err(TokenError::DoesNotExist)));
            }
            Message::Take { answer, .. } => drop(answer.send(Ok(false))),
            Message::Continue
            | Message::Send(_)
            | Message::Recover(_)
            | Message::Outcome(..)
            | Message::JobEnded(..)
            | Message::Notice(..) => {}
        }
    }

    /// Everyone who asks hears of our trouble.
    pub(crate) fn fail(self, error: &Error) {
        match self {
            Message::Start(_, answer) => drop(answer.send(Err(error.clone().into()))),
            Message::Stop(_, answer) | Message::Redrive(_, answer) => {
                drop(answer.send(Err(error.clone().into())));
            }
            Message::Due(_, answer) | Message::Forget(answer) => {
                drop(answer.send(Err(error.clone())));
            }
            Message::EndTask(_, _, answer) | Message::Heartbeat(_, answer) => {
                drop(answer.send(Err(error.clone().into())));
            }
            Message::Take { answer, .. } => drop(answer.send(Err(error.clone()))),
            Message::Continue
            | Message::Send(_)
            | Message::Recover(_)
            | Message::Outcome(..)
            | Message::JobEnded(..)
            | Message::Notice(..) => {}
        }
    }
}
