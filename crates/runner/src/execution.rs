//! What is said to and known of an execution, from outside.

use std::sync::Arc;

use asl::{Failure, MachineId};
use base::Timestamp;
use bytes::Bytes;
use engine::Event;
use engine::history::HistoryEvent;
use json::{Object, Value};

use crate::machine::Machine;

/// An execution to be started.
#[derive(Clone, Debug)]
pub struct Start {
    /// What it runs.
    pub machine: Arc<Machine>,
    /// Its ARN, which for Standard executions decides whether the name is taken.
    pub execution_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The input as given, white space and all.
    pub input_text: Arc<str>,
    /// The same, parsed.
    pub input: Value,
    /// `traceHeader`, or the `X-Amzn-Trace-Id` of the request.
    pub trace_header: Option<Arc<str>>,
    /// [`service::Ctx::attempt`] of the request: the attempt of a task that asks for this execution, if one does.
    /// Asked again by the same attempt, the runner answers with the execution it has already started.
    pub attempt: Option<Arc<str>>,
    /// Key and value of a row that must still stand when a Standard execution begins: its state machine's, so that a
    /// deletion either sees the execution or prevents it.
    pub machine_row: Option<(Bytes, Bytes)>,
}

/// The execution was started, now or by an equal request before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its ARN.
    pub execution_arn: Arc<str>,
    /// When it started.
    pub start_date: Timestamp,
}

/// How a synchronous Express execution ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// When it started.
    pub start_date: Timestamp,
    /// When it ended.
    pub stop_date: Timestamp,
    /// Output or failure.
    pub outcome: engine::Outcome,
    /// All that happened, for logs.
    pub events: Vec<Event>,
}

/// `status` of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It runs.
    Running,
    /// It has succeeded.
    Succeeded,
    /// It has failed.
    Failed,
    /// It has run into its timeout.
    TimedOut,
    /// It was stopped.
    Aborted,
    /// The child of a map run that is being redriven, whose turn hasn't come yet.
    PendingRedrive,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 6] = [
        Status::Running,
        Status::Succeeded,
        Status::Failed,
        Status::TimedOut,
        Status::Aborted,
        Status::PendingRedrive,
    ];

    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
            Status::PendingRedrive => "PENDING_REDRIVE",
        }
    }

    /// The status that AWS writes so.
    pub fn of_name(name: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl From<engine::Status> for Status {
    fn from(status: engine::Status) -> Self {
        match status {
            engine::Status::Running => Status::Running,
            engine::Status::Succeeded => Status::Succeeded,
            engine::Status::Failed => Status::Failed,
            engine::Status::TimedOut => Status::TimedOut,
            engine::Status::Aborted => Status::Aborted,
        }
    }
}

/// What DescribeExecution, DescribeStateMachineForExecution and ListExecutions say of an execution.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its ARN.
    pub execution_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// What it runs.
    pub machine: Arc<Machine>,
    /// The machine's ARN; with the Map state's label (`…:stateMachine:NAME/label`) in the child of a map run.
    pub state_machine_arn: Arc<str>,
    /// The map run whose child it is.
    pub map_run_arn: Option<Arc<str>>,
    /// What the child of a map run runs of the machine's program.
    pub processor: Option<MachineId>,
    /// How many items the child of a map run works on.
    pub item_count: Option<u32>,
    /// Where it stands.
    pub status: Status,
    /// When it started.
    pub start_date: Timestamp,
    /// When it ended.
    pub stop_date: Option<Timestamp>,
    /// The input as given.
    pub input: Arc<str>,
    /// Of one that has succeeded.
    pub output: Option<Arc<str>>,
    /// Of one that has ended otherwise.
    pub failure: Option<Failure>,
    /// As given at the start.
    pub trace_header: Option<Arc<str>>,
    /// How often it was redriven.
    pub redrive_count: u32,
    /// When, the last time.
    pub redrive_date: Option<Timestamp>,
    /// Whether it could be redriven now.
    pub redrive: Redrive,
}

/// `redriveStatus`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redrive {
    /// RedriveExecution would work.
    Redrivable,
    /// Redriving its parent would redrive it.
    RedrivableByMapRun,
    /// It wouldn't, for this `redriveStatusReason`.
    NotRedrivable(String),
}

impl Redrive {
    /// The members of an execution's description, as tasks and exported results show them.
    pub(crate) fn describe(self, count: u32, described: &mut Object) {
        described.insert("RedriveCount", i64::from(count));
        let (status, why) = match self {
            Redrive::Redrivable => ("REDRIVABLE", None),
            Redrive::RedrivableByMapRun => {
                ("REDRIVABLE_BY_MAP_RUN", Some(crate::describe::BY_MAP_RUN.to_owned()))
            }
            Redrive::NotRedrivable(why) => ("NOT_REDRIVABLE", Some(why)),
        };
        described.insert("RedriveStatus", status);
        if let Some(why) = why {
            described.insert("RedriveStatusReason", why);
        }
    }
}

/// Which executions to list.
#[derive(Clone, Debug)]
pub struct ListExecutions {
    /// The ARN of a state machine, a version, an alias or a map run.
    pub of: Arc<str>,
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those that were redriven, or that weren't.
    pub redriven: Option<bool>,
}

/// Where a page of a list ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The date that the list is ordered by, of the last one listed.
    pub date: Timestamp,
    /// Its ARN.
    pub arn: Arc<str>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where to go on, if there is more.
    pub next: Option<Cursor>,
}

/// What GetExecutionHistory asks for.
#[derive(Clone, Copy, Debug)]
pub struct HistoryQuery {
    /// The id of the last event of the page before.
    pub after: Option<u64>,
    /// At most this many events.
    pub limit: usize,
    /// Newest first.
    pub reverse: bool,
    /// `includeExecutionData`.
    pub include_data: bool,
}

/// A page of a history.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// In the order asked for.
    pub events: Vec<HistoryEvent>,
    /// The `after` of the next page, if there is more.
    pub next: Option<u64>,
}

/// What SendTaskSuccess and SendTaskFailure say.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskEnd {
    /// The output.
    Succeeded(Value),
    /// Error and cause.
    Failed(Failure),
}

/// What GetActivityTask hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityTask {
    /// To answer with.
    pub token: String,
    /// The task's input, as JSON text.
    pub input: String,
}
