//! What each message does to an execution.

use std::sync::Arc;

use asl::resources::Pattern;
use asl::{Failure, StateKind};
use base::Timestamp;
use bytes::Bytes;
use engine::decide::{Input, TaskOutcome};
use engine::event::{Attempt, TaskFailure};
use engine::frame::TaskPhase;
use engine::token::TaskToken;

use super::Turn;
use super::commands::{Act, resource};
use crate::dispatch::{self, Job, Sent};
use crate::execution::{Redrive, TaskEnd};
use crate::live::Live;
use crate::map_run;
use crate::message::{Message, Redriver};
use crate::standing::Standing;
use crate::tables::{self, NoticeRow, key};
use crate::{Error, ExecutionError, TokenError, describe};

impl Turn<'_> {
    /// The turn is written only if this row still stands.
    pub(crate) fn require(&mut self, (key, value): (Bytes, Bytes)) {
        self.batch.require_value(key, value);
    }

    pub(crate) async fn accept(&mut self, message: Message) -> Result<(), Error> {
        self.messages += 1;
        match message {
            Message::Start(beginning, answer) => {
                let result = self.live.started_again(&beginning.facts);
                self.answer(answer, result);
            }
            Message::Stop(failure, answer) => {
                self.decide(Input::Stop(failure)).await?;
                let stopped = self.live.execution.ended_at();
                self.answer(answer, Ok(stopped.unwrap_or(self.now)));
            }
            Message::Redrive(redriver, answer) => {
                let result = self.redrive(redriver).await?;
                self.answer(answer, result);
            }
            Message::Due(due, answer) => {
                self.due(due).await?;
                self.answer(answer, Ok(()));
            }
            Message::Forget(answer) => {
                let ended = self.live.execution.ended_at();
                let retention = self.runner.0.limits.retention;
                if ended.is_some_and(|ended| ended.after(retention) <= self.now) {
                    self.forget().await?;
                }
                self.answer(answer, Ok(()));
            }
            Message::Continue => self.decide(Input::Continue).await?,
            Message::Send(dispatch) => self.mark_sent(dispatch).await?,
            Message::Recover(dispatch) => self.recover(dispatch).await?,
            Message::Outcome(attempt, sent) => self.outcome(attempt, *sent).await?,
            Message::JobEnded(attempt, outcome) => {
                if self.close_poll(attempt).is_some() {
                    self.decide(Input::TaskEnded { attempt, outcome: *outcome }).await?;
                }
            }
            Message::EndTask(token, end, answer) => {
                let message = match self.is_submitted(token.attempt) {
                    true => Some(Message::EndTask(token, end, answer)),
                    false => self.hold(token.attempt, Message::EndTask(token, end, answer)),
                };
                if let Some(Message::EndTask(token, end, answer)) = message {
                    let result = self.end_task(&token, end).await?;
                    self.answer(answer, result);
                }
            }
            Message::Heartbeat(token, answer) => {
                let result = self.checked(&token).map(|_| ());
                if result.is_ok() {
                    self.decide(Input::Heartbeat { attempt: token.attempt }).await?;
                }
                self.answer(answer, result);
            }
            Message::Take { attempt, worker, row, answer } => {
                let waits =
                    self.live.execution.task(attempt).is_some_and(|(_, task)| !task.started);
                self.batch.delete(row);
                self.decide(Input::TaskStarted { attempt, worker }).await?;
                self.answer(answer, Ok(waits));
            }
            Message::Notice(number, row) => self.notice(number, row).await?,
        }
        Ok(())
    }

    async fn due(&mut self, due: i64) -> Result<(), Error> {
        let arn = &self.live.facts.arn;
        self.batch.delete(key::timer(self.runner.0.shard_of(arn), due, arn));
        if self.live.timer == Some(due) {
            self.live.timer = None;
        }
        self.decide(Input::Wake).await?;
        self.ask_after_jobs();
        Ok(())
    }

    /// Asks after the jobs that are due, and says when the next time is.
    fn ask_after_jobs(&mut self) {
        let live = &mut *self.live;
        let now = self.now.as_millis();
        for (attempt, row) in live.polls.iter_mut().filter(|(_, row)| row.due <= now) {
            self.acts.push(Act::AskAfter(*attempt, Box::new(row.clone())));
            row.polls = row.polls.saturating_add(1);
            let pause = dispatch::pause(&self.runner.0, &live.facts, row);
            row.due = self.now.after(pause).as_millis();
            self.batch.put(key::poll(&live.facts.arn, *attempt), tables::encode(row));
        }
    }

    async fn redrive(
        &mut self,
        redriver: Redriver,
    ) -> Result<Result<Timestamp, ExecutionError>, Error> {
        let Live { facts, standing, .. } = &*self.live;
        let mut tokens = standing.redrive_tokens.clone();
        let (token, is_client) = match redriver {
            Redriver::Client { token } => (token, true),
            Redriver::MapRun(number) => (Some(map_run::redrive_token(number)), false),
        };
        if let Some((_, at)) =
            token.as_ref().and_then(|token| tokens.iter().find(|(of, _)| of == token))
        {
            return Ok(Ok(Timestamp::from_millis(*at)));
        }
        if is_client {
            match describe::redrive(facts, standing, &self.runner.0.limits, self.now) {
                Redrive::Redrivable => {}
                Redrive::RedrivableByMapRun => {
                    let why = describe::BY_MAP_RUN.to_owned();
                    return Ok(Err(ExecutionError::NotRedrivable(why)));
                }
                Redrive::NotRedrivable(why) => {
                    return Ok(Err(ExecutionError::NotRedrivable(why)));
                }
            }
        }
        tokens.extend(token.map(|token| (token, self.now.as_millis())));
        // AWS remembers the last ten.
        let forgotten = tokens.len().saturating_sub(10);
        tokens.drain(..forgotten);
        if self.live.execution.is_running() {
            // Its map run was redriven before the child heard that it shall stop: it goes on.
            self.live.standing.redrive_tokens = tokens;
            let row = tables::encode(&self.live.standing.to_row());
            self.batch.put(key::standing(&self.live.facts.arn), row);
            return Ok(Ok(self.now));
        }
        let deadline = self.deadline();
        self.decide(Input::Redrive { deadline: Some(deadline) }).await?;
        let redriven = Standing {
            redrive_count: self.live.execution.redrive_count(),
            redriven_at: Some(self.now),
            redrive_tokens: tokens,
            ..Standing::started(self.now)
        };
        self.stand(redriven);
        // The end that may have followed at once is this turn's own.
        self.was_running = true;
        Ok(Ok(self.now))
    }

    /// The task is about to leave: TaskStarted is the durable mark.
    async fn mark_sent(&mut self, dispatch: Box<engine::Dispatch>) -> Result<(), Error> {
        let attempt = dispatch.attempt;
        let waits = self.live.execution.task(attempt).is_some_and(|(_, task)| !task.started);
        // What isn't sent before the end is pending when the store is opened again.
        if !waits || self.runner.0.tasks.is_closing() {
            return Ok(());
        }
        self.decide(Input::TaskStarted { attempt, worker: None }).await?;
        self.acts.push(Act::Leave(dispatch));
        Ok(())
    }

    async fn recover(&mut self, dispatch: Box<engine::Dispatch>) -> Result<(), Error> {
        let attempt = dispatch.attempt;
        let arn = &self.live.facts.arn;
        if self.runner.0.under_way.has(arn, attempt) {
            return Ok(());
        }
        let outbox = key::outbox(self.runner.0.shard_of(arn), arn, attempt);
        match self.live.execution.task(attempt).map(|(_, task)| task.started) {
            None => {
                self.batch.delete(outbox);
            }
            Some(false) => self.mark_sent(dispatch).await?,
            Some(true) if self.can_be_asked_again(&dispatch) => {
                self.acts.push(Act::Leave(dispatch));
            }
            Some(true) => {
                let outcome = dispatch::unknown(resource(&self.live, &dispatch)).outcome;
                self.batch.delete(outbox);
                self.decide(Input::TaskEnded { attempt, outcome }).await?;
            }
        }
        Ok(())
    }

    fn can_be_asked_again(&self, dispatch: &engine::Dispatch) -> bool {
        dispatch::can_be_asked_again(&self.runner.0.bus, resource(&self.live, dispatch))
    }

    async fn outcome(&mut self, attempt: Attempt, sent: Sent) -> Result<(), Error> {
        let arn = Arc::clone(&self.live.facts.arn);
        let is_open = self.live.execution.task(attempt).is_some();
        self.batch.delete(key::outbox(self.runner.0.shard_of(&arn), &arn, attempt));
        let mut lost = None;
        match sent.job {
            Some(Job::Lost(failure)) => lost = Some(failure),
            Some(Job::Execution(job)) if is_open => {
                self.put_job(attempt, &job);
                self.acts.push(Act::LookForNotice(attempt));
            }
            Some(Job::Polled { row, .. }) if is_open => {
                self.batch.put(key::poll(&arn, attempt), tables::encode(&*row));
                self.live.polls.insert(attempt, *row);
            }
            Some(job) => self.acts.push(Act::StopJob(job)),
            None => {}
        }
        self.decide(Input::TaskEnded { attempt, outcome: sent.outcome }).await?;
        if let Some(failure) = lost {
            let outcome = TaskOutcome::Failed(TaskFailure::Failed, failure);
            self.decide(Input::TaskEnded { attempt, outcome }).await?;
        }
        Ok(())
    }

    fn is_submitted(&self, attempt: Attempt) -> bool {
        self.live.execution.task(attempt).is_none_or(|(_, task)| task.submitted)
    }

    /// An answer waits until the submission of its task is known, where that is a matter of moments: AWS's histories
    /// show the submission first.
    fn hold(&self, attempt: Attempt, message: Message) -> Option<Message> {
        self.runner.0.under_way.hold(&self.live.facts.arn, attempt, message)
    }

    fn checked(&self, token: &TaskToken) -> Result<&TaskPhase, TokenError> {
        let (_, task) = self.live.execution.task(token.attempt).ok_or(TokenError::TimedOut)?;
        if task.secret != token.secret || !task.started {
            return Err(TokenError::Invalid);
        }
        Ok(task)
    }

    async fn end_task(
        &mut self,
        token: &TaskToken,
        end: TaskEnd,
    ) -> Result<Result<(), TokenError>, Error> {
        if let Err(refusal) = self.checked(token) {
            return Ok(Err(refusal));
        }
        let attempt = token.attempt;
        let outcome = match end {
            TaskEnd::Succeeded(output) => TaskOutcome::Succeeded(output),
            TaskEnd::Failed(failure) => TaskOutcome::Failed(TaskFailure::Failed, failure),
        };
        let arn = Arc::clone(&self.live.facts.arn);
        self.batch.delete(key::outbox(self.runner.0.shard_of(&arn), &arn, attempt));
        self.decide(Input::TaskEnded { attempt, outcome }).await?;
        Ok(Ok(()))
    }

    async fn notice(&mut self, number: u64, row: NoticeRow) -> Result<(), Error> {
        let arn = Arc::clone(&self.live.facts.arn);
        let of: Arc<str> = match row {
            NoticeRow::Ended(of) => of.into(),
            NoticeRow::Stop => {
                return self.stop_as_told(number).await;
            }
            NoticeRow::Redrive => return Ok(()),
        };
        let is_map_run = map_run::is_arn(&of);
        if let Some((frame, task)) = self.live.execution.task(number)
            && !task.submitted
        {
            // It is told again once the submission is known.
            tracing::trace!(execution = %arn, frame = frame.id, "a job ended before its submission");
            return Ok(());
        }
        if is_map_run {
            let outcome = map_run::outcome(self.runner, &of).await?;
            self.decide(Input::MapRunEnded { attempt: number, outcome }).await?;
        } else if let Some(pattern) = pattern(&self.live, number) {
            let outcome = dispatch::execution_ended(&self.runner.0, &of, pattern).await?;
            self.decide(Input::TaskEnded { attempt: number, outcome }).await?;
        }
        self.batch.delete(key::notice(self.runner.0.shard_of(&arn), &arn, number));
        self.batch.delete(key::job(&arn, number));
        Ok(())
    }

    /// Its map run has ended.
    async fn stop_as_told(&mut self, number: u64) -> Result<(), Error> {
        if !map_run::is_redriven_since(&self.live.standing, number) {
            self.decide(Input::Stop(Failure::default())).await?;
        }
        let arn = &self.live.facts.arn;
        self.batch.delete(key::notice(self.runner.0.shard_of(arn), arn, number));
        Ok(())
    }
}

/// How an open task waits.
fn pattern(live: &Live, attempt: Attempt) -> Option<Pattern> {
    let (frame, _) = live.execution.task(attempt)?;
    match &live.facts.machine.program[frame.state_id()].kind {
        StateKind::Task(task) => Some(task.resource.pattern()),
        _ => None,
    }
}
