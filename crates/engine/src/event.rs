//! Everything that can happen in an execution. The stored format of an execution is made of these.
//!
//! Members are numbered for the encoding (CBOR maps by number, see [`crate::record`]): a member may be
//! added with a new number, never renumbered; a kind may be added at the end.
//! States are named by their place in the compiled program, which `asl` keeps stable.

use asl::Failure;
use base::Timestamp;
use json::Value;
use minicbor::{Decode, Encode};

use crate::record::Payloads;

/// A value as events hold it: stored once a record, however many events repeat it.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload(pub Value);

/// Identifies a thread of an execution: the machine itself, a branch, or an iteration.
pub type FrameId = u32;

/// Identifies one try of a task; counts up within an execution.
pub type Attempt = u64;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Event {
    /// AWS's event id; 0 for a record of our own, which no history shows.
    #[n(0)]
    pub id: u64,
    /// AWS's `previousEventId`: the cause, not the line before.
    #[n(1)]
    pub previous: u64,
    /// Milliseconds since the epoch.
    #[n(2)]
    pub at: i64,
    #[n(3)]
    pub kind: EventKind,
}

impl Event {
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(context_bound = "Payloads")]
pub enum EventKind {
    #[n(0)]
    ExecutionStarted(#[n(0)] ExecutionStarted),
    #[n(1)]
    StateEntered(#[n(0)] StateEntered),
    #[n(2)]
    StateExited(#[n(0)] StateExited),
    /// Ours: a Wait state knows when it ends.
    #[n(3)]
    WaitStarted(#[n(0)] Until),
    /// `TaskScheduled`, `ActivityScheduled` or `LambdaFunctionScheduled`: the state's resource says which.
    #[n(4)]
    TaskScheduled(#[n(0)] TaskScheduled),
    /// The request leaves, or a worker has the activity. Durable before either: the mark "sent".
    #[n(5)]
    TaskStarted(#[n(0)] TaskStarted),
    #[n(6)]
    TaskSubmitted(#[n(0)] TaskOutput),
    #[n(7)]
    TaskSucceeded(#[n(0)] TaskOutput),
    #[n(8)]
    TaskFailed(#[n(0)] TaskFailed),
    /// Ours: SendTaskHeartbeat writes no event on AWS.
    #[n(9)]
    TaskHeartbeat(#[n(0)] TaskBeat),
    /// Ours: a retrier has matched; the state starts over when the delay is over.
    #[n(10)]
    RetryScheduled(#[n(0)] RetryScheduled),
    #[n(11)]
    ParallelStarted(#[n(0)] ParallelStarted),
    #[n(12)]
    ParallelSucceeded(#[n(0)] InFrame),
    #[n(13)]
    ParallelFailed(#[n(0)] InFrame),
    #[n(14)]
    MapStarted(#[n(0)] MapStarted),
    #[n(15)]
    MapIterationStarted(#[n(0)] MapIterationStarted),
    #[n(16)]
    MapIterationSucceeded(#[n(0)] InFrame),
    #[n(17)]
    MapIterationFailed(#[n(0)] InFrame),
    #[n(18)]
    MapIterationAborted(#[n(0)] InFrame),
    #[n(19)]
    MapSucceeded(#[n(0)] InFrame),
    #[n(20)]
    MapFailed(#[n(0)] InFrame),
    /// `TaskStateAborted`, `WaitStateAborted` …: the state's type says which.
    #[n(21)]
    StateAborted(#[n(0)] InFrame),
    #[n(22)]
    EvaluationFailed(#[n(0)] EvaluationFailed),
    #[n(23)]
    MapRunStarted(#[n(0)] MapRunStarted),
    #[n(24)]
    MapRunSucceeded(#[n(0)] InFrame),
    #[n(25)]
    MapRunFailed(#[n(0)] MapRunFailed),
    #[n(26)]
    MapRunAborted(#[n(0)] InFrame),
    #[n(27)]
    MapRunRedriven(#[n(0)] MapRunRedriven),
    #[n(28)]
    ExecutionSucceeded(#[n(0)] ExecutionOutput),
    #[n(29)]
    ExecutionFailed(#[n(0)] ExecutionEnd),
    #[n(30)]
    ExecutionTimedOut(#[n(0)] ExecutionEnd),
    #[n(31)]
    ExecutionAborted(#[n(0)] ExecutionEnd),
    #[n(32)]
    ExecutionRedriven(#[n(0)] ExecutionRedriven),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct ExecutionStarted {
    #[n(0)]
    pub input: Payload,
    /// When the execution times out, if its definition or type says so.
    #[n(1)]
    pub deadline: Option<i64>,
    /// The machine, in the program, that the execution runs: not the root in a child of a Distributed Map.
    #[n(2)]
    pub machine: u32,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct StateEntered {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub state: u32,
    #[n(2)]
    pub input: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct StateExited {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub state: u32,
    #[n(2)]
    pub output: Payload,
    #[n(3)]
    pub assigned: Vec<Assigned>,
    /// The state that follows; none at the end of the machine.
    #[n(4)]
    pub next: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Assigned {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub value: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Until {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub until: i64,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct TaskScheduled {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub attempt: Attempt,
    /// What a task token must know besides the attempt.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub secret: [u8; 16],
    #[n(3)]
    pub parameters: Payload,
    #[n(4)]
    pub timeout_seconds: Option<u64>,
    #[n(5)]
    pub heartbeat_seconds: Option<u64>,
    /// `Credentials.RoleArn`.
    #[n(6)]
    pub role_arn: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TaskStarted {
    #[n(0)]
    pub attempt: Attempt,
    /// Of an activity.
    #[n(1)]
    pub worker: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct TaskOutput {
    #[n(0)]
    pub attempt: Attempt,
    #[n(1)]
    pub output: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TaskFailed {
    #[n(0)]
    pub attempt: Attempt,
    #[n(1)]
    pub how: TaskFailure,
    #[n(2)]
    pub error: Option<String>,
    #[n(3)]
    pub cause: Option<String>,
}

/// Which event a failed task leaves: `TaskFailed`, `TaskTimedOut` …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TaskFailure {
    #[n(0)]
    Failed,
    #[n(1)]
    TimedOut,
    /// The heartbeat was missed: recorded like a timeout, but matched by `States.HeartbeatTimeout` too.
    #[n(2)]
    HeartbeatMissed,
    #[n(3)]
    ScheduleFailed,
    #[n(4)]
    StartFailed,
    #[n(5)]
    SubmitFailed,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TaskBeat {
    #[n(0)]
    pub attempt: Attempt,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct RetryScheduled {
    #[n(0)]
    pub frame: FrameId,
    /// Place in `Retry`.
    #[n(1)]
    pub retrier: u32,
    #[n(2)]
    pub until: i64,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct ParallelStarted {
    #[n(0)]
    pub frame: FrameId,
    /// The branches' frames count up from here.
    #[n(1)]
    pub first_child: FrameId,
    #[n(2)]
    pub input: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct MapStarted {
    #[n(0)]
    pub frame: FrameId,
    /// What is iterated over: an array, or an object (`Map.Item.Key`).
    #[n(1)]
    pub items: Payload,
    /// The effective input, which `ItemSelector` sees.
    #[n(2)]
    pub input: Payload,
    /// How many iterations may run at once; 0 is AWS's own ceiling.
    #[n(3)]
    pub concurrency: u32,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct MapIterationStarted {
    /// The Map state's frame.
    #[n(0)]
    pub frame: FrameId,
    /// The iteration's own.
    #[n(1)]
    pub child: FrameId,
    #[n(2)]
    pub index: u32,
    #[n(3)]
    pub input: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct InFrame {
    #[n(0)]
    pub frame: FrameId,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct EvaluationFailed {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub state: u32,
    #[n(2)]
    pub error: String,
    #[n(3)]
    pub cause: String,
    /// Slash path of the field, where one is to blame.
    #[n(4)]
    pub location: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct MapRunStarted {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub attempt: Attempt,
    #[n(2)]
    pub map_run_arn: String,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct MapRunFailed {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub error: Option<String>,
    #[n(2)]
    pub cause: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct MapRunRedriven {
    #[n(0)]
    pub frame: FrameId,
    #[n(1)]
    pub map_run_arn: String,
    #[n(2)]
    pub redrive_count: u32,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct ExecutionOutput {
    #[n(0)]
    pub output: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ExecutionEnd {
    #[n(0)]
    pub error: Option<String>,
    #[n(1)]
    pub cause: Option<String>,
}

impl From<&Failure> for ExecutionEnd {
    fn from(failure: &Failure) -> Self {
        ExecutionEnd {
            error: failure.error.as_deref().map(str::to_owned),
            cause: failure.cause.as_deref().map(str::to_owned),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ExecutionRedriven {
    #[n(0)]
    pub redrive_count: u32,
    /// When the execution times out now.
    #[n(1)]
    pub deadline: Option<i64>,
}

impl EventKind {
    /// Whether AWS's histories show it, so that it takes an id.
    pub fn is_aws(&self) -> bool {
        !matches!(
            self,
            EventKind::WaitStarted(_) | EventKind::TaskHeartbeat(_) | EventKind::RetryScheduled(_)
        )
    }
}
