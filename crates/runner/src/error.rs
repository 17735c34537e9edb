use std::sync::Arc;

/// Why the runner could not do its work. What a workflow fails with is never one of these.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The store did not do what it was asked to; nothing was performed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A stored row doesn't have the form it was written in.
    #[error("read the stored {what}: {why}")]
    Corrupt {
        /// The row.
        what: &'static str,
        /// What is wrong with it.
        why: Arc<str>,
    },
    /// Whoever did the work is gone, by a fault that the log names or because the process ends: it may be done or not.
    #[error("finish what was begun")]
    Interrupted,
}

impl From<service::Unfinished> for Error {
    fn from(_: service::Unfinished) -> Self {
        Error::Interrupted
    }
}

impl Error {
    pub(crate) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Self {
        Error::Corrupt { what, why: why.to_string().into() }
    }

    /// Whether what is stored can't be read, now or later.
    pub(crate) fn is_corrupt(&self) -> bool {
        matches!(self, Error::Corrupt { .. } | Error::Store(store::Error::Corrupt(_)))
    }
}

/// Why an execution wasn't started.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// The name is taken: by a closed execution, or by one with another input.
    #[error("start an execution of a name that is taken")]
    AlreadyExists,
    /// The row of its machine was changed or deleted meanwhile: it is to be looked at again.
    #[error("start an execution of a machine that has changed")]
    MachineChanged,
    /// Our trouble.
    #[error(transparent)]
    Runner(#[from] Error),
}

/// Why an execution wasn't stopped, read or redriven.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ExecutionError {
    /// No execution has that ARN.
    #[error("find the execution")]
    DoesNotExist,
    /// It can't be redriven, for the reason that DescribeExecution gives as `redriveStatusReason`.
    #[error("redrive the execution: {0}")]
    NotRedrivable(String),
    /// Our trouble.
    #[error(transparent)]
    Runner(#[from] Error),
}

/// Why a task token was no good.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// This server can't have issued it.
    #[error("read the task token")]
    Invalid,
    /// The task has ended, or its execution has.
    #[error("find the task open")]
    TimedOut,
    /// Its execution is gone.
    #[error("find the task")]
    DoesNotExist,
    /// Our trouble.
    #[error(transparent)]
    Runner(#[from] Error),
}

/// Why a map run wasn't read or changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MapRunError {
    /// No map run has that ARN.
    #[error("find the map run")]
    DoesNotExist,
    /// It has ended: `CANNOT_UPDATE_COMPLETED_MAP_RUN`.
    #[error("find the map run running")]
    Completed,
    /// Our trouble.
    #[error(transparent)]
    Runner(#[from] Error),
}

macro_rules! from_store {
    ($($error:ty),*) => {
        $(impl From<store::Error> for $error {
            fn from(error: store::Error) -> Self {
                Error::from(error).into()
            }
        })*
    };
}

from_store!(StartError, ExecutionError, TokenError, MapRunError);
