//! Jobs of other services that a task waits for: asked after now and then, and stopped when nobody waits any more.
//!
//! What to ask, and when next, stands in a row beside the execution, so that a crash forgets no job. Asking changes
//! nothing, so it is done without a mark.

use std::sync::Arc;
use std::time::Duration;

use asl::resources::{Integration, Resource, Verdict};
use asl::{Failure, StateId, StateKind, error_name};
use engine::decide::TaskOutcome;
use engine::event::{Attempt, TaskFailure};
use json::Value;

use super::ask::{Refusal, Voice, ask, room};
use super::{caller, eks, optimized};
use crate::facts::Facts;
use crate::message::Message;
use crate::tables::PollRow;
use crate::{Error, Runner, Shared};

/// How long after its start a job is first asked after.
pub(super) const FIRST_POLL: Duration = Duration::from_secs(1);
/// The longest pause between two questions to a room of this house, and to a service outside.
const PAUSE_MAX: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// What a task waits for once its request is answered.
pub(crate) enum Job {
    /// An execution, which tells of its end itself.
    Execution(Arc<str>),
    /// A job that must be asked after.
    Polled { facts: Arc<Facts>, row: Box<PollRow> },
    /// A job of whose end nobody will tell, and why.
    Lost(Failure),
}

/// The integration that has started a job.
fn integration(facts: &Facts, row: &PollRow) -> Integration {
    match &facts.machine.program[StateId(row.state)].kind {
        StateKind::Task(task) => match &task.resource {
            Resource::Optimized { integration, .. } => *integration,
            other => unreachable!("{} starts no job", other.resource()),
        },
        other => unreachable!("a {} state starts no job", other.type_name()),
    }
}

/// Whether a job's state stands in a cluster and not in the API of its service.
fn is_of_kubernetes(integration: Integration) -> bool {
    integration.service() == "eks" && integration.api().is_none()
}

/// Until the job is asked after again.
pub(crate) fn pause(shared: &Shared, facts: &Facts, row: &PollRow) -> Duration {
    let poll = integration(facts, row).poll();
    let is_near = poll.is_some_and(|poll| shared.bus.reaches(room(poll.service().name())));
    let longest = if is_near { PAUSE_MAX.0 } else { PAUSE_MAX.1 };
    FIRST_POLL.saturating_mul(1 << row.polls.min(10)).min(longest)
}

impl Runner {
    /// Asks how a job fares; the execution hears of it once it has ended.
    pub(crate) fn ask_after(&self, facts: &Arc<Facts>, attempt: Attempt, row: PollRow) {
        if !self.0.under_way.begin_once(&facts.arn, attempt) {
            return;
        }
        let (runner, facts) = (self.clone(), Arc::clone(facts));
        self.0.tasks.spawn(async move {
            let told = runner.told(&facts, &row).await;
            runner.0.under_way.end(&facts.arn, attempt);
            match told {
                Ok(Some(outcome)) => {
                    runner.send(&facts.arn, Message::JobEnded(attempt, Box::new(outcome)));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(execution = %facts.arn, %error, "failed to ask after a job");
                }
            }
        });
    }

    /// What a job has come to, if it has ended.
    async fn told(&self, facts: &Facts, row: &PollRow) -> Result<Option<TaskOutcome>, Error> {
        let integration = integration(facts, row);
        let parse = |text: &str| Value::parse(text).map_err(|error| Error::corrupt("poll", error));
        let question = parse(&row.question)?;
        let role_arn = row.role_arn.as_deref();
        let failed = |failure| Some(TaskOutcome::Failed(TaskFailure::Failed, failure));
        let outcome = |verdict| match verdict {
            Verdict::Running => None,
            Verdict::Succeeded(result) => Some(TaskOutcome::Succeeded(result)),
            Verdict::Failed(result) => {
                failed(Failure::new(error_name::TASK_FAILED, result.to_string()))
            }
        };
        if is_of_kubernetes(integration) {
            let told = eks::told(self, facts, role_arn, integration, &question).await;
            return Ok(told.map_or_else(failed, outcome));
        }
        let (Some(job), Some(poll)) = (integration.job(), integration.poll()) else {
            return Err(Error::corrupt("poll", "its state starts no job"));
        };
        let kept = parse(&row.kept)?;
        let voice = Voice::Optimized(integration);
        let ctx = match caller(self, facts, role_arn) {
            Ok(ctx) => ctx,
            Err(failure) => return Ok(failed(failure)),
        };
        Ok(match ask(self, ctx, voice, poll, &question).await {
            Ok(answer) => {
                outcome(job.verdict(&optimized::shown(integration, poll, &answer.value), &kept))
            }
            Err(Refusal::Refused { error, .. })
                if job.is_done_when_gone() && error.code.contains("NotFound") =>
            {
                Some(TaskOutcome::Succeeded(kept))
            }
            Err(refusal) if passes(&refusal) => None,
            Err(refusal) => failed(voice.failure(&refusal)),
        })
    }

    /// Stops a job for which nobody waits any more: best effort, as on AWS.
    pub(crate) fn stop_job(&self, job: Job) {
        let runner = self.clone();
        self.0.tasks.spawn(async move {
            let stopped = match &job {
                Job::Execution(arn) => {
                    let stopped = runner.stop(arn, Failure::default()).await;
                    stopped.map(|_| ()).map_err(|error| error.to_string())
                }
                Job::Polled { facts, row } => runner.stop_polled(facts, row).await,
                Job::Lost(_) => Ok(()),
            };
            if let Err(error) = stopped {
                tracing::warn!(%error, "failed to stop the job of an aborted task");
            }
        });
    }

    async fn stop_polled(&self, facts: &Facts, row: &PollRow) -> Result<(), String> {
        let integration = integration(facts, row);
        let said = |failure: Failure| failure.cause.as_deref().unwrap_or_default().to_owned();
        if let (true, Some(question)) = (is_of_kubernetes(integration), &row.stop) {
            let question = Value::parse(question).map_err(|error| error.to_string())?;
            let role_arn = row.role_arn.as_deref();
            let stopped = eks::stop(self, facts, role_arn, integration, &question).await;
            return stopped.map_err(said);
        }
        let action = integration.job().and_then(|job| job.stop_action());
        let action = action.and_then(|action| integration.sdk_action(action));
        let (Some(action), Some(request)) = (action, &row.stop) else { return Ok(()) };
        let request = Value::parse(request).map_err(|error| error.to_string())?;
        let ctx = caller(self, facts, row.role_arn.as_deref()).map_err(said)?;
        let voice = Voice::Optimized(integration);
        let answer = ask(self, ctx, voice, action, &request).await;
        answer.map(|_| ()).map_err(|refusal| said(voice.failure(&refusal)))
    }
}

/// Whether a question that was refused may be answered the next time.
fn passes(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::NoRoom => false,
        Refusal::Garbage | Refusal::Unanswered(_) => true,
        Refusal::Refused { error, .. } => {
            let busy = ["Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown"];
            error.is_server_fault() || busy.iter().any(|busy| error.code.contains(busy))
        }
    }
}
