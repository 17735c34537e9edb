//! Pollers: what carries the messages of queues, and the records of streams, to functions.
//!
//! A mapping is a row; here is a task for each that is enabled. A message is deleted once its function has taken it,
//! so a crash makes it visible again and none is lost; of a stream it is kept how far it was read.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>

mod batch;
mod poller;
mod reading;
mod records;
mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::Arn;
use event_pattern::Pattern;
use serde_json::{Value, json};
use service::CallError;
use tokio::task::JoinSet;

pub(crate) use reading::Given;

use crate::Room;
use crate::actor::Actor;
use crate::environment::{Outcome, Request};
use crate::errors::Error;
use crate::invocation::Target;
use crate::model::Mapping;
use crate::wire;

/// Messages and records of a batch, unless the mapping says otherwise.
const QUEUE_BATCH_SIZE: i32 = 10;
const STREAM_BATCH_SIZE: i32 = 100;
/// Messages of a batch that AWS gathers without a window.
const BATCH_SIZE_WITHOUT_WINDOW: i32 = 10;
/// The first pause after the rows couldn't be read, or what is polled, and the longest.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// What is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A queue of SQS.
    Queue,
    /// The stream of a table of DynamoDB.
    Stream,
}

impl Source {
    /// What an ARN names; refuses what isn't polled here.
    pub(crate) fn of(arn: &str) -> Result<Self, Error> {
        match Arn::parse(arn) {
            Ok(arn) if arn.service == "sqs" => Ok(Source::Queue),
            Ok(arn) if arn.service == "dynamodb" && arn.resource.contains("/stream/") => {
                Ok(Source::Stream)
            }
            Ok(_) | Err(_) => Err(Error::invalid(format!(
                "Unrecognized event source: this house polls queues of SQS and streams of DynamoDB, and {arn:?} is the ARN of neither"
            ))),
        }
    }
}

/// The size of batches, which has to be small where nothing is waited for.
pub(crate) fn batch_size(
    source: Source,
    given: Option<i32>,
    window_seconds: Option<i32>,
) -> Result<u32, Error> {
    let size = given.unwrap_or(match source {
        Source::Queue => QUEUE_BATCH_SIZE,
        Source::Stream => STREAM_BATCH_SIZE,
    });
    let waits = 0 < window_seconds.unwrap_or(0);
    if source == Source::Queue && BATCH_SIZE_WITHOUT_WINDOW < size && !waits {
        return Err(Error::invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        ));
    }
    Ok(size.cast_unsigned())
}

pub(crate) fn concurrency(given: Option<wire::ScalingConfig>) -> Option<u32> {
    given.and_then(|given| given.maximum_concurrency).map(i32::cast_unsigned)
}

/// The patterns of a request, each known to be one.
pub(crate) fn filters(given: Option<wire::FilterCriteria>) -> Result<Vec<String>, Error> {
    let filters = given.and_then(|given| given.filters).unwrap_or_default();
    let patterns: Vec<String> = filters.into_iter().filter_map(|filter| filter.pattern).collect();
    for pattern in &patterns {
        let invalid = |error| Error::invalid(format!("Invalid filter pattern definition. {error}"));
        Pattern::parse(pattern).map_err(invalid)?;
    }
    Ok(patterns)
}

/// The URL of the queue that a mapping polls.
async fn queue_url(room: &Room, source_arn: &str) -> Result<String, CallError> {
    let no_queue = |_| CallError::NoRoom(source_arn.to_owned());
    room.queue_url(&Arn::parse(source_arn).map_err(no_queue)?).await
}

