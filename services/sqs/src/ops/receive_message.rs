use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::{Batch, Reply};

use crate::digest;
use crate::errors::Error;
use crate::handle::Handle;
use crate::model::{Attribute, AttributeValue, Message};
use crate::queue::{Queue, State, sequence_number};
use crate::shelf::Item;
use crate::tables;
use crate::visit::{Visit, bounded};
use crate::wire::{self, MessageAttributeValue, ReceiveMessageInput, ReceiveMessageOutput};

/// How long a request waits for dead letters to leave before it answers without them.
const DEPARTURE: Duration = Duration::from_secs(1);

/// What a consumer wants.
struct Wish {
    limit: usize,
    hold: Option<u32>,
    attempt_id: Option<String>,
    system_names: Vec<String>,
    names: Vec<String>,
}

/// What a look at the queue came to.
struct Look {
    given: Vec<(u64, Item)>,
    has_dead: bool,
    written: Reply<()>,
    /// When the next message becomes visible by itself.
    next: Option<Timestamp>,
}

/// Holds the request until there is a message, or its time is over.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
pub(crate) async fn receive_message(
    ctx: &Visit<'_>,
    req: ReceiveMessageInput,
) -> Result<ReceiveMessageOutput, Error> {
    let queue = ctx.queue(req.queue_url.clone())?;
    let reason = "Must be >= 0 and <= 20, if provided.";
    let wait = bounded(req.wait_time_seconds, "WaitTimeSeconds", 0, 20, reason)?;
    let wish = wish(req)?;
    let wait = wait.unwrap_or_else(|| queue.lock().record.settings.wait_seconds);
    let until = ctx.now().after(Duration::from_secs(wait.into()));
    loop {
        // From here on, what is sent rings.
        let (bell, departure) = (queue.bell.notified(), queue.departure.notified());
        let Look { given, has_dead, written, next } = look(ctx, &queue, &wish)?;
        if has_dead {
            ctx.room().bell.notify_one();
        }
        written.await?;
        let now = ctx.now();
        if !given.is_empty() || until <= now {
            if has_dead {
                // Who then looks into the dead-letter queue finds them; if it takes longer, they come later.
                let _ = tokio::time::timeout(DEPARTURE, departure).await;
            }
            let messages = shown(ctx, &queue, given, &wish).await?;
            return Ok(ReceiveMessageOutput {
                messages: Some(messages).filter(|messages| !messages.is_empty()),
            });
        }
        let rest = next.map_or(until, |next| next.min(until)).since(now);
        let _ = tokio::time::timeout(rest.max(Duration::from_millis(1)), bell).await;
    }
}

fn wish(req: ReceiveMessageInput) -> Result<Wish, Error> {
    let reason = "Must be between 1 and 10, if provided.";
    let limit = bounded(req.max_number_of_messages, "MaxNumberOfMessages", 1, 10, reason)?;
    let reason = "Must be between 0 and 43200, if provided."; // By analogy.
    let hold = bounded(req.visibility_timeout, "VisibilityTimeout", 0, 43_200, reason)?;
    let mut system_names = req.message_system_attribute_names.unwrap_or_default();
    system_names.extend(req.attribute_names.unwrap_or_default());
    Ok(Wish {
        limit: limit.map_or(1, |limit| limit as usize),
        hold,
        attempt_id: req.receive_request_attempt_id,
        system_names,
        names: req.message_attribute_names.unwrap_or_default(),
    })
}

fn look(ctx: &Visit<'_>, queue: &Queue, wish: &Wish) -> Result<Look, Error> {
    let mut state = queue.enter()?;
    let (now, mut batch) = (ctx.now(), Batch::new());
    state.advance(now, &mut batch);
    let hold = wish.hold.unwrap_or(state.record.settings.visibility_timeout_seconds);
    let until = now.after(Duration::from_secs(hold.into()));
    let attempt_id = wish.attempt_id.as_ref().filter(|_| state.record.settings.fifo.is_some());
    let again = attempt_id.and_then(|id| state.given_before(id));
    let (given, has_dead) = match again {
        Some(numbers) => (give_again(&mut state, &numbers, until), false),
        None => take(ctx, &mut state, wish.limit, now, until)?,
    };
    for (number, item) in &given {
        tables::put_item(&mut batch, &queue.id, *number, item);
    }
    if let Some(id) = attempt_id
        && !given.is_empty()
    {
        state.remember_given(id.clone(), now, &given);
    }
    // A hold of no time ends at once.
    state.shelf.settle(now);
    let next = state.shelf.next_visible();
    let written = match batch.is_empty() {
        true => Reply::ready(Ok(())),
        false => ctx.store().commit(batch),
    };
    Ok(Look { given, has_dead, written, next })
}

