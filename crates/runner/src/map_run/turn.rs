//! A map run's turns: children that have ended come in, children that may start go out.
//!
//! A child's row says that it runs before it is started, and its ARN follows from its index, so that starting it again
//! after a crash finds the one that was started before.

use std::sync::Arc;

use asl::program::ExecutionType;
use asl::{Failure, StateId, error_name};
use base::Timestamp;
use futures_util::future::try_join_all;
use store::Batch;

use super::start::{Processor, child_arn};
use super::{MapRunUpdate, REDRIVE, STOP};
use crate::dispatch::Job;
use crate::execution::Status;
use crate::facts::Facts;
use crate::message::{Answer, Message, Redriver};
use crate::standing::Standing;
use crate::tables::{self, ChildRow, ItemRow, MapRunRow, NoticeRow, StatusRow, key};
use crate::{Error, MapRunError, Runner};

/// Messages taken at once, and children started at once.
const MESSAGES_MAX: usize = 256;
const STARTS_MAX: usize = 512;

/// What comes into a map run's mailbox.
pub(crate) enum MapRunMessage {
    /// It may have something to do: it has just been made, or found after a crash.
    GoOn,
    Told(u64, NoticeRow),
    Update(MapRunUpdate, Answer<(), MapRunError>),
}

/// A map run in memory, from its first message until it has ended.
pub(crate) struct LiveMapRun {
    parent: Facts,
    processor: Processor,
    row: MapRunRow,
    children: Vec<Child>,
    running: usize,
    /// Where to look for the next child that waits for its redrive.
    redrive_next: usize,
    /// Children that run, by their rows, but that nobody in this process has started.
    unsure: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Child {
    pub(super) index: u32,
    pub(super) items: u32,
    pub(super) generation: u32,
    /// None before its first start.
    pub(super) status: Option<Status>,
}

/// What to do with a child once its row is durable.
enum Act {
    Start(Child),
    Redrive(Child),
    Stop(Child),
}

impl Runner {
    pub(crate) fn send_map_run(&self, arn: &Arc<str>, message: MapRunMessage) {
        let Some(mailbox) = self.0.shard(arn).map_runs.put(arn, message) else { return };
        let driver = Driver { runner: self.clone(), arn: Arc::clone(arn) };
        self.0.tasks.spawn(async move {
            mailbox.work(MESSAGES_MAX, |live, messages| driver.turn(live, messages)).await;
        });
    }

    pub(crate) fn go_on_with_map_run(&self, arn: &Arc<str>) {
        self.send_map_run(arn, MapRunMessage::GoOn);
    }

    pub(crate) fn tell_map_run(&self, arn: &Arc<str>, number: u64, notice: NoticeRow) {
        self.send_map_run(arn, MapRunMessage::Told(number, notice));
    }
}

/// Drives one map run.
struct Driver {
    runner: Runner,
    arn: Arc<str>,
}

impl Driver {
    async fn turn(
        &self,
        live: Option<Box<LiveMapRun>>,
        messages: Vec<MapRunMessage>,
    ) -> Option<Box<LiveMapRun>> {
        self.try_turn(live, messages).await.unwrap_or_else(|error| {
            tracing::error!(map_run = %self.arn, %error, "failed to drive a map run");
            None
        })
    }

    async fn try_turn(
        &self,
        live: Option<Box<LiveMapRun>>,
        messages: Vec<MapRunMessage>,
    ) -> Result<Option<Box<LiveMapRun>>, Error> {
        let loaded = match live {
            Some(live) => Some(live),
            None => LiveMapRun::load(&self.runner, &self.arn).await?,
        };
        let Some(mut live) = loaded else { return self.refuse(messages).await };
        let mut turn = Turn {
            runner: &self.runner,
            arn: &self.arn,
            now: self.runner.0.house.now(),
            live: &mut live,
            batch: Batch::new(),
            acts: Vec::new(),
            answers: Vec::new(),
            ended: false,
        };
        for message in messages {
            turn.accept(message).await?;
        }
        turn.advance();
        turn.finish().await?;
        Ok((live.row.status == StatusRow::Running).then_some(live))
    }

