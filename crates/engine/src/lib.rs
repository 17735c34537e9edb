//! The heart: what an execution does next, as a pure function.
//!
//! An [`Execution`] is the fold of its [`Event`]s by [`Execution::apply`]; [`decide`] looks at it and at one
//! [`Input`] and answers with a [`Decision`]: the events that now happen and the [`Command`]s that follow
//! once those events are durable. It changes the execution only through `apply`, so that a live execution
//! and one folded from its events are the same.
//!
//! It is not a runtime: no clock, no store, no network, no task. Time, ids and randomness come in with
//! an [`Env`]; who commits events, sends tasks and wakes executions is `runner`.
//!
//! # How to read it
//! - [`event`]: everything that can happen, and how it is stored ([`record`]: one record a turn).
//! - [`execution`] and [`frame`]: what those events add up to.
//! - [`decide`]: the turn; `decide/<state type>.rs` says what a state does, `decide/failure.rs` what happens
//!   when it fails (Retry, Catch, aborted siblings).
//! - [`history`]: the projection that GetExecutionHistory reads.
//!
//! # AWS's event ids
//! Runtime causes quote them ("entered at the event id #7") and a Catch can see that text, so ids and
//! the causal `previousEventId` are decided and stored here. Records of our own carry the id 0.

pub mod command;
pub mod decide;
pub mod event;
pub mod execution;
pub mod frame;
pub mod history;
pub mod identity;
pub mod items;
pub mod limits;
pub mod record;
pub mod token;

pub use command::{Command, Dispatch, MapRunStart};
pub use decide::{Decision, Env, Input, MapRunOutcome, TaskOutcome, decide, decide_if_short};
pub use event::{Event, EventKind, Payload};
pub use execution::{Execution, Misfit, Outcome, Status};
pub use identity::Identity;
pub use items::{Batcher, Batching, Reading, Selection};
pub use limits::Limits;