fn give_again(state: &mut State, numbers: &[u64], until: Timestamp) -> Vec<(u64, Item)> {
    let held = |number: &u64| Some((*number, state.shelf.hold_until(*number, until)?));
    numbers.iter().filter_map(held).collect()
}

fn take(
    ctx: &Visit<'_>,
    state: &mut State,
    limit: usize,
    now: Timestamp,
    until: Timestamp,
) -> Result<(Vec<(u64, Item)>, bool), Error> {
    let room_left = ctx.limits().in_flight_max.saturating_sub(state.shelf.counts().in_flight);
    let settings = &state.record.settings;
    if room_left == 0 && settings.fifo.is_none() {
        return Err(Error::OverLimit("Too many messages are in flight.".to_owned())); // By analogy.
    }
    // Without a dead-letter queue to go to, messages stay.
    let redrive = settings.redrive.as_ref();
    let redrive = redrive.filter(|redrive| ctx.room().queue(&redrive.target).is_some());
    let receives_max = redrive.map(|redrive| redrive.receives_max);
    let received = state.shelf.receive(now, limit.min(room_left), until, receives_max);
    Ok((received.items, !received.dead.is_empty()))
}

async fn shown(
    ctx: &Visit<'_>,
    queue: &Arc<Queue>,
    given: Vec<(u64, Item)>,
    wish: &Wish,
) -> Result<Vec<wire::Message>, Error> {
    let mut messages = Vec::with_capacity(given.len());
    for (number, item) in given {
        // Without content it was deleted meanwhile.
        if let Some(message) = tables::message(ctx.store(), &queue.id, number).await? {
            messages.push(show(queue, number, &item, message, wish));
        }
    }
    Ok(messages)
}

fn show(queue: &Queue, number: u64, item: &Item, message: Message, wish: &Wish) -> wire::Message {
    let handle = Handle { number, receive_count: item.receive_count };
    let mut attributes = system_attributes(queue, number, item, &message);
    let asks_all = wish.system_names.iter().any(|name| name == "All");
    attributes.retain(|name, _| asks_all || wish.system_names.iter().any(|it| it == name));
    let chosen = message.attributes.into_iter().filter(|it| is_wanted(&it.name, &wish.names));
    let chosen: Vec<Attribute> = chosen.collect();
    wire::Message {
        message_id: message.id,
        receipt_handle: handle.to_text(queue),
        m_d5_of_body: digest::of_body(&message.body),
        body: message.body,
        attributes: Some(attributes).filter(|it| !it.is_empty()),
        m_d5_of_message_attributes: digest::of_attributes(&chosen),
        message_attributes: Some(chosen.into_iter().map(attribute).collect())
            .filter(|it: &BTreeMap<_, _>| !it.is_empty()),
    }
}

fn system_attributes(
    queue: &Queue,
    number: u64,
    item: &Item,
    message: &Message,
) -> BTreeMap<String, String> {
    let millis = |at: Timestamp| at.as_millis().to_string();
    let is_fifo = queue.arn.is_fifo();
    let all = [
        ("SenderId", Some(message.sender_id.clone())),
        ("SentTimestamp", Some(millis(item.sent_at))),
        ("ApproximateReceiveCount", Some(item.receive_count.to_string())),
        ("ApproximateFirstReceiveTimestamp", item.first_received_at.map(millis)),
        ("AWSTraceHeader", message.trace_header.clone()),
        ("MessageGroupId", item.group.as_deref().map(str::to_owned)),
        ("MessageDeduplicationId", message.deduplication_id.clone()),
        ("SequenceNumber", is_fifo.then(|| sequence_number(number))),
        ("DeadLetterQueueSourceArn", message.dead_letter_source.clone()),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// A name, `All`, or a beginning: `.*`, `bar.*`.
fn is_wanted(name: &str, wanted: &[String]) -> bool {
    wanted.iter().any(|wanted| match wanted.strip_suffix(".*") {
        Some(beginning) => name.starts_with(beginning),
        None => wanted == "All" || wanted == name,
    })
}

fn attribute(attribute: Attribute) -> (String, MessageAttributeValue) {
    let Attribute { name, data_type, value } = attribute;
    let (string_value, binary_value) = match value {
        AttributeValue::Text(text) => (Some(text), None),
        AttributeValue::Binary(bytes) => (None, Some(STANDARD.encode(bytes))),
    };
    let value = MessageAttributeValue {
        string_value,
        binary_value,
        string_list_values: None,
        binary_list_values: None,
        data_type: Some(data_type),
    };
    (name, value)
}
