//! The turn: one input in, the events that follow and the commands to perform out.
//!
//! What each state type does stands in a file of its own below; this file holds what they share:
//! emitting events, entering and leaving states, and the evaluation scope.

mod choice;
mod failure;
mod map;
mod map_run;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;

pub use failure::retry_delay_seconds;

use std::cell::RefCell;

use asl::scope::Scope;
use asl::{
    Budget, Failure, Fault, MachineId, Next, Program, QueryLanguage, State, StateId, StateKind,
    Template,
};
use base::{Entropy, Timestamp};
use json::Value;

use crate::command::Command;
use crate::event::{self, Assigned, Attempt, Event, EventKind, FrameId, Payload, TaskFailure};
use crate::execution::{Execution, ROOT_FRAME};
use crate::frame::Phase;
use crate::identity::Identity;
use crate::limits::Limits;

/// What a turn may know besides the execution itself.
pub struct Env<'a> {
    pub program: &'a Program,
    pub identity: &'a Identity,
    pub limits: &'a Limits,
    pub now: Timestamp,
    pub entropy: &'a RefCell<Entropy>,
    /// What the expressions of this turn may work.
    pub budget: &'a Budget,
    /// Whether an activity of this ARN exists: AWS fails the state at once if it doesn't.
    pub activity_exists: &'a dyn Fn(&str) -> bool,
}

/// What the world tells an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The first of all. `deadline` is when the execution times out.
    Start {
        /// What runs: [`asl::ROOT`], or the processor of a Distributed Map in its child executions.
        machine: MachineId,
        input: Value,
        deadline: Option<Timestamp>,
    },
    /// A turn was cut for its size. What is due happens first: a loop that never waits has no other moment for it.
    Continue,
    /// It is (past) the time that [`Execution::wake_at`] named.
    Wake,
    /// The task is about to be sent, or a worker takes the activity.
    TaskStarted {
        attempt: Attempt,
        worker: Option<String>,
    },
    TaskEnded {
        attempt: Attempt,
        outcome: TaskOutcome,
    },
    Heartbeat {
        attempt: Attempt,
    },
    MapRunEnded {
        attempt: Attempt,
        outcome: MapRunOutcome,
    },
    /// StopExecution.
    Stop(Failure),
    /// RedriveExecution. `deadline` is when the execution times out now.
    Redrive {
        deadline: Option<Timestamp>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum TaskOutcome {
    /// The call went through; the job or the token decides the rest.
    Submitted(Value),
    Succeeded(Value),
    Failed(TaskFailure, Failure),
}

#[derive(Clone, Debug, PartialEq)]
pub enum MapRunOutcome {
    Succeeded(Value),
    Failed(Failure),
    Aborted,
}

/// What follows from an input. Commit the events, then perform the commands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    pub events: Vec<Event>,
    pub commands: Vec<Command>,
}

/// Decides a turn and applies it to the execution.
///
/// An input that comes too late (its task or execution has ended) has no effect: the decision is empty.
pub fn decide(execution: &mut Execution, input: Input, env: &Env<'_>) -> Decision {
    let decision = Decision::default();
    let mut turn = Turn { env, execution, decision, timed_out: Vec::new(), steps: 0, bytes: 0 };
    turn.take(input);
    turn.run();
    turn.decision
}

/// Decides a turn if its expressions keep within the budget. Otherwise, as when it can't be told cheaply, nothing has
/// happened, and the input comes back.
pub fn decide_if_short(
    execution: &mut Execution,
    input: Input,
    env: &Env<'_>,
) -> Result<Decision, Input> {
    if FRAMES_MAX < execution.frames().len() {
        return Err(input);
    }
    let (before, same) = (execution.clone(), input.clone());
    let decision = decide(execution, input, env);
    if env.budget.is_spent() {
        *execution = before;
        return Err(same);
    }
    Ok(decision)
}

/// Copying an execution of more frames takes longer than what is won by it.
const FRAMES_MAX: usize = 128;

pub(crate) struct Turn<'a> {
    env: &'a Env<'a>,
    execution: &'a mut Execution,
    decision: Decision,
    /// The frames whose tasks have timed out together, as long as nothing has followed from it.
    timed_out: Vec<FrameId>,
    /// States entered so far.
    steps: u32,
    /// Bytes of the outputs and parameters so far: the bulk of what the turn stores.
    bytes: usize,
}

/// How a state is left: what else than its own `Output` and `Assign` may apply.
#[derive(Clone, Copy)]
struct Exit<'a> {
    next: Next,
    output: Option<&'a Template>,
    assign: Option<&'a Template>,
}

