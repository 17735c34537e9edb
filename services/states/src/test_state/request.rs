use std::cell::RefCell;
use std::sync::Arc;

use asl::compile::CompiledState;
use asl::resources::{Pattern, Resource};
use asl::{State, StateKind, compile_state, invalid_definition};
use json::{Kind, Object, Value};
use runner::MachineType;

use super::inspection::Inspection;
use super::mock::Mock;
use super::{Refusal, Test, context};
use crate::arn;
use crate::errors::{Error, Validation};
use crate::execution_input::ExecutionInput;
use crate::visit::Visit;
use crate::wire::{TestStateConfiguration, TestStateInput};

impl Test {
    /// Checks a request, as far as nothing has to be evaluated for it.
    pub(crate) fn new(ctx: &Visit<'_>, req: TestStateInput) -> Result<Self, Error> {
        if let Some(role_arn) = &req.role_arn {
            arn::check_role(role_arn)?;
        }
        let options = ctx.compile_options(MachineType::Standard);
        let CompiledState { compiled, state } =
            compile_state(&req.definition, req.state_name.as_deref(), &options);
        let program = compiled.program.ok_or_else(|| {
            let message = invalid_definition(&compiled.diagnostics);
            Error::InvalidDefinition(message.expect("what doesn't compile has an error"))
        })?;
        let id = state.ok_or(Validation::from(Refusal::StateNotFound))?;
        let state = &program[id];
        let configuration = req.state_configuration.unwrap_or(NO_CONFIGURATION);
        let mock = match req.mock {
            Some(mock) if req.reveal_secrets != Some(true) => {
                Some(Mock::new(mock, state).map_err(Validation::from)?)
            }
            Some(_) => return Err(Validation::from(Refusal::SecretsOfMock).into()),
            None => {
                check_unmocked(state, &configuration, req.role_arn.is_some())?;
                None
            }
        };
        let input = ExecutionInput::parse(req.input, ctx.limits())?;
        let retries_spent = configuration.retrier_retry_count.map_or(0, unsigned);
        let context = match &req.context {
            Some(text) => context::given(text, &state.kind).map_err(Validation::from)?,
            None => {
                let role_arn = req.role_arn.as_deref();
                context::made_up(ctx, &state.kind, &input.value, role_arn, retries_spent)
            }
        };
        let context = context::in_map(context, &program, id, &input.value);
        let inspection = Inspection { input: input.text.to_string(), ..Inspection::default() };
        Ok(Test {
            variables: variables(req.variables.as_deref()).map_err(Validation::from)?,
            items_read: items(configuration.map_item_reader_data.as_deref())
                .map_err(Validation::from)?,
            program: Arc::clone(&program),
            state: id,
            input: input.value,
            context,
            mock,
            retries_spent,
            map_failures: configuration.map_iteration_failure_count.map(unsigned),
            role_arn: req.role_arn.map(Into::into),
            payload_bytes_max: ctx.limits().payload_bytes_max,
            inspection,
            now: ctx.now(),
            entropy: RefCell::new(ctx.house().entropy()),
            budget: ctx.runner().budget(),
        })
    }
}

const NO_CONFIGURATION: TestStateConfiguration = TestStateConfiguration {
    retrier_retry_count: None,
    error_caused_by_state: None,
    map_iteration_failure_count: None,
    map_item_reader_data: None,
};

/// What can be tested without a mock.
fn check_unmocked(
    state: &State,
    configuration: &TestStateConfiguration,
    has_role: bool,
) -> Result<(), Error> {
    let TestStateConfiguration {
        retrier_retry_count,
        error_caused_by_state,
        map_iteration_failure_count,
        map_item_reader_data,
    } = configuration;
    let given = [
        (map_iteration_failure_count.is_some(), "MapIterationFailureCount"),
        (retrier_retry_count.is_some(), "RetrierRetryCount"),
        (error_caused_by_state.is_some(), "ErrorCausedByState"),
        (map_item_reader_data.is_some(), "MapItemReaderData"),
    ];
    if let Some((_, name)) = given.into_iter().find(|(given, _)| *given) {
        return Err(Validation::from(Refusal::WithoutMock(name)).into());
    }
    match &state.kind {
        StateKind::Map(_) | StateKind::Parallel(_) => Err(Error::InvalidDefinition(
            "TestState API does not support Map or Parallel states. \
             Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
                .to_owned(),
        )),
        StateKind::Task(task) => {
            let waits = task.resource.pattern() != Pattern::RequestResponse;
            if waits || matches!(task.resource, Resource::Activity { .. }) {
                // By analogy.
                let message = "TestState API does not support activities and the '.sync' and \
                    '.waitForTaskToken' service integration patterns when a mock is not specified";
                return Err(Error::InvalidDefinition(message.to_owned()));
            }
            if has_role { Ok(()) } else { Err(Validation::from(Refusal::NoRole).into()) }
        }
        StateKind::Pass(_)
        | StateKind::Choice(_)
        | StateKind::Wait(_)
        | StateKind::Succeed
        | StateKind::Fail(_) => Ok(()),
    }
}

fn variables(given: Option<&str>) -> Result<Object, Refusal> {
    let Some(text) = given else { return Ok(Object::new()) };
    let variables = Value::parse(text).ok().and_then(|value| value.to_object());
    variables.ok_or(Refusal::NotJson("Variables", "object"))
}

fn items(given: Option<&str>) -> Result<Option<Value>, Refusal> {
    let Some(text) = given else { return Ok(None) };
    let items =
        Value::parse(text).ok().filter(|items| matches!(items.kind(), Kind::Array | Kind::Object));
    items.map(Some).ok_or(Refusal::NotJson("MapItemReaderData", "array"))
}

fn unsigned(count: i32) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
