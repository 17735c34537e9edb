//! What becomes of a task once it may leave: one file for each kind of resource.
//!
//! An [`Errand`] is sent only after its mark is durable. Whatever comes of it comes back as a message to its execution;
//! nothing here reads or changes an execution.

mod ask;
mod attributes;
mod bedrock;
mod casing;
mod connection;
mod eks;
mod emr;
mod events;
mod form;
mod http;
mod jobs;
mod lambda;
mod metadata;
mod optimized;
mod sdk;
mod signing;
mod states;
mod under_way;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use asl::resources::{Action, Integration, Pattern, Resource};
use asl::{Failure, StateKind, error_name};
use base::Arn;
use engine::Dispatch;
use engine::decide::TaskOutcome;
use engine::event::TaskFailure;
use futures_util::FutureExt as _;
use json::Value;
use service::{Bus, Caller, Ctx};

use crate::Runner;
use crate::facts::{Asker, Facts};
use crate::message::Message;

pub(crate) use jobs::{Job, pause};
pub(crate) use states::execution_ended;
pub(crate) use under_way::UnderWay;

/// A task on its way out.
pub(crate) struct Errand {
    facts: Arc<Facts>,
    dispatch: Dispatch,
}

/// What became of a request.
pub(crate) struct Sent {
    pub(crate) outcome: TaskOutcome,
    /// What the task waits for from now on.
    pub(crate) job: Option<Job>,
}

impl Runner {
    pub(crate) fn leave(&self, errand: Errand) {
        let (arn, attempt) = (Arc::clone(&errand.facts.arn), errand.dispatch.attempt);
        self.0.under_way.begin(&arn, attempt, errand.is_prompt(self));
        let runner = self.clone();
        self.0.tasks.spawn(async move {
            // A fault in a room is a failure of this task, not an execution that waits for ever.
            let sent = AssertUnwindSafe(errand.send(&runner)).catch_unwind().await;
            let sent = sent.unwrap_or_else(|_| unknown(errand.resource()));
            runner.send(&arn, Message::Outcome(attempt, Box::new(sent)));
            // Behind the outcome in the mailbox.
            for message in runner.0.under_way.end(&arn, attempt) {
                runner.send(&arn, message);
            }
        });
    }
}

impl Errand {
    pub(crate) fn new(facts: &Arc<Facts>, dispatch: Dispatch) -> Self {
        Errand { facts: Arc::clone(facts), dispatch }
    }

    fn resource(&self) -> &Resource {
        match &self.facts.machine.program[self.dispatch.state].kind {
            StateKind::Task(task) => &task.resource,
            other => unreachable!("a {} state sends no task", other.type_name()),
        }
    }

    /// Whether its answer is a matter of moments: a room of this house answers it, and runs nobody's code for it.
    fn is_prompt(&self, runner: &Runner) -> bool {
        let service = match self.resource() {
            Resource::Optimized { integration, .. } => integration.sdk_service(),
            Resource::AwsSdk { action, .. } => action.service().name(),
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => return false,
        };
        !matches!(service, "lambda" | "http" | "apigateway")
            && runner.0.bus.reaches(ask::room(service))
    }

    /// Makes the request and waits for its answer.
    pub(crate) async fn send(&self, runner: &Runner) -> Sent {
        match self.resource() {
            Resource::LambdaFunction { arn } => lambda::function(runner, self, arn).await,
            Resource::Optimized { integration, pattern } => {
                self.send_optimized(runner, *integration, *pattern).await
            }
            Resource::AwsSdk { action, pattern } => {
                sdk::call(runner, self, *action, *pattern).await
            }
            Resource::Activity { .. } => unreachable!("workers fetch the tasks of activities"),
        }
    }

    async fn send_optimized(
        &self,
        runner: &Runner,
        integration: Integration,
        pattern: Pattern,
    ) -> Sent {
        match (integration.service(), integration.api()) {
            ("states", _) => states::start_execution(runner, self, integration, pattern).await,
            ("lambda", Some(action)) => {
                lambda::invoke(runner, self, integration, action, pattern).await
            }
            ("events", Some(action)) => {
                events::put(runner, self, integration, action, pattern).await
            }
            (_, Some(action)) => optimized::call(runner, self, integration, action, pattern).await,
            ("elasticmapreduce", None) => emr::call(runner, self, integration, pattern).await,
            ("eks", None) => eks::call(runner, self, integration, pattern).await,
            ("http", None) => http::invoke(runner, self, pattern).await,
            ("apigateway", None) => http::invoke_api(runner, self, integration, pattern).await,
            ("bedrock", None) => bedrock::invoke_model(runner, self, integration, pattern).await,
            (service, None) => {
                let cause =
                    format!("Freehold doesn't call {service}:{} yet.", integration.action());
                let error = format!("{}.SdkClientException", integration.error_prefix());
                Sent::refused(pattern, Failure::new(error, cause))
            }
        }
    }

    /// The request that carries the task to another room, if the execution's role may make it.
    fn ctx(&self, runner: &Runner) -> Result<Ctx, Failure> {
        let waits = matches!(self.resource().pattern(), Pattern::Sync | Pattern::Sync2);
        let execution_arn = &self.facts.arn;
        let asker = Asker { execution_arn, attempt: self.dispatch.attempt, waits };
        let ctx = caller(runner, &self.facts, self.dispatch.role_arn.as_deref())?;
        Ok(ctx.with_attempt(asker.to_string()))
    }

