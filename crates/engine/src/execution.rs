//! What an execution's events add up to.
//!
//! This file holds the sum and what is asked of it. How events change it stands below: [`fold`] takes each event to
//! its place, `tasks` and `children` fold the events of Task states and of Parallel and Map states, `ending` those of
//! the execution itself; `frames` keeps the frames and what is known of them elsewhere in step.

mod children;
mod ending;
mod fold;
mod frames;
mod tasks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asl::Failure;
use base::Timestamp;
use json::Value;
use minicbor::{Decode, Encode};

use crate::event::{Attempt, FrameId, Payload};
use crate::frame::{Frame, Item, Phase, TaskPhase};
use crate::record::{self, Payloads, RecordError};

pub use fold::Misfit;
pub(crate) use fold::NO_STATE;

/// The frame of the root machine.
pub const ROOT_FRAME: FrameId = 0;

/// The fold of an execution's events. Also a stored format: a snapshot bounds the fold of a long execution.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Execution {
    #[n(0)]
    status: Status,
    #[n(1)]
    end: Option<End>,
    /// The AWS id of the last event that has one.
    #[n(2)]
    last_event_id: u64,
    #[n(3)]
    next_frame: FrameId,
    #[n(4)]
    next_attempt: Attempt,
    #[n(5)]
    frames: BTreeMap<FrameId, Frame>,
    /// Frames that can go on now, by their `turn`.
    #[n(6)]
    ready: BTreeMap<i64, FrameId>,
    /// When the execution itself times out.
    #[n(7)]
    deadline: Option<i64>,
    /// The frames' deadlines, soonest first.
    #[n(8)]
    due: BTreeSet<(i64, FrameId)>,
    #[n(9)]
    redrive_count: u32,
    #[n(10)]
    redriven_at: Option<i64>,
    /// Bytes of all variables in all frames.
    #[n(11)]
    variable_bytes: u64,
    /// Where open tasks and map runs stand.
    #[n(12)]
    attempts: BTreeMap<Attempt, FrameId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    #[default]
    #[n(0)]
    Running,
    #[n(1)]
    Succeeded,
    #[n(2)]
    Failed,
    #[n(3)]
    TimedOut,
    #[n(4)]
    Aborted,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
struct End {
    #[n(0)]
    at: i64,
    #[n(1)]
    output: Option<Payload>,
    #[n(2)]
    error: Option<String>,
    #[n(3)]
    cause: Option<String>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Succeeded(Value),
    Failed(Failure),
    TimedOut(Failure),
    Aborted(Failure),
}

impl Execution {
    pub fn new() -> Self {
        Execution::default()
    }

    pub fn to_snapshot(&self) -> Vec<u8> {
        record::encode_with(self)
    }

    pub fn from_snapshot(snapshot: &[u8]) -> Result<Self, RecordError> {
        record::decode_with(snapshot)
    }

