//! Succeed and Fail.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html>
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html>

use std::sync::Arc;

use asl::program::{Fail, Text};
use asl::{Failure, Fault, Next, State};

use super::failure::Origin;
use super::{Exit, Turn};
use crate::event::FrameId;

impl Turn<'_> {
    pub(super) fn succeed(&mut self, frame: FrameId, state: &State) {
        let exit = Exit { next: Next::End, output: None, assign: None };
        match self.effective_input(frame, state) {
            Ok(effective) => self.exit_with_input(frame, &effective, exit),
            Err(fault) => self.fault_on_entry(frame, &fault),
        }
    }

    pub(super) fn fail_state(&mut self, frame: FrameId, fail: &Fail) {
        match self.fail_texts(frame, fail) {
            Ok(failure) => self.fail(frame, failure, Origin::State),
            Err(fault) => self.fault_on_entry(frame, &fault),
        }
    }

    fn fail_texts(&self, frame: FrameId, fail: &Fail) -> Result<Failure, Fault> {
        let input = self.input(frame);
        let text = |text: &Option<Text>| -> Result<Option<Arc<str>>, Fault> {
            let Some(text) = text else { return Ok(None) };
            self.evaluate(frame, &input, None, |scope| text.evaluate(scope)).map(Some)
        };
        Ok(Failure { error: text(&fail.error)?, cause: text(&fail.cause)? })
    }
}
