//! TestState: runs one state, with its task mocked or for real, and shows what became of its data on the way.
//!
//! It evaluates with `asl` what `engine` evaluates, in the same order; there is no execution, no history and no time.
//! Which step is shown for which state type and language is what AWS was recorded to show (corpus, `test_state`).
//!
//! - [`Test::new`] checks a request (`request`, `mock`, `context`);
//! - [`Test::begin`] runs the state, until it has ended or its task has to be called;
//! - [`Test::end_task`] goes on with what the task answered;
//! - `failure` finds the retrier or catcher of a failed state; `inspection` is what DEBUG and TRACE show.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html>

mod call;
mod context;
mod failure;
mod inspection;
mod map;
mod mock;
mod refusal;
mod request;
mod run;

pub(crate) use call::Call;
pub(crate) use refusal::Refusal;
pub(crate) use run::{Report, Step};

use std::cell::RefCell;
use std::sync::Arc;

use asl::{Budget, Program, State, StateId};
use base::{Entropy, Timestamp};
use json::{Object, Value};

use inspection::Inspection;
use mock::Mock;

/// One state under test.
pub(crate) struct Test {
    program: Arc<Program>,
    state: StateId,
    input: Value,
    /// `$$`, without what some fields see besides.
    context: Value,
    /// As they are before the state, then with what it assigns.
    variables: Object,
    mock: Option<Mock>,
    /// How often the retrier that covers the failure was used already.
    retries_spent: u64,
    map_failures: Option<u64>,
    /// What the `ItemReader` of a Map state is said to have read.
    items_read: Option<Value>,
    role_arn: Option<Arc<str>>,
    payload_bytes_max: usize,
    inspection: Inspection,
    now: Timestamp,
    entropy: RefCell<Entropy>,
    budget: Budget,
}

impl Test {
    fn state(&self) -> &State {
        &self.program[self.state]
    }
}