    async fn refuse(&self, messages: Vec<MapRunMessage>) -> Result<Option<Box<LiveMapRun>>, Error> {
        let shard = self.runner.0.shard_of(&self.arn);
        let mut batch = Batch::new();
        for message in messages {
            match message {
                MapRunMessage::GoOn => {}
                MapRunMessage::Told(number, _) => {
                    batch.delete(key::notice(shard, &self.arn, number));
                }
                MapRunMessage::Update(_, answer) => {
                    drop(answer.send(Err(MapRunError::DoesNotExist)));
                }
            }
        }
        self.runner.0.store.commit(batch).await?;
        Ok(None)
    }
}

impl LiveMapRun {
    async fn load(runner: &Runner, arn: &Arc<str>) -> Result<Option<Box<Self>>, Error> {
        let store = &*runner.0.store;
        let Some(bytes) = store.get(&key::map_run(arn)).await? else { return Ok(None) };
        let row: MapRunRow = tables::decode("map run", &bytes)?;
        let execution = Arc::from(&*row.execution_arn);
        let Some(parent) = Facts::load(&runner.0, &execution).await? else { return Ok(None) };
        let processor = Processor::of(&parent.machine.program, StateId(row.state));
        let mut children = Vec::with_capacity(row.children as usize);
        for (index, entry) in (0..).zip(store.scan(&key::map_items(arn).scan()).await?) {
            let item: ItemRow = tables::decode("map run's item", &entry.value)?;
            children.push(Child { index, items: item.items, generation: 0, status: None });
        }
        for entry in store.scan(&key::map_children(arn).scan()).await? {
            let child: ChildRow = tables::decode("map run's child", &entry.value)?;
            let index = key::map_child_index(&entry.key)? as usize;
            let Some(place) = children.get_mut(index) else {
                return Err(Error::corrupt("map run's child", "it has no item"));
            };
            place.generation = child.generation;
            place.status = Some(child.status.into());
        }
        let is_running = |child: &&Child| child.status == Some(Status::Running);
        let running = children.iter().filter(is_running).count();
        let unsure = 0 < running;
        let live =
            LiveMapRun { parent, processor, row, children, running, redrive_next: 0, unsure };
        Ok(Some(Box::new(live)))
    }

    fn arn_of(&self, map_run_arn: &str, child: Child) -> Arc<str> {
        child_arn(map_run_arn, child.index, child.generation, self.processor.execution_type).0
    }

    /// Items of children that have ended in this way.
    fn items(&self, statuses: &[Status]) -> u64 {
        let ended = |child: &&Child| child.status.is_some_and(|status| statuses.contains(&status));
        self.children.iter().filter(ended).map(|child| u64::from(child.items)).sum()
    }

    fn exceeds_tolerance(&self) -> bool {
        let failed = self.items(&[Status::Failed, Status::TimedOut, Status::Aborted]);
        let row = &self.row;
        let percentage = failed as f64 * 100.0 / row.items.max(1) as f64;
        let by_count = row.tolerated_failure_count.is_some_and(|tolerated| tolerated < failed);
        // A count alone is the only bound; without either nothing may fail.
        let has_percentage =
            row.tolerated_failure_count.is_none() || 0.0 < row.tolerated_failure_percentage;
        by_count || (has_percentage && row.tolerated_failure_percentage < percentage)
    }

    fn is_complete(&self) -> bool {
        self.running == 0
            && self
                .children
                .iter()
                .all(|child| child.status.is_some_and(|status| status != Status::PendingRedrive))
    }
}

struct Turn<'a> {
    runner: &'a Runner,
    arn: &'a Arc<str>,
    now: Timestamp,
    live: &'a mut LiveMapRun,
    batch: Batch,
    acts: Vec<Act>,
    answers: Vec<(Answer<(), MapRunError>, Result<(), MapRunError>)>,
    /// The execution that waits must hear of the end.
    ended: bool,
}

