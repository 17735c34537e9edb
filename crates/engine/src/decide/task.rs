//! Task: scheduling, and what workers and services answer.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>

use asl::program::{Quantity, Task};
use asl::resources::{Pattern, Resource};
use asl::{Failure, Fault, QueryLanguage, State, StateKind, error_name};

use json::Value;

use super::failure::{Origin, too_large};
use super::{ContextExtra, Exit, TaskOutcome, Turn};
use crate::command::{Command, Dispatch};
use crate::event::{
    self, Attempt, EventKind, FrameId, Payload, TaskBeat, TaskFailed, TaskFailure, TaskOutput,
    TaskScheduled, TaskStarted,
};
use crate::token::TaskToken;

/// What a Task state's fields come to.
struct Fields {
    parameters: Value,
    timeout_seconds: Option<u64>,
    heartbeat_seconds: Option<u64>,
    role_arn: Option<String>,
}

impl Turn<'_> {
    pub(super) fn schedule_task(&mut self, frame: FrameId, state: &State, task: &Task) {
        if let Resource::Activity { arn } = &task.resource
            && !(self.env.activity_exists)(arn)
        {
            // Recorded: activity_task_on_deleted.
            let fault =
                Fault::new(error_name::RUNTIME, format!("The activity {arn} does not exist."));
            return self.fault(frame, &fault);
        }
        let attempt = self.execution.next_attempt();
        let mut secret = [0; 16];
        self.env.entropy.borrow_mut().fill(&mut secret);
        let execution_arn = self.env.identity.execution_arn.to_string();
        let token = TaskToken { execution_arn, attempt, secret }.to_string();
        let fields = match self.task_fields(frame, state, task, &token) {
            Ok(fields) => fields,
            Err(fault) => return self.fault_on_entry(frame, &fault),
        };
        if !self.fits(&fields.parameters) {
            let failure = too_large(&task_name(task), "provided parameters");
            return self.fail(frame, failure, Origin::State);
        }
        let unusable = task.resource.unusable(&fields.parameters, state.language);
        if !unusable.is_empty() {
            let cause = format!(
                "The Parameters '{}' could not be used to start the Task: [{}]",
                fields.parameters,
                unusable.join(", ")
            );
            return self.fault(frame, &Fault::new(error_name::RUNTIME, cause));
        }
        self.emit_scheduled(frame, attempt, secret, token, fields);
    }

    fn emit_scheduled(
        &mut self,
        frame: FrameId,
        attempt: Attempt,
        secret: [u8; 16],
        token: String,
        fields: Fields,
    ) {
        let at = self.execution.frame(frame);
        let (previous, state) = (at.previous, at.state_id());
        let scheduled = TaskScheduled {
            frame,
            attempt,
            secret,
            parameters: Payload(fields.parameters.clone()),
            timeout_seconds: fields.timeout_seconds,
            heartbeat_seconds: fields.heartbeat_seconds,
            role_arn: fields.role_arn.clone(),
        };
        self.emit(EventKind::TaskScheduled(scheduled), previous);
        self.decision.commands.push(Command::Dispatch(Dispatch {
            attempt,
            state,
            parameters: fields.parameters,
            token,
            timeout_seconds: fields.timeout_seconds,
            heartbeat_seconds: fields.heartbeat_seconds,
            role_arn: fields.role_arn.map(Into::into),
        }));
    }

    fn task_fields(
        &self,
        frame: FrameId,
        state: &State,
        task: &Task,
        token: &str,
    ) -> Result<Fields, Fault> {
        let effective = self.effective_input(frame, state)?;
        // A job may be ended by its token too (recorded: callback_sync_with_task_token).
        let has_token = task.resource.pattern() != Pattern::RequestResponse;
        let token = has_token.then_some(ContextExtra::Token(token));
        self.evaluate_with(frame, &effective, None, None, token.as_ref(), |scope| {
            let parameters = match (&state.flow.arguments, state.language) {
                (Some(template), _) => template.evaluate(scope)?,
                (None, QueryLanguage::JsonPath) => effective.clone(),
                (None, QueryLanguage::Jsonata) => scope.input.clone(),
            };
            let seconds = |quantity: &Option<Quantity>| {
                quantity.as_ref().map(|quantity| quantity.seconds(scope)).transpose()
            };
            let role_arn = match &task.credentials {
                None => None,
                Some(template) => {
                    let credentials = template.evaluate(scope)?;
                    credentials.get("RoleArn").and_then(|role| role.as_str().map(str::to_owned))
                }
            };
            Ok(Fields {
                parameters,
                timeout_seconds: seconds(&task.timeout_seconds)?,
                heartbeat_seconds: seconds(&task.heartbeat_seconds)?,
                role_arn,
            })
        })
    }

    pub(super) fn task_started(&mut self, attempt: Attempt, worker: Option<String>) {
        let Some((frame, task)) = self.execution.task(attempt) else { return };
        if !task.started {
            let previous = frame.previous;
            self.emit(EventKind::TaskStarted(TaskStarted { attempt, worker }), previous);
        }
    }

    pub(super) fn heartbeat(&mut self, attempt: Attempt) {
        if self.execution.task(attempt).is_some() {
            self.emit(EventKind::TaskHeartbeat(TaskBeat { attempt }), 0);
        }
    }

    pub(super) fn task_ended(&mut self, attempt: Attempt, outcome: TaskOutcome) {
        if self.execution.task(attempt).is_none() {
            return;
        }
        match outcome {
            TaskOutcome::Submitted(output) => self.task_submitted(attempt, output),
            TaskOutcome::Succeeded(output) => self.task_succeeded(attempt, output),
            TaskOutcome::Failed(how, failure) => self.task_failed(attempt, how, failure),
        }
    }

    fn task_submitted(&mut self, attempt: Attempt, output: Value) {
        let Some((frame, task)) = self.execution.task(attempt) else { return };
        if !task.submitted {
            let previous = frame.previous;
            let submitted = TaskOutput { attempt, output: Payload(output) };
            self.emit(EventKind::TaskSubmitted(submitted), previous);
        }
    }

    fn task_succeeded(&mut self, attempt: Attempt, output: Value) {
        let Some((at, _)) = self.execution.task(attempt) else { return };
        let (frame, previous) = (at.id, at.previous);
        if !self.fits(&output) {
            let StateKind::Task(task) = &self.state(frame).kind else {
                unreachable!("it stands in a Task state")
            };
            let failure = too_large(&task_name(task), "returned a result");
            return self.task_failed(attempt, TaskFailure::Failed, failure);
        }
        let succeeded = TaskOutput { attempt, output: Payload(output) };
        self.emit(EventKind::TaskSucceeded(succeeded), previous);
    }

    fn task_failed(&mut self, attempt: Attempt, how: TaskFailure, failure: Failure) {
        if let Some(frame) = self.emit_task_failed(attempt, how, &failure) {
            self.fail(frame, failure, Origin::State);
        }
    }

    /// Says that a task has failed. What follows from it is for [`Turn::fail`] to say.
    pub(super) fn emit_task_failed(
        &mut self,
        attempt: Attempt,
        how: TaskFailure,
        failure: &Failure,
    ) -> Option<FrameId> {
        let (at, _) = self.execution.task(attempt)?;
        let (frame, previous) = (at.id, at.previous);
        let end = event::ExecutionEnd::from(&super::failure::as_recorded(failure.clone()));
        let failed = TaskFailed { attempt, how, error: end.error, cause: end.cause };
        self.emit(EventKind::TaskFailed(failed), previous);
        Some(frame)
    }

    pub(super) fn leave_task(&mut self, frame: FrameId, result: &Value) {
        let StateKind::Task(task) = &self.state(frame).kind else {
            unreachable!("it stands in a Task state")
        };
        self.exit_with_result(frame, result, Exit { next: task.next, output: None, assign: None });
    }
}

/// What AWS calls a task in size errors (recorded: data_limit_exceeded_on_large_utf8_response):
/// the service of an integration, the ARN of a function.
fn task_name(task: &Task) -> String {
    task.resource.resource_type().unwrap_or_else(|| task.resource_text.to_string())
}
