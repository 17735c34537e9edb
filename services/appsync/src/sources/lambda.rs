//! `AWS_LAMBDA`: a function is invoked with a payload, or with the payloads of several calls at once.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use json::Value;
use resolver::Failure;
use serde_json::json;

use super::{Query, body, given, misfit, operation, text};

/// How many calls AWS hands over at once where a request says `BatchInvoke` and the resolver doesn't say how many.
pub(crate) const BATCH_SIZE_BY_DEFAULT: usize = 5;

const UNHANDLED: &str = "Lambda:Unhandled";

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    answer(query).await?.map_err(|error| thrown(&error))
}

/// A handler of events that raises an `UnauthorizedException` refuses somebody, as that of Powertools does.
/// <https://docs.powertools.aws.dev/lambda/typescript/latest/features/event-handler/appsync-events>
pub(super) async fn hand_over(query: &Query<'_>) -> Result<Value, Failure> {
    answer(query).await?.map_err(|error| match text(&error, "errorType").as_deref() {
        Some("UnauthorizedException") => Failure::new(message(&error), Failure::UNAUTHORIZED),
        _ => thrown(&error),
    })
}

/// What the function gave, or what it raised.
type Answer = Result<Value, Value>;

async fn answer(query: &Query<'_>) -> Result<Answer, Failure> {
    let request = query.request;
    match operation(request)?.as_str() {
        "Invoke" | "BatchInvoke" => {}
        other => return Err(misfit(format!("Unsupported operation '{other}'."))),
    }
    let payload = given(request, "payload").unwrap_or_default();
    let is_event = match text(request, "invocationType").as_deref() {
        None | Some("RequestResponse") => false,
        Some("Event") => true,
        Some(other) => return Err(misfit(format!("Unsupported invocation type '{other}'."))),
    };
    let function = query.source.lambda_config.as_ref().map(|it| it.lambda_function_arn.as_str());
    let function = function.ok_or_else(|| misfit("The data source has no function."))?;
    call(query, function, &payload, is_event).await
}

/// Invokes a function in the data source's role, and waits for it.
pub(super) async fn invoke(
    query: &Query<'_>,
    function: &str,
    payload: &Value,
) -> Result<Value, Failure> {
    call(query, function, payload, false).await?.map_err(|error| thrown(&error))
}

async fn call(
    query: &Query<'_>,
    function: &str,
    payload: &Value,
    is_event: bool,
) -> Result<Answer, Failure> {
    let asked = body(json!({
        "FunctionName": function,
        "InvocationType": if is_event { "Event" } else { "RequestResponse" },
        "Payload": BASE64.encode(payload.to_string()),
    }));
    let reply = query.call("lambda", "Invoke", asked).await;
    let reply = reply.map_err(|refusal| query.failure("AWSLambda", "Lambda", refusal))?;
    if is_event {
        return Ok(Ok(Value::NULL));
    }
    let given_back = text(&reply, "Payload").and_then(|payload| BASE64.decode(payload).ok());
    let given_back = given_back.unwrap_or_default();
    if query.room.limits.result_bytes_max < given_back.len() {
        return Err(Failure::new("The response is larger than 5 MB.", "Lambda:ResponseTooLarge"));
    }
    let unreadable = || Failure::new("The function's response is no JSON.", UNHANDLED);
    let given_back = String::from_utf8(given_back).map_err(|_| unreadable())?;
    let value = match given_back.as_str() {
        "" => Value::NULL,
        text => Value::parse(text).map_err(|_| unreadable())?,
    };
    Ok(match text(&reply, "FunctionError") {
        None => Ok(value),
        Some(_) => Err(value),
    })
}

/// What a function raised.
fn thrown(error: &Value) -> Failure {
    let error_type = match text(error, "errorType").as_deref() {
        Some("Sandbox.Timedout") => "Lambda:ExecutionTimeoutException",
        _ => UNHANDLED,
    };
    Failure::new(message(error), error_type)
}

fn message(error: &Value) -> String {
    text(error, "errorMessage").unwrap_or_else(|| error.to_string())
}