/// Refuses a queue that isn't there, that the function's role may not read, or that shows a message again before the
/// function has ended. What can't be asked now may be as it must.
pub(crate) async fn check_queue(
    room: &Room,
    target: &Target,
    source_arn: &str,
) -> Result<(), Error> {
    let actor = &Actor::of(target);
    match queue_url(room, source_arn).await {
        Ok(url) => {
            check_rights(room, actor, &url).await?;
            check_visibility(room, actor, &url, target.settings.timeout_seconds).await
        }
        Err(CallError::Unanswered(_)) => Ok(()),
        Err(CallError::Refused(error)) if error.is_server_fault() => Ok(()),
        Err(CallError::Refused(error)) => {
            let code = error.query_code.unwrap_or(&error.code);
            let message = error.message.as_deref().unwrap_or_default();
            Err(Error::invalid(format!(
                "Error occurred while ReceiveMessage. SQS Error Code: {code}. SQS Error Message: {message}"
            )))
        }
        Err(error @ CallError::NoRoom(_)) => Err(Error::invalid(error.to_string())),
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions>
async fn check_rights(room: &Room, actor: &Actor, queue_url: &str) -> Result<(), Error> {
    for operation in ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] {
        if !room.may_call(actor, "sqs", operation, json!({"QueueUrl": queue_url})).await {
            return Err(Error::invalid(format!(
                "The function execution role does not have permissions to call {operation} on SQS"
            )));
        }
    }
    Ok(())
}

/// The sentence is AWS's (<https://github.com/hashicorp/terraform-provider-aws/issues/18099>).
async fn check_visibility(
    room: &Room,
    actor: &Actor,
    queue_url: &str,
    function_seconds: u32,
) -> Result<(), Error> {
    let body = json!({"QueueUrl": queue_url, "AttributeNames": ["VisibilityTimeout"]});
    let Ok(reply) = room.call(actor, "sqs", "GetQueueAttributes", body).await else {
        return Ok(());
    };
    let hidden = reply["Attributes"]["VisibilityTimeout"].as_str();
    match hidden.and_then(|seconds| seconds.parse::<u32>().ok()) {
        Some(seconds) if seconds < function_seconds => Err(Error::invalid(format!(
            "Queue visibility timeout: {seconds} seconds is less than Function timeout: {function_seconds} seconds"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// What the shards of a stream hold now, or why the mapping can't be: the sentence about rights is that of
/// <https://github.com/aws-samples/lambda-refarch-webapp/issues/7>.
pub(crate) async fn stream_as_it_is(
    room: &Room,
    actor: &Actor,
    stream_arn: &str,
) -> Result<Vec<(String, String)>, Error> {
    stream::last_records(room, actor, stream_arn).await.map_err(|error| match error {
        CallError::Refused(error) if error.code.starts_with("AccessDenied") => {
            Error::invalid(format!(
                "Cannot access stream {stream_arn}. Please ensure the role can perform the GetRecords, \
                 GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM."
            ))
        }
        _ => Error::invalid(format!("Stream not found: {stream_arn}")),
    })
}

/// What clients see of a mapping that nothing is being done to.
pub(crate) fn state(mapping: &Mapping) -> &'static str {
    if mapping.enabled { "Enabled" } else { "Disabled" }
}

/// What a function made of a batch.
pub(super) struct Told {
    request_id: String,
    version: String,
    outcome: Outcome,
}

/// Runs the function of a mapping for some messages or records.
async fn invoke(room: &Room, mapping: &Mapping, records: &[Value]) -> Result<Told, Error> {
    let house = &room.house;
    let arn = room.function_of(mapping)?;
    let target = room.target(&arn).await?;
    let (request_id, version) = (house.uuid(), target.version.to_string());
    let request = Request {
        request_id: request_id.clone(),
        invoked_arn: arn.to_string(),
        payload: json!({"Records": records}).to_string().into(),
        client_context: None,
        trace: None,
    };
    Ok(Told { request_id, version, outcome: room.invoke(target, request).await? })
}

/// The items that a function reports not to have taken of its batch. Nothing where its report can't be read: AWS takes
/// such a one for a failure of all.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>
fn reported_failures(outcome: &Outcome) -> Option<Vec<String>> {
    if outcome.payload.is_empty() {
        return Some(Vec::new());
    }
    let report: Value = serde_json::from_slice(&outcome.payload).ok()?;
    match &report["batchItemFailures"] {
        Value::Null => Some(Vec::new()),
        failures => {
            let id = |failure: &Value| failure["itemIdentifier"].as_str().map(str::to_owned);
            failures.as_array()?.iter().map(id).collect()
        }
    }
}

/// The patterns of a mapping, which were known to be patterns when it was written.
fn patterns(mapping: &Mapping) -> Vec<Pattern> {
    mapping.filters.iter().filter_map(|filter| Pattern::parse(filter).ok()).collect()
}

/// Whether some pattern matches; without one all do.
fn wants(patterns: &[Pattern], event: &Value) -> bool {
    if patterns.is_empty() {
        return true;
    }
    let Ok(event) = json::Value::parse(&event.to_string()) else { return false };
    patterns.iter().any(|pattern| pattern.matches(&event))
}

/// How often something has failed since it last worked: each pause is twice as long as the one before it.
#[derive(Default)]
struct Trouble(u32);

impl Trouble {
    fn is_over(&mut self) {
        self.0 = 0;
    }

    async fn rest(&mut self) {
        let pause = PAUSE.saturating_mul(2_u32.saturating_pow(self.0)).min(PAUSE_MAX);
        self.0 = self.0.saturating_add(1);
        #[expect(clippy::disallowed_methods, reason = "when to look again")]
        tokio::time::sleep(pause).await;
    }
}

/// Keeps a poller for every enabled mapping, for ever.
pub(crate) async fn work(room: Arc<Room>) {
    let (mut pollers, mut trouble) = (JoinSet::new(), Trouble::default());
    let mut running = BTreeMap::new();
    loop {
        match room.tables().all_mappings().await {
            Ok(mappings) => {
                trouble.is_over();
                let wanted: BTreeMap<String, Mapping> = mappings
                    .into_iter()
                    .filter(|(_, _, mapping)| mapping.enabled)
                    .map(|(scope, id, mapping)| (scope.mapping(&id), mapping))
                    .collect();
                // What has changed begins anew.
                running.retain(
                    |name, (mapping, poller): &mut (Mapping, tokio::task::AbortHandle)| {
                        let goes_on = wanted.get(name) == Some(mapping);
                        if !goes_on {
                            poller.abort();
                        }
                        goes_on
                    },
                );
                for (name, mapping) in wanted {
                    running.entry(name.clone()).or_insert_with(|| {
                        let (shared, polled) = (Arc::clone(&room), mapping.clone());
                        let poller = match mapping.stream.clone() {
                            None => pollers.spawn(poller::poll(shared, polled)),
                            Some(reading) => {
                                pollers.spawn(stream::read(shared, name, polled, reading))
                            }
                        };
                        (mapping, poller)
                    });
                }
                room.mappings.notified().await;
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "failed to read mappings"
                );
                trouble.rest().await;
            }
        }
        while pollers.try_join_next().is_some() {}
    }
}
