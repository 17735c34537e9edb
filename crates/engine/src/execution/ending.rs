//! The fold of an execution's start, end and redrive.

use std::collections::BTreeSet;

use asl::Program;

use super::fold::{Fit, Misfit};
use super::frames::Opening;
use super::{End, Execution, Status};
use crate::event::{
    Event, ExecutionEnd, ExecutionOutput, ExecutionRedriven, ExecutionStarted, FrameId,
};
use crate::frame::Phase;

impl Execution {
    pub(super) fn fold_started(&mut self, program: &Program, started: &ExecutionStarted) -> Fit {
        self.deadline = started.deadline;
        let machine = program.machines.get(started.machine as usize);
        let machine = machine.ok_or(Misfit("the program has no such machine"))?;
        self.open_frame(Opening {
            parent: None,
            machine: started.machine,
            place: 0,
            start_at: machine.start_at.0,
            input: &started.input,
            item: None,
            previous: 0,
        })
    }

    pub(super) fn fold_succeeded(&mut self, ended: &ExecutionOutput, at: i64) {
        let end = End { at, output: Some(ended.output.clone()), error: None, cause: None };
        self.close(Status::Succeeded, end);
    }

    pub(super) fn fold_ended(&mut self, status: Status, ended: &ExecutionEnd, at: i64) {
        let end = End { at, output: None, error: ended.error.clone(), cause: ended.cause.clone() };
        self.close(status, end);
    }

    fn close(&mut self, status: Status, end: End) {
        self.status = status;
        self.end = Some(end);
        self.ready.clear();
        self.due.clear();
        self.attempts.clear();
        self.deadline = None;
        for frame in self.frames.values_mut() {
            frame.turn = None;
            frame.deadline = None;
        }
    }

    /// Every leaf that isn't done begins its state again; what has succeeded stays as it is.
    pub(super) fn fold_redriven(&mut self, redriven: &ExecutionRedriven, event: &Event) -> Fit {
        self.status = Status::Running;
        self.end = None;
        self.deadline = redriven.deadline;
        self.redrive_count = redriven.redrive_count;
        self.redriven_at = Some(event.at);
        let parents: BTreeSet<FrameId> =
            self.frames.values().filter_map(|frame| frame.parent).collect();
        let ids: Vec<FrameId> = self.frames.keys().copied().collect();
        for id in ids {
            let frame = self.frame_mut(id)?;
            frame.previous = event.id;
            frame.deadline = None;
            frame.retries.fill(0);
            let keeps = parents.contains(&id)
                || matches!(frame.phase, Phase::Done(_) | Phase::Ready(_) | Phase::MapRun(_));
            if !keeps {
                frame.phase = Phase::Entered;
            }
            if let Phase::MapRun(run) = &frame.phase {
                let attempt = run.attempt;
                self.attempts.insert(attempt, id);
            } else if !parents.contains(&id) {
                self.queue_last(id)?;
            }
        }
        Ok(())
    }
}
