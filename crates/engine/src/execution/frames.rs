//! The frames, and what is known of them elsewhere: which can go on, which are due, which attempts are theirs.

use std::collections::BTreeMap;

use super::Execution;
use super::fold::{Fit, Misfit, NO_FRAME, TOO_FEW_BYTES};
use crate::event::{Attempt, FrameId, Payload};
use crate::frame::{Frame, Item, MapRunPhase, Phase, Ready, TaskPhase};

/// A frame that is about to be.
pub(super) struct Opening<'a> {
    pub(super) parent: Option<FrameId>,
    pub(super) machine: u32,
    pub(super) place: u32,
    pub(super) start_at: u32,
    pub(super) input: &'a Payload,
    pub(super) item: Option<Item>,
    pub(super) previous: u64,
}

impl Execution {
    pub(super) fn open_frame(&mut self, opening: Opening<'_>) -> Fit {
        let Opening { parent, machine, place, start_at, input, item, previous } = opening;
        let id = self.next_frame;
        self.next_frame = id.checked_add(1).ok_or(Misfit("there are no more frames"))?;
        let frame = Frame {
            id,
            parent,
            machine,
            place,
            item,
            previous,
            before_entered: previous,
            variables: BTreeMap::new(),
            state: start_at,
            entered_id: 0,
            entered_at: 0,
            input: input.clone(),
            retries: Vec::new(),
            phase: Phase::Ready(Ready { state: start_at, input: input.clone() }),
            deadline: None,
            turn: None,
        };
        self.frames.insert(id, frame);
        self.queue_last(id)
    }

    /// A machine has reached its end: the root keeps its output, a branch hands it up, an iteration waits
    /// for its MapIterationSucceeded.
    pub(super) fn finish_frame(&mut self, id: FrameId, output: &Payload) -> Fit {
        self.set_phase(id, Phase::Done(output.clone()))?;
        let frame = self.frame_mut(id)?;
        let (place, previous, parent) = (frame.place, frame.previous, frame.parent);
        let Some(parent_id) = parent else { return Ok(()) };
        let parent = self.frame_mut(parent_id)?;
        if let Phase::Parallel(phase) = &mut parent.phase {
            let branch = phase.outputs.get_mut(place as usize);
            *branch.ok_or(Misfit("a Parallel state has no such branch"))? = Some(output.clone());
            parent.previous = previous;
            self.close_frame(id)?;
            self.queue(parent_id)?;
        }
        Ok(())
    }

    /// A Parallel or Map state keeps what it has, for a redrive.
    pub(super) fn fail_frame(&mut self, id: FrameId) -> Fit {
        match self.frame_mut(id)?.phase {
            Phase::Parallel(_) | Phase::Map(_) | Phase::MapRun(_) => Ok(()),
            _ => self.set_phase(id, Phase::Failed),
        }
    }

    pub(super) fn close_frame(&mut self, id: FrameId) -> Fit {
        self.close_children(id)?;
        self.set_deadline(id, None)?;
        self.set_phase(id, Phase::Failed)?;
        if let Some(frame) = self.frames.remove(&id) {
            let bytes: usize = frame.variables.values().map(|value| value.0.text_len()).sum();
            let left = self.variable_bytes.checked_sub(bytes as u64);
            self.variable_bytes = left.ok_or(TOO_FEW_BYTES)?;
        }
        Ok(())
    }

    pub(super) fn close_children(&mut self, id: FrameId) -> Fit {
        if matches!(self.frame_mut(id)?.phase, Phase::Parallel(_) | Phase::Map(_)) {
            for child in self.children(id) {
                self.close_frame(child)?;
            }
        }
        Ok(())
    }

    /// Changes what a frame does, and keeps what is known of it elsewhere in step.
    pub(super) fn set_phase(&mut self, id: FrameId, phase: Phase) -> Fit {
        self.set_deadline(id, None)?;
        if let Phase::Task(TaskPhase { attempt, .. }) | Phase::MapRun(MapRunPhase { attempt, .. }) =
            &phase
        {
            self.attempts.insert(*attempt, id);
        }
        let new_attempt = attempt_of(&phase);
        let old = std::mem::replace(&mut self.frame_mut(id)?.phase, phase);
        if let Some(old) = attempt_of(&old).filter(|old| Some(*old) != new_attempt) {
            self.attempts.remove(&old);
        }
        self.queue(id)
    }

    /// Puts a frame among those that can go on, or takes it out, as its phase says.
    /// What just moved goes first, so that a chain of states runs through.
    pub(super) fn queue(&mut self, id: FrameId) -> Fit {
        let frame = self.frame_mut(id)?;
        match (can_go_on(&frame.phase), frame.turn) {
            (true, None) => {
                let first = self.ready.first_key_value().map_or(0, |(turn, _)| *turn);
                self.set_turn(id, first.checked_sub(1))
            }
            (false, Some(turn)) => {
                frame.turn = None;
                self.ready.remove(&turn);
                Ok(())
            }
            (true, Some(_)) | (false, None) => Ok(()),
        }
    }

    /// Puts a frame behind all others that can go on.
    pub(super) fn queue_last(&mut self, id: FrameId) -> Fit {
        let last = self.ready.last_key_value().map_or(0, |(turn, _)| *turn);
        self.set_turn(id, last.checked_add(1))
    }

    fn set_turn(&mut self, id: FrameId, turn: Option<i64>) -> Fit {
        let turn = turn.ok_or(Misfit("there are no more turns"))?;
        self.ready.insert(turn, id);
        self.frame_mut(id)?.turn = Some(turn);
        Ok(())
    }

    pub(super) fn set_deadline(&mut self, id: FrameId, deadline: Option<i64>) -> Fit {
        let old = std::mem::replace(&mut self.frame_mut(id)?.deadline, deadline);
        if let Some(old) = old {
            self.due.remove(&(old, id));
        }
        if let Some(at) = deadline {
            self.due.insert((at, id));
        }
        Ok(())
    }

    pub(super) fn frame_mut(&mut self, id: FrameId) -> Fit<&mut Frame> {
        self.frames.get_mut(&id).ok_or(NO_FRAME)
    }
}

pub(super) fn can_go_on(phase: &Phase) -> bool {
    match phase {
        Phase::Ready(_) | Phase::Entered | Phase::TaskDone(_) | Phase::Done(_) => true,
        Phase::Parallel(phase) => phase.outputs.iter().all(Option::is_some),
        Phase::Map(phase) => phase.can_start() || phase.is_complete(),
        Phase::Waiting | Phase::Task(_) | Phase::Backoff | Phase::MapRun(_) | Phase::Failed => {
            false
        }
    }
}

pub(super) fn attempt_of(phase: &Phase) -> Option<Attempt> {
    match phase {
        Phase::Task(task) => Some(task.attempt),
        Phase::MapRun(run) => Some(run.attempt),
        _ => None,
    }
}