    pub fn status(&self) -> Status {
        self.status
    }

    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    pub fn outcome(&self) -> Option<Outcome> {
        let end = self.end.as_ref()?;
        let failure = || Failure {
            error: end.error.as_deref().map(Arc::from),
            cause: end.cause.as_deref().map(Arc::from),
        };
        Some(match self.status {
            Status::Running => return None,
            Status::Succeeded => Outcome::Succeeded(
                end.output.as_ref().map(|output| output.0.clone()).unwrap_or_default(),
            ),
            Status::Failed => Outcome::Failed(failure()),
            Status::TimedOut => Outcome::TimedOut(failure()),
            Status::Aborted => Outcome::Aborted(failure()),
        })
    }

    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end.as_ref().map(|end| Timestamp::from_millis(end.at))
    }

    pub fn redrive_count(&self) -> u32 {
        self.redrive_count
    }

    pub fn redriven_at(&self) -> Option<Timestamp> {
        self.redriven_at.map(Timestamp::from_millis)
    }

    /// The id of the last event that AWS would count.
    pub fn last_event_id(&self) -> u64 {
        self.last_event_id
    }

    /// When this execution must be woken if nothing else happens.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let soonest = self.due.first().map(|(at, _)| *at);
        let at = match (self.deadline, soonest) {
            (Some(deadline), Some(soonest)) => Some(deadline.min(soonest)),
            (deadline, soonest) => deadline.or(soonest),
        };
        at.filter(|_| self.is_running()).map(Timestamp::from_millis)
    }

    /// The task that this attempt is, while it is open.
    pub fn task(&self, attempt: Attempt) -> Option<(&Frame, &TaskPhase)> {
        let frame = self.frames.get(self.attempts.get(&attempt)?)?;
        match &frame.phase {
            Phase::Task(task) => Some((frame, task)),
            _ => None,
        }
    }

    /// The frame whose Map state started this map run, while it runs.
    pub(crate) fn map_run_frame(&self, attempt: Attempt) -> Option<FrameId> {
        let frame = self.frames.get(self.attempts.get(&attempt)?)?;
        matches!(frame.phase, Phase::MapRun(_)).then_some(frame.id)
    }

    /// Attempts that somebody outside may still be working on.
    pub fn open_attempts(&self) -> impl Iterator<Item = Attempt> {
        self.attempts.keys().copied()
    }

    pub fn frames(&self) -> impl ExactSizeIterator<Item = &Frame> {
        self.frames.values()
    }

    pub(crate) fn frame(&self, id: FrameId) -> &Frame {
        self.frames.get(&id).expect("a frame that is asked for is alive")
    }

    pub(crate) fn find_frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get(&id)
    }

    pub(crate) fn first_ready(&self) -> Option<FrameId> {
        self.ready.first_key_value().map(|(_, frame)| *frame)
    }

    pub(crate) fn due_before(&self, now: Timestamp) -> Option<FrameId> {
        self.due.first().filter(|(at, _)| *at <= now.as_millis()).map(|(_, frame)| *frame)
    }

    /// The frames that are due at the same moment as the first.
    pub(crate) fn due_first(&self) -> impl Iterator<Item = FrameId> {
        let first = self.due.first().map(|(at, _)| *at);
        self.due.iter().take_while(move |(at, _)| Some(*at) == first).map(|(_, frame)| *frame)
    }

    pub(crate) fn deadline_passed(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now.as_millis())
    }

    pub(crate) fn next_frame(&self) -> FrameId {
        self.next_frame
    }

    pub(crate) fn next_attempt(&self) -> Attempt {
        self.next_attempt
    }

    pub(crate) fn variable_bytes(&self) -> u64 {
        self.variable_bytes
    }

    /// A variable as a state in `frame` sees it: its own machine's first, then outwards.
    pub(crate) fn variable(&self, frame: FrameId, name: &str) -> Option<Value> {
        let mut at = self.frames.get(&frame);
        while let Some(frame) = at {
            if let Some(value) = frame.variables.get(name) {
                return Some(value.0.clone());
            }
            at = frame.parent.and_then(|parent| self.frames.get(&parent));
        }
        None
    }

    /// All variables that a state in `frame` sees, by name.
    pub(crate) fn variables(&self, frame: FrameId) -> Value {
        let mut seen = json::Object::new();
        let mut at = self.frames.get(&frame);
        while let Some(frame) = at {
            for (name, value) in &frame.variables {
                if !seen.contains(name) {
                    seen.insert(name.as_str(), value.0.clone());
                }
            }
            at = frame.parent.and_then(|parent| self.frames.get(&parent));
        }
        seen.into()
    }

    /// The frames below `frame`, in the order of their ids.
    pub(crate) fn children(&self, frame: FrameId) -> Vec<FrameId> {
        self.frames
            .values()
            .filter(|child| child.parent == Some(frame))
            .map(|child| child.id)
            .collect()
    }
}

/// The item of an array, or the member of an object with its key.
pub(crate) fn item_at(items: &Value, index: u32) -> Item {
    let (key, value) = match items.kind() {
        json::Kind::Object => items
            .entries()
            .nth(index as usize)
            .map(|(key, value)| (Some(key.to_owned()), value))
            .unwrap_or_default(),
        _ => (None, items.at(index as usize).unwrap_or_default()),
    };
    Item { index, value: Payload(value), key }
}
