//! The embedded backend: one data folder, one process, fjall inside.
//!
//! fjall gives the journal, the sorted tables and the snapshots. What is ours stands around it:
//!
//! - `committer`: one thread takes all waiting batches, checks their preconditions in order, and writes what remains as
//!   one fjall batch with one `fdatasync`.
//! - `folder`: who may open a data folder, and in which format it is.
//! - `journal`: what fjall's journal needs after a power loss or a failed sync.
//! - `view`: reading, always from a fjall snapshot.
//!
//! **Why a read never shows what a crash could take back.** fjall's batch commit writes the journal, syncs it, puts the
//! rows into the memtable, and only then publishes their sequence number (`fjall::batch::WriteBatch::commit`). A fjall
//! *snapshot* reads what is published; a plain read of the keyspace sees rows one by one as they arrive. So every read
//! here opens a snapshot, and no visibility rule of our own is needed. `tests/it/power_loss.rs` holds fjall to it.
//!
//! What this is not: a server that several processes share.
//!
//! Start at [`open`].

mod committer;
mod folder;
mod journal;
mod view;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use store::{Batch, Entry, Read, Reply, Scan, Store, Watch};

use crate::committer::Committer;
use crate::folder::Folder;
use crate::view::View;

pub use crate::folder::OpenError;

/// Settings of a store that its data doesn't depend on.
#[derive(Clone, Debug)]
pub struct Options {
    /// The most memory for blocks read from disk.
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { cache_bytes: 16 * 1024 * 1024 }
    }
}

/// Opens the store in the folder at `path`, and creates both if they aren't there.
pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Local, OpenError> {
    let folder = Arc::new(Folder::open(path.as_ref(), &options)?);
    let committer = Committer::start(Arc::clone(&folder)).map_err(OpenError::Io)?;
    Ok(Local { committer, folder })
}

/// An open store. Dropping it writes the batches that are in line, then closes the folder once the last snapshot is gone.
pub struct Local {
    // Dropped first: its thread uses the folder.
    committer: Committer,
    folder: Arc<Folder>,
}

impl Store for Local {
    fn snapshot(&self) -> Reply<Arc<dyn Read>> {
        Reply::ready(Ok(Arc::new(View::of(&self.folder))))
    }

    fn commit(&self, batch: Batch) -> Reply<()> {
        self.committer.commit(batch)
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.committer.watch(prefix)
    }
}

impl Read for Local {
    fn get(&self, key: &[u8]) -> Reply<Option<Bytes>> {
        View::of(&self.folder).get(key)
    }

    fn scan(&self, scan: &Scan) -> Reply<Vec<Entry>> {
        View::of(&self.folder).scan(scan)
    }
}
