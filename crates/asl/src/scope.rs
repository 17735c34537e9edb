//! What the expressions of a state can see.

use std::cell::RefCell;

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
}
