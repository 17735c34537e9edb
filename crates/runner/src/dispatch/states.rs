//! `states:startExecution` in its four forms.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>. Results and causes have the
//! members of recordings (base_callbacks_sfn_start_execution_sync, sfn_task_service_start_execution), in their order.
//! Those of the redrive came after 2023.

use std::sync::Arc;

use asl::resources::{Integration, Pattern};
use asl::{Failure, error_name};
use base::Arn;
use engine::decide::TaskOutcome;
use engine::event::TaskFailure;
use json::{Object, Value};

use super::ask::{Answer, Voice, ask};
use super::metadata::{HttpAnswer, with_metadata};
use super::{Errand, Job, Sent, caller, casing};
use crate::facts::Facts;
use crate::standing::Standing;
use crate::{Error, Redrive, Runner, Shared, Status, describe};

pub(super) async fn start_execution(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    let refused = |failure| Sent::refused(pattern, failure);
    let ctx = match errand.ctx(runner) {
        Ok(ctx) => ctx,
        Err(failure) => return refused(failure),
    };
    let action = integration.api().expect("startExecution is an operation of the API");
    let voice = Voice::Optimized(integration);
    match ask(runner, ctx, voice, action, &parameters(errand)).await {
        Ok(answer) => started(runner, errand, integration, &answer, pattern).await,
        Err(refusal) => refused(voice.failure(&refusal)),
    }
}

/// The task's own, with the name that the attempt gives its execution if they have none.
fn parameters(errand: &Errand) -> Value {
    let parameters = &errand.dispatch.parameters;
    match parameters.get("Name").filter(|name| !name.is_null()) {
        Some(_) => parameters.clone(),
        None => parameters.with("Name", errand.execution_name()),
    }
}

async fn started(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    answer: &Answer,
    pattern: Pattern,
) -> Sent {
    let started = answer.value.get("executionArn").zip(answer.value.get("startDate"));
    let started = started.and_then(|(arn, date)| Some((arn, casing::millis(&date)?)));
    let Some((arn, start_date)) = started else {
        let cause = "The states room answered StartExecution without an execution.";
        return Sent::refused(pattern, Failure::new(error_name::TASK_FAILED, cause));
    };
    let mut result = Object::new();
    result.insert("ExecutionArn", arn.clone());
    result.insert("StartDate", start_date);
    let http = HttpAnswer {
        service: "states",
        value: &answer.value,
        request_id: &answer.request_id,
        status: 200,
    };
    let output = with_metadata(runner, &result.into(), &http);
    let job = match (pattern, arn.as_str()) {
        (Pattern::Sync | Pattern::Sync2, Some(arn)) if is_express(arn) => {
            Some(express(runner, errand, integration, arn).await)
        }
        (Pattern::Sync | Pattern::Sync2, Some(arn)) => Some(Job::Execution(arn.into())),
        _ => None,
    };
    Sent { job, ..Sent::answered(pattern, output) }
}

fn is_express(arn: &str) -> bool {
    Arn::parse(arn).is_ok_and(|arn| arn.resource.starts_with("express:"))
}

/// An Express execution tells nobody of its end, and can't be described: how that is refused is what the task fails
/// with. By analogy: on AWS `.sync` asks with DescribeExecution, and what becomes of Express executions isn't recorded.
async fn express(runner: &Runner, errand: &Errand, integration: Integration, arn: &str) -> Job {
    let role_arn = errand.dispatch.role_arn.as_deref();
    let ctx = match caller(runner, &errand.facts, role_arn) {
        Ok(ctx) => ctx,
        Err(failure) => return Job::Lost(failure),
    };
    let voice = Voice::Optimized(integration);
    let describe = integration.sdk_action("describeExecution");
    let describe = describe.expect("DescribeExecution is an operation of the API");
    match ask(runner, ctx, voice, describe, &Value::object([("ExecutionArn", arn)])).await {
        Ok(_) => Job::Execution(arn.into()),
        Err(refusal) => Job::Lost(voice.failure(&refusal)),
    }
}

/// What the end of a child is to the task that waits for it.
pub(crate) async fn execution_ended(
    shared: &Shared,
    arn: &Arc<str>,
    pattern: Pattern,
) -> Result<TaskOutcome, Error> {
    let Some(facts) = Facts::load(shared, arn).await? else {
        let cause = format!("The execution {arn} is gone.");
        let failure = Failure::new(error_name::TASK_FAILED, cause);
        return Ok(TaskOutcome::Failed(TaskFailure::Failed, failure));
    };
    let standing = Standing::load(&*shared.store, arn).await?;
    let standing = standing.unwrap_or_else(|| Standing::started(facts.started_at));
    let parsed = pattern == Pattern::Sync2 && standing.status == Status::Succeeded;
    let redrive = describe::redrive(&facts, &standing, &shared.limits, shared.house.now());
    let described = described(&facts, &standing, redrive, parsed)?;
    Ok(match standing.status {
        Status::Succeeded => TaskOutcome::Succeeded(described),
        _ => {
            let failure = Failure::new(error_name::TASK_FAILED, described.to_string());
            TaskOutcome::Failed(TaskFailure::Failed, failure)
        }
    })
}

/// DescribeExecution as `.sync` shows it: instants in milliseconds, data as text or (`.sync:2`) as JSON.
fn described(
    facts: &Facts,
    standing: &Standing,
    redrive: Redrive,
    parsed: bool,
) -> Result<Value, Error> {
    let data = |text: &str| match parsed {
        true => Value::parse(text).map_err(|error| Error::corrupt("payload", error)),
        false => Ok(text.into()),
    };
    let included = || Value::object([("Included", true)]);
    let mut described = Object::new();
    if let Some(cause) = standing.failure.as_ref().and_then(|failure| failure.cause.clone()) {
        described.insert("Cause", cause);
    }
    if let Some(error) = standing.failure.as_ref().and_then(|failure| failure.error.clone()) {
        described.insert("Error", error);
    }
    described.insert("ExecutionArn", Arc::clone(&facts.arn));
    described.insert("Input", data(&facts.input_text)?);
    described.insert("InputDetails", included());
    described.insert("Name", Arc::clone(&facts.name));
    if let Some(output) = &standing.output {
        described.insert("Output", data(output)?);
        described.insert("OutputDetails", included());
    }
    redrive.describe(standing.redrive_count, &mut described);
    described.insert("StartDate", facts.started_at.as_millis());
    described.insert("StateMachineArn", Arc::clone(&facts.machine.facts.arn));
    described.insert("Status", standing.status.name());
    described.insert("StopDate", standing.date.as_millis());
    Ok(described.into())
}
