//! The fold: what each event makes of an execution, or why it doesn't fit.

use asl::{Program, StateKind};

use super::frames::{attempt_of, can_go_on};
use super::{Execution, ROOT_FRAME, Status};
use crate::event::{Assigned, Attempt, Event, EventKind, FrameId, StateEntered, StateExited};
use crate::frame::{Frame, Phase, Ready};

/// An event or a snapshot that the rest of what is stored, or the program, doesn't agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("follow the events of an execution: {0}")]
pub struct Misfit(pub(crate) &'static str);

pub(super) type Fit<T = ()> = Result<T, Misfit>;

/// The only ways an execution changes.
impl Execution {
    /// Folds all events of an execution.
    pub fn fold<'a>(
        program: &Program,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Result<Self, Misfit> {
        let mut execution = Execution::new();
        for event in events {
            execution.replay(program, event)?;
        }
        execution.check(program)?;
        Ok(execution)
    }

    /// Applies an event that was just decided.
    ///
    /// # Panics
    /// If it doesn't fit: a decision is about the execution as it is.
    pub fn apply(&mut self, program: &Program, event: &Event) {
        self.replay(program, event).expect("what is decided fits");
    }

    /// Applies an event that was stored. If it doesn't fit, what is left of the execution is of no use.
    pub fn replay(&mut self, program: &Program, event: &Event) -> Result<(), Misfit> {
        if event.id != 0 {
            self.last_event_id = event.id;
        }
        match &event.kind {
            EventKind::StateEntered(entered) => self.fold_entered(program, entered, event),
            EventKind::StateExited(exited) => self.fold_exited(exited, event.id),
            EventKind::WaitStarted(wait) => {
                self.set_phase(wait.frame, Phase::Waiting)?;
                self.set_deadline(wait.frame, Some(wait.until))
            }
            EventKind::RetryScheduled(retry) => {
                self.close_children(retry.frame)?;
                self.set_phase(retry.frame, Phase::Backoff)?;
                self.set_deadline(retry.frame, Some(retry.until))?;
                let frame = self.frame_mut(retry.frame)?;
                frame.previous = event.previous;
                let spent = frame.retries.get_mut(retry.retrier as usize);
                *spent.ok_or(Misfit("a state has no such retrier"))? += 1;
                Ok(())
            }
            EventKind::StateAborted(aborted) => self.fail_frame(aborted.frame),
            EventKind::EvaluationFailed(failed) => self.follow(failed.frame, event.id),
            EventKind::TaskScheduled(scheduled) => self.fold_scheduled(scheduled, event),
            EventKind::TaskStarted(started) => self.fold_task_started(started, event),
            EventKind::TaskSubmitted(submitted) => self.fold_submitted(submitted, event),
            EventKind::TaskSucceeded(succeeded) => self.fold_task_succeeded(succeeded, event.id),
            EventKind::TaskFailed(failed) => self.fold_task_failed(failed, event.id),
            EventKind::TaskHeartbeat(beat) => self.fold_heartbeat(beat, event),
            EventKind::ParallelStarted(started) => {
                self.fold_parallel_started(program, started, event.id)
            }
            EventKind::MapStarted(started) => self.fold_map_started(started, event.id),
            EventKind::MapIterationStarted(started) => {
                self.fold_iteration_started(program, started, event.id)
            }
            EventKind::MapIterationSucceeded(succeeded) => {
                self.fold_iteration_succeeded(succeeded.frame, event.id)
            }
            EventKind::MapIterationFailed(failed) => self.fail_frame(failed.frame),
            // The states inside have their own events; they fail by those.
            EventKind::MapIterationAborted(_) => Ok(()),
            EventKind::MapFailed(failed) | EventKind::ParallelFailed(failed) => {
                self.follow(failed.frame, event.id)
            }
            // AWS's StateExited points past these to what came before them.
            EventKind::ParallelSucceeded(_) | EventKind::MapSucceeded(_) => Ok(()),
            EventKind::MapRunStarted(started) => self.fold_map_run_started(started, event.id),
            EventKind::MapRunSucceeded(run) | EventKind::MapRunAborted(run) => {
                self.follow(run.frame, event.id)
            }
            EventKind::MapRunFailed(run) => self.follow(run.frame, event.id),
            EventKind::MapRunRedriven(run) => self.follow(run.frame, event.id),
            EventKind::ExecutionStarted(started) => self.fold_started(program, started),
            EventKind::ExecutionSucceeded(ended) => {
                self.fold_succeeded(ended, event.at);
                Ok(())
            }
            EventKind::ExecutionFailed(ended) => {
                self.fold_ended(Status::Failed, ended, event.at);
                Ok(())
            }
            EventKind::ExecutionTimedOut(ended) => {
                self.fold_ended(Status::TimedOut, ended, event.at);
                Ok(())
            }
            EventKind::ExecutionAborted(ended) => {
                self.fold_ended(Status::Aborted, ended, event.at);
                Ok(())
            }
            EventKind::ExecutionRedriven(redriven) => self.fold_redriven(redriven, event),
        }
    }

    /// Whether every frame stands where the program lets it stand: what a turn may rely on.
    pub fn check(&self, program: &Program) -> Result<(), Misfit> {
        for (id, frame) in &self.frames {
            if frame.id != *id || !self.is_in_place(frame) {
                return Err(Misfit("a frame is not where it belongs"));
            }
            if program.machines.len() <= frame.machine as usize {
                return Err(Misfit("the program has no such machine"));
            }
            check_phase(program, frame)?;
        }
        let phase = |id: &FrameId| self.frames.get(id).map(|frame| &frame.phase);
        let is_ready = |id: &FrameId| phase(id).is_some_and(can_go_on);
        let is_open =
            |(attempt, id): (&Attempt, &FrameId)| phase(id).and_then(attempt_of) == Some(*attempt);
        let can_be_due = |(_, id): &(i64, FrameId)| {
            matches!(phase(id), Some(Phase::Waiting | Phase::Backoff | Phase::Task(_)))
        };
        let agree = self.ready.values().all(is_ready)
            && self.attempts.iter().all(is_open)
            && self.due.iter().all(can_be_due);
        if agree { Ok(()) } else { Err(Misfit("what its frames do isn't what is known of them")) }
    }

    /// Whether a frame is below a state that runs branches or iterations, and is one of them.
    fn is_in_place(&self, frame: &Frame) -> bool {
        let Some(parent) = frame.parent else { return frame.id == ROOT_FRAME };
        // A frame is opened after the one that it works for, so that none is above itself.
        let parent = self.frames.get(&parent).filter(|parent| parent.id < frame.id);
        let outputs = match parent.map(|parent| &parent.phase) {
            Some(Phase::Parallel(phase)) => &phase.outputs,
            Some(Phase::Map(phase)) => &phase.outputs,
            _ => return false,
        };
        outputs.get(frame.place as usize).is_some_and(Option::is_none)
    }

    fn fold_entered(&mut self, program: &Program, entered: &StateEntered, event: &Event) -> Fit {
        let state = program.states.get(entered.state as usize).ok_or(NO_STATE)?;
        let retriers = state.kind.handlers().0.len();
        self.set_phase(entered.frame, Phase::Entered)?;
        let frame = self.frame_mut(entered.frame)?;
        frame.before_entered = frame.previous;
        frame.previous = event.id;
        frame.state = entered.state;
        frame.entered_id = event.id;
        frame.entered_at = event.at;
        frame.input = entered.input.clone();
        frame.retries = vec![0; retriers];
        Ok(())
    }

    fn fold_exited(&mut self, exited: &StateExited, event_id: u64) -> Fit {
        self.close_children(exited.frame)?;
        self.assign(exited.frame, &exited.assigned)?;
        self.follow(exited.frame, event_id)?;
        match exited.next {
            Some(state) => {
                let ready = Ready { state, input: exited.output.clone() };
                self.set_phase(exited.frame, Phase::Ready(ready))
            }
            None => self.finish_frame(exited.frame, &exited.output),
        }
    }

    fn assign(&mut self, frame: FrameId, assigned: &[Assigned]) -> Fit {
        for variable in assigned {
            let added = variable.value.0.text_len() as u64;
            let variables = &mut self.frame_mut(frame)?.variables;
            let old = variables.insert(variable.name.clone(), variable.value.clone());
            let removed = old.map_or(0, |value| value.0.text_len() as u64);
            let bytes = (self.variable_bytes + added).checked_sub(removed);
            self.variable_bytes = bytes.ok_or(TOO_FEW_BYTES)?;
        }
        Ok(())
    }

    /// The next event of the frame follows from this one.
    pub(super) fn follow(&mut self, frame: FrameId, event_id: u64) -> Fit {
        self.frame_mut(frame)?.previous = event_id;
        Ok(())
    }
}

pub(super) const NO_FRAME: Misfit = Misfit("no such frame is alive");
pub(crate) const NO_STATE: Misfit = Misfit("the program has no such state");
pub(super) const TOO_FEW_BYTES: Misfit = Misfit("its variables are larger than their sum");

fn check_phase(program: &Program, frame: &Frame) -> Fit {
    let state = match &frame.phase {
        Phase::Ready(ready) => ready.state,
        _ => frame.state,
    };
    let kind = &program.states.get(state as usize).ok_or(NO_STATE)?.kind;
    let fits = match &frame.phase {
        Phase::Ready(_) | Phase::Entered | Phase::Backoff | Phase::Done(_) | Phase::Failed => true,
        Phase::Waiting => matches!(kind, StateKind::Wait(_)),
        Phase::Task(_) | Phase::TaskDone(_) => matches!(kind, StateKind::Task(_)),
        Phase::Parallel(_) => matches!(kind, StateKind::Parallel(_)),
        Phase::Map(_) | Phase::MapRun(_) => matches!(kind, StateKind::Map(_)),
    };
    if fits { Ok(()) } else { Err(Misfit("a frame does what its state doesn't do")) }
}
