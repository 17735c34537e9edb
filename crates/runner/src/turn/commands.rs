//! What the engine asks for: rows in the turn's batch, and acts once it is durable.

use std::sync::Arc;

use asl::StateKind;
use asl::resources::Resource;
use bytes::Bytes;
use engine::event::Attempt;
use engine::frame::Phase;
use engine::{Command, Dispatch};

use super::Turn;
use crate::dispatch::{Errand, Job};
use crate::live::Live;
use crate::map_run::{self, REDRIVE, STOP};
use crate::message::Message;
use crate::tables::{self, ActivityRow, DispatchRow, NoticeRow, PollRow, key};
use crate::{Error, Runner};

/// What follows once a turn is durable.
pub(super) enum Act {
    Continue,
    /// The task's row is pending.
    Send(Box<Dispatch>),
    /// The task is marked as sent: the request leaves. After a crash it may have left before.
    Leave(Box<Dispatch>),
    /// A task waits for a worker.
    Offer {
        activity: Arc<str>,
        row: Bytes,
    },
    /// The end of a job may have come before its submission was known.
    LookForNotice(Attempt),
    /// Asks how a job of another service fares.
    AskAfter(Attempt, Box<PollRow>),
    /// Nobody waits for this job any more.
    StopJob(Job),
    Notify(Arc<str>, u64, NoticeRow),
    StartMapRun(Arc<str>),
    WakeBy(i64),
}

impl Turn<'_> {
    /// Writes the commands' rows. Whether the turn was cut.
    pub(super) async fn prepare_commands(&mut self) -> Result<bool, Error> {
        let mut continues = false;
        for command in std::mem::take(&mut self.commands) {
            match command {
                Command::Dispatch(dispatch) => self.put_task(dispatch),
                Command::Cancel(attempt) => {
                    if let Some(job) = self.close_attempt(attempt).await? {
                        self.acts.push(Act::StopJob(Job::Execution(job)));
                    }
                    if let Some(row) = self.close_poll(attempt) {
                        let facts = Arc::clone(&self.live.facts);
                        self.acts.push(Act::StopJob(Job::Polled { facts, row: Box::new(row) }));
                    }
                }
                Command::StartMapRun(start) => {
                    let arn = Arc::clone(&start.map_run_arn);
                    map_run::put_start(self.runner, &mut self.batch, &self.live, &start, self.now);
                    self.put_job(start.attempt, &arn);
                    self.acts.push(Act::StartMapRun(arn));
                }
                Command::StopMapRun { attempt } => {
                    if let Some(job) = self.close_attempt(attempt).await? {
                        self.give_notice(job, STOP, NoticeRow::Stop);
                    }
                }
                Command::RedriveMapRun { attempt } => {
                    let job =
                        self.map_run_of(attempt).expect("the engine redrives map runs that it has");
                    self.put_job(attempt, &job);
                    self.give_notice(job, REDRIVE, NoticeRow::Redrive);
                }
                Command::Continue => continues = true,
            }
        }
        if continues {
            self.acts.push(Act::Continue);
        }
        Ok(continues)
    }

    fn put_task(&mut self, dispatch: Dispatch) {
        let arn = &self.live.facts.arn;
        match resource(&self.live, &dispatch) {
            Resource::Activity { arn: activity } => {
                let input = dispatch.parameters.to_string();
                let row = ActivityRow { token: &dispatch.token, input };
                let at = self.now.as_millis();
                let key: Bytes = key::activity(activity, at, arn, dispatch.attempt).into();
                self.batch.put(key.clone(), tables::encode(&row));
                self.acts.push(Act::Offer { activity: activity.as_str().into(), row: key });
            }
            Resource::LambdaFunction { .. }
            | Resource::Optimized { .. }
            | Resource::AwsSdk { .. } => {
                let key = key::outbox(self.runner.0.shard_of(arn), arn, dispatch.attempt);
                self.batch.put(key, tables::encode(&DispatchRow::of(&dispatch)));
                self.acts.push(Act::Send(Box::new(dispatch)));
            }
        }
    }

    pub(super) fn put_job(&mut self, attempt: Attempt, job: &Arc<str>) {
        let arn = &self.live.facts.arn;
        self.batch.put(key::job(arn, attempt), Bytes::copy_from_slice(job.as_bytes()));
        self.jobs.push((attempt, Arc::clone(job)));
    }

    /// The job of an attempt isn't asked after any more. Its row, if it had one.
    pub(super) fn close_poll(&mut self, attempt: Attempt) -> Option<PollRow> {
        let row = self.live.polls.remove(&attempt)?;
        self.batch.delete(key::poll(&self.live.facts.arn, attempt));
        Some(row)
    }

    /// Removes what rows an attempt has; gives the job that it has started.
    ///
    /// The row of an activity's task stays: its key names a time that nobody knows any more. The worker who finds it
    /// removes it.
    pub(super) async fn close_attempt(
        &mut self,
        attempt: Attempt,
    ) -> Result<Option<Arc<str>>, Error> {
        let arn = Arc::clone(&self.live.facts.arn);
        let job_key = key::job(&arn, attempt);
        let new = self.jobs.iter().rfind(|(of, _)| *of == attempt);
        let job = match new {
            Some((_, job)) => Some(Arc::clone(job)),
            None => {
                let row = self.runner.0.store.get(&job_key).await?;
                let text = row.map(|row| String::from_utf8(row.to_vec())).transpose();
                text.map_err(|error| Error::corrupt("job", error))?.map(Arc::from)
            }
        };
        self.batch.delete(key::outbox(self.runner.0.shard_of(&arn), &arn, attempt));
        if job.is_some() {
            self.batch.delete(job_key);
        }
        Ok(job)
    }

    fn map_run_of(&self, attempt: Attempt) -> Option<Arc<str>> {
        self.live.execution.frames().find_map(|frame| match &frame.phase {
            Phase::MapRun(run) if run.attempt == attempt => Some(Arc::from(&*run.map_run_arn)),
            _ => None,
        })
    }

    /// The batch is durable: answers, and does what was waiting for it.
    pub(crate) fn perform(self) -> Option<Box<Live>> {
        self.answers.into_iter().for_each(|answer| answer(None));
        if self.logs {
            self.runner.log(&self.live.facts.arn);
        }
        for act in self.acts {
            act.perform(self.runner, &self.live);
        }
        (!self.forgotten).then_some(self.live)
    }
}

