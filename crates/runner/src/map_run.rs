//! Distributed Map: what can be asked of a map run. `map_run/turn.rs` drives it.

mod live;
mod objects;
mod plan;
mod reader;
mod stage;
mod start;
mod turn;
mod writer;

use std::sync::Arc;

use base::Timestamp;
use tokio::sync::oneshot;

use crate::execution::{Cursor, Page, Status};
use crate::facts::labelled;
use crate::message::answered;
use crate::standing::Standing;
use crate::tables::{self, ChildRow, MapRunRow, key};
use crate::{Error, ExecutionError, MapRunError, Runner};
pub(crate) use live::LiveMapRun;
pub(crate) use start::{is_child, outcome, put_start};
pub(crate) use turn::MapRunMessage;

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

/// The numbers of notices to a map run that aren't indexes of children.
pub(crate) const STOP: u64 = u64::MAX;
pub(crate) const REDRIVE: u64 = u64::MAX - 1;

/// The number of the notice by which a map run stops a child. It says after which of its redrives: a child that a later
/// one has taken up again isn't stopped by it.
pub(crate) fn stop_number(redrive_count: u32) -> u64 {
    u64::MAX - u64::from(redrive_count)
}

/// What a child remembers of the redrive of its map run in which it was redriven.
pub(crate) fn redrive_token(redrive_count: u32) -> String {
    redrive_count.to_string()
}

/// Whether a map run has redriven a child since it gave the notice of this number to stop it.
pub(crate) fn is_redriven_since(standing: &Standing, stop_number: u64) -> bool {
    let tokens = standing.redrive_tokens.iter();
    tokens.filter_map(|(token, _)| token.parse().ok()).any(|of| u64::MAX - stop_number < of)
}

pub(crate) fn is_arn(arn: &str) -> bool {
    arn.split(':').nth(5) == Some("mapRun")
}

impl Runner {
    /// Describes a map run.
    pub async fn describe_map_run(
        &self,
        map_run_arn: &str,
    ) -> Result<MapRunDescription, MapRunError> {
        let described = self.described_map_run(map_run_arn).await?;
        described.ok_or(MapRunError::DoesNotExist)
    }

    /// Lists the map runs of an execution, newest first.
    pub async fn list_map_runs(
        &self,
        execution_arn: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<MapRunDescription>, ExecutionError> {
        if self.0.store.get(&key::execution(execution_arn)).await?.is_none() {
            return Err(ExecutionError::DoesNotExist);
        }
        let mut scan = key::map_listed(execution_arn).scan().backward().limit(limit + 1);
        if let Some(Cursor { date, arn }) = after {
            scan = scan.after(&key::map_list(execution_arn, date.as_millis(), arn));
        }
        let rows = self.0.store.scan(&scan).await?;
        let (mut items, mut next) = (Vec::new(), None);
        for row in rows.iter().take(limit) {
            let (date, arn) = key::map_list_parts(&row.key)?;
            items.extend(self.described_map_run(&arn).await?);
            next = Some(Cursor { date: Timestamp::from_millis(date), arn: arn.into() });
        }
        Ok(Page { items, next: next.filter(|_| limit < rows.len()) })
    }

    /// Changes a map run while it runs.
    pub async fn update_map_run(
        &self,
        map_run_arn: &str,
        update: MapRunUpdate,
    ) -> Result<(), MapRunError> {
        let (answer, receiver) = oneshot::channel();
        self.send_map_run(&Arc::from(map_run_arn), MapRunMessage::Update(update, answer));
        answered(receiver).await
    }

    async fn described_map_run(&self, arn: &str) -> Result<Option<MapRunDescription>, Error> {
        let store = &*self.0.store;
        let Some(bytes) = store.get(&key::map_run(arn)).await? else { return Ok(None) };
        let row: MapRunRow = tables::decode("map run", &bytes)?;
        let status = MapRunStatus::from(Status::from(row.status));
        let mut item_counts = MapRunCounts { total: row.items, ..MapRunCounts::default() };
        let children = u64::from(row.children);
        let mut execution_counts = MapRunCounts { total: children, ..MapRunCounts::default() };
        for entry in store.scan(&key::map_children(arn).scan()).await? {
            let child: ChildRow = tables::decode("map run's child", &entry.value)?;
            item_counts.count(child.status.into(), child.items.into());
            execution_counts.count(child.status.into(), 1);
        }
        for counts in [&mut item_counts, &mut execution_counts] {
            counts.pending = counts.total - counts.started();
            if status == MapRunStatus::Succeeded {
                counts.results_written = counts.succeeded;
            }
        }
        let instant = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        Ok(Some(MapRunDescription {
            map_run_arn: arn.into(),
            execution_arn: row.execution_arn.into(),
            state_machine_arn: labelled(arn).0,
            status,
            start_date: Timestamp::from_millis(row.started_at),
            stop_date: instant(row.stopped_at),
            settings: MapRunSettings {
                max_concurrency: row.max_concurrency,
                tolerated_failure_percentage: row.tolerated_failure_percentage,
                tolerated_failure_count: row.tolerated_failure_count.unwrap_or(0),
            },
            item_counts,
            execution_counts,
            redrive_count: row.redrive_count,
            redrive_date: instant(row.redriven_at),
        }))
    }
}

impl MapRunCounts {
    fn count(&mut self, status: Status, number: u64) {
        let count = match status {
            Status::Running => &mut self.running,
            Status::Succeeded => &mut self.succeeded,
            Status::Failed => &mut self.failed,
            Status::TimedOut => &mut self.timed_out,
            Status::Aborted => &mut self.aborted,
            Status::PendingRedrive => &mut self.pending_redrive,
        };
        *count += number;
    }

    fn started(&self) -> u64 {
        self.running
            + self.succeeded
            + self.failed
            + self.timed_out
            + self.aborted
            + self.pending_redrive
    }
}

impl From<Status> for MapRunStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Running | Status::PendingRedrive => MapRunStatus::Running,
            Status::Succeeded => MapRunStatus::Succeeded,
            Status::Failed | Status::TimedOut => MapRunStatus::Failed,
            Status::Aborted => MapRunStatus::Aborted,
        }
    }
}