impl<'a> Turn<'a> {
    fn take(&mut self, input: Input) {
        match input {
            Input::Start { machine, input, deadline } => {
                let deadline = deadline.map(Timestamp::as_millis);
                let (machine, input) = (machine.0, Payload(input));
                let started = event::ExecutionStarted { input, deadline, machine };
                self.emit(EventKind::ExecutionStarted(started), 0);
            }
            _ if !self.execution.is_running() && !matches!(input, Input::Redrive { .. }) => {}
            Input::Continue | Input::Wake => self.wake(),
            Input::TaskStarted { attempt, worker } => self.task_started(attempt, worker),
            Input::TaskEnded { attempt, outcome } => self.task_ended(attempt, outcome),
            Input::Heartbeat { attempt } => self.heartbeat(attempt),
            Input::MapRunEnded { attempt, outcome } => self.map_run_ended(attempt, outcome),
            Input::Stop(failure) => {
                self.end_execution(EventKind::ExecutionAborted((&failure).into()), 0)
            }
            Input::Redrive { deadline } => self.redrive(deadline),
        }
    }

    /// Lets every frame that can go on do so, until none can or the turn is full.
    fn run(&mut self) {
        while self.execution.is_running() {
            let Some(frame) = self.execution.first_ready() else { return };
            let limits = self.env.limits;
            if limits.turn_steps_max <= self.steps
                || limits.turn_events_max <= self.decision.events.len()
                || limits.turn_bytes_max <= self.bytes
                || self.env.budget.is_enough()
            {
                self.decision.commands.push(Command::Continue);
                return;
            }
            if limits.history_events_max <= self.execution.last_event_id() + 1 {
                return self.fail_for_history(limits.history_events_max);
            }
            self.step(frame);
        }
    }

    fn step(&mut self, frame: FrameId) {
        let at = self.execution.frame(frame);
        match &at.phase {
            Phase::Ready(ready) => {
                self.steps += 1;
                let (previous, input) = (at.previous, ready.input.clone());
                let entered = event::StateEntered { frame, state: ready.state, input };
                self.emit(EventKind::StateEntered(entered), previous);
                self.begin(frame);
            }
            Phase::Entered => self.begin(frame),
            Phase::TaskDone(output) => {
                let output = output.0.clone();
                self.leave_task(frame, &output);
            }
            Phase::Parallel(_) => self.leave_parallel(frame),
            Phase::Map(_) => self.go_on_with_map(frame),
            Phase::Done(output) => {
                let output = output.clone();
                self.finish(frame, output);
            }
            Phase::Waiting | Phase::Task(_) | Phase::Backoff | Phase::MapRun(_) | Phase::Failed => {
                unreachable!("such a frame is not ready")
            }
        }
    }

    /// Does what the state is for.
    fn begin(&mut self, frame: FrameId) {
        let state = self.state(frame);
        match &state.kind {
            StateKind::Pass(pass) => self.pass(frame, state, pass),
            StateKind::Task(task) => self.schedule_task(frame, state, task),
            StateKind::Choice(choice) => self.choose(frame, state, choice),
            StateKind::Wait(wait) => self.wait(frame, state, wait),
            StateKind::Succeed => self.succeed(frame, state),
            StateKind::Fail(fail) => self.fail_state(frame, fail),
            StateKind::Parallel(_) => self.start_parallel(frame, state),
            StateKind::Map(map) => self.start_map(frame, state, map),
        }
    }

    /// A machine has come to its end.
    fn finish(&mut self, frame: FrameId, output: Payload) {
        let previous = self.execution.frame(frame).previous;
        if frame == ROOT_FRAME {
            let succeeded = event::ExecutionOutput { output };
            self.emit(EventKind::ExecutionSucceeded(succeeded), previous);
        } else {
            self.emit(EventKind::MapIterationSucceeded(event::InFrame { frame }), previous);
        }
    }

    /// Everything that is due: the execution's own timeout first, then the frames' by time.
    fn wake(&mut self) {
        if self.execution.deadline_passed(self.env.now) {
            // Recorded timeouts of tasks carry the name only, so does the execution's.
            let failure = Failure { error: Some(asl::error_name::TIMEOUT.into()), cause: None };
            return self.end_execution(EventKind::ExecutionTimedOut((&failure).into()), 0);
        }
        while let Some(frame) = self.execution.due_before(self.env.now) {
            match &self.execution.frame(frame).phase {
                Phase::Waiting => self.leave_wait(frame),
                Phase::Backoff => self.begin(frame),
                Phase::Task(_) => self.time_out_tasks(),
                phase => unreachable!("nothing is due in {phase:?}"),
            }
            if !self.execution.is_running() {
                return;
            }
        }
    }

