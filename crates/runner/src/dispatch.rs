//! What becomes of a task once it may leave: one file for each kind of resource.
//!
//! An [`Errand`] is sent only after its mark is durable. Whatever comes of it comes back as a message to its execution;
//! nothing here reads or changes an execution.

mod missing;
mod sdk;
mod states;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use asl::resources::{Pattern, Resource};
use asl::{Failure, StateKind, error_name};
use engine::Dispatch;
use engine::decide::TaskOutcome;
use engine::event::{Attempt, TaskFailure};
use futures_util::FutureExt as _;
use json::Value;
use service::{Caller, Ctx};

use crate::Runner;
use crate::facts::{Asker, Facts};
use crate::message::Message;

pub(crate) use states::execution_ended;

/// A task on its way out.
pub(crate) struct Errand {
    facts: Arc<Facts>,
    dispatch: Dispatch,
}

/// What became of a request.
pub(crate) struct Sent {
    pub(crate) outcome: TaskOutcome,
    /// The execution that the task waits for from now on.
    pub(crate) job: Option<Arc<str>>,
}

impl Runner {
    pub(crate) fn leave(&self, errand: Errand) {
        let (arn, attempt) = (Arc::clone(&errand.facts.arn), errand.dispatch.attempt);
        // The rooms of this house start an execution in moments.
        self.0.under_way.begin(&arn, attempt, is_start_execution(errand.resource()));
        let runner = self.clone();
        self.0.tasks.spawn(async move {
            // A fault in a room is a failure of this task, not an execution that waits for ever.
            let sent = AssertUnwindSafe(errand.send(&runner)).catch_unwind().await;
            let sent = sent.unwrap_or_else(|_| Sent::failed(unknown_outcome(errand.resource())));
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

    /// Makes the request and waits for its answer.
    pub(crate) async fn send(&self, runner: &Runner) -> Sent {
        match self.resource() {
            Resource::Optimized { integration, pattern } if integration.service() == "states" => {
                states::start_execution(runner, self, *integration, *pattern).await
            }
            Resource::AwsSdk { action, pattern } if action.service().name() == "sfn" => {
                sdk::call(runner, self, *action, *pattern).await
            }
            other => Sent::failed(missing::failure(other)),
        }
    }

    /// The request that carries the task to another room.
    fn ctx(&self, runner: &Runner) -> Ctx {
        let house = &runner.0.house;
        let role = self.dispatch.role_arn.as_ref().unwrap_or(&self.facts.machine.facts.role_arn);
        let trace_header = self.facts.trace_header.as_deref().map(str::to_owned);
        let waits = matches!(self.resource().pattern(), Pattern::Sync | Pattern::Sync2);
        let execution_arn = &self.facts.arn;
        let asker = Asker { execution_arn, attempt: self.dispatch.attempt, waits };
        Ctx::new(Arc::clone(house), Caller { arn: role.to_string() }, house.uuid())
            .with_trace_header(trace_header)
            .with_attempt(asker.to_string())
    }

    /// The name of an execution that the definition doesn't name: the same if the attempt asks again.
    fn execution_name(&self) -> String {
        use sha2::Digest as _;
        let seed = format!("{}/{}", self.dispatch.attempt, self.facts.arn);
        uuid_of(&sha2::Sha256::digest(seed))
    }
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

    fn failed(failure: Failure) -> Self {
        Sent { outcome: TaskOutcome::Failed(TaskFailure::Failed, failure), job: None }
    }
}

/// Whether a request that may have been sent can be sent again without being served twice.
pub(crate) fn can_be_asked_again(resource: &Resource) -> bool {
    let reads = |name: &str| name.starts_with("describe") || name.starts_with("list");
    match resource {
        Resource::AwsSdk { action, .. }
            if action.service().name() == "sfn" && reads(action.name()) =>
        {
            true
        }
        other => is_start_execution(other),
    }
}

fn is_start_execution(resource: &Resource) -> bool {
    match resource {
        Resource::Optimized { integration, .. } => integration.service() == "states",
        Resource::AwsSdk { action, .. } => {
            action.service().name() == "sfn" && action.name() == "startExecution"
        }
        Resource::LambdaFunction { .. } | Resource::Activity { .. } => false,
    }
}

/// What a task fails with when a crash has left open whether its request was served.
pub(crate) fn unknown_outcome(resource: &Resource) -> Failure {
    let error = match resource {
        Resource::LambdaFunction { .. } => "Lambda.Unknown",
        Resource::Optimized { integration, .. } if integration.service() == "lambda" => {
            "Lambda.Unknown"
        }
        Resource::Optimized { .. } | Resource::AwsSdk { .. } | Resource::Activity { .. } => {
            error_name::TASK_FAILED
        }
    };
    let cause =
        "The server stopped serving the request after it had been sent, so its outcome is unknown.";
    Failure::new(error, cause)
}

/// The requests that this process has made and that have no answer yet.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashMap<(Arc<str>, Attempt), Request>>);

struct Request {
    /// It is answered in moments, so what follows from its answer may wait for it.
    prompt: bool,
    held: Vec<Message>,
}

impl UnderWay {
    fn begin(&self, arn: &Arc<str>, attempt: Attempt, prompt: bool) {
        self.lock().insert((Arc::clone(arn), attempt), Request { prompt, held: Vec::new() });
    }

    pub(crate) fn has(&self, arn: &Arc<str>, attempt: Attempt) -> bool {
        self.lock().contains_key(&(Arc::clone(arn), attempt))
    }

    /// Keeps a message until a prompt request has its answer; gives it back if there is nothing to wait for.
    pub(crate) fn hold(
        &self,
        arn: &Arc<str>,
        attempt: Attempt,
        message: Message,
    ) -> Option<Message> {
        match self.lock().get_mut(&(Arc::clone(arn), attempt)) {
            Some(request) if request.prompt => request.held.push(message),
            Some(_) | None => return Some(message),
        }
        None
    }

    fn end(&self, arn: &Arc<str>, attempt: Attempt) -> Vec<Message> {
        self.lock()
            .remove(&(Arc::clone(arn), attempt))
            .map_or_else(Vec::new, |request| request.held)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Arc<str>, Attempt), Request>> {
        // Each critical section is one call of the map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
