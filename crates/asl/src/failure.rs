//! How things go wrong at run time: error names, faults of expressions, failures of states, and
//! what `ErrorEquals` covers.

use std::sync::Arc;

use json::{Object, Value};

/// What a state, task or execution failed with. Either part may be missing: a `Fail` state without
/// `Error` fails with no name at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
}

impl Failure {
    pub fn new(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        Failure { error: Some(error.into()), cause: Some(cause.into()) }
    }

    /// The error output that a catcher hands on. What is missing is `null` (recorded:
    /// `sqs_failure_in_wait_for_task_tok_no_error_field`), except that timeouts, whose events have
    /// no cause, show an empty one (recorded: `task_service_lambda_invoke_timeout`).
    pub fn output(&self) -> Value {
        let text = |text: &Option<Arc<str>>| text.clone().map_or(Value::NULL, Value::from);
        let mut output = Object::with_capacity(2);
        output.insert("Error", text(&self.error));
        match (&self.error, &self.cause) {
            (Some(error), None) if &**error == error_name::TIMEOUT => output.insert("Cause", ""),
            (_, cause) => output.insert("Cause", text(cause)),
        };
        output.into()
    }
}

/// A path, template, intrinsic call or JSONata expression that failed at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// One of [`error_name`].
    pub error: &'static str,
    /// AWS's sentence, without the prefix that names the state; [`Fault::in_state`] adds it.
    pub cause: String,
    /// JSONata only: slash path of the field inside the state (`Arguments/FunctionName`), as
    /// `EvaluationFailed` events have it.
    pub location: Option<Arc<str>>,
}

impl Fault {
    pub fn new(error: &'static str, cause: impl Into<String>) -> Self {
        Fault { error, cause: cause.into(), location: None }
    }

    /// The failure of the state that evaluated: the cause names the state and its `…StateEntered` event.
    pub fn in_state(&self, state: &str, entered_event_id: u64) -> Failure {
        let cause = format!(
            "An error occurred while executing the state '{state}' (entered at the event id #{entered_event_id}). {}",
            self.cause
        );
        Failure::new(self.error, cause)
    }
}

/// The error names of the States Language that mean something here.
pub mod error_name {
    /// Wildcard of `ErrorEquals`.
    pub const ALL: &str = "States.ALL";
    pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
    pub const EXCEED_TOLERATED_FAILURE_THRESHOLD: &str = "States.ExceedToleratedFailureThreshold";
    /// A missed heartbeat, as `ErrorEquals` may name it; histories record `States.Timeout`.
    pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
    pub const HTTP_SOCKET: &str = "States.Http.Socket";
    pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
    pub const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";
    pub const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";
    pub const PERMISSIONS: &str = "States.Permissions";
    pub const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
    /// A reference path that doesn't fit the data it is read from (`ItemsPath`) or written to
    /// (`ResultPath`); not in the developer guide, but what executions fail with.
    pub const REFERENCE_PATH_CONFLICT: &str = "States.ReferencePathConflict";
    /// What the developer guide says that a `ResultPath` fails with.
    pub const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";
    pub const RESULT_WRITER_FAILED: &str = "States.ResultWriterFailed";
    pub const RUNTIME: &str = "States.Runtime";
    /// A task's failure without a name of its own; in `ErrorEquals` a wildcard.
    pub const TASK_FAILED: &str = "States.TaskFailed";
    pub const TIMEOUT: &str = "States.Timeout";
}

