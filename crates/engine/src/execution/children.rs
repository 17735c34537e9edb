//! The fold of the events of Parallel and Map states, and of the iterations and map runs below them.

use asl::{Program, StateKind};
use json::Value;

use super::fold::{Fit, Misfit, NO_STATE};
use super::frames::Opening;
use super::{Execution, item_at};
use crate::event::{
    FrameId, MapIterationStarted, MapRunStarted, MapStarted, ParallelStarted, Payload,
};
use crate::frame::{Frame, MapPhase, MapRunPhase, ParallelPhase, Phase};

impl Execution {
    pub(super) fn fold_parallel_started(
        &mut self,
        program: &Program,
        started: &ParallelStarted,
        event_id: u64,
    ) -> Fit {
        let StateKind::Parallel(parallel) = self.state_kind(program, started.frame)? else {
            return Err(Misfit("no Parallel state has started"));
        };
        let outputs = vec![None; parallel.branches.len()];
        self.follow(started.frame, event_id)?;
        self.set_phase(started.frame, Phase::Parallel(ParallelPhase { outputs }))?;
        for (place, branch) in parallel.branches.iter().enumerate() {
            self.open_frame(Opening {
                parent: Some(started.frame),
                machine: branch.0,
                place: place as u32,
                start_at: program[*branch].start_at.0,
                input: &started.input,
                item: None,
                previous: event_id,
            })?;
        }
        Ok(())
    }

    pub(super) fn fold_map_started(&mut self, started: &MapStarted, event_id: u64) -> Fit {
        let phase = MapPhase {
            items: Payload(indexed(&started.items.0)),
            input: started.input.clone(),
            concurrency: started.concurrency,
            next: 0,
            running: 0,
            outputs: vec![None; started.items.0.len()],
            cause: event_id,
        };
        self.follow(started.frame, event_id)?;
        self.set_phase(started.frame, Phase::Map(phase))
    }

    pub(super) fn fold_iteration_started(
        &mut self,
        program: &Program,
        started: &MapIterationStarted,
        event_id: u64,
    ) -> Fit {
        let StateKind::Map(map) = self.state_kind(program, started.frame)? else {
            return Err(NO_MAP);
        };
        let phase = map_phase(self.frame_mut(started.frame)?)?;
        if phase.outputs.len() <= started.index as usize {
            return Err(Misfit("a Map state has no such item"));
        }
        let item = item_at(&phase.items.0, started.index);
        phase.next = started.index + 1;
        phase.running += 1;
        self.queue(started.frame)?;
        self.open_frame(Opening {
            parent: Some(started.frame),
            machine: map.processor.0,
            place: started.index,
            start_at: program[map.processor].start_at.0,
            input: &started.input,
            item: Some(item),
            previous: event_id,
        })
    }

    pub(super) fn fold_iteration_succeeded(&mut self, child: FrameId, event_id: u64) -> Fit {
        let frame = self.frame_mut(child)?;
        let (place, cause, parent) = (frame.place, frame.previous, frame.parent);
        let Phase::Done(output) = frame.phase.clone() else {
            return Err(Misfit("the iteration isn't done"));
        };
        let parent = parent.ok_or(Misfit("no Map state is above the iteration"))?;
        self.close_frame(child)?;
        self.follow(parent, event_id)?;
        let phase = map_phase(self.frame_mut(parent)?)?;
        phase.cause = cause;
        phase.end_iteration(place, output)?;
        self.queue(parent)
    }

    pub(super) fn fold_map_run_started(&mut self, started: &MapRunStarted, event_id: u64) -> Fit {
        self.use_attempt(started.attempt)?;
        let map_run_arn = started.map_run_arn.clone();
        self.follow(started.frame, event_id)?;
        let phase = MapRunPhase { attempt: started.attempt, map_run_arn };
        self.set_phase(started.frame, Phase::MapRun(phase))
    }

    fn state_kind<'p>(&mut self, program: &'p Program, frame: FrameId) -> Fit<&'p StateKind> {
        let state = self.frame_mut(frame)?.state as usize;
        program.states.get(state).map(|state| &state.kind).ok_or(NO_STATE)
    }
}

const NO_MAP: Misfit = Misfit("no Map state is running");

fn map_phase(frame: &mut Frame) -> Fit<&mut MapPhase> {
    match &mut frame.phase {
        Phase::Map(phase) => Ok(phase),
        _ => Err(NO_MAP),
    }
}

impl MapPhase {
    fn end_iteration(&mut self, place: u32, output: Payload) -> Fit {
        let place = self.outputs.get_mut(place as usize).ok_or(NO_MAP)?;
        *place = Some(output);
        self.running = self.running.checked_sub(1).ok_or(NO_MAP)?;
        Ok(())
    }
}

/// The same items, each found at once: a parsed array is walked to find one.
fn indexed(items: &Value) -> Value {
    match items.to_object() {
        Some(object) => object.into(),
        None => Value::array(items.items()),
    }
}
