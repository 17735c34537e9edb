//! The data folder: its lock, its format, and the fjall database inside.
//!
//! ```text
//! lock          held while the store is open
//! clean         there while the store is closed, if no sync failed: then the journals needn't be written anew
//! format-1/     the rows, in format 1: a fjall database with one keyspace
//! format-1.new/ a format-1 whose creation was interrupted; it holds nothing
//! ```
//!
//! The format is the folder's name, so it is known before anything inside is read, and a folder of that name is complete:
//! it gets the name when its creation is done. A later format will stand beside the earlier until its migration is done.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use crate::{Options, journal};

const FORMAT: &str = "format-1";
const UNFINISHED: &str = "format-1.new";
const ROWS: &str = "rows";
const CLEAN: &str = "clean";

/// Rows gathered in memory before they become a sorted file. Part of the format: fjall keeps it from the creation on.
/// Small, because it is also what a restart reads back and what an idle process keeps.
const MEMTABLE_BYTES: u64 = 8 * 1024 * 1024;

/// fjall's least. The journal is on disk only; its size bounds the time to open.
const JOURNAL_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// fjall's default of 900 would leave a process with the usual limit of 1,024 few for its sockets.
const OPEN_FILES_MAX: usize = 128;

/// With more than one, fjall's first worker leaves compactions to the others by putting them back in line, over and over
/// while one runs: measured under load, that was a fifth of the process's time.
const WORKER_THREADS: usize = 1;

/// How long a lock is waited for. A process that was killed while it started another one, a function's, leaves the lock
/// to that one until it has become the other program.
const LOCK_TRIES: usize = 150;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Why a store couldn't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another store of this one, has the folder open.
    #[error("{} is in use by another process", .0.display())]
    Locked(PathBuf),

    /// The folder holds data of another format, of a later release most likely.
    #[error("{} holds data in `{found}`, this release reads `{FORMAT}`", path.display())]
    UnknownFormat {
        /// The folder that was to be opened.
        path: PathBuf,
        /// The name of the format's folder in it.
        found: String,
    },

    /// A journal is broken before its end, so acknowledged data is missing. Nothing was changed.
    #[error("{} is damaged at byte {offset}, and whole batches follow", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Where the broken batch begins.
        offset: u64,
    },

    /// The folder or its lock couldn't be made or read.
    #[error("couldn't prepare the data folder")]
    Io(#[source] io::Error),

    /// The database in the folder couldn't be created or read.
    #[error("couldn't open the database")]
    Database(#[source] fjall::Error),
}

/// An open data folder.
pub(crate) struct Folder {
    rows: Keyspace,
    database: Database,
    clean: PathBuf,
    // Released last.
    _lock: File,
}

impl Folder {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        fs::create_dir_all(path).map_err(OpenError::Io)?;
        let lock = lock(path)?;
        let clean = path.join(CLEAN);
        let is_clean = take_mark(&clean).map_err(OpenError::Io)?;
        let database = path.join(FORMAT);
        if has_format(path)? {
            journal::restore(&database, is_clean)?;
        } else {
            create(path, options)?;
        }
        let (database, rows) = open_database(&database, options).map_err(OpenError::Database)?;
        Ok(Folder { rows, database, clean, _lock: lock })
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn rows(&self) -> &Keyspace {
        &self.rows
    }

    /// Sets and removes rows (`None`), all or nothing: durable, then visible, then `Ok`.
    pub(crate) fn write(&self, rows: BTreeMap<Bytes, Option<Bytes>>) -> fjall::Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        for (key, value) in rows {
            match value {
                Some(value) => batch.insert(&self.rows, key, value),
                None => batch.remove(&self.rows, key),
            }
        }
        batch.commit()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // fjall refuses this if any write or sync failed before. Without the mark the next opening only takes longer.
        let persisted =
            self.database.persist(PersistMode::SyncAll).map_err(|error| error.to_string());
        let marked =
            persisted.and_then(|()| File::create(&self.clean).map_err(|error| error.to_string()));
        if let Err(error) = marked {
            tracing::warn!(
                error,
                "the data folder isn't marked as clean, opening it will take longer"
            );
        }
    }
}

/// Whether the mark was there. If so it is gone for good: after a power loss it would hide what happened since.
fn take_mark(mark: &Path) -> io::Result<bool> {
    match fs::remove_file(mark) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    mark.parent().map_or(Ok(()), sync_folder)?;
    Ok(true)
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let lock = File::create(path.join("lock")).map_err(OpenError::Io)?;
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(OpenError::Io(error)),
        }
    }
    Err(OpenError::Locked(path.to_owned()))
}

fn has_format(path: &Path) -> Result<bool, OpenError> {
    let mut found = false;
    for entry in fs::read_dir(path).map_err(OpenError::Io)? {
        let name = entry.map_err(OpenError::Io)?.file_name();
        match name.to_string_lossy() {
            name if name == FORMAT => found = true,
            name if name == UNFINISHED => {}
            name if name.starts_with("format-") => {
                let found = name.into_owned();
                return Err(OpenError::UnknownFormat { path: path.to_owned(), found });
            }
            _ => {}
        }
    }
    Ok(found)
}

fn create(path: &Path, options: &Options) -> Result<(), OpenError> {
    let unfinished = path.join(UNFINISHED);
    if unfinished.try_exists().map_err(OpenError::Io)? {
        fs::remove_dir_all(&unfinished).map_err(OpenError::Io)?;
    }
    drop(open_database(&unfinished, options).map_err(OpenError::Database)?);
    finish(path, &unfinished).map_err(OpenError::Io)
}

fn finish(path: &Path, unfinished: &Path) -> io::Result<()> {
    // fjall leaves it to the file system that its new folders are durable when a file in them is.
    sync_folders(unfinished)?;
    fs::rename(unfinished, path.join(FORMAT))?;
    sync_folder(path)?;
    match path.parent() {
        Some(parent) if parent != Path::new("") => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Makes the names in a folder, and in those below, durable.
fn sync_folders(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(path)
}

pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn open_database(path: &Path, options: &Options) -> fjall::Result<(Database, Keyspace)> {
    let database = Database::builder(path)
        .cache_size(options.cache_bytes)
        .max_journaling_size(JOURNAL_BYTES_MAX)
        .max_cached_files(Some(OPEN_FILES_MAX))
        .worker_threads(WORKER_THREADS)
        // fjall verifies a compressed journal by compressing it again: it couldn't be read by a release whose LZ4 packs
        // differently.
        .journal_compression(CompressionType::None)
        .open()?;
    let rows = database
        .keyspace(ROWS, || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES))?;
    Ok((database, rows))
}
