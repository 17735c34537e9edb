//! One delivery: which room is asked for what, and what its answer means.

use base::{Arn, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use json::Value as Json;
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};

use crate::Room;
use crate::destination;
use crate::event::Acceptance;
use crate::identifier::{BusName, RuleName};
use crate::model::Delivery;
use crate::scheduler;
use crate::tables::{Place, Tables};

/// The service principal that resource policies name.
const PRINCIPAL: &str = "events.amazonaws.com";

/// Why a target didn't get its event.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
    /// Whether it may get it later.
    pub(crate) may_pass: bool,
}

impl Refusal {
    fn for_good(code: &str, message: impl Into<String>) -> Self {
        Refusal { code: code.to_owned(), message: message.into(), may_pass: false }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Refusal { code: "InternalException".into(), message: message.into(), may_pass: true }
    }
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        let CallError::Refused(error) = error else {
            let message = error.to_string();
            return match error {
                CallError::NoRoom(_) => Refusal::for_good("NO_RESOURCE", message),
                _ => Refusal::internal(message),
            };
        };
        let may_pass = error.is_server_fault() || error.code.contains("Throttl");
        let message = error.message.unwrap_or_default();
        Refusal { code: error.code.into_owned(), message, may_pass }
    }
}

/// A call of another room.
struct Call {
    room: &'static str,
    operation: &'static str,
    body: Value,
}

/// Brings an event to its target.
pub(crate) async fn deliver(room: &Room, place: Place, delivery: &Delivery) -> Result<(), Refusal> {
    if let Some(bus) = BusName::of_arn(&delivery.target.arn) {
        return pass_on(room, &bus, delivery).await;
    }
    let arn = Arn::parse(&delivery.target.arn)
        .map_err(|error| Refusal::for_good("INVALID_ARN", error.to_string()))?;
    if arn.service == "events" && arn.resource.starts_with("api-destination/") {
        return destination::send(room, &arn, delivery).await;
    }
    let ctx = ctx_of(room, place, delivery)?;
    if arn.service == "scheduler" {
        return ask_any(room, ctx, &arn, delivery).await;
    }
    if arn.service == "logs" {
        return write_log(room, ctx, &arn, delivery).await;
    }
    let Call { room: neighbor, operation, body } = call_of(&arn, place, delivery)?;
    ask(room, ctx, neighbor, operation, &body).await
}

async fn ask(
    room: &Room,
    ctx: Ctx,
    neighbor: &str,
    operation: &str,
    body: &Value,
) -> Result<(), Refusal> {
    let body = Bytes::from(body.to_string());
    room.bus.call(ctx, neighbor, operation, body).await?;
    Ok(())
}

/// On whose behalf: the role of the target, or the service itself in the account of the rule.
fn ctx_of(room: &Room, place: Place, delivery: &Delivery) -> Result<Ctx, Refusal> {
    let role = delivery.target.role_arn.as_deref();
    Ok(asking(room, delivery, role)?.with_attempt(format!("events:{}", place.id)))
}

/// A request by the service for the delivery, or by a role that trusts it.
fn asking(room: &Room, delivery: &Delivery, role: Option<&str>) -> Result<Ctx, Refusal> {
    let account = delivery.scope.rsplit(':').next().unwrap_or_default();
    let caller = Caller { arn: principal(delivery).to_owned() };
    let ctx = Ctx::new(room.house.clone(), caller, room.house.uuid())
        .with_account(account)
        .with_source_arn(source_arn(delivery));
    match role {
        Some(role) => {
            room.bus.assume(&ctx, role).map_err(|error| Refusal::from(CallError::Refused(error)))
        }
        None => Ok(ctx),
    }
}

/// What policies know the delivery by: its rule, or the group of its schedule.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html>
fn source_arn(delivery: &Delivery) -> String {
    match principal(delivery) {
        scheduler::PRINCIPAL => scheduler::group_of(&delivery.rule_arn),
        _ => delivery.rule_arn.clone(),
    }
}

/// The service that the target's role trusts.
fn principal(delivery: &Delivery) -> &'static str {
    match delivery.rule_arn.split(':').nth(2) {
        Some("scheduler") => scheduler::PRINCIPAL,
        _ => PRINCIPAL,
    }
}

