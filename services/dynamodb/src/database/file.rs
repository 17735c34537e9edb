//! The file while it is open: how calls are answered in one transaction.
//!
//! ```text
//! BEGIN                      one for the group
//!   SAVEPOINT, the call, RELEASE     each call that changes something; its own BEGIN and COMMIT mean nothing
//!   SAVEPOINT, the call, ROLLBACK TO a call that is refused changes nothing
//! COMMIT                     one sync; then everybody gets an answer
//! ```

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Timestamp};
use bytes::Bytes;
use dynoxide::actions::vector_lifecycle::VectorIndexLifecycle;
use dynoxide::storage::Storage;
use dynoxide::{storage_backend, ttl};
use rusqlite::Connection;

use super::authorizer::Authorizer;
use super::{Call, kept};
use crate::errors::Error;
use crate::operands;
use crate::operations::{Desk, Kind, done};

/// How long records stay in a stream.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
const STREAM_RETENTION: Duration = Duration::from_hours(24);
/// How long replies to attempts are kept at least.
const ATTEMPT_RETENTION: Duration = Duration::from_hours(24);
/// How long the house has to run before attempts are forgotten: by then those that a stop of the process left
/// in doubt have been asked for again.
const RECOVERY: Duration = Duration::from_hours(1);

pub(super) struct File {
    storage: Storage,
    authorizer: Authorizer,
    lifecycle: VectorIndexLifecycle,
    clock: Arc<dyn Clock>,
    opened_at: Timestamp,
    /// Whether what `dynoxide` remembers of the tables is what the file says.
    is_current: Cell<bool>,
}

enum Outcome {
    Answered(Result<Bytes, Error>),
    /// It is several transactions of which one didn't succeed, so they can't be one: to be asked again by itself.
    Several,
}

