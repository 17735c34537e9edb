//! One SQLite file: the tables of one account in one region, and the thread that works on it.
//!
//! SQLite blocks, so it never runs on a listener's thread: each file has a thread of its own, which takes calls
//! from a queue. Whatever waits there when the thread looks is answered in one transaction and one sync, the
//! *group*; nobody hears of a change before it is durable.

mod authorizer;
mod file;
pub(crate) mod kept;

use std::path::PathBuf;
use std::sync::Arc;

use base::{Clock, Timestamp};
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::errors::Error;
use crate::operations::Operation;
use crate::scope::Scope;
use file::File;

/// Calls that may wait for a file before more callers have to wait to get in line.
const WAITING_MAX: usize = 1024;
/// Calls that share a transaction, so that none waits long for the others.
const GROUP_MAX: usize = 128;
/// What a thread may use for expressions and documents that nest as deeply as they may.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// A call on its way to a file.
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) body: Bytes,
    pub(crate) scope: Scope,
    /// The attempt of a task that asks, if one does.
    pub(crate) attempt: Option<Arc<str>>,
    pub(crate) now: Timestamp,
}

/// The way to a file's thread. It ends when the last of these is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Database(mpsc::Sender<Job>);

enum Job {
    Call(Call, oneshot::Sender<Result<Bytes, aws::Error>>),
    Sweep(oneshot::Sender<()>),
}

impl Database {
    /// Starts the thread of the file at that path, which it opens when it is first asked.
    pub(crate) fn start(path: PathBuf, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (sender, jobs) = mpsc::channel(WAITING_MAX);
        let thread = std::thread::Builder::new().name("dynamodb".to_owned());
        thread
            .stack_size(STACK_BYTES)
            .spawn(move || Worker { path, clock, file: None }.work(jobs))?;
        Ok(Database(sender))
    }

    /// Whether its thread is there to answer.
    pub(crate) fn is_running(&self) -> bool {
        !self.0.is_closed()
    }

    /// Answers a call. It is done even if nobody waits for the answer anymore.
    pub(crate) async fn call(&self, call: Call) -> Result<Bytes, aws::Error> {
        let (sender, answer) = oneshot::channel();
        let sent = self.0.send(Job::Call(call, sender)).await;
        sent.map_err(|_| aws::Error::internal())?;
        answer.await.unwrap_or_else(|_| Err(aws::Error::internal()))
    }

    /// Deletes what has expired.
    pub(crate) async fn sweep(&self) {
        let (sender, done) = oneshot::channel();
        // A thread that has ended has nothing to sweep.
        if self.0.send(Job::Sweep(sender)).await.is_ok() {
            let _ = done.await;
        }
    }
}

/// What a thread holds.
struct Worker {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    /// Absent until it is opened, and after something has gone wrong that only opening it again sets right.
    file: Option<File>,
}

type Waiting = (Call, oneshot::Sender<Result<Bytes, aws::Error>>);

impl Worker {
    fn work(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut next = jobs.blocking_recv();
        while let Some(job) = next.take() {
            match job {
                Job::Sweep(done) => {
                    self.sweep();
                    // Who asked may be gone.
                    let _ = done.send(());
                }
                Job::Call(call, answer) => {
                    let mut group = vec![(call, answer)];
                    while group.len() < GROUP_MAX {
                        match jobs.try_recv() {
                            Ok(Job::Call(call, answer)) => group.push((call, answer)),
                            Ok(sweep @ Job::Sweep(_)) => {
                                next = Some(sweep);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.answer(group);
                }
            }
            if next.is_none() {
                next = jobs.blocking_recv();
            }
        }
    }

    fn answer(&mut self, group: Vec<Waiting>) {
        let (calls, senders): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let answered = self.open().and_then(|file| file.answer(&calls));
        if answered.is_err() || !self.file.as_ref().is_some_and(File::is_current) {
            self.file = None;
        }
        let results: Vec<_> = match answered {
            Ok(results) => calls
                .iter()
                .zip(results)
                .map(|(call, result)| {
                    result.map_err(|error| error.into_aws(&call.scope, call.operation.name))
                })
                .collect(),
            Err(error) => {
                self.log(&error);
                calls.iter().map(|_| Err(aws::Error::internal())).collect()
            }
        };
        for (sender, result) in senders.into_iter().zip(results) {
            // Who asked may be gone.
            let _ = sender.send(result);
        }
    }

    fn sweep(&mut self) {
        let swept = self.open().and_then(|file| file.sweep());
        if let Err(error) = swept {
            self.log(&error);
            self.file = None;
        }
    }

    fn log(&self, error: &Error) {
        let path = self.path.display();
        tracing::error!(error = error as &dyn std::error::Error, %path, "work on a database");
    }

    fn open(&mut self) -> Result<&File, Error> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path, &self.clock)?,
        };
        Ok(self.file.insert(file))
    }
}
