//! What the expressions of a state can see.

use std::cell::{Cell, RefCell};

use base::{Entropy, Timestamp};
use json::Value;

/// Everything an evaluation reads. The engine makes one for each field it evaluates; making one
/// costs nothing, because the context object is built only when an expression asks for it.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// `$` of JSONPath fields: the effective input; in `ResultSelector` the result.
    pub data: &'a Value,
    /// `$states.input`: the state's input.
    pub input: &'a Value,
    /// `$states.result`.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`.
    pub error_output: Option<&'a Value>,
    /// `$$` and `$states.context`.
    pub context: &'a dyn Fn() -> Value,
    /// Workflow variables, inner scope first.
    pub variables: &'a dyn Fn(&str) -> Option<Value>,
    /// What `$now()` and `$millis()` read.
    pub now: Timestamp,
    /// What UUIDs and random numbers are drawn from.
    pub entropy: &'a RefCell<Entropy>,
    /// What this evaluation and others may still work, together.
    pub budget: &'a Budget,
}

/// How much several evaluations may work together, counted and not timed: a step of JSONata is one, and so is a value
/// that a path visits. (About 100 ns, in a release build.)
#[derive(Debug)]
pub struct Budget {
    enough: u64,
    most: u64,
    used: Cell<u64>,
}

impl Budget {
    /// After `enough` no further evaluation should begin; at `most` the one under way fails.
    pub fn new(enough: u64, most: u64) -> Self {
        Budget { enough, most, used: Cell::new(0) }
    }

    /// What the evaluations have worked so far.
    pub fn used(&self) -> u64 {
        self.used.get()
    }

    /// Whether further evaluations should wait.
    pub fn is_enough(&self) -> bool {
        self.enough <= self.used.get()
    }

    /// Whether an evaluation may have failed for this budget alone.
    pub fn is_spent(&self) -> bool {
        self.most <= self.used.get()
    }

    pub(crate) fn left(&self) -> u64 {
        self.most.saturating_sub(self.used.get())
    }

    pub(crate) fn spend(&self, work: u64) {
        self.used.set(self.used.get().saturating_add(work));
    }
}

/// Without any bound but those that each evaluation has by itself.
impl Default for Budget {
    fn default() -> Self {
        Budget::new(u64::MAX, u64::MAX)
    }
}
