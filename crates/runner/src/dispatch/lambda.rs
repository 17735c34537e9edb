//! Functions: by their ARN, and by `lambda:invoke`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>. Results, errors and causes are those of
//! recordings (lambda_task_invoke*, lambda_task_service_invoke*, task_lambda_raise_exception).

use asl::Failure;
use asl::resources::{Action, Integration, Pattern};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json::{Object, Value};

use super::casing::text;
use super::metadata::{HttpAnswer, with_metadata};
use super::{Errand, Sent, optimized};
use crate::Runner;

/// A function as the task's resource: its result is the task's.
pub(super) async fn function(runner: &Runner, errand: &Errand, arn: &str) -> Sent {
    let invoke = Integration::all().find(|integration| integration.service() == "lambda");
    let (integration, action) = invoke
        .and_then(|integration| Some((integration, integration.api()?)))
        .expect("lambda:invoke is an optimized integration of the operation Invoke");
    let input = errand.dispatch.parameters.to_string();
    let parameters = Value::object([("FunctionName", Value::from(arn)), ("Payload", input.into())]);
    let pattern = Pattern::RequestResponse;
    match optimized::asked(runner, errand, integration, action, &parameters, pattern).await {
        Ok(answer) => match returned(&answer.value) {
            Ok(result) => Sent::answered(pattern, result.unwrap_or_default()),
            Err(failure) => Sent::refused(pattern, failure),
        },
        Err(sent) => *sent,
    }
}

/// `lambda:invoke`.
pub(super) async fn invoke(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    action: Action,
    pattern: Pattern,
) -> Sent {
    let parameters = &errand.dispatch.parameters;
    let answer =
        match optimized::asked(runner, errand, integration, action, parameters, pattern).await {
            Ok(answer) => answer,
            Err(sent) => return *sent,
        };
    let payload = match returned(&answer.value) {
        Ok(payload) => payload,
        Err(failure) => return Sent::refused(pattern, compact(failure)),
    };
    let mut result = Object::new();
    for name in ["ExecutedVersion", "LogResult", "StatusCode"] {
        if let Some(value) = answer.value.get(name).filter(|value| !value.is_null()) {
            result.insert(name, value);
        }
    }
    // An asynchronous invocation has an empty payload, which the SDK shows as text.
    result.insert("Payload", payload.unwrap_or_else(|| "".into()));
    let http = HttpAnswer {
        service: "lambda",
        value: &answer.value,
        request_id: &answer.request_id,
        status: answer.value.get("StatusCode").and_then(|code| code.as_i64()).unwrap_or(200),
    };
    Sent::answered(pattern, with_metadata(runner, &result.into(), &http))
}

/// The function's result, or the failure that it has reported. None if there is no payload.
fn returned(answer: &Value) -> Result<Option<Value>, Failure> {
    let payload = answer.get("Payload").map(|payload| {
        let encoded = text(&payload);
        let bytes = STANDARD.decode(&encoded).unwrap_or_else(|_| encoded.into_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    });
    if answer.get("FunctionError").is_some_and(|error| !error.is_null()) {
        return Err(function_error(&payload.unwrap_or_default()));
    }
    let payload = payload.filter(|payload| !payload.is_empty());
    Ok(payload.map(|payload| match Value::parse(&payload) {
        Ok(value) => value,
        // A runtime of one's own may answer anything.
        Err(_) => payload.into(),
    }))
}

/// `lambda:invoke` reads what the function reports and writes it again, so that no white space is left; a function by
/// its ARN has it as it is (recorded: task_service_lambda_raise_exception_catch, task_lambda_raise_exception_catch).
fn compact(failure: Failure) -> Failure {
    let reported = failure.cause.as_deref().and_then(|cause| Value::parse(cause).ok());
    match reported {
        Some(reported) => Failure { cause: Some(reported.to_string().into()), ..failure },
        None => failure,
    }
}

/// The error is the type that the function's runtime reports, the cause all of what it says.
fn function_error(payload: &str) -> Failure {
    let reported = Value::parse(payload).ok();
    let error_type = reported.as_ref().and_then(|reported| reported.get("errorType"));
    match error_type.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty()) {
        Some(error_type) => Failure::new(error_type, payload),
        None => Failure::new(
            "Lambda.Unknown",
            format!(
                "The cause could not be determined because Lambda did not return an error type. \
                 Returned payload: {payload}"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(payload: &str, failed: bool) -> Value {
        let mut answer = Object::new();
        answer.insert("Payload", STANDARD.encode(payload));
        if failed {
            answer.insert("FunctionError", "Unhandled");
        }
        answer.into()
    }

    #[test]
    fn a_result_is_parsed() {
        assert_eq!(
            returned(&answer(r#"{"a":1}"#, false)),
            Ok(Some(Value::parse(r#"{"a":1}"#).unwrap()))
        );
        assert_eq!(returned(&answer("", false)), Ok(None));
        assert_eq!(returned(&answer("not JSON", false)), Ok(Some("not JSON".into())));
    }

    #[test]
    fn a_failure_is_what_the_runtime_reports() {
        let payload = r#"{"errorMessage":"Some exception","errorType":"Exception"}"#;
        assert_eq!(returned(&answer(payload, true)), Err(Failure::new("Exception", payload)));
        let payload =
            r#"{"errorMessage":"2026-11-22T00:00:00.000Z 1 Task timed out after 3.00 seconds"}"#;
        let failure = returned(&answer(payload, true)).unwrap_err();
        assert_eq!(failure.error.as_deref(), Some("Lambda.Unknown"));
        assert!(failure.cause.unwrap().ends_with(payload));
    }
}