impl Act {
    fn perform(self, runner: &Runner, live: &Live) {
        let arn = &live.facts.arn;
        match self {
            Act::Continue => {
                let (runner, arn) = (runner.clone(), Arc::clone(arn));
                // Behind whatever else waits for this core.
                runner.0.tasks.clone().spawn(async move {
                    tokio::task::yield_now().await;
                    runner.send(&arn, Message::Continue);
                });
            }
            Act::Send(dispatch) => runner.send(arn, Message::Send(dispatch)),
            Act::Leave(dispatch) => runner.leave(Errand::new(&live.facts, *dispatch)),
            Act::Offer { activity, row } => runner.0.activities.offer(&activity, &row),
            Act::LookForNotice(attempt) => runner.look_for_notice(arn, attempt),
            Act::AskAfter(attempt, row) => runner.ask_after(&live.facts, attempt, *row),
            Act::StopJob(job) => runner.stop_job(job),
            Act::Notify(receiver, number, row) => runner.notify(&receiver, number, row),
            Act::StartMapRun(map_run) => runner.go_on_with_map_run(&map_run),
            Act::WakeBy(due) => runner.0.shard(arn).timers.wake_by(due),
        }
    }
}

/// What a task's state names.
pub(super) fn resource<'l>(live: &'l Live, dispatch: &Dispatch) -> &'l Resource {
    match &live.facts.machine.program[dispatch.state].kind {
        StateKind::Task(task) => &task.resource,
        other => unreachable!("a {} state sends no task", other.type_name()),
    }
}