    fn redrive(&mut self, deadline: Option<Timestamp>) {
        if self.execution.is_running() {
            return;
        }
        let redriven = event::ExecutionRedriven {
            redrive_count: self.execution.redrive_count() + 1,
            deadline: deadline.map(Timestamp::as_millis),
        };
        let previous = self.execution.last_event_id();
        self.emit(EventKind::ExecutionRedriven(redriven), previous);
        self.redrive_map_runs();
    }

    /// Ends the execution and everything that is still open in it.
    fn end_execution(&mut self, kind: EventKind, previous: u64) {
        let open: Vec<Attempt> = self.execution.open_attempts().collect();
        for attempt in open {
            let is_map_run = self.execution.map_run_frame(attempt).is_some();
            let stop =
                if is_map_run { Command::StopMapRun { attempt } } else { Command::Cancel(attempt) };
            self.decision.commands.push(stop);
        }
        self.emit(kind, previous);
    }

    fn fail_for_history(&mut self, events_max: u64) {
        let cause =
            format!("The execution reached the maximum number of history events ({events_max}).");
        let failure = Failure::new(asl::error_name::RUNTIME, cause);
        let previous = self.execution.last_event_id();
        self.end_execution(EventKind::ExecutionFailed((&failure).into()), previous);
    }

    /// Appends an event and applies it. Returns its AWS id, 0 for a record of our own.
    fn emit(&mut self, kind: EventKind, previous: u64) -> u64 {
        let id = if kind.is_aws() { self.execution.last_event_id() + 1 } else { 0 };
        let event = Event { id, previous, at: self.env.now.as_millis(), kind };
        self.execution.apply(self.env.program, &event);
        self.decision.events.push(event);
        id
    }

