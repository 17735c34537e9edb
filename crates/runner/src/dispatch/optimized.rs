//! Optimized integrations whose request and answer are those of one operation of the API.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use asl::Failure;
use asl::error_name;
use asl::resources::{Action, Integration, Pattern};
use json::{Object, Value};

use super::ask::{Answer, Voice, ask};
use super::attributes;
use super::casing::{Instants, from_wire};
use super::metadata::{HttpAnswer, with_metadata};
use super::{Errand, Job, Sent};
use crate::Runner;
use crate::tables::PollRow;

pub(super) async fn call(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    action: Action,
    pattern: Pattern,
) -> Sent {
    let parameters = match integration.service() {
        "ecs" => started_by(&errand.dispatch.parameters),
        "dynamodb" => attributes::written_out(&errand.dispatch.parameters),
        _ => errand.dispatch.parameters.clone(),
    };
    match asked(runner, errand, integration, action, &parameters, pattern).await {
        Ok(answer) => {
            let result = match (integration.service(), integration.action()) {
                (
                    "emr-serverless",
                    "startApplication" | "stopApplication" | "deleteApplication",
                ) => application(&parameters),
                _ => shown(integration, action, &answer.value),
            };
            sent(runner, errand, integration, pattern, result, &answer)
        }
        Err(sent) => *sent,
    }
}

/// Asks for one operation of the integration's service; what is refused is the task's failure.
pub(super) async fn asked(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    action: Action,
    parameters: &Value,
    pattern: Pattern,
) -> Result<Answer, Box<Sent>> {
    let voice = Voice::Optimized(integration);
    let refused = |failure| Box::new(Sent::refused(pattern, failure));
    let ctx = errand.ctx(runner).map_err(refused)?;
    let answer = ask(runner, ctx, voice, action, parameters).await;
    answer.map_err(|refusal| refused(voice.failure(&refusal)))
}

/// What has come of a request whose result is known: the task's result, or a job to be waited for.
pub(super) fn sent(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
    result: Value,
    answer: &Answer,
) -> Sent {
    let http = HttpAnswer {
        service: integration.service(),
        value: &answer.value,
        request_id: &answer.request_id,
        status: 200,
    };
    let output = with_metadata(runner, &result, &http);
    if !matches!(pattern, Pattern::Sync | Pattern::Sync2) {
        return Sent::answered(pattern, output);
    }
    match job(runner, errand, integration, &result) {
        Some(job) => Sent { job: Some(job), ..Sent::answered(pattern, output) },
        // RunTask answers 200 when it has started nothing, and says why in `Failures`.
        None => Sent::refused(pattern, Failure::new(error_name::TASK_FAILED, result.to_string())),
    }
}

/// How the job that the request has started is followed.
fn job(runner: &Runner, errand: &Errand, integration: Integration, result: &Value) -> Option<Job> {
    let parameters = &errand.dispatch.parameters;
    let facts = integration.job()?;
    let row = PollRow {
        state: errand.dispatch.state.0,
        question: facts.question(parameters, result)?.to_string(),
        stop: facts.stop(parameters, result).map(|(_, request)| request.to_string()),
        kept: facts.kept(result).to_string(),
        role_arn: errand.dispatch.role_arn.as_deref().map(str::to_owned),
        polls: 0,
        due: runner.0.house.now().after(super::jobs::FIRST_POLL).as_millis(),
    };
    Some(Job::Polled { facts: std::sync::Arc::clone(&errand.facts), row: Box::new(row) })
}

pub(super) fn shown(integration: Integration, action: Action, answer: &Value) -> Value {
    action.output().map_or_else(Value::empty_object, |shape| {
        from_wire(answer, integration.named(shape), Instants::Millis)
    })
}

/// The service answers nothing to these; the integration answers which application it was.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html>
fn application(parameters: &Value) -> Value {
    Value::object(parameters.get("ApplicationId").map(|id| ("ApplicationId", id)))
}

/// ECS shows who has started a task; Step Functions says so unless the definition does.
fn started_by(parameters: &Value) -> Value {
    match parameters.get("StartedBy").filter(|value| !value.is_null()) {
        Some(_) => parameters.clone(),
        None => parameters.with("StartedBy", "AWS Step Functions"),
    }
}

/// The same members under other names; those that are absent stay so.
pub(super) fn renamed(parameters: &Value, names: &[(&str, &'static str)]) -> Object {
    let mut renamed = Object::new();
    for (from, to) in names {
        if let Some(value) = parameters.get(from).filter(|value| !value.is_null()) {
            renamed.insert(*to, value);
        }
    }
    renamed
}
