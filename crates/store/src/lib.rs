//! The storage contract: ordered keys, consistent reads, atomic durable batches with preconditions.
//!
//! What a backend promises:
//!
//! - **Ordered.** Keys and values are byte strings; keys are compared byte by byte.
//! - **Atomic.** A [`Batch`] takes effect whole or not at all.
//! - **Durable, then acknowledged, then visible.** A commit is answered with `Ok` once it is on stable storage.
//!   No read shows a batch that could still be lost, and a read that begins after the answer shows it.
//! - **In order.** Batches take effect in the order in which [`Store::commit`] was called. Preconditions are
//!   checked at the batch's turn, so they see every batch before it, even those that share its sync.
//! - **Poisoned, not sorry.** When a sync fails nobody knows what the disk holds. The store then refuses every write
//!   until it is opened again; reads go on showing what was acknowledged.
//!
//! Group commit belongs to the backend: all batches that wait share one sync, so callers don't gather batches themselves.
//!
//! What this is not: a query language, a schema, or a cache. Tables are plain structs above it, in the crate that owns
//! their rows, with keys made by [`key`] and values written by [`row`]. The contract is what ordered transactional stores offer, so nothing here may
//! assume that the data is local: reads are futures too, ready at once where they can be ([`Reply`]).
//!
//! Start at [`Store`] and [`Batch`]. [`Memory`] is the model that other backends are compared with. The tests of the
//! contract are in `contract`, behind the feature of that name.

#![deny(missing_docs, clippy::wildcard_enum_match_arm)]

mod batch;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod error;
pub mod key;
mod memory;
mod range;
mod reply;
pub mod row;
mod watch;

use std::sync::Arc;

pub use batch::{Batch, Change, Expect, KEY_BYTES_MAX, Precondition, VALUE_BYTES_MAX};
pub use bytes::Bytes;
pub use error::{Cause, Error};
pub use key::Key;
pub use memory::Memory;
pub use range::{Direction, KeyRange, Scan};
pub use reply::{Answer, Reply};
pub use row::{Commit, Found, Stored};
pub use watch::{Watch, Watchers};

/// Reading: from a [`Store`] the newest acknowledged data, from a [`snapshot`](Store::snapshot) always the same data.
///
/// Tables take `&dyn Read`, and so serve both.
pub trait Read: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Reply<Option<Bytes>>;

    /// The entries that `scan` names, in its direction, at most as many as its limit.
    ///
    /// A backend may step over rows that were removed lately, so who works off a queue goes on [`after`](Scan::after)
    /// the last key it saw instead of looking from the start each time.
    fn scan(&self, scan: &Scan) -> Reply<Vec<Entry>>;
}

/// A backend. The crate documentation says what it promises.
pub trait Store: Read + 'static {
    /// A view of all that is acknowledged now, which later commits don't change.
    ///
    /// It may pin resources of the backend (old versions of rows, a connection): drop it soon.
    fn snapshot(&self) -> Reply<Arc<dyn Read>>;

    /// Puts `batch` in line; the reply comes when it is durable and visible, or was refused.
    ///
    /// The batch is in line as soon as this returns. Dropping the reply forgoes the answer, it doesn't withdraw the batch.
    fn commit(&self, batch: Batch) -> Reply<()>;

    /// Reports changes of keys under `prefix` which become visible from now on. The empty prefix means every key.
    fn watch(&self, prefix: &[u8]) -> Watch;
}

/// One row of a scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its key.
    pub key: Bytes,
    /// Its value.
    pub value: Bytes,
}