/// Whether an `ErrorEquals` covers an error. A missed heartbeat is asked for as
/// [`HEARTBEAT_TIMEOUT`](error_name::HEARTBEAT_TIMEOUT), though histories record `States.Timeout`.
///
/// - `States.Runtime` is never covered, not even by its own name (recorded: `catch_states_runtime`).
/// - `States.ALL` covers everything else: a task's `States.DataLimitExceeded` too, whatever the developer guide says
///   (recorded: `catch_state_all_data_limit_exceeded_on_large_utf8_response`, by function ARN and by `lambda:invoke`).
/// - `States.TaskFailed` covers what `States.ALL` does, except timeouts (developer guide, error names) and, for want of
///   a recording, `States.DataLimitExceeded`.
/// - `States.Timeout` covers missed heartbeats too.
/// - `States.ResultPathMatchFailure`, the documented name, covers `States.ReferencePathConflict`, the real
///   one. Ours: whether AWS's does isn't known.
pub fn covers(error_equals: &[Arc<str>], error: Option<&str>) -> bool {
    if error == Some(error_name::RUNTIME) {
        return false;
    }
    let timeout = matches!(error, Some(error_name::TIMEOUT | error_name::HEARTBEAT_TIMEOUT));
    let limit = error == Some(error_name::DATA_LIMIT_EXCEEDED);
    error_equals.iter().any(|name| match &**name {
        error_name::ALL => true,
        error_name::TASK_FAILED => error == Some(error_name::TASK_FAILED) || !limit && !timeout,
        error_name::TIMEOUT => timeout,
        error_name::RESULT_PATH_MATCH_FAILURE => {
            matches!(
                error,
                Some(error_name::RESULT_PATH_MATCH_FAILURE | error_name::REFERENCE_PATH_CONFLICT)
            )
        }
        name => error == Some(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error_equals: &[&str], error: Option<&str>, expected: bool) {
        let names: Vec<Arc<str>> = error_equals.iter().map(|name| (*name).into()).collect();
        assert_eq!(covers(&names, error), expected, "{error_equals:?} and {error:?}");
    }

    #[test]
    fn error_equals_covers_by_name_and_by_wildcard() {
        check(&["Custom"], Some("Custom"), true);
        check(&["Custom"], Some("custom"), false);
        check(&["A", "B"], Some("B"), true);
        check(&[], Some("A"), false);
        check(&["States.ALL"], Some("Custom"), true);
        check(&["States.ALL"], None, true);
        check(&["States.TaskFailed"], Some("Custom"), true);
        check(&["States.TaskFailed"], None, true);
        check(&["States.ResultPathMatchFailure"], Some("States.ReferencePathConflict"), true);
        check(&["States.ResultPathMatchFailure"], Some("Custom"), false);
        check(&["Custom"], None, false);
    }

    #[test]
    fn timeouts_are_not_task_failures() {
        check(&["States.TaskFailed"], Some("States.Timeout"), false);
        check(&["States.TaskFailed"], Some("States.HeartbeatTimeout"), false);
        check(&["States.Timeout"], Some("States.HeartbeatTimeout"), true);
        check(&["States.HeartbeatTimeout"], Some("States.HeartbeatTimeout"), true);
        check(&["States.HeartbeatTimeout"], Some("States.Timeout"), false);
        check(&["States.ALL"], Some("States.HeartbeatTimeout"), true);
    }

    #[test]
    fn terminal_errors_escape_the_wildcards() {
        check(&["States.ALL"], Some("States.Runtime"), false);
        check(&["States.Runtime"], Some("States.Runtime"), false);
        check(&["States.ALL"], Some("States.DataLimitExceeded"), true);
        check(&["States.TaskFailed"], Some("States.DataLimitExceeded"), false);
        check(&["States.DataLimitExceeded"], Some("States.DataLimitExceeded"), true);
    }

    #[test]
    fn a_fault_names_the_state_it_happened_in() {
        let fault = Fault::new(error_name::RUNTIME, "Wait state delay is too long.");
        let failure = fault.in_state("W", 2);
        assert_eq!(failure.error.as_deref(), Some("States.Runtime"));
        assert_eq!(
            failure.cause.as_deref(),
            Some(
                "An error occurred while executing the state 'W' (entered at the event id #2). Wait state delay is too long."
            )
        );
    }

    #[test]
    fn error_outputs_have_both_members() {
        let timeout = Failure { error: Some("States.Timeout".into()), cause: None };
        assert_eq!(Failure::new("E", "C").output().to_string(), r#"{"Error":"E","Cause":"C"}"#);
        assert_eq!(Failure::default().output().to_string(), r#"{"Error":null,"Cause":null}"#);
        assert_eq!(timeout.output().to_string(), r#"{"Error":"States.Timeout","Cause":""}"#);
    }
}
