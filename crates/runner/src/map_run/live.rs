//! A map run in memory: its rows read, where its children stand, and what is done to them.

use std::sync::Arc;

use asl::program::ExecutionType;

use super::redrive_token;
use super::start::{Processor, child_arn};
use crate::execution::Status;
use crate::facts::Facts;
use crate::message::{Message, Redriver};
use crate::standing::Standing;
use crate::tables::{self, ChildRow, ItemRow, MapRunRow, NoticeRow, key};
use crate::{Error, Runner};

/// A map run in memory, from its first message until it has ended.
pub(crate) struct LiveMapRun {
    pub(super) parent: Arc<Facts>,
    pub(super) processor: Processor,
    pub(super) row: MapRunRow,
    children: Vec<Child>,
    tally: Tally,
    /// Where to look for the next child that waits for its redrive.
    pub(super) redrive_next: usize,
    /// Children that run, by their rows, but that nobody in this process has started.
    pub(super) unsure: bool,
    /// Somebody works on its stage.
    pub(super) works_on_stage: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Child {
    pub(super) index: u32,
    pub(super) items: u32,
    /// Of a Standard child the redrive of its map run in which it was redriven, 0 before; of an Express one how many
    /// executions there were before this one.
    pub(super) generation: u32,
    /// None before its first start.
    pub(super) status: Option<Status>,
}

/// How the children stand, so that a turn needn't look at each of them.
#[derive(Clone, Copy, Default)]
struct Tally {
    running: usize,
    /// Those that haven't ended, or are to be redriven.
    open: usize,
    /// The items of those that have ended otherwise than they should.
    failed_items: u64,
}

impl Tally {
    fn of(children: &[Child]) -> Self {
        children.iter().fold(Tally::default(), |tally, child| tally.with(*child))
    }

    fn with(mut self, child: Child) -> Self {
        let (running, open, failed_items) = child.counts();
        self.running += running;
        self.open += open;
        self.failed_items += failed_items;
        self
    }

    fn without(mut self, child: Child) -> Self {
        let (running, open, failed_items) = child.counts();
        self.running -= running;
        self.open -= open;
        self.failed_items -= failed_items;
        self
    }
}

impl Child {
    /// What it adds to a tally.
    fn counts(self) -> (usize, usize, u64) {
        match self.status {
            Some(Status::Running) => (1, 1, 0),
            None | Some(Status::PendingRedrive) => (0, 1, 0),
            Some(Status::Failed | Status::TimedOut | Status::Aborted) => (0, 0, self.items.into()),
            Some(Status::Succeeded) => (0, 0, 0),
        }
    }

    pub(super) fn new(index: usize, items: u32) -> Self {
        Child { index: index as u32, items, generation: 0, status: None }
    }
}

/// What to do once the rows are durable.
pub(super) enum Act {
    Start(Child),
    Redrive(Child),
    /// Tells a Standard child what the notice of that number says.
    Stop(Arc<str>, u64),
    StopExpress(Arc<str>),
    /// Work on the stage that the row names.
    Stage,
}

impl Act {
    pub(super) fn child(&self) -> Option<Child> {
        match self {
            Act::Start(child) | Act::Redrive(child) => Some(*child),
            Act::Stop(..) | Act::StopExpress(_) | Act::Stage => None,
        }
    }
}

impl LiveMapRun {
    pub(super) async fn load(runner: &Runner, arn: &Arc<str>) -> Result<Option<Box<Self>>, Error> {
        let store = &*runner.0.store;
        let Some(bytes) = store.get(&key::map_run(arn)).await? else { return Ok(None) };
        let row: MapRunRow = tables::decode("map run", &bytes)?;
        let execution = Arc::from(&*row.execution_arn);
        let Some(parent) = Facts::load(&runner.0, &execution).await? else { return Ok(None) };
        let processor = Processor::of(&parent.machine.program, row.state);
        let mut children = Vec::with_capacity(row.children as usize);
        let mut pages = key::Pages::of(key::map_items(arn).scan());
        // What a reader that came to no end has left behind isn't counted.
        while children.len() < row.children as usize
            && let Some(page) = pages.next(store).await?
        {
            for entry in page {
                let item: ItemRow = tables::decode("map run's item", &entry.value)?;
                children.push(Child::new(children.len(), item.items));
            }
        }
        children.truncate(row.children as usize);
        for entry in store.scan(&key::map_children(arn).scan()).await? {
            let child: ChildRow = tables::decode("map run's child", &entry.value)?;
            let index = key::map_child_index(&entry.key)? as usize;
            let Some(place) = children.get_mut(index) else {
                return Err(Error::corrupt("map run's child", "it has no item"));
            };
            place.generation = child.generation;
            place.status = Some(child.status.into());
        }
        let tally = Tally::of(&children);
        let unsure = 0 < tally.running;
        Ok(Some(Box::new(LiveMapRun {
            parent: Arc::new(parent),
            processor,
            row,
            children,
            tally,
            redrive_next: 0,
            unsure,
            works_on_stage: false,
        })))
    }

