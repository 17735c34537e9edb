//! A map run's turns: children that have ended come in, children that may start go out.
//!
//! A child's row says that it runs before it is started, and its ARN follows from its index, so that starting it again
//! after a crash finds the one that was started before.

use std::sync::Arc;

use asl::program::ExecutionType;
use asl::{Failure, error_name};
use base::Timestamp;
use futures_util::future::try_join_all;
use store::Batch;

use super::live::{Act, Child, LiveMapRun};
use super::stage::Done;
use super::{MapRunUpdate, REDRIVE, STOP, stop_number};
use crate::dispatch::caller;
use crate::execution::Status;
use crate::message::Answer;
use crate::standing::Standing;
use crate::tables::{self, ChildRow, NoticeRow, StageRow, StatusRow, key};
use crate::{Error, MapRunError, Runner};

/// Messages taken at once, and children started at once.
const MESSAGES_MAX: usize = 256;
const STARTS_MAX: usize = 512;

/// What comes into a map run's mailbox.
pub(crate) enum MapRunMessage {
    /// It may have something to do: it has just been made, or found after a crash.
    GoOn,
    Told(u64, NoticeRow),
    /// Its work on a stage, of the redrive with that number, has come to an end.
    StageDone(u32, StageRow, Result<Done, Failure>),
    Update(MapRunUpdate, Answer<(), MapRunError>),
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
                MapRunMessage::GoOn | MapRunMessage::StageDone(..) => {}
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
            MapRunMessage::StageDone(redrive, stage, done) => {
                let row = &self.live.row;
                let is_running = row.status == StatusRow::Running;
                if is_running && row.redrive_count == redrive && row.stage == Some(stage) {
                    self.stage_done(stage, done);
                }
            }
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
        let Some(child) = self.live.children().get(index as usize).copied() else { return Ok(()) };
        if child.status != Some(Status::Running) || self.live.arn_of(self.arn, child) != *arn {
            return Ok(());
        }
        let Some(standing) = Standing::load(&*self.runner.0.store, arn).await? else {
            return Ok(());
        };
        let status = standing.status;
        if status == Status::Running {
            return Ok(());
        }
        if self.live.awaits_redrive(child, &standing) {
            // What ended was the life before; a crash may have kept it from hearing of its redrive.
            self.acts.push(Act::Redrive(child));
            return Ok(());
        }
        self.set_child(child.index, Child { status: Some(status), ..child });
        Ok(())
    }

    fn stop(&mut self) {
        if self.live.row.status == StatusRow::Running {
            self.set_failure(None);
            self.end(Status::Aborted);
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
        for place in 0..self.live.children().len() {
            let child = self.live.children()[place];
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
        if self.live.row.stage.is_some() {
            if !std::mem::replace(&mut self.live.works_on_stage, true) {
                self.acts.push(Act::Stage);
            }
            return;
        }
        if self.live.exceeds_tolerance() {
            let cause = "The specified tolerated failure threshold was exceeded";
            let failure = Failure::new(error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD, cause);
            return self.come_to(Status::Failed, Some(failure));
        }
        if self.live.is_complete() {
            return self.come_to(Status::Succeeded, None);
        }
        let concurrency = match self.live.row.max_concurrency {
            0 => self.runner.0.limits.map_run_concurrency_default,
            given => given,
        };
        let has_room = self.live.running() < concurrency as usize;
        if has_room && let Err(failure) = self.check_start() {
            self.set_failure(Some(failure));
            return self.end(Status::Failed);
        }
        while self.live.running() < concurrency as usize && self.acts.len() < STARTS_MAX {
            let Some(act) = self.next_start() else { return };
            self.acts.push(act);
        }
    }

    /// A Distributed Map starts its children with the role of its machine, which must be allowed to start that machine.
    /// The cause is that of <https://github.com/serverless-operations/serverless-step-functions/issues/543>.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html>
    fn check_start(&self) -> Result<(), Failure> {
        let parent = &self.live.parent;
        let ctx = caller(self.runner, parent, None)?;
        let may = self.runner.0.bus.check_action(
            &ctx,
            "states:StartExecution",
            &parent.machine.facts.arn,
        );
        may.map_err(|refusal| {
            Failure::new(error_name::PERMISSIONS, refusal.message.unwrap_or_default())
        })
    }

    fn next_start(&mut self) -> Option<Act> {
        while let Some(child) = self.live.children().get(self.live.redrive_next).copied() {
            self.live.redrive_next += 1;
            if child.status != Some(Status::PendingRedrive) {
                continue;
            }
            let status = Some(Status::Running);
            let act = match self.live.processor.execution_type {
                ExecutionType::Standard => {
                    Act::Redrive(Child { status, generation: self.live.row.redrive_count, ..child })
                }
                ExecutionType::Express => {
                    Act::Start(Child { status, generation: child.generation + 1, ..child })
                }
            };
            self.start(&act);
            return Some(act);
        }
        let child = self.live.children().get(self.live.row.next as usize).copied()?;
        self.live.row.next += 1;
        self.put_row();
        let act = Act::Start(Child { status: Some(Status::Running), ..child });
        self.start(&act);
        Some(act)
    }

    fn start(&mut self, act: &Act) {
        let Some(child) = act.child() else { return };
        self.set_child(child.index, child);
    }

    fn stage_done(&mut self, stage: StageRow, done: Result<Done, Failure>) {
        self.live.works_on_stage = false;
        match (stage, done) {
            (_, Ok(Done::Read(items_per_child))) => {
                let row = &mut self.live.row;
                row.stage = None;
                row.children = items_per_child.len() as u32;
                row.items = items_per_child.iter().map(|items| u64::from(*items)).sum();
                let children = items_per_child.into_iter().enumerate();
                let children = children.map(|(index, items)| Child::new(index, items)).collect();
                self.live.set_children(children);
                self.put_row();
            }
            (StageRow::Writing(status), Ok(Done::Written)) => self.end(status.into()),
            (StageRow::Reading, Ok(Done::Written)) => {
                unreachable!("a stage comes to what it is for")
            }
            (_, Err(failure)) => {
                self.set_failure(Some(failure));
                self.end(Status::Failed);
            }
        }
    }

    /// Ends in this way, once the results are exported if they are to be.
    fn come_to(&mut self, status: Status, failure: Option<Failure>) {
        self.set_failure(failure);
        if !self.live.processor.exports {
            return self.end(status);
        }
        self.stop_children();
        self.live.row.stage = Some(StageRow::Writing(status.into()));
        self.live.works_on_stage = true;
        self.put_row();
        self.acts.push(Act::Stage);
    }

    fn set_failure(&mut self, failure: Option<Failure>) {
        let text = |text: Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        self.live.row.failure = failure.map(|failure| (text(failure.error), text(failure.cause)));
    }

    fn end(&mut self, status: Status) {
        let row = &mut self.live.row;
        row.status = status.into();
        row.stopped_at = Some(self.now.as_millis());
        // What isn't read yet is read by a redrive.
        row.stage = row.stage.filter(|stage| *stage == StageRow::Reading);
        self.live.works_on_stage = false;
        self.put_row();
        let shard = self.runner.0.shard_of(self.arn);
        self.batch.delete(key::map_open(shard, self.arn));
        self.stop_children();
        self.ended = true;
    }

    fn stop_children(&mut self) {
        for place in 0..self.live.children().len() {
            let child = self.live.children()[place];
            if child.status == Some(Status::Running) {
                self.set_child(child.index, Child { status: Some(Status::Aborted), ..child });
                self.stop_child(child);
            }
        }
    }

    /// A Standard child hears of it even if a crash comes between. An Express one that a crash interrupts looks at its
    /// row before it runs again.
    fn stop_child(&mut self, child: Child) {
        let arn = self.live.arn_of(self.arn, child);
        match self.live.processor.execution_type {
            ExecutionType::Standard => {
                let number = stop_number(self.live.row.redrive_count);
                let shard = self.runner.0.shard_of(&arn);
                let row = tables::encode(&NoticeRow::Stop);
                self.batch.put(key::notice(shard, &arn, number), row);
                self.acts.push(Act::Stop(arn, number));
            }
            ExecutionType::Express => self.acts.push(Act::StopExpress(arn)),
        }
    }

    fn put_row(&mut self) {
        self.batch.put(key::map_run(self.arn), tables::encode(&self.live.row));
    }

    fn set_child(&mut self, index: u32, child: Child) {
        self.live.set_child(index, child);
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