impl Turn<'_> {
    async fn accept(&mut self, message: MapRunMessage) -> Result<(), Error> {
        match message {
            MapRunMessage::GoOn => {}
            MapRunMessage::Update(update, answer) => {
                let result = self.update(update);
                self.answers.push((answer, result));
            }
            MapRunMessage::Told(number, notice) => {
                let shard = self.runner.0.shard_of(self.arn);
                self.batch.delete(key::notice(shard, self.arn, number));
                match (number, notice) {
                    (STOP, _) => self.stop(),
                    (REDRIVE, _) => self.redrive(),
                    (index, NoticeRow::Ended(of)) => self.child_ended(index, &of.into()).await?,
                    (_, NoticeRow::Stop | NoticeRow::Redrive) => {}
                }
            }
        }
        Ok(())
    }

    fn update(&mut self, update: MapRunUpdate) -> Result<(), MapRunError> {
        let row = &mut self.live.row;
        if row.status != StatusRow::Running {
            return Err(MapRunError::Completed);
        }
        row.max_concurrency = update.max_concurrency.unwrap_or(row.max_concurrency);
        row.tolerated_failure_count =
            update.tolerated_failure_count.or(row.tolerated_failure_count);
        row.tolerated_failure_percentage =
            update.tolerated_failure_percentage.unwrap_or(row.tolerated_failure_percentage);
        self.put_row();
        Ok(())
    }

    async fn child_ended(&mut self, index: u64, arn: &Arc<str>) -> Result<(), Error> {
        let Some(child) = self.live.children.get(index as usize).copied() else { return Ok(()) };
        if child.status != Some(Status::Running) || self.live.arn_of(self.arn, child) != *arn {
            return Ok(());
        }
        let standing = Standing::load(&*self.runner.0.store, arn).await?;
        let status = standing.map_or(Status::Running, |standing| standing.status);
        if status == Status::Running {
            return Ok(());
        }
        self.live.running -= 1;
        self.set_child(child.index, Child { status: Some(status), ..child });
        Ok(())
    }

    fn stop(&mut self) {
        if self.live.row.status == StatusRow::Running {
            self.end(Status::Aborted, None);
            // Nobody waits for it: the execution has asked for this.
            self.ended = false;
        }
    }

    fn redrive(&mut self) {
        let row = &mut self.live.row;
        if row.status == StatusRow::Running {
            return;
        }
        row.status = StatusRow::Running;
        row.stopped_at = None;
        row.failure = None;
        row.redrive_count += 1;
        row.redriven_at = Some(self.now.as_millis());
        self.put_row();
        self.live.redrive_next = 0;
        let shard = self.runner.0.shard_of(self.arn);
        self.batch.put(key::map_open(shard, self.arn), Vec::new());
        for place in 0..self.live.children.len() {
            let child = self.live.children[place];
            let failed = [Status::Failed, Status::TimedOut, Status::Aborted];
            if child.status.is_some_and(|status| failed.contains(&status)) {
                let status = Some(Status::PendingRedrive);
                self.set_child(child.index, Child { status, ..child });
            }
        }
    }

    /// Whatever follows from where the children stand.
    fn advance(&mut self) {
        if self.live.row.status != StatusRow::Running {
            return;
        }
        if self.live.processor.has_writer {
            let cause = "Freehold has no s3 room yet: results can't be written.";
            let failure = Failure::new(error_name::RESULT_WRITER_FAILED, cause);
            return self.end(Status::Failed, Some(failure));
        }
        if self.live.exceeds_tolerance() {
            let cause = "The specified tolerated failure threshold was exceeded";
            let failure = Failure::new(error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD, cause);
            return self.end(Status::Failed, Some(failure));
        }
        if self.live.is_complete() {
            return self.end(Status::Succeeded, None);
        }
        let concurrency = match self.live.row.max_concurrency {
            0 => self.runner.0.limits.map_run_concurrency_default,
            given => given,
        };
        while self.live.running < concurrency as usize && self.acts.len() < STARTS_MAX {
            let Some(act) = self.next_start() else { return };
            self.acts.push(act);
        }
    }

    fn next_start(&mut self) -> Option<Act> {
        let children = &self.live.children;
        while let Some(child) = children.get(self.live.redrive_next).copied() {
            self.live.redrive_next += 1;
            if child.status != Some(Status::PendingRedrive) {
                continue;
            }
            let status = Some(Status::Running);
            let act = match self.live.processor.execution_type {
                ExecutionType::Standard => Act::Redrive(Child { status, ..child }),
                ExecutionType::Express => {
                    Act::Start(Child { status, generation: child.generation + 1, ..child })
                }
            };
            self.start(&act);
            return Some(act);
        }
        let child = children.get(self.live.row.next as usize).copied()?;
        self.live.row.next += 1;
        self.put_row();
        let act = Act::Start(Child { status: Some(Status::Running), ..child });
        self.start(&act);
        Some(act)
    }

    fn start(&mut self, act: &Act) {
        let (Act::Start(child) | Act::Redrive(child) | Act::Stop(child)) = *act;
        self.live.running += 1;
        self.set_child(child.index, child);
    }

    fn end(&mut self, status: Status, failure: Option<Failure>) {
        let row = &mut self.live.row;
        row.status = status.into();
        row.stopped_at = Some(self.now.as_millis());
        let text = |text: Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        row.failure = failure.map(|failure| (text(failure.error), text(failure.cause)));
        self.put_row();
        let shard = self.runner.0.shard_of(self.arn);
        self.batch.delete(key::map_open(shard, self.arn));
        for place in 0..self.live.children.len() {
            let child = self.live.children[place];
            if child.status == Some(Status::Running) {
                self.live.running -= 1;
                self.set_child(child.index, Child { status: Some(Status::Aborted), ..child });
                self.acts.push(Act::Stop(child));
            }
        }
        self.ended = true;
    }

    fn put_row(&mut self) {
        self.batch.put(key::map_run(self.arn), tables::encode(&self.live.row));
    }

    fn set_child(&mut self, index: u32, child: Child) {
        self.live.children[index as usize] = child;
        let row = ChildRow {
            status: child.status.map_or(StatusRow::Running, StatusRow::from),
            items: child.items,
            generation: child.generation,
        };
        self.batch.put(key::map_child(self.arn, index), tables::encode(&row));
    }

    async fn finish(mut self) -> Result<(), Error> {
        let execution: Arc<str> = Arc::from(&*self.live.row.execution_arn);
        let (number, notice) = (self.live.row.attempt, NoticeRow::Ended(self.arn.to_string()));
        if self.ended {
            let key = key::notice(self.runner.0.shard_of(&execution), &execution, number);
            self.batch.put(key, tables::encode(&notice));
        }
        let committed = match self.batch.is_empty() {
            true => Ok(()),
            false => self.runner.0.store.commit(self.batch).await,
        };
        for (answer, result) in self.answers {
            let result = committed.clone().map_err(MapRunError::from).and(result);
            // Who asked may have gone.
            drop(answer.send(result));
        }
        committed?;
        if self.ended {
            self.runner.notify(&execution, number, notice);
        }
        if self.acts.len() == STARTS_MAX {
            self.runner.go_on_with_map_run(self.arn);
        }
        let live = self.live;
        if std::mem::take(&mut live.unsure) {
            live.make_sure(self.runner, self.arn, &self.acts).await?;
        }
        let live = &*live;
        let acts = self.acts.into_iter().map(|act| live.perform(self.runner, self.arn, act));
        try_join_all(acts).await.map(drop)
    }
}

