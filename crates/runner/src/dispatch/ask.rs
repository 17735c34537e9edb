//! One operation of another service, asked on behalf of a task, and what is said of a refusal.

use asl::Failure;
use asl::resources::{Action, Integration, Service, Shape, ShapeKind};
use base64::Engine as _;
use bytes::Bytes;
use json::{Object, Value};
use service::{CallError, Ctx};
use sha2::Digest as _;

use super::{casing, uuid_of};
use crate::Runner;

/// What a service has answered, with the members that are its own on the wire.
pub(super) struct Answer {
    pub(super) value: Value,
    pub(super) request_id: String,
}

/// Why there is no answer.
pub(super) enum Refusal {
    /// Nothing in this house or outside answers for the service.
    NoRoom,
    /// The service has refused.
    Refused { error: aws::Error, request_id: String },
    /// What came isn't JSON.
    Garbage,
    /// A server outside gave no answer; how it failed.
    Unanswered(String),
}

/// How a task's fields and failures name what belongs to a service.
#[derive(Clone, Copy)]
pub(super) enum Voice {
    /// As the older SDK does: `DynamoDB.AmazonDynamoDBException`.
    Optimized(Integration),
    /// As the newer one does: `DynamoDb.DynamoDbException`.
    Sdk(Service),
}

/// The room that keeps a service, or the name by which the configuration calls it, given its name in `aws-sdk:`.
pub(super) fn room(service: &str) -> &str {
    match service {
        "sfn" => "states",
        "eventbridge" => "events",
        "cloudwatchlogs" => "logs",
        other => other,
    }
}

/// Asks for `action` with parameters as a workflow writes them.
pub(super) async fn ask(
    runner: &Runner,
    ctx: Ctx,
    voice: Voice,
    action: Action,
    parameters: &Value,
) -> Result<Answer, Refusal> {
    let token = ctx.attempt().map(|attempt| uuid_of(&sha2::Sha256::digest(&**attempt)));
    let body = action.input().map_or_else(Value::empty_object, |shape| match voice {
        Voice::Sdk(service) if service.name() == "s3" => {
            casing::to_wire(&with_text_body(parameters, shape), shape, token.as_deref())
        }
        _ => casing::to_wire(parameters, voice.named(shape), token.as_deref()),
    });
    let request_id = ctx.request_id().to_owned();
    let service = room(action.service().name());
    let body = Bytes::from(body.to_string());
    match runner.0.bus.call(ctx, service, action.operation(), body).await {
        Ok(reply) if reply.is_empty() => Ok(Answer { value: Value::empty_object(), request_id }),
        Ok(reply) => {
            let value = std::str::from_utf8(&reply).ok().and_then(|text| Value::parse(text).ok());
            value.map(|value| Answer { value, request_id }).ok_or(Refusal::Garbage)
        }
        Err(CallError::NoRoom(_)) => Err(Refusal::NoRoom),
        Err(CallError::Unanswered(text)) => Err(Refusal::Unanswered(text)),
        Err(CallError::Refused(error)) => Err(Refusal::Refused { error, request_id }),
    }
}

/// An object's data as the newer SDK sends it: JSON, also of what is a text, and as text unless the type is given
/// (recorded: aws_sdk_task_service_s3_put_object_str).
fn with_text_body(parameters: &Value, shape: Shape) -> Value {
    let bodies = shape.members().iter().filter(|member| shape.is_body(member));
    let blob = |member: &&_| matches!(shape.shape_of(member).kind(), ShapeKind::Blob(_));
    let name = bodies.into_iter().find(blob).map(|member| shape.name_of(member));
    let given = |name| parameters.get(name).filter(|value| !value.is_null());
    let Some((name, body)) = name.and_then(|name| Some((name, given(name)?))) else {
        return parameters.clone();
    };
    let mut with_text: Object = parameters.entries().collect();
    with_text.insert(name, body.to_string());
    if given("ContentType").is_none() {
        with_text.insert("ContentType", "text/plain; charset=UTF-8");
    }
    with_text.into()
}

impl Voice {
    pub(super) fn named(self, shape: Shape) -> Shape {
        match self {
            Voice::Optimized(integration) => integration.named(shape),
            Voice::Sdk(_) => shape,
        }
    }

    /// Error and cause as recorded: error_handling/task_service_dynamodb_put_item_no_such_table and
    /// aws_sdk_dynamodb_put_item_no_such_table, aws_sdk_s3_no_such_key.
    pub(super) fn failure(self, refusal: &Refusal) -> Failure {
        let (error, request_id) = match refusal {
            Refusal::NoRoom => return self.missing(),
            Refusal::Garbage => {
                return self.client_failure("Unable to unmarshall response: it isn't valid JSON.");
            }
            Refusal::Unanswered(text) => return self.client_failure(text),
            Refusal::Refused { error, request_id } => (error, request_id),
        };
        let code = error.code.rsplit('#').next().unwrap_or_default();
        let (message, status) = (error.message.as_deref().unwrap_or("null"), error.status);
        if code == service::OUTCOME_UNKNOWN {
            return Failure::new(format!("{}.Unknown", self.prefix()), message);
        }
        match self {
            Voice::Optimized(integration) => {
                // The SDK of these knows services by their query protocol (recorded:
                // task_service_sqs_send_message_empty_body).
                let code = error.query_code.unwrap_or(code);
                let cause = format!(
                    "{message} (Service: {}; Status Code: {status}; Error Code: {code}; \
                     Request ID: {request_id}; Proxy: null)",
                    integration.sdk_name(),
                );
                Failure::new(integration.error_name(code), cause)
            }
            Voice::Sdk(service) => {
                let extended = match service.name() {
                    "s3" => format!(", Extended Request ID: {}", extended_request_id(request_id)),
                    _ => String::new(),
                };
                let prefix = service.error_prefix();
                let cause = format!(
                    "{message} (Service: {prefix}, Status Code: {status}, Request ID: {request_id}{extended})"
                );
                Failure::new(service.error_name(code), cause)
            }
        }
    }

    /// A failure that isn't the service's but its client's: `SQS.SdkClientException`.
    pub(super) fn client_failure(self, cause: &str) -> Failure {
        Failure::new(format!("{}.SdkClientException", self.prefix()), cause)
    }

    /// Nobody answers for the service.
    fn missing(self) -> Failure {
        let service = room(self.service());
        self.client_failure(&format!(
            "Freehold has no {service} room and no endpoint for it: set [endpoints.{service}] in the configuration \
             to send this task to AWS or to a compatible server."
        ))
    }

    fn prefix(self) -> &'static str {
        match self {
            Voice::Optimized(integration) => integration.error_prefix(),
            Voice::Sdk(service) => service.error_prefix(),
        }
    }

    fn service(self) -> &'static str {
        match self {
            Voice::Optimized(integration) => integration.sdk_service(),
            Voice::Sdk(service) => service.name(),
        }
    }
}

/// What S3 sends as `x-amz-id-2`, which means nothing outside of S3.
fn extended_request_id(request_id: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(request_id))
}
