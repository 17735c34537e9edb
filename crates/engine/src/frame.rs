//! A frame: one thread of an execution, and the state it stands in.
//!
//! The root machine is a frame, and so is each branch of a Parallel state and each iteration of an inline
//! Map. Frames are part of a snapshot, so their members are numbered like those of events.

use std::collections::BTreeMap;

use asl::StateId;
use minicbor::{Decode, Encode};

use crate::event::{Attempt, FrameId, Payload};
use crate::record::Payloads;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Frame {
    #[n(0)]
    pub id: FrameId,
    /// The frame whose Parallel or Map state this one works for.
    #[n(1)]
    pub parent: Option<FrameId>,
    #[n(2)]
    pub machine: u32,
    /// Which branch or iteration it is.
    #[n(3)]
    pub place: u32,
    /// `Map.Item` of an iteration.
    #[n(4)]
    pub item: Option<Item>,
    /// The thread's last AWS event: the cause of its next one.
    #[n(5)]
    pub previous: u64,
    /// The same, before the state was entered: what an evaluation that fails on entry points to.
    #[n(6)]
    pub before_entered: u64,
    #[n(7)]
    pub variables: BTreeMap<String, Payload>,
    #[n(8)]
    pub state: u32,
    #[n(9)]
    pub entered_id: u64,
    #[n(10)]
    pub entered_at: i64,
    /// The state's raw input.
    #[n(11)]
    pub input: Payload,
    /// Attempts spent, by retrier.
    #[n(12)]
    pub retries: Vec<u64>,
    #[n(13)]
    pub phase: Phase,
    /// When something is due here: a wait's end, a timeout, a retry.
    #[n(14)]
    pub deadline: Option<i64>,
    /// Its place among the frames that can go on, while it is one of them.
    #[n(15)]
    pub turn: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Item {
    #[n(0)]
    pub index: u32,
    #[n(1)]
    pub value: Payload,
    /// Of an object that is iterated over.
    #[n(2)]
    pub key: Option<String>,
}

/// What a frame is doing.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(context_bound = "Payloads")]
pub enum Phase {
    /// About to enter a state.
    #[n(0)]
    Ready(#[n(0)] Ready),
    /// In a state whose work must (again) begin: after a retry's delay, or redriven.
    #[n(1)]
    Entered,
    #[n(2)]
    Waiting,
    #[n(3)]
    Task(#[n(0)] TaskPhase),
    /// The task has succeeded; the state hasn't been left yet.
    #[n(4)]
    TaskDone(#[n(0)] Payload),
    /// A retrier has matched and its delay runs.
    #[n(5)]
    Backoff,
    #[n(6)]
    Parallel(#[n(0)] ParallelPhase),
    #[n(7)]
    Map(#[n(0)] MapPhase),
    #[n(8)]
    MapRun(#[n(0)] MapRunPhase),
    /// The machine has come to its end with this output.
    #[n(9)]
    Done(#[n(0)] Payload),
    /// Failed and not handled here, or aborted. A redrive starts from such frames.
    #[n(10)]
    Failed,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Ready {
    #[n(0)]
    pub state: u32,
    #[n(1)]
    pub input: Payload,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TaskPhase {
    #[n(0)]
    pub attempt: Attempt,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub secret: [u8; 16],
    #[n(2)]
    pub started: bool,
    #[n(3)]
    pub submitted: bool,
    /// `TimeoutSeconds` count from scheduling.
    #[n(4)]
    pub timeout_at: Option<i64>,
    /// `HeartbeatSeconds` count from the start and from each heartbeat.
    #[n(5)]
    pub heartbeat_seconds: Option<u64>,
    #[n(6)]
    pub heartbeat_at: Option<i64>,
}

impl TaskPhase {
    pub(crate) fn deadline(&self) -> Option<i64> {
        match (self.timeout_at, self.heartbeat_at) {
            (Some(timeout), Some(heartbeat)) => Some(timeout.min(heartbeat)),
            (timeout, heartbeat) => timeout.or(heartbeat),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct ParallelPhase {
    #[n(0)]
    pub outputs: Vec<Option<Payload>>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct MapPhase {
    #[n(0)]
    pub items: Payload,
    #[n(1)]
    pub input: Payload,
    #[n(2)]
    pub concurrency: u32,
    /// The iteration to start next.
    #[n(3)]
    pub next: u32,
    #[n(4)]
    pub running: u32,
    #[n(5)]
    pub outputs: Vec<Option<Payload>>,
    /// What the next iteration follows from: MapStateStarted, or the last event inside the iteration that
    /// made room for it.
    #[n(6)]
    pub cause: u64,
}

impl MapPhase {
    pub(crate) fn can_start(&self) -> bool {
        (self.next as usize) < self.outputs.len() && self.running < self.concurrency
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.running == 0 && self.next as usize == self.outputs.len()
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct MapRunPhase {
    #[n(0)]
    pub attempt: Attempt,
    #[n(1)]
    pub map_run_arn: String,
}

impl Frame {
    pub fn state_id(&self) -> StateId {
        StateId(self.state)
    }

    /// How often the state was retried since it was entered: `State.RetryCount`.
    pub fn retry_count(&self) -> u64 {
        self.retries.iter().sum()
    }
}