impl LiveMapRun {
    async fn perform(&self, runner: &Runner, arn: &Arc<str>, act: Act) -> Result<(), Error> {
        match act {
            Act::Start(child) => {
                return runner.start_child(&self.parent, arn, &self.processor, child).await;
            }
            Act::Redrive(child) => {
                let (answer, _) = tokio::sync::oneshot::channel();
                let redrive = Message::Redrive(Redriver::MapRun, answer);
                runner.send(&self.arn_of(arn, child), redrive);
            }
            Act::Stop(child) => {
                let child_arn = self.arn_of(arn, child);
                match self.processor.execution_type {
                    ExecutionType::Standard => runner.stop_job(Job::Execution(child_arn)),
                    ExecutionType::Express => runner.0.shard(&child_arn).express.stop(&child_arn),
                }
            }
        }
        Ok(())
    }

    /// After a crash: starts or redrives the children that should run and don't.
    async fn make_sure(&self, runner: &Runner, arn: &Arc<str>, acts: &[Act]) -> Result<(), Error> {
        let (store, shard) = (&*runner.0.store, runner.0.shard_of(arn));
        let new = |child: &Child| {
            acts.iter().any(|act| {
                let (Act::Start(of) | Act::Redrive(of) | Act::Stop(of)) = act;
                of.index == child.index
            })
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
