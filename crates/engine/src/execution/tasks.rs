//! The fold of a Task state's events.

use std::time::Duration;

use super::Execution;
use super::fold::{Fit, Misfit};
use crate::event::{
    Attempt, Event, FrameId, TaskBeat, TaskFailed, TaskOutput, TaskScheduled, TaskStarted,
};
use crate::frame::{Phase, TaskPhase};

impl Execution {
    pub(super) fn fold_scheduled(&mut self, scheduled: &TaskScheduled, event: &Event) -> Fit {
        self.use_attempt(scheduled.attempt)?;
        let after = |seconds: u64| event.at().after(Duration::from_secs(seconds)).as_millis();
        let phase = TaskPhase {
            attempt: scheduled.attempt,
            secret: scheduled.secret,
            started: false,
            submitted: false,
            timeout_at: scheduled.timeout_seconds.map(after),
            heartbeat_seconds: scheduled.heartbeat_seconds,
            heartbeat_at: None,
        };
        self.set_task(scheduled.frame, phase)?;
        self.follow(scheduled.frame, event.id)
    }

    pub(super) fn fold_task_started(&mut self, started: &TaskStarted, event: &Event) -> Fit {
        self.change_task(started.attempt, event, |task| {
            task.started = true;
            task.beat(event);
        })
    }

    pub(super) fn fold_heartbeat(&mut self, beat: &TaskBeat, event: &Event) -> Fit {
        self.change_task(beat.attempt, event, |task| task.beat(event))
    }

    pub(super) fn fold_submitted(&mut self, submitted: &TaskOutput, event: &Event) -> Fit {
        self.change_task(submitted.attempt, event, |task| {
            task.submitted = true;
            task.beat(event);
        })
    }

    pub(super) fn fold_task_succeeded(&mut self, succeeded: &TaskOutput, event_id: u64) -> Fit {
        let frame = self.task_frame(succeeded.attempt)?;
        self.set_phase(frame, Phase::TaskDone(succeeded.output.clone()))?;
        self.follow(frame, event_id)
    }

    pub(super) fn fold_task_failed(&mut self, failed: &TaskFailed, event_id: u64) -> Fit {
        let frame = self.task_frame(failed.attempt)?;
        self.set_phase(frame, Phase::Failed)?;
        self.follow(frame, event_id)
    }

    pub(super) fn use_attempt(&mut self, attempt: Attempt) -> Fit {
        let next = attempt.checked_add(1);
        self.next_attempt = next.ok_or(Misfit("there are no more attempts"))?;
        Ok(())
    }

    fn set_task(&mut self, frame: FrameId, task: TaskPhase) -> Fit {
        let deadline = task.deadline();
        self.set_phase(frame, Phase::Task(task))?;
        self.set_deadline(frame, deadline)
    }

    fn change_task(
        &mut self,
        attempt: Attempt,
        event: &Event,
        change: impl FnOnce(&mut TaskPhase),
    ) -> Fit {
        let (frame, task) = self.task(attempt).ok_or(NOT_OPEN)?;
        let (frame, mut task) = (frame.id, task.clone());
        change(&mut task);
        self.set_task(frame, task)?;
        if event.id != 0 {
            self.follow(frame, event.id)?;
        }
        Ok(())
    }

    fn task_frame(&self, attempt: Attempt) -> Fit<FrameId> {
        self.task(attempt).map(|(frame, _)| frame.id).ok_or(NOT_OPEN)
    }
}

const NOT_OPEN: Misfit = Misfit("no such task is open");

impl TaskPhase {
    fn beat(&mut self, event: &Event) {
        let next = |seconds| event.at().after(Duration::from_secs(seconds)).as_millis();
        self.heartbeat_at = self.heartbeat_seconds.map(next);
    }
}
