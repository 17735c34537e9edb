//! Pass: <https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html>

use asl::program::Pass;
use asl::{QueryLanguage, State};

use super::{Exit, Turn};
use crate::event::FrameId;

impl Turn<'_> {
    pub(super) fn pass(&mut self, frame: FrameId, state: &State, pass: &Pass) {
        let exit = Exit { next: pass.next, output: None, assign: None };
        let input = self.input(frame);
        if state.language == QueryLanguage::Jsonata {
            return self.exit_with_input(frame, &input, exit);
        }
        let result = match &pass.result {
            Some(result) => Ok(result.clone()),
            None => self.json_path_arguments(frame, state),
        };
        match result {
            Ok(result) => self.exit_with_result(frame, &result, exit),
            Err(fault) => self.fault_on_entry(frame, &fault),
        }
    }
}
