//! Parallel: <https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>

use asl::{QueryLanguage, State, StateKind};
use json::Value;

use super::failure::Origin;
use super::{Exit, Turn};
use crate::event::{EventKind, FrameId, InFrame, ParallelStarted, Payload};
use crate::frame::Phase;

impl Turn<'_> {
    pub(super) fn start_parallel(&mut self, frame: FrameId, state: &State) {
        let input = match state.language {
            QueryLanguage::JsonPath => self.json_path_arguments(frame, state),
            QueryLanguage::Jsonata => self.jsonata_arguments(frame, state),
        };
        match input {
            Ok(input) => {
                if let Some(failure) = self.refusal(frame, &input, &[]) {
                    return self.fail(frame, failure, Origin::State);
                }
                let first_child = self.execution.next_frame();
                let previous = self.execution.frame(frame).previous;
                let started = ParallelStarted { frame, first_child, input: Payload(input) };
                self.emit(EventKind::ParallelStarted(started), previous);
            }
            Err(fault) => self.fault_on_entry(frame, &fault),
        }
    }

    pub(super) fn leave_parallel(&mut self, frame: FrameId) {
        let at = self.execution.frame(frame);
        let Phase::Parallel(parallel) = &at.phase else { unreachable!("its branches have run") };
        let state = self.state(frame);
        let StateKind::Parallel(fields) = &state.kind else {
            unreachable!("it stands in a Parallel state")
        };
        let outputs = parallel.outputs.iter().flatten().map(|output| output.0.clone());
        let result = Value::array(outputs);
        let previous = at.previous;
        self.emit(EventKind::ParallelSucceeded(InFrame { frame }), previous);
        self.exit_with_result(
            frame,
            &result,
            Exit { next: fields.next, output: None, assign: None },
        );
    }
}