fn call_of(arn: &Arn, place: Place, delivery: &Delivery) -> Result<Call, Refusal> {
    let Delivery { target, payload, .. } = delivery;
    let call = match &*arn.service {
        "sqs" => Call { room: "sqs", operation: "SendMessage", body: message(arn, delivery) },
        "sns" => Call {
            room: "sns",
            operation: "Publish",
            body: json!({"TopicArn": target.arn, "Message": payload}),
        },
        "lambda" => Call {
            room: "lambda",
            operation: "Invoke",
            body: json!({
                "FunctionName": target.arn,
                "InvocationType": "Event",
                "Payload": STANDARD.encode(payload),
            }),
        },
        "states" => Call {
            room: "states",
            operation: "StartExecution",
            // The same name when it is asked again: then it isn't started twice.
            body: json!({
                "stateMachineArn": target.arn,
                "name": format!("{}_{:016x}", id_of(&delivery.event), place.id),
                "input": payload,
            }),
        },
        service => {
            let sentence = format!("Freehold delivers no events to {service}.");
            return Err(Refusal::for_good("UNSUPPORTED_TARGET", sentence));
        }
    };
    Ok(call)
}

fn message(queue: &Arn, delivery: &Delivery) -> Value {
    let mut body = json!({"QueueUrl": queue_url(queue), "MessageBody": delivery.payload});
    let group = delivery.target.sqs_parameters.as_ref().and_then(|it| it.message_group_id.as_ref());
    if let Some(group) = group {
        body["MessageGroupId"] = json!(group);
        // AWS wants content-based deduplication of such queues; the event's id serves those without.
        body["MessageDeduplicationId"] = json!(id_of(&delivery.event));
    }
    body
}

fn queue_url(queue: &Arn) -> String {
    let Arn { region, account, resource, .. } = queue;
    format!("https://sqs.{region}.amazonaws.com/{account}/{resource}")
}

fn id_of(event: &str) -> String {
    let id = Json::parse(event).ok().and_then(|event| event.get("id"));
    id.as_ref().and_then(Json::as_str).unwrap_or("event").to_owned()
}

/// A universal target: any operation of a service, with the input as its request.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html>
async fn ask_any(room: &Room, ctx: Ctx, arn: &Arn, delivery: &Delivery) -> Result<(), Refusal> {
    let named = arn.resource.strip_prefix("aws-sdk:").and_then(|rest| rest.split_once(':'));
    let Some((service, action)) = named else {
        return Err(Refusal::for_good("INVALID_ARN", "The target names no operation."));
    };
    let neighbor = match service {
        "sfn" => "states",
        "eventbridge" => "events",
        "cloudwatchlogs" => "logs",
        service => service,
    };
    let mut letters = action.chars();
    let operation: String =
        letters.next().into_iter().flat_map(|first| first.to_uppercase()).chain(letters).collect();
    let mut body: Value = serde_json::from_str(&delivery.payload)
        .map_err(|error| Refusal::for_good("INVALID_INPUT", error.to_string()))?;
    // The blob of this request is a text in the input of a schedule.
    if let (true, Some(payload)) = (neighbor == "lambda", body["Payload"].as_str()) {
        body["Payload"] = STANDARD.encode(payload).into();
    }
    ask(room, ctx, neighbor, &operation, &body).await
}

/// The event goes on to another bus of the house, unchanged.
async fn pass_on(room: &Room, bus: &BusName, delivery: &Delivery) -> Result<(), Refusal> {
    let event = Json::parse(&delivery.event)
        .map_err(|error| Refusal::for_good("MALFORMED_EVENT", error.to_string()))?;
    let mut acceptance = Acceptance {
        tables: Tables(&*room.store),
        patterns: &room.patterns,
        now: room.house.now(),
        entropy: room.house.entropy(),
        batch: store::Batch::new(),
    };
    let taken = acceptance.take(bus, &event, delivery.hops + 1).await;
    taken.map_err(|error| Refusal::internal(error.to_string()))?;
    let committed = room.store.commit(acceptance.batch).await;
    committed.map_err(|error| Refusal::internal(error.to_string()))?;
    room.bell.ring();
    Ok(())
}