    pub(super) fn arn_of(&self, map_run_arn: &str, child: Child) -> Arc<str> {
        child_arn(map_run_arn, child.index, child.generation, self.processor.execution_type).0
    }

    pub(super) fn children(&self) -> &[Child] {
        &self.children
    }

    pub(super) fn running(&self) -> usize {
        self.tally.running
    }

    /// What a reader has come to.
    pub(super) fn set_children(&mut self, children: Vec<Child>) {
        self.tally = Tally::of(&children);
        self.children = children;
    }

    pub(super) fn set_child(&mut self, index: u32, child: Child) {
        let place = &mut self.children[index as usize];
        self.tally = self.tally.without(*place).with(child);
        *place = child;
    }

    pub(super) fn exceeds_tolerance(&self) -> bool {
        let failed = self.tally.failed_items;
        let row = &self.row;
        let percentage = failed as f64 * 100.0 / row.items.max(1) as f64;
        let by_count = row.tolerated_failure_count.is_some_and(|tolerated| tolerated < failed);
        // A count alone is the only bound; without either nothing may fail.
        let has_percentage =
            row.tolerated_failure_count.is_none() || 0.0 < row.tolerated_failure_percentage;
        by_count || (has_percentage && row.tolerated_failure_percentage < percentage)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.tally.open == 0
    }

    pub(super) async fn perform(
        &self,
        runner: &Runner,
        arn: &Arc<str>,
        act: Act,
    ) -> Result<(), Error> {
        match act {
            Act::Start(child) => {
                return runner.start_child(&self.parent, arn, &self.processor, child).await;
            }
            Act::Stage => runner.work_on_stage(arn, &self.parent, &self.row),
            Act::Redrive(child) => {
                let (answer, _) = tokio::sync::oneshot::channel();
                let redrive = Message::Redrive(Redriver::MapRun(child.generation), answer);
                runner.send(&self.arn_of(arn, child), redrive);
            }
            Act::Stop(child_arn, number) => runner.notify(&child_arn, number, NoticeRow::Stop),
            Act::StopExpress(child_arn) => runner.0.shard(&child_arn).express.stop(&child_arn),
        }
        Ok(())
    }

    /// Whether a child that has ended isn't redriven yet, though it is to be.
    pub(super) fn awaits_redrive(&self, child: Child, standing: &Standing) -> bool {
        let token = redrive_token(child.generation);
        self.processor.execution_type == ExecutionType::Standard
            && 0 < child.generation
            && !standing.redrive_tokens.iter().any(|(of, _)| *of == token)
    }

    /// After a crash: starts or redrives the children that should run and don't.
    pub(super) async fn make_sure(
        &self,
        runner: &Runner,
        arn: &Arc<str>,
        acts: &[Act],
    ) -> Result<(), Error> {
        let (store, shard) = (&*runner.0.store, runner.0.shard_of(arn));
        let new = |child: &Child| {
            acts.iter().any(|act| act.child().is_some_and(|of| of.index == child.index))
        };
        for child in self.children.iter().copied() {
            if child.status != Some(Status::Running) || new(&child) {
                continue;
            }
            let child_arn = self.arn_of(arn, child);
            let Some(standing) = Standing::load(store, &child_arn).await? else {
                self.perform(runner, arn, Act::Start(child)).await?;
                continue;
            };
            let notice = key::notice(shard, arn, child.index.into());
            // An end that this run has yet to hear of is no reason to redrive.
            if standing.status != Status::Running && store.get(&notice).await?.is_none() {
                self.perform(runner, arn, Act::Redrive(child)).await?;
            }
        }
        Ok(())
    }
}
