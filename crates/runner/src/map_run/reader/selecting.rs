//! `ItemSelector` over items that are read: on the core that reads while that takes a moment an item, else on an
//! evaluator's thread.

use std::cell::RefCell;
use std::sync::Arc;

use asl::{Budget, Fault, Program};
use base::{Entropy, Timestamp};
use engine::Selection;
use engine::frame::Item;
use json::Value;

use crate::deciding::{self, SLICE_ENOUGH};
use crate::map_run::start::map_of;
use crate::{Error, Runner};

/// What each item goes through.
pub(super) struct Selecting {
    program: Arc<Program>,
    /// The Map state.
    state: u32,
    selection: Arc<Selection>,
    /// The work on this core since others had their turn.
    work: u64,
    /// An item took long.
    elsewhere: bool,
}

/// One of the items.
#[derive(Clone)]
struct Case {
    program: Arc<Program>,
    state: u32,
    selection: Arc<Selection>,
    item: Item,
    source: String,
    now: Timestamp,
    entropy: Entropy,
}

impl Selecting {
    pub(super) fn new(program: &Arc<Program>, state: u32, selection: Selection) -> Self {
        Selecting {
            program: Arc::clone(program),
            state,
            selection: Arc::new(selection),
            work: 0,
            elsewhere: false,
        }
    }

    /// What a child starts with. The first error is ours, the second the expression's.
    pub(super) async fn select(
        &mut self,
        runner: &Runner,
        map_run_arn: &str,
        item: Item,
        source: &str,
    ) -> Result<Result<Value, Fault>, Error> {
        let case = Case {
            program: Arc::clone(&self.program),
            state: self.state,
            selection: Arc::clone(&self.selection),
            item,
            source: source.to_owned(),
            now: runner.0.house.now(),
            entropy: runner.0.shard(map_run_arn).entropy().fork(),
        };
        if SLICE_ENOUGH <= self.work {
            tokio::task::yield_now().await;
            self.work = 0;
        }
        if !self.elsewhere {
            let slice = deciding::slice();
            let selected = case.clone().select(&slice);
            self.work += slice.used();
            if !slice.is_spent() {
                return Ok(selected);
            }
            self.elsewhere = true;
        }
        let budget = runner.budget();
        runner.compute(move || case.select(&budget)).await
    }
}

impl Case {
    fn select(self, budget: &Budget) -> Result<Value, Fault> {
        let Case { program, state, selection, item, source, now, entropy } = self;
        match &map_of(&program, state).item_selector {
            Some(selector) => {
                selection.select(selector, &item, &source, now, &RefCell::new(entropy), budget)
            }
            None => Ok(item.value.0),
        }
    }
}
