//! What follows once a turn's events are durable.

use std::sync::Arc;

use json::Value;

use crate::event::{Attempt, FrameId};
use crate::items::Reading;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Send this task out: its row goes into the outbox with the turn.
    Dispatch(Dispatch),
    /// Nobody waits for this attempt any more: drop its row, stop its job if it has one.
    Cancel(Attempt),
    /// Start the child executions of a Distributed Map.
    StartMapRun(MapRunStart),
    /// Stop the map run that this frame started.
    StopMapRun { attempt: Attempt },
    /// Redrive the map run that this frame started.
    RedriveMapRun { attempt: Attempt },
    /// The turn was cut for its size: decide again with [`crate::Input::Continue`].
    Continue,
}

/// A task as it leaves the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    pub attempt: Attempt,
    /// The Task state, in the program.
    pub state: asl::StateId,
    pub parameters: Value,
    /// The token that the outside may answer with.
    pub token: String,
    pub timeout_seconds: Option<u64>,
    pub heartbeat_seconds: Option<u64>,
    /// `Credentials.RoleArn`; the execution's own role otherwise.
    pub role_arn: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MapRunStart {
    pub attempt: Attempt,
    pub frame: FrameId,
    pub map_run_arn: Arc<str>,
    /// The Map state, in the program.
    pub state: asl::StateId,
    /// Where the items come from, if the state's input doesn't have them: there are no inputs yet.
    pub reading: Option<Reading>,
    /// `Parameters` or `Arguments` of a ResultWriter that exports.
    pub writing: Option<Value>,
    /// The inputs of the child executions, batched where the state says so.
    pub inputs: Vec<Value>,
    /// How many items each input stands for (1, or the size of the batch).
    pub items_per_input: Vec<u32>,
    pub concurrency: u32,
    pub tolerated_failure_percentage: f64,
    pub tolerated_failure_count: Option<u64>,
}