/// The event goes to the stream of its rule in a log group; AWS makes streams of its own too.
async fn write_log(room: &Room, ctx: Ctx, group: &Arn, delivery: &Delivery) -> Result<(), Refusal> {
    let name = group.resource.strip_prefix("log-group:").unwrap_or(&group.resource);
    let name = name.strip_suffix(":*").unwrap_or(name);
    let stream = RuleName::name_in(&delivery.rule_arn);
    let body = json!({"logGroupName": name, "logStreamName": stream});
    match ask(room, ctx.clone(), "logs", "CreateLogStream", &body).await {
        Ok(()) => {}
        Err(refusal) if refusal.code == "ResourceAlreadyExistsException" => {}
        Err(refusal) => return Err(refusal),
    }
    let timestamp = delivery.created_at.as_millis();
    let event = json!({"timestamp": timestamp, "message": delivery.payload});
    let body = json!({"logGroupName": name, "logStreamName": stream, "logEvents": [event]});
    ask(room, ctx, "logs", "PutLogEvents", &body).await
}

/// Sends what can't be delivered to the target's dead-letter queue.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>
pub(crate) async fn bury(
    room: &Room,
    place: Place,
    delivery: &Delivery,
    refusal: &Refusal,
    condition: Option<&str>,
) -> Result<(), Refusal> {
    let config = delivery.target.dead_letter_config.as_ref();
    let Some(queue) = config.and_then(|config| config.arn.as_deref()) else { return Ok(()) };
    let queue =
        Arn::parse(queue).map_err(|error| Refusal::for_good("INVALID_ARN", error.to_string()))?;
    let attempts = delivery.attempts.to_string();
    let mut attributes = json!({});
    let mut attribute = |name: &str, value: &str| {
        if !value.is_empty() {
            attributes[name] = json!({"DataType": "String", "StringValue": value});
        }
    };
    let is_of_schedule = principal(delivery) == scheduler::PRINCIPAL;
    attribute(if is_of_schedule { "SCHEDULE_ARN" } else { "RULE_ARN" }, &delivery.rule_arn);
    attribute("TARGET_ARN", &delivery.target.arn);
    attribute("ERROR_CODE", &refusal.code);
    attribute("ERROR_MESSAGE", &refusal.message);
    attribute("RETRY_ATTEMPTS", &attempts);
    attribute("EXHAUSTED_RETRY_CONDITION", condition.unwrap_or_default());
    let body = json!({
        "QueueUrl": queue_url(&queue),
        "MessageBody": delivery.event,
        "MessageAttributes": attributes,
    });
    // Scheduler writes with the schedule's role, EventBridge as itself.
    // <https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html>
    let role = delivery.target.role_arn.as_deref().filter(|_| is_of_schedule);
    let ctx = asking(room, delivery, role)?.with_attempt(format!("events:{}:dead", place.id));
    ask(room, ctx, "sqs", "SendMessage", &body).await
}

/// How the delivery goes on after a refusal: when it is tried again, or why it isn't.
pub(crate) fn again_at(
    delivery: &Delivery,
    refusal: &Refusal,
    now: Timestamp,
    chance: f64,
) -> Result<Timestamp, Option<&'static str>> {
    use std::time::Duration;
    const ATTEMPTS_MAX: i32 = 185;
    const AGE_MAX_SECONDS: i32 = 86_400;
    const PAUSE_MAX: Duration = Duration::from_secs(600);

    if !refusal.may_pass {
        return Err(None);
    }
    let policy = delivery.target.retry_policy.as_ref();
    let attempts_max = policy.and_then(|it| it.maximum_retry_attempts).unwrap_or(ATTEMPTS_MAX);
    let age_max = policy.and_then(|it| it.maximum_event_age_in_seconds).unwrap_or(AGE_MAX_SECONDS);
    if attempts_max < delivery.attempts as i32 {
        return Err(Some("MaximumRetryAttempts"));
    }
    // Twice as long each time, and up to half of it at random.
    let pause = Duration::from_millis(500 << delivery.attempts.min(12)).min(PAUSE_MAX);
    let at = now.after(pause.mul_f64(1.0 + chance / 2.0));
    if Duration::from_secs(age_max as u64) < at.since(delivery.created_at) {
        return Err(Some("MaximumEventAgeInSeconds"));
    }
    Ok(at)
}
