//! Drives the engine: loads executions, lets [`engine::decide`] decide, commits, and only then acts.
//!
//! A [`Runner`] owns every execution: their rows ([`tables`]), their timers, the tasks they send out, and what must be
//! picked up again after a crash. The `states` room validates requests and keeps state machines; it reads and changes
//! executions only through the methods here.
//!
//! It decides nothing about the States Language (that is `engine`), knows no wire shape of any client, and no database.
//!
//! # How to read it
//! - [`Runner`]: everything that can be asked.
//! - `turn`: load → decide → commit → perform, the one way in which an execution changes.
//! - `tables`: every row, and which batch writes it.
//! - `dispatch`: what becomes of a task once it may leave, one file a kind.
//! - `work`: what a shard does by itself: timers, retention, and recovery after a crash.
//! - `express`: executions that live in memory only.
//! - `map_run`: Distributed Map.
//!
//! # Shards
//! An execution hashes to a shard. Whoever brings an input queues it at the execution's mailbox in that shard; the
//! first one starts a task that runs turns until the mailbox is empty, so inputs of one execution are strictly serial
//! and different executions commit together. The task runs on the core that the input arrived on: shards are locked for
//! the length of a queue operation, never across a commit. [`Runner::work`] is a shard's own work and runs wherever the
//! house puts it.

#![warn(missing_docs)]

mod error;
mod execution;
mod machine;
mod map_run;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use asl::Failure;
use base::Timestamp;
use service::{Bus, House};
use store::Store;

pub use engine::Limits;
pub use error::{Error, ExecutionError, MapRunError, StartError, TokenError};
pub use execution::{
    ActivityTask, Cursor, Description, Finished, HistoryPage, HistoryQuery, ListExecutions, Page,
    Redrive, Start, Started, Status, TaskEnd,
};
pub use machine::{Machine, MachineFacts, MachineType};
pub use map_run::{MapRunCounts, MapRunDescription, MapRunSettings, MapRunStatus, MapRunUpdate};

/// What a runner needs to know.
pub struct Options {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Whose executions these are, and what time it is.
    pub house: Arc<House>,
    /// How tasks reach other rooms.
    pub bus: Bus,
    /// AWS's limits, or others.
    pub limits: Limits,
    /// Whether an activity exists.
    pub activity_exists: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Owns and drives executions. Clones share one runner.
#[derive(Clone)]
pub struct Runner(());

#[expect(clippy::unused_async, clippy::missing_panics_doc, reason = "the bodies follow")]
impl Runner {
    /// Opens the executions that the store holds. Nothing happens by itself until [`work`](Runner::work) runs.
    pub async fn open(options: Options) -> Result<Runner, Error> {
        let _ = options;
        unimplemented!()
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        unimplemented!()
    }

    /// What a shard does by itself: first what a crash left undone, then timers, until the runner is closed.
    /// To be run once for each shard, on whatever runtime.
    pub async fn work(&self, shard: usize) {
        let _ = shard;
        unimplemented!()
    }

    /// Sends nothing out any more, waits until what is under way has come back, at most for `grace`.
    pub async fn close(&self, grace: Duration) {
        let _ = grace;
        unimplemented!()
    }

    /// Starts a Standard execution. The name is taken, given back or refused as AWS does, decided atomically:
    /// same name and input while it runs give the original.
    pub async fn start(&self, start: Start) -> Result<Started, StartError> {
        let _ = start;
        unimplemented!()
    }

    /// Accepts an asynchronous Express execution durably; it runs again if a crash interrupts it.
    pub async fn start_express(&self, start: Start) -> Result<Started, StartError> {
        let _ = start;
        unimplemented!()
    }

    /// Runs a synchronous Express execution, in memory, to its end.
    pub async fn run_express(&self, start: Start) -> Result<Finished, Error> {
        let _ = start;
        unimplemented!()
    }

    /// Stops an execution; gives its stop date, which for a closed one is the old one.
    pub async fn stop(
        &self,
        execution_arn: &str,
        failure: Failure,
    ) -> Result<Timestamp, ExecutionError> {
        let _ = (execution_arn, failure);
        unimplemented!()
    }

    /// Redrives an execution from where it failed; gives the redrive date, the same for the same token.
    pub async fn redrive(
        &self,
        execution_arn: &str,
        client_token: Option<&str>,
    ) -> Result<Timestamp, ExecutionError> {
        let _ = (execution_arn, client_token);
        unimplemented!()
    }

    /// Describes an execution.
    pub async fn describe(&self, execution_arn: &str) -> Result<Description, ExecutionError> {
        let _ = execution_arn;
        unimplemented!()
    }

    /// Lists executions, newest first: by the date of their start, or of their end once they are closed.
    pub async fn list(
        &self,
        query: &ListExecutions,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Description>, Error> {
        let _ = (query, after, limit);
        unimplemented!()
    }

    /// Reads a page of an execution's history.
    pub async fn history(
        &self,
        execution_arn: &str,
        query: HistoryQuery,
    ) -> Result<HistoryPage, ExecutionError> {
        let _ = (execution_arn, query);
        unimplemented!()
    }

    /// SendTaskSuccess and SendTaskFailure.
    pub async fn end_task(&self, token: &str, end: TaskEnd) -> Result<(), TokenError> {
        let _ = (token, end);
        unimplemented!()
    }

    /// SendTaskHeartbeat.
    pub async fn heartbeat(&self, token: &str) -> Result<(), TokenError> {
        let _ = token;
        unimplemented!()
    }

    /// GetActivityTask: the activity's oldest task, or the next one that comes within `wait`.
    pub async fn activity_task(
        &self,
        activity_arn: &str,
        worker: Option<&str>,
        wait: Duration,
    ) -> Result<Option<ActivityTask>, Error> {
        let _ = (activity_arn, worker, wait);
        unimplemented!()
    }

    /// How many workers wait for a task of an activity now.
    pub fn activity_workers(&self, activity_arn: &str) -> usize {
        let _ = activity_arn;
        unimplemented!()
    }

    /// Describes a map run.
    pub async fn describe_map_run(
        &self,
        map_run_arn: &str,
    ) -> Result<MapRunDescription, MapRunError> {
        let _ = map_run_arn;
        unimplemented!()
    }

    /// Lists the map runs of an execution, newest first.
    pub async fn list_map_runs(
        &self,
        execution_arn: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<MapRunDescription>, ExecutionError> {
        let _ = (execution_arn, after, limit);
        unimplemented!()
    }

    /// Changes a map run while it runs.
    pub async fn update_map_run(
        &self,
        map_run_arn: &str,
        update: MapRunUpdate,
    ) -> Result<(), MapRunError> {
        let _ = (map_run_arn, update);
        unimplemented!()
    }
}
