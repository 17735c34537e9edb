//! Beginning executions, and what clients do to those that run.

use std::sync::Arc;
use std::time::Duration;

use asl::Failure;
use base::Timestamp;
use bytes::Bytes;
use engine::token::TaskToken;
use tokio::sync::oneshot;

use crate::activities::Claim;
use crate::execution::{ActivityTask, Start, Started, TaskEnd};
use crate::facts::{Facts, Parent};
use crate::message::{Answer, Beginning, Message, Redriver, answered};
use crate::{Error, ExecutionError, Runner, StartError, TokenError};

impl Runner {
    /// Starts a Standard execution. The name is taken, given back or refused as AWS does, decided atomically:
    /// same name and input while it runs give the original.
    pub async fn start(&self, start: Start) -> Result<Started, StartError> {
        let (execution_arn, input) = (Arc::clone(&start.execution_arn), start.input.clone());
        let machine_row = start.machine_row.clone();
        let facts = self.facts(start);
        let beginning = Box::new(Beginning { facts, input, machine_row });
        self.ask(&execution_arn, |answer| Message::Start(beginning, answer)).await
    }

    /// Stops an execution; gives its stop date, which for a closed one is the old one.
    pub async fn stop(
        &self,
        execution_arn: &str,
        failure: Failure,
    ) -> Result<Timestamp, ExecutionError> {
        self.ask(&Arc::from(execution_arn), |answer| Message::Stop(failure, answer)).await
    }

    /// Redrives an execution from where it failed; gives the redrive date, the same for the same token.
    pub async fn redrive(
        &self,
        execution_arn: &str,
        client_token: Option<&str>,
    ) -> Result<Timestamp, ExecutionError> {
        let redriver = Redriver::Client { token: client_token.map(str::to_owned) };
        self.ask(&Arc::from(execution_arn), |answer| Message::Redrive(redriver, answer)).await
    }

    /// SendTaskSuccess and SendTaskFailure.
    pub async fn end_task(&self, token: &str, end: TaskEnd) -> Result<(), TokenError> {
        let token = TaskToken::parse(token).ok_or(TokenError::Invalid)?;
        let arn = Arc::from(&*token.execution_arn);
        self.ask(&arn, |answer| Message::EndTask(Box::new(token), end, answer)).await
    }

    /// SendTaskHeartbeat.
    pub async fn heartbeat(&self, token: &str) -> Result<(), TokenError> {
        let token = TaskToken::parse(token).ok_or(TokenError::Invalid)?;
        let arn = Arc::from(&*token.execution_arn);
        self.ask(&arn, |answer| Message::Heartbeat(Box::new(token), answer)).await
    }

    /// GetActivityTask: the activity's oldest task, or the next one that comes within `wait`.
    ///
    /// That a worker has it is durable before this returns, so a task is never handed out twice; if the worker is gone
    /// by then, the task waits for its timeout, as on AWS.
    pub async fn activity_task(
        &self,
        activity_arn: &str,
        worker: Option<&str>,
        wait: Duration,
    ) -> Result<Option<ActivityTask>, Error> {
        let activity = self.0.activities.of(activity_arn);
        let _waiting = activity.waiting();
        let next = async {
            loop {
                let offered = activity.offered();
                tokio::pin!(offered);
                offered.as_mut().enable();
                while let Some(claim) = activity.claim(&*self.0.store).await? {
                    if let Some(task) = self.take(claim, worker).await? {
                        return Ok(task);
                    }
                }
                offered.await;
            }
        };
        tokio::time::timeout(wait, next).await.ok().transpose()
    }

    async fn take(
        &self,
        claim: Claim,
        worker: Option<&str>,
    ) -> Result<Option<ActivityTask>, Error> {
        let arn = Arc::clone(&claim.execution_arn);
        let (attempt, row) = (claim.attempt, Bytes::clone(&claim.row));
        let worker = worker.map(str::to_owned);
        let taken = self.ask(&arn, |answer| Message::Take { attempt, worker, row, answer }).await?;
        Ok(claim.taken(taken))
    }

    /// How many workers wait for a task of an activity now.
    pub fn activity_workers(&self, activity_arn: &str) -> usize {
        self.0.activities.of(activity_arn).workers()
    }

    pub(crate) fn facts(&self, start: Start) -> Facts {
        Facts {
            arn: start.execution_arn,
            name: start.name,
            machine: start.machine,
            started_at: self.0.house.now(),
            input_text: start.input_text,
            trace_header: start.trace_header,
            parent: start.attempt.map(Parent::Task),
        }
    }

    /// Brings a message to an execution and waits for the answer.
    pub(crate) async fn ask<T, E: From<Error>>(
        &self,
        arn: &Arc<str>,
        message: impl FnOnce(Answer<T, E>) -> Message,
    ) -> Result<T, E> {
        let (answer, receiver) = oneshot::channel();
        self.send(arn, message(answer));
        answered(receiver).await
    }
}
