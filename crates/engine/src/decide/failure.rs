//! When a state fails: Retry, Catch, and the way up through Parallel and Map states.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>;
//! the order and causes of the events are those of recorded histories.

use asl::program::{Catcher, Retrier};
use asl::{Failure, Fault, Next, QueryLanguage, State, StateKind, error_name};
use json::Value;

use super::Turn;
use crate::command::Command;
use crate::event::{self, EventKind, FrameId, InFrame, RetryScheduled, TaskFailure};
use crate::frame::Phase;

/// Where a failure comes from, which decides what the history shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The state itself: its fields, its task, a Fail state.
    State,
    /// A JSONata expression of the state, which an EvaluationFailed event reports.
    Evaluation,
    /// A branch or an iteration, with the event that it failed by, or the state's map run.
    Below { cause: u64 },
}

impl Turn<'_> {
    /// An expression has failed before the state's work began: AWS's cause is what led into the state.
    pub(super) fn fault_on_entry(&mut self, frame: FrameId, fault: &Fault) {
        let before_entered = self.execution.frame(frame).before_entered;
        self.fault_after(frame, fault, before_entered);
    }

    /// An expression has failed after the state's last event.
    pub(super) fn fault(&mut self, frame: FrameId, fault: &Fault) {
        let at = self.execution.frame(frame);
        // A Pass, Choice or Succeed state has no event between its entry and its exit, so that its output
        // fails "on entry" (recorded: base_undefined_output_multiple_states); a Wait state's does not.
        let only_entered =
            at.previous == at.entered_id && !matches!(self.state(frame).kind, StateKind::Wait(_));
        let previous = if only_entered { at.before_entered } else { at.previous };
        self.fault_after(frame, fault, previous);
    }

    fn fault_after(&mut self, frame: FrameId, fault: &Fault, previous: u64) {
        let (failure, origin) = self.report(frame, fault, previous);
        self.fail(frame, failure, origin);
    }

    /// The failure that a fault is, after its EvaluationFailed event if it has one.
    fn report(&mut self, frame: FrameId, fault: &Fault, previous: u64) -> (Failure, Origin) {
        let at = self.execution.frame(frame);
        let failure = fault.in_state(&self.state(frame).name, at.entered_id);
        if fault.error != error_name::QUERY_EVALUATION_ERROR {
            return (failure, Origin::State);
        }
        let failed = event::EvaluationFailed {
            frame,
            state: at.state,
            error: fault.error.to_owned(),
            cause: failure.cause.as_deref().unwrap_or_default().to_owned(),
            location: fault.location.as_deref().map(str::to_owned),
        };
        self.emit(EventKind::EvaluationFailed(failed), previous);
        (failure, Origin::Evaluation)
    }

    /// The state of `frame` has failed: a retrier or a catcher takes it, or its machine fails with it.
    pub(super) fn fail(&mut self, frame: FrameId, failure: Failure, origin: Origin) {
        let state = self.state(frame);
        let (retriers, catchers) = state.kind.handlers();
        let cause = match origin {
            Origin::Below { cause } => cause,
            Origin::State | Origin::Evaluation => self.execution.frame(frame).previous,
        };
        if let Some(retrier) = self.retrier_for(frame, retriers, &failure) {
            return self.retry(frame, retrier, &retriers[retrier], cause);
        }
        self.emit_state_failed(frame, state, origin, cause);
        // Histories and outputs know a missed heartbeat as a timeout only.
        let name = failure.error.as_deref();
        let catcher = catchers.iter().find(|catcher| asl::failure::covers(&catcher.errors, name));
        let failure = as_recorded(failure);
        match catcher {
            Some(catcher) => self.catch(frame, catcher, &failure),
            None => self.fail_machine(frame, failure),
        }
    }

    fn retrier_for(
        &self,
        frame: FrameId,
        retriers: &[Retrier],
        failure: &Failure,
    ) -> Option<usize> {
        // The first retrier that covers the error decides, spent or not.
        let first = retriers
            .iter()
            .position(|r| asl::failure::covers(&r.errors, failure.error.as_deref()))?;
        let spent = self.execution.frame(frame).retries[first];
        (spent < retriers[first].attempts_max).then_some(first)
    }

    fn retry(&mut self, frame: FrameId, place: usize, retrier: &Retrier, cause: u64) {
        self.cancel_below(frame);
        let spent = self.execution.frame(frame).retries[place];
        let delay = retry_delay_seconds(retrier, spent);
        let delay = if retrier.full_jitter {
            delay * self.env.entropy.borrow_mut().next_unit()
        } else {
            delay
        };
        let until = self.env.now.as_millis().saturating_add((delay * 1000.0) as i64);
        let scheduled = RetryScheduled { frame, retrier: place as u32, until };
        self.emit(EventKind::RetryScheduled(scheduled), cause);
    }

    fn catch(&mut self, frame: FrameId, catcher: &Catcher, failure: &Failure) {
        self.cancel_below(frame);
        let error_output = failure.output();
        let input = self.input(frame);
        let state = self.state(frame);
        let evaluate = |template: &asl::Template| {
            self.evaluate_with(frame, &error_output, None, Some(&error_output), None, |scope| {
                template.evaluate(scope)
            })
        };
        let output = match (state.language, &catcher.output) {
            (QueryLanguage::JsonPath, _) => catcher.result_path.apply(&input, error_output.clone()),
            (QueryLanguage::Jsonata, Some(output)) => evaluate(output),
            (QueryLanguage::Jsonata, None) => Ok(error_output.clone()),
        };
        let caught = output.and_then(|output| {
            let assigned = catcher.assign.as_ref().map(evaluate).transpose()?;
            Ok((output, assigned.map_or_else(Vec::new, |assigned| super::variables(&assigned))))
        });
        match caught {
            Ok((output, assigned)) => match self.refusal(frame, &output, &assigned) {
                Some(failure) => self.fail_machine(frame, failure),
                None => self.emit_exited(frame, output, assigned, Next::State(catcher.next)),
            },
            // Nothing catches a catcher: what it fails with is the machine's.
            Err(fault) => {
                let previous = self.execution.frame(frame).previous;
                let (failure, _) = self.report(frame, &fault, previous);
                self.fail_machine(frame, failure);
            }
        }
    }

    /// `MapStateFailed` or `ParallelStateFailed`, once no retrier has taken what failed inside.
    /// A JSONPath field of such a state fails the execution without it (recorded: max_concurrency_path).
    fn emit_state_failed(&mut self, frame: FrameId, state: &State, origin: Origin, cause: u64) {
        if origin == Origin::State {
            return;
        }
        match &state.kind {
            StateKind::Map(_) => self.emit(EventKind::MapFailed(InFrame { frame }), cause),
            StateKind::Parallel(_) => {
                self.emit(EventKind::ParallelFailed(InFrame { frame }), cause)
            }
            _ => return,
        };
    }

    /// A machine fails: the execution if it is the root, else the state above it.
    fn fail_machine(&mut self, frame: FrameId, failure: Failure) {
        let at = self.execution.frame(frame);
        let cause = at.previous;
        let Some(parent) = at.parent else {
            return self.end_execution(EventKind::ExecutionFailed((&failure).into()), cause);
        };
        if matches!(self.state(parent).kind, StateKind::Map(_)) {
            self.emit(EventKind::MapIterationFailed(InFrame { frame }), cause);
        }
        // AWS writes one for the failed task itself (recorded: parallel_catch_error_output_with_retry).
        if matches!(self.state(frame).kind, StateKind::Task(_)) {
            self.emit(EventKind::StateAborted(InFrame { frame }), cause);
        }
        for sibling in self.execution.children(parent) {
            if sibling != frame {
                self.abort(parent, sibling, cause);
            }
        }
        self.fail(parent, failure, Origin::Below { cause });
    }

    /// Aborts a branch or an iteration, and what it stands in, because another one failed.
    fn abort(&mut self, parent: FrameId, frame: FrameId, cause: u64) {
        let has_timed_out = self.leave_timed_out(frame);
        let phase = &self.execution.frame(frame).phase;
        if matches!(phase, Phase::Done(_) | Phase::Failed) && !has_timed_out {
            return;
        }
        let entered = !matches!(phase, Phase::Ready(_));
        if matches!(self.state(parent).kind, StateKind::Map(_)) {
            self.emit(EventKind::MapIterationAborted(InFrame { frame }), cause);
        }
        for child in self.execution.children(frame) {
            self.abort(frame, child, cause);
        }
        self.cancel(frame);
        let has_event = matches!(
            self.state(frame).kind,
            StateKind::Task(_) | StateKind::Wait(_) | StateKind::Parallel(_) | StateKind::Map(_)
        );
        if entered && has_event {
            self.emit(EventKind::StateAborted(InFrame { frame }), cause);
        }
    }

    /// Cancels whatever is open below a frame's state.
    fn cancel_below(&mut self, frame: FrameId) {
        for child in self.execution.children(frame) {
            self.cancel_below(child);
            self.cancel(child);
        }
    }

    fn cancel(&mut self, frame: FrameId) {
        let command = match &self.execution.frame(frame).phase {
            Phase::Task(task) => Command::Cancel(task.attempt),
            Phase::MapRun(run) => Command::StopMapRun { attempt: run.attempt },
            _ => return,
        };
        self.decision.commands.push(command);
    }

    /// Times out the tasks that are due first. Those that are due at the same moment all time out before anything
    /// follows from it (recorded of functions in a Map state).
    pub(super) fn time_out_tasks(&mut self) {
        let due: Vec<FrameId> = self.execution.due_first().collect();
        let mut failures = Vec::new();
        for frame in due {
            let Phase::Task(task) = &self.execution.frame(frame).phase else { continue };
            let (attempt, timeout_at) = (task.attempt, task.timeout_at);
            self.decision.commands.push(Command::Cancel(attempt));
            let (how, error) = match timeout_at {
                Some(at) if at <= self.env.now.as_millis() => {
                    (TaskFailure::TimedOut, error_name::TIMEOUT)
                }
                _ => (TaskFailure::HeartbeatMissed, error_name::HEARTBEAT_TIMEOUT),
            };
            // Recorded without a cause (timeouts, heartbeats).
            let failure = Failure { error: Some(error.into()), cause: None };
            self.emit_task_failed(attempt, how, &failure);
            failures.push((frame, failure));
        }
        self.timed_out = failures.iter().map(|(frame, _)| *frame).collect();
        for (frame, failure) in failures {
            if self.leave_timed_out(frame) {
                self.fail(frame, failure, Origin::State);
            }
        }
    }

    /// Whether nothing had followed yet from the timeout of the frame's task.
    fn leave_timed_out(&mut self, frame: FrameId) -> bool {
        let place = self.timed_out.iter().position(|timed_out| *timed_out == frame);
        place.map(|place| self.timed_out.remove(place)).is_some()
    }

    /// `InputPath` for JSONPath states; the input itself for JSONata ones.
    pub(super) fn effective_input(&self, frame: FrameId, state: &State) -> Result<Value, Fault> {
        let input = self.input(frame);
        self.evaluate(frame, &input, None, |scope| state.flow.input_path.evaluate(scope))
    }

    /// `Parameters` over the effective input; that input itself where there are none.
    pub(super) fn json_path_arguments(
        &self,
        frame: FrameId,
        state: &State,
    ) -> Result<Value, Fault> {
        let effective = self.effective_input(frame, state)?;
        match &state.flow.arguments {
            None => Ok(effective),
            Some(parameters) => {
                self.evaluate(frame, &effective, None, |scope| parameters.evaluate(scope))
            }
        }
    }

    /// `Arguments`; the input where there are none.
    pub(super) fn jsonata_arguments(&self, frame: FrameId, state: &State) -> Result<Value, Fault> {
        let input = self.input(frame);
        match &state.flow.arguments {
            None => Ok(input),
            Some(arguments) => {
                self.evaluate(frame, &input, None, |scope| arguments.evaluate(scope))
            }
        }
    }
}

