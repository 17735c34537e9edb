//! The handlers of a namespace, which look at events before anybody hears them, and at subscribers before they listen:
//! its code, or a function that AppSync hands events to as they are.
//!
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespace-handlers.html>

use ::http::StatusCode;
use json::Value;
use resolver::Failure;

use super::channel::Channel;
use super::code;
use super::deed::Visitor;
use super::served::Namespace;
use crate::auth::Entrant;
use crate::front;
use crate::reply::Refusal;
use crate::sources::Query;
use crate::wire::{HandlerBehavior, HandlerConfig, InvokeType};

/// An event's id, and what it says.
type Given = (String, Value);
/// An event's id, and what is to be told of it, if anything is; or why it isn't.
type Handled = (String, Result<Option<Value>, String>);

/// Has the namespace look at events.
pub(super) async fn on_publish(
    visitor: &Visitor<'_>,
    namespace: &Namespace,
    entrant: &Entrant,
    channel: &Channel,
    events: Vec<Given>,
) -> Result<Vec<Handled>, Refusal> {
    let configs = namespace.config.handler_configs.as_ref();
    let config = configs.and_then(|configs| configs.on_publish.as_ref());
    let told = |(id, payload): &Given| {
        Value::object([("id", Value::from(id.as_str())), ("payload", payload.clone())])
    };
    let listed = Value::array(events.iter().map(told));
    let event = context(visitor, entrant, channel, "PUBLISH", listed);
    let answers = match Function::of(config) {
        None => {
            let code = (namespace, config);
            code::ask(visitor, code, entrant, &code::ON_PUBLISH, &event).await?
        }
        Some(function) => {
            let answer = function.ask(visitor, entrant, &event).await?;
            if let Some(message) = text(&answer, "error") {
                // "AWS AppSync logs it (when logging is enabled) but doesn't return it to the publisher."
                visitor.record.failed(&[Value::object([("message", message)])]);
                return Err(rejected("The handler has rejected the events."));
            }
            (!function.forgets).then(|| answer.get("events").unwrap_or_default())
        }
    };
    let Some(answers) = answers else {
        return Ok(events.into_iter().map(|(id, payload)| (id, Ok(Some(payload)))).collect());
    };
    // "Null values in the returned array are ignored", and "using an unknown event ID will result in an error".
    let answers: Vec<Value> = answers.items().filter(|answer| !answer.is_null()).collect();
    let is_answer_to =
        |answer: &Value, id: &str| answer.get("id").is_some_and(|it| it.as_str() == Some(id));
    if let Some(stray) =
        answers.iter().find(|answer| !events.iter().any(|(id, _)| is_answer_to(answer, id)))
    {
        let id = stray.get("id").unwrap_or_default();
        return Err(rejected(format!("The handler returned an event of an unknown id: {id}.")));
    }
    let handled = |(id, _): Given| {
        let is_own = |answer: &&Value| is_answer_to(answer, &id);
        let answer = answers.iter().find(is_own);
        let handled = match answer.and_then(|answer| text(answer, "error")) {
            Some(error) => Err(error),
            None => Ok(answer.map(|answer| answer.get("payload").unwrap_or_default())),
        };
        (id, handled)
    };
    Ok(events.into_iter().map(handled).collect())
}

/// Has the namespace look at somebody who wants to listen.
pub(super) async fn on_subscribe(
    visitor: &Visitor<'_>,
    namespace: &Namespace,
    entrant: &Entrant,
    channel: &Channel,
) -> Result<(), Refusal> {
    let configs = namespace.config.handler_configs.as_ref();
    let config = configs.and_then(|configs| configs.on_subscribe.as_ref());
    let event = context(visitor, entrant, channel, "SUBSCRIBE", Value::NULL);
    match Function::of(config) {
        None => {
            let code = (namespace, config);
            let asked = code::ask(visitor, code, entrant, &code::ON_SUBSCRIBE, &event).await;
            asked.map(|_| ()).map_err(|refusal| match refusal.error_type {
                "UnauthorizedException" => Refusal { error_type: "Unauthorized", ..refusal },
                _ => refusal,
            })
        }
        Some(function) => {
            let answer = function.ask(visitor, entrant, &event).await?;
            text(&answer, "error").map_or(Ok(()), |message| Err(rejected(message)))
        }
    }
}

