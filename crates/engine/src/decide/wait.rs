//! Wait: <https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html>

use std::time::Duration;

use asl::program::{Wait, WaitUntil};
use asl::{Fault, State, StateKind};
use base::Timestamp;

use super::{Exit, Turn};
use crate::event::{EventKind, FrameId, Until};

impl Turn<'_> {
    pub(super) fn wait(&mut self, frame: FrameId, state: &State, wait: &Wait) {
        match self.wait_until(frame, state, wait) {
            // A time that is past doesn't wait (recorded: wait_wait_timestamppath).
            Ok(until) if until <= self.env.now => self.leave_wait(frame),
            Ok(until) => {
                let started = Until { frame, until: until.as_millis() };
                self.emit(EventKind::WaitStarted(started), 0);
            }
            Err(fault) => self.fault(frame, &fault),
        }
    }

    fn wait_until(&self, frame: FrameId, state: &State, wait: &Wait) -> Result<Timestamp, Fault> {
        let now = self.env.now;
        let effective = self.effective_input(frame, state)?;
        self.evaluate(frame, &effective, None, |scope| match &wait.until {
            WaitUntil::Seconds(seconds) => {
                Ok(now.after(Duration::from_secs(seconds.seconds(scope)?)))
            }
            WaitUntil::Timestamp(text) => text.instant(scope),
        })
    }

    pub(super) fn leave_wait(&mut self, frame: FrameId) {
        let state = self.state(frame);
        let StateKind::Wait(wait) = &state.kind else { unreachable!("it stands in a Wait state") };
        let exit = Exit { next: wait.next, output: None, assign: None };
        match self.effective_input(frame, state) {
            Ok(effective) => self.exit_with_input(frame, &effective, exit),
            Err(fault) => self.fault(frame, &fault),
        }
    }
}
