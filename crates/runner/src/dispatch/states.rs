//! `states:startExecution` in its four forms.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>. Results and causes have the
//! members of recordings (callback_start_execution_sync, sfn_task_service_start_execution), in their order.

use std::sync::Arc;

use asl::resources::{Integration, Pattern};
use asl::{Failure, error_name};
use base::Timestamp;
use bytes::Bytes;
use engine::decide::TaskOutcome;
use engine::event::TaskFailure;
use json::{Kind, Object, Value};
use service::CallError;

use super::{Errand, Sent, sdk};
use crate::facts::Facts;
use crate::standing::Standing;
use crate::{Error, Runner, Shared, Status};

pub(super) async fn start_execution(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    let ctx = errand.ctx(runner);
    let request_id = ctx.request_id().to_owned();
    match runner.0.bus.call(ctx, "states", "StartExecution", request(errand)).await {
        Ok(reply) => started(runner, &reply, &request_id, pattern),
        Err(CallError::NoRoom(_)) => Sent::failed(super::missing::failure(errand.resource())),
        Err(CallError::Refused(error)) => {
            let cause = format!(
                "{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {request_id}; Proxy: null)",
                error.message.as_deref().unwrap_or("null"),
                integration.sdk_name(),
                error.status,
                error.code,
            );
            Sent::failed(Failure::new(integration.error_name(&error.code), cause))
        }
    }
}

fn request(errand: &Errand) -> Bytes {
    let parameters = &errand.dispatch.parameters;
    let given = |name| parameters.get(name).filter(|value| !value.is_null());
    let mut body = Object::new();
    if let Some(arn) = given("StateMachineArn") {
        body.insert("stateMachineArn", arn);
    }
    body.insert("name", given("Name").unwrap_or_else(|| errand.execution_name().into()));
    if let Some(input) = given("Input") {
        let is_text = input.kind() == Kind::String;
        body.insert("input", if is_text { input } else { input.to_string().into() });
    }
    if let Some(trace_header) = given("TraceHeader") {
        body.insert("traceHeader", trace_header);
    }
    Value::from(body).to_string().into()
}

fn started(runner: &Runner, reply: &Bytes, request_id: &str, pattern: Pattern) -> Sent {
    let parsed = std::str::from_utf8(reply).ok().and_then(|text| Value::parse(text).ok());
    let arn = parsed.as_ref().and_then(|reply| reply.get("executionArn"));
    let (Some(reply_value), Some(arn)) = (parsed, arn) else {
        let cause = "The states room answered StartExecution without an execution.";
        return Sent::failed(Failure::new(error_name::TASK_FAILED, cause));
    };
    let start_date = reply_value.get("startDate").and_then(|date| sdk::millis(&date));
    let mut output = Object::new();
    output.insert("ExecutionArn", arn.clone());
    output.insert("SdkHttpMetadata", http_metadata(runner, reply.len(), request_id));
    output.insert("SdkResponseMetadata", Value::object([("RequestId", request_id)]));
    output.insert("StartDate", start_date.unwrap_or_default());
    let job = matches!(pattern, Pattern::Sync | Pattern::Sync2)
        .then(|| arn.as_str().map(Arc::from))
        .flatten();
    Sent { job, ..Sent::answered(pattern, output.into()) }
}

/// The headers that AWS's own client would have seen.
fn http_metadata(runner: &Runner, body_bytes: usize, request_id: &str) -> Value {
    let headers = [
        ("x-amzn-RequestId", request_id.to_owned()),
        ("connection", "keep-alive".to_owned()),
        ("Content-Length", body_bytes.to_string()),
        ("Date", http_date(runner.0.house.now())),
        ("Content-Type", "application/x-amz-json-1.0".to_owned()),
    ];
    let all = headers.iter().map(|(name, value)| (*name, Value::array([value.as_str().into()])));
    let mut metadata = Object::new();
    metadata.insert("AllHttpHeaders", Value::object(all));
    metadata.insert(
        "HttpHeaders",
        Value::object(headers.iter().map(|(name, value)| (*name, value.as_str()))),
    );
    metadata.insert("HttpStatusCode", 200);
    metadata.into()
}

fn http_date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
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
    let described = describe(&facts, &standing, parsed)?;
    Ok(match standing.status {
        Status::Succeeded => TaskOutcome::Succeeded(described),
        _ => {
            let failure = Failure::new(error_name::TASK_FAILED, described.to_string());
            TaskOutcome::Failed(TaskFailure::Failed, failure)
        }
    })
}

/// DescribeExecution as `.sync` shows it: instants in milliseconds, data as text or (`.sync:2`) as JSON.
fn describe(facts: &Facts, standing: &Standing, parsed: bool) -> Result<Value, Error> {
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
    described.insert("StartDate", facts.started_at.as_millis());
    described.insert("StateMachineArn", Arc::clone(&facts.machine.facts.arn));
    described.insert("Status", standing.status.name());
    described.insert("StopDate", standing.date.as_millis());
    Ok(described.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(
            http_date(Timestamp::from_millis(784_111_777_000)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }
}
