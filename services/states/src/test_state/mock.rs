use asl::program::{Map, MapMode};
use asl::resources::FieldValidationMode;
use asl::{Failure, State, StateKind};
use json::{Kind, Value};

use super::Refusal;
use crate::wire::{MockInput, MockResponseValidationMode};

/// What stands in for the work of a Task, Map or Parallel state.
#[derive(Clone, Debug)]
pub(super) enum Mock {
    Result(Value),
    Failure(Failure),
}

impl Mock {
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html>
    pub(super) fn new(given: MockInput, state: &State) -> Result<Self, Refusal> {
        if !state.kind.can_retry() {
            return Err(Refusal::MockOfType(state.kind.type_name()));
        }
        let result = match (given.result, given.error_output) {
            (Some(result), None) => result,
            (None, Some(failure)) => {
                let (error, cause) = (failure.error, failure.cause);
                let failure =
                    Failure { error: error.map(Into::into), cause: cause.map(Into::into) };
                return Ok(Mock::Failure(failure));
            }
            (Some(_), Some(_)) | (None, None) => return Err(Refusal::MockAmbiguous),
        };
        let result = Value::parse(&result).map_err(|_| Refusal::MockNotJson)?;
        let mode = match given.field_validation_mode {
            None | Some(MockResponseValidationMode::Strict) => FieldValidationMode::Strict,
            Some(MockResponseValidationMode::Present) => FieldValidationMode::Present,
            Some(MockResponseValidationMode::None) => FieldValidationMode::None,
        };
        match &state.kind {
            StateKind::Task(task) => task.resource.check_mock(&result, mode)?,
            StateKind::Parallel(parallel) => check_branches(&result, parallel.branches.len())?,
            StateKind::Map(map) => check_items(&result, map)?,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed
            | StateKind::Fail(_) => {}
        }
        Ok(Mock::Result(result))
    }
}

fn check_branches(result: &Value, branches: usize) -> Result<(), Refusal> {
    if result.kind() != Kind::Array {
        return Err(Refusal::MockNotArray);
    }
    if result.len() != branches {
        return Err(Refusal::MockOfBranches);
    }
    Ok(())
}

/// With a `ResultWriter` the result says where the results are.
fn check_items(result: &Value, map: &Map) -> Result<(), Refusal> {
    let writes = match &map.mode {
        MapMode::Inline => false,
        MapMode::Distributed(distributed) => {
            distributed.writer.as_ref().is_some_and(|writer| writer.resource.is_some())
        }
    };
    match (writes, result.kind()) {
        (false, Kind::Array) | (true, Kind::Object) => Ok(()),
        (false, _) => Err(Refusal::MockNotArray),
        (true, _) => Err(Refusal::MockNotObject),
    }
}