    fn state(&self, frame: FrameId) -> &'a State {
        &self.env.program[StateId(self.execution.frame(frame).state)]
    }

    fn input(&self, frame: FrameId) -> Value {
        self.execution.frame(frame).input.0.clone()
    }

    /// Leaves a state successfully with a result (JSONPath's `$` of the result fields, `$states.result`).
    fn exit_with_result(&mut self, frame: FrameId, result: &Value, exit: Exit<'_>) {
        let state = self.state(frame);
        let input = self.input(frame);
        let output = match state.language {
            QueryLanguage::JsonPath => self.json_path_output(frame, state, &input, result),
            QueryLanguage::Jsonata => {
                let template = exit.output.or(state.flow.output.as_ref());
                match template {
                    None => Ok(result.clone()),
                    Some(template) => {
                        self.evaluate(frame, &input, Some(result), |scope| template.evaluate(scope))
                    }
                }
            }
        };
        self.exit(frame, output, result, Some(result), exit);
    }

    /// Leaves a state that has no result: its (filtered) input goes on.
    fn exit_with_input(&mut self, frame: FrameId, effective: &Value, exit: Exit<'_>) {
        let state = self.state(frame);
        let output = match state.language {
            QueryLanguage::JsonPath => self
                .evaluate(frame, effective, None, |scope| state.flow.output_path.evaluate(scope)),
            QueryLanguage::Jsonata => match exit.output.or(state.flow.output.as_ref()) {
                None => Ok(effective.clone()),
                Some(template) => {
                    self.evaluate(frame, effective, None, |scope| template.evaluate(scope))
                }
            },
        };
        self.exit(frame, output, effective, None, exit);
    }

    fn json_path_output(
        &self,
        frame: FrameId,
        state: &State,
        input: &Value,
        result: &Value,
    ) -> Result<Value, Fault> {
        let selected = match &state.flow.result_selector {
            None => result.clone(),
            Some(selector) => {
                self.evaluate(frame, result, None, |scope| selector.evaluate(scope))?
            }
        };
        let placed = state.flow.result_path.apply(input, selected)?;
        self.evaluate(frame, &placed, None, |scope| state.flow.output_path.evaluate(scope))
    }

    /// Evaluates `Assign` (all of a state's expressions see the variables as they were at its entry),
    /// checks the sizes and exits.
    fn exit(
        &mut self,
        frame: FrameId,
        output: Result<Value, Fault>,
        assign_data: &Value,
        result: Option<&Value>,
        exit: Exit<'_>,
    ) {
        let state = self.state(frame);
        let assigned = output.and_then(|output| {
            let template = exit.assign.or(state.flow.assign.as_ref());
            let assigned = match template {
                None => Vec::new(),
                Some(template) => {
                    let value = self
                        .evaluate(frame, assign_data, result, |scope| template.evaluate(scope))?;
                    variables(&value)
                }
            };
            Ok((output, assigned))
        });
        match assigned {
            Err(fault) => self.fault(frame, &fault),
            Ok((output, assigned)) => match self.refusal(frame, &output, &assigned) {
                Some(failure) => self.fail(frame, failure, failure::Origin::State),
                None => self.emit_exited(frame, output, assigned, exit.next),
            },
        }
    }

    fn emit_exited(&mut self, frame: FrameId, output: Value, assigned: Vec<Assigned>, next: Next) {
        let next = match next {
            Next::State(state) => Some(state.0),
            Next::End => None,
        };
        let left = self.execution.frame(frame);
        let (state, previous) = (left.state, left.previous);
        let exited = event::StateExited { frame, state, output: Payload(output), assigned, next };
        self.emit(EventKind::StateExited(exited), previous);
    }

    /// Whether a payload keeps to AWS's limit; if so, it will be stored with this turn.
    fn fits(&mut self, payload: &Value) -> bool {
        let bytes = payload.text_len_within(self.env.limits.payload_bytes_max);
        self.bytes += bytes.unwrap_or_default();
        bytes.is_some()
    }

    fn variables_fit(&self, assigned: &[Assigned]) -> bool {
        let most = self.env.limits.variables_bytes_max;
        let held = usize::try_from(self.execution.variable_bytes()).unwrap_or(usize::MAX);
        // One Assign may hold no more than a payload (developer guide, "Passing data with variables").
        let left = most.checked_sub(held).map(|left| left.min(self.env.limits.payload_bytes_max));
        let left = assigned.iter().try_fold(left, |left, variable| {
            let left = left?;
            Some(left.checked_sub(variable.value.0.text_len_within(left)?))
        });
        left.flatten().is_some()
    }

    /// Why what a state hands on can't be stored, if it can't.
    fn refusal(
        &mut self,
        frame: FrameId,
        output: &Value,
        assigned: &[Assigned],
    ) -> Option<Failure> {
        let state = self.state(frame);
        if !self.fits(output) {
            return Some(failure::too_large(&state.name, "returned a result"));
        }
        if !self.variables_fit(assigned) {
            let cause = "The total size of the variables exceeds the maximum number of bytes service limit.";
            return Some(Failure::new(asl::error_name::DATA_LIMIT_EXCEEDED, cause));
        }
        // No text nests so deep that is read (`json`), so nothing may that is made: loops would wrap a value
        // until a stack overflows. AWS's words for it aren't known.
        let mut values = std::iter::once(output).chain(assigned.iter().map(|of| &of.value.0));
        values.any(|value| value.is_deeper_than(json::DEPTH_MAX)).then(|| {
            let cause = format!("The result nests deeper than {} levels.", json::DEPTH_MAX);
            let fault = Fault::new(asl::error_name::RUNTIME, cause);
            fault.in_state(&state.name, self.execution.frame(frame).entered_id)
        })
    }

    /// Evaluates something of a frame's state. `data` is `$`; `$states.input` is the state's raw input.
    fn evaluate<T>(
        &self,
        frame: FrameId,
        data: &Value,
        result: Option<&Value>,
        evaluate: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        self.evaluate_with(frame, data, result, None, None, evaluate)
    }

    fn evaluate_with<T>(
        &self,
        frame: FrameId,
        data: &Value,
        result: Option<&Value>,
        error_output: Option<&Value>,
        extra: Option<&ContextExtra<'_>>,
        evaluate: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let of = self.execution.frame(frame);
        let context = || crate::identity::context(self.env, self.execution, of, extra);
        let variable = |name: &str| self.execution.variable(frame, name);
        evaluate(&Scope {
            data,
            input: &of.input.0,
            result,
            error_output,
            context: &context,
            variables: &variable,
            now: self.env.now,
            entropy: self.env.entropy,
            budget: self.env.budget,
        })
    }
}

/// What the context object of one evaluation has besides the state's own.
pub(crate) enum ContextExtra<'a> {
    /// `Task.Token`.
    Token(&'a str),
    /// `Map.Item`, while `ItemSelector` is evaluated; `Map.Item.Source` in a distributed Map only.
    Item { item: &'a crate::frame::Item, source: Option<&'static str> },
}

fn variables(assign: &Value) -> Vec<Assigned> {
    assign
        .entries()
        .map(|(name, value)| Assigned { name: name.to_owned(), value: Payload(value) })
        .collect()
}