/// A function that AppSync hands events to as they are.
struct Function<'f> {
    source: &'f str,
    /// Whether nobody waits for its answer.
    forgets: bool,
}

impl<'f> Function<'f> {
    fn of(config: Option<&'f HandlerConfig>) -> Option<Self> {
        let config = config.filter(|config| config.behavior != HandlerBehavior::Code)?;
        let integration = &config.integration;
        let lambda = integration.lambda_config.as_ref();
        let invoke_type = lambda.and_then(|config| config.invoke_type);
        let forgets = invoke_type == Some(InvokeType::Event);
        Some(Function { source: &integration.data_source_name, forgets })
    }

    async fn ask(
        &self,
        visitor: &Visitor<'_>,
        entrant: &Entrant,
        event: &Value,
    ) -> Result<Value, Refusal> {
        let source = visitor.served.sources.get(self.source).ok_or_else(gone)?;
        let request = Value::object([
            ("operation", Value::from("Invoke")),
            ("invocationType", if self.forgets { "Event" } else { "RequestResponse" }.into()),
            ("payload", event.clone()),
        ]);
        let query = Query {
            room: visitor.room,
            source,
            client: &entrant.ctx,
            api_arn: visitor.served.api.arn(),
            request: &request,
            origin: None,
            until: visitor.until,
        };
        // "… to reject a subscribe or publish request with HTTP 403", as Powertools' documentation has it.
        query.hand_over().await.map_err(|failure| match failure.is_unauthorized() {
            true => Refusal { status: StatusCode::FORBIDDEN, ..failed(&failure) },
            false => failed(&failure),
        })
    }
}

/// What the function is told; members that are null are those of `ctx` in code.
fn context(
    visitor: &Visitor<'_>,
    entrant: &Entrant,
    channel: &Channel,
    operation: &str,
    events: Value,
) -> Value {
    let segments = channel.segments().map(Value::from);
    let info = Value::object([
        (
            "channel",
            Value::object([
                ("path", Value::from(channel.path.as_str())),
                ("segments", Value::array(segments)),
            ]),
        ),
        ("channelNamespace", Value::object([("name", channel.namespace())])),
        ("operation", operation.into()),
    ]);
    Value::object([
        ("identity", entrant.identity.clone()),
        ("result", Value::NULL),
        ("request", front::request_member(visitor.headers, visitor.named)),
        ("info", info),
        ("error", Value::NULL),
        ("prev", Value::NULL),
        ("stash", Value::empty_object()),
        ("outErrors", Value::array([])),
        ("events", events),
    ])
}

/// What a client hears whom a handler rejects, by `util.error` or as a function does it: with 403 over HTTP. AWS doesn't
/// tell the type.
/// <https://docs.aws.amazon.com/appsync/latest/eventapi/writing-event-handlers.html#return-error>
pub(super) fn rejected(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "BadRequestException", message)
}

/// What a client hears of a handler that couldn't do its work, or won't do it for him: `util.unauthorized` is a 401.
pub(super) fn failed(failure: &Failure) -> Refusal {
    let Failure { message, .. } = failure;
    if failure.is_unauthorized() {
        return Refusal::unauthorized(message.clone());
    }
    tracing::debug!(message, "the handler of a channel namespace");
    Refusal::bad_request(message.clone())
}

pub(super) fn gone() -> Refusal {
    Refusal::bad_request("The data source doesn't exist.")
}

fn text(value: &Value, member: &str) -> Option<String> {
    let found = value.get(member).filter(|found| !found.is_null())?;
    Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
}