impl File {
    pub(super) fn open(path: &Path, clock: &Arc<dyn Clock>) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        let storage = Storage::new(&path.to_string_lossy())?;
        let storage = storage.with_clock(Arc::new(HouseClock(Arc::clone(clock))));
        let connection = storage.conn();
        // Every commit is synced, on macOS through the drive's own cache too.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "fullfsync", true)?;
        kept::create_tables(connection)?;
        Ok(File {
            authorizer: Authorizer::install(connection),
            lifecycle: VectorIndexLifecycle::new(),
            clock: Arc::clone(clock),
            opened_at: clock.now(),
            is_current: Cell::new(true),
            storage,
        })
    }

    /// Whether it may go on being used; if not, it is to be opened again.
    pub(super) fn is_current(&self) -> bool {
        self.is_current.get()
    }

    /// Answers calls, whose changes are durable when this gives something. If it gives nothing, none is.
    pub(super) fn answer(&self, calls: &[Call]) -> Result<Vec<Result<Bytes, Error>>, Error> {
        if calls.iter().all(|call| call.operation.kind == Kind::Read) {
            return Ok(calls.iter().map(|call| self.run(call)).collect());
        }
        let outcomes =
            || calls.iter().map(|call| self.outcome(call)).collect::<Result<Vec<_>, _>>();
        let results =
            self.in_transaction(outcomes)?.into_iter().zip(calls).map(|(outcome, call)| {
                match outcome {
                    Outcome::Answered(result) => result,
                    Outcome::Several => self.answer_alone(call),
                }
            });
        Ok(results.collect())
    }

    /// Deletes the items whose time is over, and what is kept for a time only. Gives how many items it deleted.
    pub(super) fn sweep(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        self.in_transaction(|| {
            let sweep = || done(ttl::sweep_expired_items(&self.storage));
            let (deleted, rolled_back) = self.authorizer.ignoring_transactions(sweep);
            if rolled_back {
                return Err(Error::TransactionLost);
            }
            self.storage.conn().execute(
                "DELETE FROM _stream_records WHERE created_at < ?1",
                [now.as_millis() / 1000 - STREAM_RETENTION.as_secs().cast_signed()],
            )?;
            kept::forget_tokens(self.storage.conn(), now)?;
            if RECOVERY < now.since(self.opened_at) {
                kept::forget_attempts(self.storage.conn(), before(now, ATTEMPT_RETENTION))?;
            }
            Ok(deleted?)
        })
    }

    /// What a call comes to, within the transaction of the group. `Err` if that transaction is no more.
    fn outcome(&self, call: &Call) -> Result<Outcome, Error> {
        if call.operation.kind == Kind::Read {
            return Ok(Outcome::Answered(self.run(call)));
        }
        let connection = self.storage.conn();
        if let Some(reply) = kept_reply(connection, call)? {
            return Ok(Outcome::Answered(Ok(reply)));
        }
        let changes = connection.total_changes();
        connection.execute_batch("SAVEPOINT call")?;
        let (result, rolled_back) = self.authorizer.ignoring_transactions(|| self.run(call));
        if connection.is_autocommit() {
            return Err(Error::TransactionLost);
        }
        match result {
            Ok(reply) if !rolled_back => {
                keep_reply(connection, call, &reply)?;
                connection.execute_batch("RELEASE call")?;
                Ok(Outcome::Answered(Ok(reply)))
            }
            unsuccessful => {
                connection.execute_batch("ROLLBACK TO call; RELEASE call")?;
                if call.operation.kind == Kind::Define && changes != connection.total_changes() {
                    self.is_current.set(false);
                }
                Ok(match unsuccessful {
                    Ok(_) => Outcome::Several,
                    Err(error) => Outcome::Answered(Err(error)),
                })
            }
        }
    }

    /// Answers a call in the transactions it makes itself.
    ///
    /// The reply to an attempt is kept after them: if the process ends between, a second request does it again.
    /// This is how a BatchExecuteStatement goes of which a statement fails.
    fn answer_alone(&self, call: &Call) -> Result<Bytes, Error> {
        let reply = self.run(call)?;
        keep_reply(self.storage.conn(), call, &reply)?;
        Ok(reply)
    }

    fn run(&self, call: &Call) -> Result<Bytes, Error> {
        let desk = Desk {
            storage: &self.storage,
            lifecycle: &self.lifecycle,
            scope: &call.scope,
            now: call.now,
        };
        let operation = call.operation;
        operands::check(operation.name, &call.body)?;
        match call.scope.inward(operation.name, &call.body)? {
            None => (operation.run)(&desk, &call.body),
            Some(body) => {
                let reply = (operation.run)(&desk, &body)?;
                Ok(call.scope.as_asked(&call.body, reply))
            }
        }
    }

    fn in_transaction<T>(&self, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let connection = self.storage.conn();
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let given = run().and_then(|given| {
            connection.execute_batch("COMMIT")?;
            Ok(given)
        });
        if given.is_err() {
            self.is_current.set(false);
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK")?;
            }
        }
        given
    }
}

fn kept_reply(connection: &Connection, call: &Call) -> Result<Option<Bytes>, Error> {
    match &call.attempt {
        Some(attempt) => Ok(kept::reply_to_attempt(connection, attempt, call.operation.name)?),
        None => Ok(None),
    }
}

fn keep_reply(connection: &Connection, call: &Call, reply: &Bytes) -> Result<(), Error> {
    match &call.attempt {
        Some(attempt) => {
            Ok(kept::keep_attempt(connection, attempt, call.operation.name, reply, call.now)?)
        }
        None => Ok(()),
    }
}

/// Creates a folder, and syncs those that it had to make into theirs.
fn create_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

fn before(now: Timestamp, duration: Duration) -> Timestamp {
    let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(millis))
}

/// `dynoxide`'s clock is the house's.
struct HouseClock(Arc<dyn Clock>);

impl storage_backend::Clock for HouseClock {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().since(Timestamp::default()).as_secs()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_epoch_seconds()
    }
}
