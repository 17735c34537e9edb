use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::arn::{FunctionArn, Qualifier};
use crate::environment::Request;
use crate::errors::Error;
use crate::events;
use crate::invocation::{Target, payload};
use crate::model::Event;
use crate::visit::Visit;
use crate::wire::{InvocationType, InvokeInput, InvokeOutput, LogType};

/// An error of the function is no error of the operation: it is told by `FunctionError`.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
pub(crate) async fn invoke(ctx: &Visit<'_>, req: InvokeInput) -> Result<InvokeOutput, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let target = ctx.room().target(&arn).await.map_err(with_qualifier)?;
    let given = STANDARD.decode(req.payload.as_deref().unwrap_or_default());
    let given = given.map_err(|_| Error::InvalidPayload("not base64".to_owned()))?;
    let limits = ctx.limits();
    match req.invocation_type.unwrap_or(InvocationType::RequestResponse) {
        InvocationType::DryRun => Ok(status(204)),
        InvocationType::Event => {
            let payload = payload(given, "Event", limits.event_bytes_max)?;
            accept(ctx, &target, &req, payload.into()).await
        }
        InvocationType::RequestResponse => {
            let payload = payload(given, "RequestResponse", limits.payload_bytes_max)?;
            let request = Request {
                request_id: ctx.request.request_id().to_owned(),
                invoked_arn: arn.to_string(),
                payload,
                client_context: client_context(&req)?,
                trace: trace(ctx),
            };
            run(ctx, target, request, req.log_type == Some(LogType::Tail)).await
        }
    }
}

/// Runs the function now; for the attempt of a task at most once, however often it is asked for.
async fn run(
    ctx: &Visit<'_>,
    target: Target,
    request: Request,
    wants_log: bool,
) -> Result<InvokeOutput, Error> {
    let attempt = ctx.request.attempt().cloned();
    if let Some(attempt) = &attempt
        && let Some(kept) = ctx.room().begin_attempt(attempt).await?
    {
        return kept.ok_or(Error::Unknown);
    }
    let version = target.version.to_string();
    let outcome = match ctx.room().invoke(target, request).await {
        Ok(outcome) => outcome,
        // It didn't run: the attempt may be made again.
        Err(error) => {
            if let Some(attempt) = &attempt {
                ctx.room().forget_attempt(attempt).await?;
            }
            return Err(error);
        }
    };
    let reply = InvokeOutput {
        function_error: outcome.is_error.then(|| "Unhandled".to_owned()),
        log_result: wants_log.then(|| STANDARD.encode(&outcome.log_tail)),
        payload: Some(STANDARD.encode(&outcome.payload)),
        executed_version: Some(version),
        ..status(200)
    };
    if let Some(attempt) = &attempt {
        ctx.room().end_attempt(attempt, &reply).await?;
    }
    Ok(reply)
}

/// Takes an event into the queue.
async fn accept(
    ctx: &Visit<'_>,
    target: &Target,
    req: &InvokeInput,
    payload: Vec<u8>,
) -> Result<InvokeOutput, Error> {
    let event = Event {
        function_arn: target.arn.to_string(),
        request_id: ctx.request.request_id().to_owned(),
        payload,
        client_context: client_context(req)?,
        trace: trace(ctx),
        accepted_at: ctx.now().as_millis(),
        tries: 0,
        throttled: 0,
        ended: None,
    };
    let attempt = ctx.request.attempt().map(|attempt| &**attempt);
    events::accept(ctx.room(), &event, attempt).await?;
    Ok(status(202))
}

fn status(status_code: i32) -> InvokeOutput {
    InvokeOutput {
        status_code,
        function_error: None,
        log_result: None,
        payload: None,
        executed_version: None,
    }
}

/// The client context is base64 of JSON on the wire, and JSON for the function.
fn client_context(req: &InvokeInput) -> Result<Option<String>, Error> {
    let Some(given) = &req.client_context else { return Ok(None) };
    let invalid = || Error::invalid("Client context must be a valid Base64-encoded JSON object.");
    let bytes = STANDARD.decode(given).map_err(|_| invalid())?;
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
    let text = String::from_utf8(bytes).map_err(|_| invalid())?;
    is_json.then_some(Some(text)).ok_or_else(invalid)
}

/// The trace that the request belongs to, or a new one.
fn trace(ctx: &Visit<'_>) -> Option<String> {
    Some(ctx.request.trace_header().map_or_else(
        || {
            let seconds = ctx.now().as_millis() / 1000;
            let id = ctx.house().uuid().replace('-', "");
            format!("Root=1-{seconds:08x}-{};Parent={};Sampled=0", &id[..24], &id[16..])
        },
        str::to_owned,
    ))
}

/// What is invoked without a qualifier is missed with one (recorded: task_service_lambda_no_such_function_catch).
fn with_qualifier(error: Error) -> Error {
    match error {
        Error::FunctionNotFound(arn) => {
            let qualifier = Some(arn.qualifier.clone().unwrap_or(Qualifier::Latest));
            Error::FunctionNotFound(FunctionArn { qualifier, ..arn })
        }
        other => other,
    }
}
