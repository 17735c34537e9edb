//! Where a turn is decided: on the core that its input arrived on if that takes a moment, else on an evaluator's thread.
//!
//! The work of expressions is counted, not timed. A turn that comes to the end of its core's slice is taken back and
//! decided again elsewhere; turns of its machine then begin there, until enough of them were short.

use std::cell::RefCell;
use std::sync::Arc;

use asl::Budget;
use base::{Entropy, Timestamp};
use engine::decide::{decide, decide_if_short};
use engine::{Command, Decision, Env, Execution, Identity, Input, Limits};

use crate::facts::Facts;
use crate::{Error, Runner, Shared};

/// What the expressions of a turn work on a core before they go on elsewhere, at a state's end: about a millisecond.
pub(crate) const SLICE_ENOUGH: u64 = 10_000;
/// What they work there at most.
const SLICE_MAX: u64 = 2 * SLICE_ENOUGH;

/// A core's share of a turn.
pub(crate) fn slice() -> Budget {
    Budget::new(SLICE_ENOUGH, SLICE_MAX)
}

/// A turn as the engine sees it, but for the execution and the input.
pub(crate) struct Case<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) facts: &'a Arc<Facts>,
    pub(crate) identity: &'a Identity,
    pub(crate) limits: fn(&Shared) -> &Limits,
    pub(crate) now: Timestamp,
}

impl Case<'_> {
    /// What follows from an input. The core gives what is left of `slice`.
    pub(crate) async fn decide(
        &self,
        execution: &mut Execution,
        input: Input,
        slice: &mut Budget,
    ) -> Result<Decision, Error> {
        // A seed of the turn's own: nobody else waits for it, and deciding again comes to the same.
        let entropy = self.runner.0.shard(&self.facts.arn).entropy().fork();
        let (mut decision, input) = match self.decide_here(execution, input, slice, &entropy) {
            Ok(decision) => return Ok(decision),
            Err(unfinished) => unfinished,
        };
        let rest = self.decide_elsewhere(execution, input, entropy).await?;
        decision.events.extend(rest.events);
        decision.commands.extend(rest.commands);
        Ok(decision)
    }

    /// As much as the slice allows; and what is to be decided elsewhere then.
    fn decide_here(
        &self,
        execution: &mut Execution,
        input: Input,
        slice: &Budget,
        entropy: &Entropy,
    ) -> Result<Decision, (Decision, Input)> {
        let nothing = Decision::default();
        if slice.is_enough() || self.facts.machine.elsewhere.is_due() {
            return Err((nothing, input));
        }
        let entropy = RefCell::new(entropy.clone());
        let env = self.env(&entropy, slice);
        let mut decision =
            decide_if_short(execution, input, &env).map_err(|input| (nothing, input))?;
        // Cut for its work; other bounds of a turn are the same elsewhere.
        let is_cut = slice.is_enough() && decision.commands.last() == Some(&Command::Continue);
        if is_cut {
            decision.commands.pop();
            return Err((decision, Input::Continue));
        }
        Ok(decision)
    }

    async fn decide_elsewhere(
        &self,
        execution: &mut Execution,
        input: Input,
        entropy: Entropy,
    ) -> Result<Decision, Error> {
        let (runner, facts) = (self.runner.clone(), Arc::clone(self.facts));
        let (identity, limits, now) = (self.identity.clone(), self.limits, self.now);
        let mut taken = std::mem::take(execution);
        let decided = move || {
            let case = Case { runner: &runner, facts: &facts, identity: &identity, limits, now };
            let budget = limits(&runner.0).budget();
            let decision = decide(&mut taken, input, &case.env(&RefCell::new(entropy), &budget));
            match budget.used() {
                // It tells nothing of the machine's expressions.
                0 => {}
                SLICE_ENOUGH.. => facts.machine.elsewhere.was_long(),
                _ => facts.machine.elsewhere.was_short(),
            }
            (taken, decision)
        };
        let (taken, decision) = self.runner.0.evaluators.run(decided).await?;
        *execution = taken;
        Ok(decision)
    }

    fn env<'e>(&'e self, entropy: &'e RefCell<Entropy>, budget: &'e Budget) -> Env<'e> {
        let shared = &self.runner.0;
        Env {
            program: &self.facts.machine.program,
            identity: self.identity,
            limits: (self.limits)(shared),
            now: self.now,
            entropy,
            budget,
            activity_exists: &*shared.activity_exists,
        }
    }
}
