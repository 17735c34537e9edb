//! Distributed Map.

use std::sync::Arc;

use base::Timestamp;

/// What DescribeMapRun and ListMapRuns say of a map run.
#[derive(Clone, Debug)]
pub struct MapRunDescription {
    /// Its ARN.
    pub map_run_arn: Arc<str>,
    /// The execution whose Map state it runs.
    pub execution_arn: Arc<str>,
    /// The machine, with the Map state's label: `…:stateMachine:NAME/label`.
    pub state_machine_arn: Arc<str>,
    /// Where it stands.
    pub status: MapRunStatus,
    /// When it started.
    pub start_date: Timestamp,
    /// When it ended.
    pub stop_date: Option<Timestamp>,
    /// What may still be changed.
    pub settings: MapRunSettings,
    /// By items.
    pub item_counts: MapRunCounts,
    /// By child executions.
    pub execution_counts: MapRunCounts,
    /// How often it was redriven.
    pub redrive_count: u32,
    /// When, the last time.
    pub redrive_date: Option<Timestamp>,
}

/// `status` of a map run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapRunStatus {
    /// It runs.
    Running,
    /// Enough of it has succeeded.
    Succeeded,
    /// Too much of it has failed.
    Failed,
    /// It was stopped.
    Aborted,
}

/// What UpdateMapRun can change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapRunSettings {
    /// Children that run at once; 0 is AWS's own ceiling.
    pub max_concurrency: u32,
    /// Of the items.
    pub tolerated_failure_percentage: f64,
    /// Of the items.
    pub tolerated_failure_count: u64,
}

/// A change of [`MapRunSettings`]; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MapRunUpdate {
    /// See [`MapRunSettings::max_concurrency`].
    pub max_concurrency: Option<u32>,
    /// See [`MapRunSettings::tolerated_failure_percentage`].
    pub tolerated_failure_percentage: Option<f64>,
    /// See [`MapRunSettings::tolerated_failure_count`].
    pub tolerated_failure_count: Option<u64>,
}

/// `itemCounts` and `executionCounts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MapRunCounts {
    /// Not started yet.
    pub pending: u64,
    /// Running.
    pub running: u64,
    /// Succeeded.
    pub succeeded: u64,
    /// Failed.
    pub failed: u64,
    /// Timed out.
    pub timed_out: u64,
    /// Aborted.
    pub aborted: u64,
    /// All.
    pub total: u64,
    /// Those whose results the state has.
    pub results_written: u64,
    /// Failed for good.
    pub failures_not_redrivable: u64,
    /// Waiting for their redrive.
    pub pending_redrive: u64,
}