    /// The name of an execution that the definition doesn't name: the same if the attempt asks again.
    fn execution_name(&self) -> String {
        use sha2::Digest as _;
        let seed = format!("{}/{}", self.dispatch.attempt, self.facts.arn);
        uuid_of(&sha2::Sha256::digest(seed))
    }
}

/// Who assumes the role of a machine, for each of its tasks: a role that has ceased to trust it does no more.
pub(crate) const PRINCIPAL: &str = "states.amazonaws.com";

/// A request on behalf of an execution: its role asks, or a role which that one assumes.
pub(crate) fn caller(
    runner: &Runner,
    facts: &Facts,
    role_arn: Option<&str>,
) -> Result<Ctx, Failure> {
    let house = &runner.0.house;
    let own = &facts.machine.facts.role_arn;
    let service = Caller { arn: PRINCIPAL.to_owned() };
    let asking = Ctx::new(Arc::clone(house), service, house.uuid())
        .with_trace_header(facts.trace_header.as_deref().map(str::to_owned))
        .with_source_arn(&*facts.machine.facts.arn);
    let account = Arn::parse(&facts.arn).map(|arn| arn.account);
    let account = account.unwrap_or_else(|_| house.account().to_owned());
    // The sentence is CreateStateMachine's; that a task says it too is unsure.
    let ctx = runner.0.bus.assume(&asking, own).map_err(|_| {
        let cause = "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to \
                     assume the provided role.";
        Failure::new(error_name::PERMISSIONS, cause)
    })?;
    // Where no policy is enforced, a role may name any account: what it asks for is the execution's.
    let ctx = ctx.with_account(account);
    let Some(role_arn) = role_arn.filter(|role_arn| *role_arn != &**own) else { return Ok(ctx) };
    runner.0.bus.assume(&ctx, role_arn).map_err(|_| {
        let cause = format!(
            "The role {own} is not authorized to assume the task state's role, {role_arn}."
        );
        Failure::new(error_name::PERMISSIONS, cause)
    })
}

/// The text of a random (version 4) UUID made of a digest.
pub(crate) fn uuid_of(digest: &[u8]) -> String {
    let mut hex: Vec<u8> =
        digest[..16].iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    hex[12] = b'4';
    hex[16] = b"89ab"[usize::from(digest[8] & 3)];
    let text = String::from_utf8_lossy(&hex);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

impl Sent {
    /// The service has answered: the task's result, or only the beginning of one that a token will bring.
    fn answered(pattern: Pattern, output: Value) -> Self {
        let outcome = match pattern {
            Pattern::RequestResponse => TaskOutcome::Succeeded(output),
            Pattern::Sync | Pattern::Sync2 | Pattern::WaitForTaskToken => {
                TaskOutcome::Submitted(output)
            }
        };
        Sent { outcome, job: None }
    }

    /// The request has failed: the task, or the submission of what it would have waited for
    /// (`TaskSubmitFailed`: the history in pull request ASFHyP3/hyp3#805).
    fn refused(pattern: Pattern, failure: Failure) -> Self {
        let how = match pattern {
            Pattern::RequestResponse => TaskFailure::Failed,
            Pattern::Sync | Pattern::Sync2 | Pattern::WaitForTaskToken => TaskFailure::SubmitFailed,
        };
        Sent { outcome: TaskOutcome::Failed(how, failure), job: None }
    }
}

/// Whether a request that may have been sent can be sent again without being served twice: it only reads, its room
/// answers an attempt again, or it carries a token by which the service knows it again.
pub(crate) fn can_be_asked_again(bus: &Bus, resource: &Resource) -> bool {
    let action = match resource {
        Resource::Optimized { integration, .. } => integration.api(),
        Resource::AwsSdk { action, .. } => Some(*action),
        Resource::LambdaFunction { .. } => {
            return bus.answers_again("lambda", "Invoke");
        }
        Resource::Activity { .. } => None,
    };
    let Some(action) = action else { return false };
    let room = ask::room(action.service().name());
    reads(action.operation())
        || bus.answers_again(room, action.operation())
        || !bus.reaches(room) && has_idempotency_token(action)
}

fn reads(operation: &str) -> bool {
    // It hands out a task.
    operation != "GetActivityTask"
        && ["Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan"]
            .iter()
            .any(|verb| operation.starts_with(verb))
}

fn has_idempotency_token(action: Action) -> bool {
    action.input().is_some_and(|shape| shape.members().iter().any(|it| it.is_idempotency_token()))
}

/// What becomes of a task when a crash has left open whether its request was served.
pub(crate) fn unknown(resource: &Resource) -> Sent {
    let error = match resource {
        Resource::LambdaFunction { .. } => "Lambda.Unknown",
        Resource::Optimized { integration, .. } if integration.service() == "lambda" => {
            "Lambda.Unknown"
        }
        Resource::AwsSdk { action, .. } if action.service().name() == "lambda" => "Lambda.Unknown",
        Resource::Optimized { .. } | Resource::AwsSdk { .. } | Resource::Activity { .. } => {
            error_name::TASK_FAILED
        }
    };
    let cause =
        "The server stopped serving the request after it had been sent, so its outcome is unknown.";
    Sent::refused(resource.pattern(), Failure::new(error, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_name_is_a_uuid() {
        let digest: Vec<u8> = (0..32).collect();
        assert_eq!(uuid_of(&digest), "00010203-0405-4607-8809-0a0b0c0d0e0f");
    }
}