/// `States.HeartbeatTimeout` is a name to ask for; what is recorded and handed on is `States.Timeout`.
pub(super) fn as_recorded(failure: Failure) -> Failure {
    match failure.error.as_deref() {
        Some(error_name::HEARTBEAT_TIMEOUT) => {
            Failure { error: Some(error_name::TIMEOUT.into()), ..failure }
        }
        _ => failure,
    }
}

/// What AWS says of a payload beyond its limit; `did` is `returned a result` or `provided parameters`.
pub(super) fn too_large(what: &str, did: &str) -> Failure {
    let cause = format!(
        "The state/task '{what}' {did} with a size exceeding the maximum number of bytes service limit."
    );
    Failure::new(error_name::DATA_LIMIT_EXCEEDED, cause)
}

/// How long a retrier waits before it tries again, having tried `spent` times: `IntervalSeconds · BackoffRate ^ spent`,
/// at most `MaxDelaySeconds`. Jitter comes on top.
pub fn retry_delay_seconds(retrier: &Retrier, spent: u64) -> f64 {
    let exponent = i32::try_from(spent).unwrap_or(i32::MAX);
    let delay = retrier.interval_seconds as f64 * retrier.backoff_rate.powi(exponent);
    let longest = retrier.delay_seconds_max.map_or(f64::INFINITY, |seconds| seconds as f64);
    // A year of seconds is beyond every execution; it keeps the arithmetic finite.
    delay.min(longest).min(400.0 * 86_400.0)
}
