//! Choice: <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>

use asl::program::{Choice, ChoiceRule};
use asl::{Fault, Next, State, error_name};
use json::Value;

use super::{Exit, Turn};
use crate::event::FrameId;

impl Turn<'_> {
    pub(super) fn choose(&mut self, frame: FrameId, state: &State, choice: &Choice) {
        let effective = match self.effective_input(frame, state) {
            Ok(effective) => effective,
            Err(fault) => return self.fault_on_entry(frame, &fault),
        };
        match self.first_match(frame, &effective, choice) {
            Err(fault) => self.fault_on_entry(frame, &fault),
            Ok(Some(rule)) => {
                let next = Next::State(rule.next);
                let (output, assign) = (rule.output.as_ref(), rule.assign.as_ref());
                self.exit_with_input(frame, &effective, Exit { next, output, assign });
            }
            Ok(None) => match choice.default {
                Some(default) => {
                    let exit = Exit { next: Next::State(default), output: None, assign: None };
                    self.exit_with_input(frame, &effective, exit);
                }
                None => {
                    // The developer guide names the error; the sentence is what the console shows (unrecorded).
                    let cause = "Failed to transition out of the state. The state does not point to a next state.";
                    self.fault_on_entry(frame, &Fault::new(error_name::NO_CHOICE_MATCHED, cause));
                }
            },
        }
    }

    fn first_match<'c>(
        &self,
        frame: FrameId,
        effective: &Value,
        choice: &'c Choice,
    ) -> Result<Option<&'c ChoiceRule>, Fault> {
        for rule in &choice.rules {
            if self.evaluate(frame, effective, None, |scope| rule.condition.matches(scope))? {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }
}
