use std::sync::Arc;

use bytes::Bytes;

/// What a backend says about its trouble.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why a store didn't do what it was asked to.
///
/// Cloneable, because one failed sync is the answer to every batch of its group.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A precondition of the batch doesn't hold, so nothing of it was written.
    #[error("precondition on the key `{}` doesn't hold", key.escape_ascii())]
    PreconditionFailed {
        /// The key of the first precondition, in the batch's order, that doesn't hold.
        key: Bytes,
    },

    /// The batch holds a key or a value that no backend takes, so nothing of it was written.
    #[error("{what} of {bytes} bytes is outside {min}..={max}")]
    OutOfBounds {
        /// `key` or `value`.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The least length allowed.
        min: usize,
        /// The greatest length allowed.
        max: usize,
    },

    /// The batch was being written when the store failed: whether it is kept shows only when the store is opened again.
    #[error("write or sync failed, the batch's fate is unknown")]
    Unknown(#[source] Cause),

    /// An earlier write or sync failed. This batch wasn't written, and none will be until the store is opened again.
    #[error("store refuses writes since an earlier one failed")]
    Poisoned,

    /// The read failed.
    #[error("read failed")]
    Read(#[source] Cause),

    /// Stored bytes don't have the form they were written in.
    #[error("stored data is corrupt: {0}")]
    Corrupt(&'static str),

    /// The store is shut; the batch wasn't written.
    #[error("store is closed")]
    Closed,
}

impl Error {
    /// For backends: a write or sync failed for this reason.
    pub fn unknown(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Unknown(Arc::from(cause.into()))
    }

    /// For backends: a read failed for this reason.
    pub fn read(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Read(Arc::from(cause.into()))
    }
}
