//! Event APIs over a WebSocket: the subprotocol `aws-appsync-event-ws`.
//!
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html>

use std::sync::Arc;

use ::http::StatusCode;
use json::Value;
use service::{Caller, Ctx};
use tokio::time::Instant;
use websocket::{Close, Message};

use super::channel::Channel;
use super::deed::{Deed, Visitor};
use super::publishing::{Publication, Published, no_channel};
use super::{ServedEvents, handler, serve, timed_out};
use crate::journal::{Record, Scribe};
use crate::limits::Limits;
use crate::live::connection::{NoPlace, Out, Protocol, Reservation, Seat, Step};
use crate::live::hub::{Delivery, Interest};
use crate::live::{Client, credentials};
use crate::rates::Publishes;
use crate::reply::Refusal;

/// The name of the subprotocol.
pub(crate) const NAME: &str = "aws-appsync-event-ws";
const ACKNOWLEDGED: &str = r#"{"type":"connection_ack","connectionTimeoutMs":300000}"#;
const KEEP_ALIVE: &str = r#"{"type":"ka"}"#;
const ID_BYTES_MAX: usize = 128;

/// A connection that speaks it.
pub(crate) struct EventWs {
    client: Arc<Client>,
    refusal: Option<Refusal>,
    /// What is being done for the client.
    under_way: usize,
    publishes: Publishes,
}

/// What came of something that the client has asked for: its id, and that.
pub(crate) enum Done {
    Subscribed(String, Reservation, Result<Channel, Refusal>),
    Published(String, Result<Published, Refusal>),
}

impl EventWs {
    pub(crate) fn new(client: Arc<Client>, refusal: Option<Refusal>) -> Self {
        let publishes = client.room.gauge.publishes();
        EventWs { client, refusal, under_way: 0, publishes }
    }

    fn subscribe(
        &mut self,
        id: &str,
        message: Value,
        seat: &mut Seat,
    ) -> Result<Step<Done>, Refusal> {
        self.check_rate()?;
        let reservation = seat.reserve(id).map_err(|no_place| match no_place {
            NoPlace::Full => refusal("MaxSubscriptionsReachedError", "Too many subscriptions"),
            NoPlace::Taken => {
                refusal("DuplicatedOperationError", &format!("Found duplicated operation id {id}"))
            }
        })?;
        self.under_way += 1;
        let (client, id) = (Arc::clone(&self.client), id.to_owned());
        Ok(Step::Meanwhile(Box::pin(async move {
            let channel = client.listen(&id, &message).await;
            Done::Subscribed(id, reservation, channel)
        })))
    }

    fn publish(&mut self, id: &str, message: Value) -> Result<Step<Done>, Refusal> {
        self.check_rate()?;
        if !self.publishes.admit() {
            return Err(Refusal::rate_exceeded());
        }
        self.under_way += 1;
        let (client, id) = (Arc::clone(&self.client), id.to_owned());
        Ok(Step::Meanwhile(Box::pin(async move {
            let published = client.publish(&message).await;
            Done::Published(id, published)
        })))
    }

    fn check_rate(&self) -> Result<(), Refusal> {
        match self.under_way < self.client.room.limits.connection_starts_max {
            true => Ok(()),
            false => Err(Refusal::rate_exceeded()),
        }
    }
}

impl Client {
    /// The channel that the client may listen to.
    async fn listen(&self, id: &str, message: &Value) -> Result<Channel, Refusal> {
        let (served, ctx) = self.enter_again().await?;
        let (scribe, headers) = (Scribe::of(&served.api), authorization(message));
        let record = self.room.journal.record(scribe.as_ref(), ctx.request_id());
        let visitor = self.visitor(&served, &ctx, &headers, &record);
        let channel = self.in_time(listen(&visitor, message)).await;
        if let Ok(channel) = &channel {
            record.subscribed(id, &channel.path);
        }
        end(record, "EVENT_SUBSCRIBE", channel.as_ref().err());
        channel
    }

    async fn publish(&self, message: &Value) -> Result<Published, Refusal> {
        let (served, ctx) = self.enter_again().await?;
        let (scribe, headers) = (Scribe::of(&served.api), authorization(message));
        let record = self.room.journal.record(scribe.as_ref(), ctx.request_id());
        let visitor = self.visitor(&served, &ctx, &headers, &record);
        let published = self.in_time(publish(&visitor, message)).await;
        end(record, "EVENT_PUBLISH", published.as_ref().err());
        published
    }

    /// The API as it is now, and a request of its own.
    async fn enter_again(&self) -> Result<(Arc<ServedEvents>, Ctx), Refusal> {
        let served = serve(&self.room, &self.api_id).await?;
        Ok((served, self.ctx.follow_up(Caller::anonymous())))
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let done = tokio::time::timeout(self.room.limits.answer(), work).await;
        done.unwrap_or_else(|_| Err(timed_out()))
    }

    pub(in crate::live) fn visitor<'v>(
        &'v self,
        served: &'v ServedEvents,
        ctx: &'v Ctx,
        headers: &'v ::http::HeaderMap,
        record: &'v Record<'v>,
    ) -> Visitor<'v> {
        Visitor {
            room: &self.room,
            served,
            ctx,
            headers,
            path: &self.path,
            query: "",
            source_ip: &self.source_ip,
            named: &self.named,
            record,
            until: Instant::now() + self.room.limits.request,
        }
    }
}

async fn listen(visitor: &Visitor<'_>, message: &Value) -> Result<Channel, Refusal> {
    let channel = message.get("channel").unwrap_or_default();
    let signed = Value::object([("channel", channel.clone())]).to_string();
    let channel = channel.as_str().and_then(Channel::parse_pattern).ok_or_else(no_channel)?;
    let entrant = visitor.may(Deed::Subscribe(&channel), &signed).await?;
    let namespace = visitor.namespace(&channel)?;
    handler::on_subscribe(visitor, namespace, &entrant, &channel).await?;
    Ok(channel)
}

async fn publish(visitor: &Visitor<'_>, message: &Value) -> Result<Published, Refusal> {
    let member = |name| (name, message.get(name).unwrap_or_default());
    let signed = Value::object([member("channel"), member("events")]).to_string();
    Publication::of(message)?.publish(visitor, &signed).await
}

fn end(record: Record<'_>, operation: &str, refusal: Option<&Refusal>) {
    if let Some(refusal) = refusal {
        record.refused(refusal);
    }
    let status = refusal.map_or(StatusCode::OK, |refusal| refusal.status);
    record.end(status.as_u16(), &[("operation", operation.into())]);
}

fn authorization(message: &Value) -> ::http::HeaderMap {
    let headers = message.get("authorization").unwrap_or_default();
    credentials::headers(&headers).unwrap_or_default()
}

impl Protocol for EventWs {
    type Done = Done;

    fn message_bytes_max(&self, limits: &Limits) -> usize {
        match self.refusal {
            // He may not publish.
            Some(_) => limits.message_bytes_max,
            None => limits.publish_bytes_max,
        }
    }

    fn hear(&mut self, message: Message, seat: &mut Seat, out: &mut Out) -> Step<Done> {
        if let Some(refusal) = &self.refusal {
            say(out, "connection_error", None, Some(&errors(refusal)));
            return Step::End(Close::Policy);
        }
        let message = match &message {
            Message::Text(text) => Value::parse(text).unwrap_or_default(),
            _ => Value::NULL,
        };
        let kind = message.get("type").unwrap_or_default();
        let id = message.get("id").filter(|id| id.as_str().is_some_and(is_id));
        let id = id.map(|id| id.to_string());
        let (failure, step) = match (kind.as_str().unwrap_or_default(), &id) {
            ("connection_init", _) => {
                out.text(&[ACKNOWLEDGED]);
                out.text(&[KEEP_ALIVE]);
                return Step::Listen;
            }
            ("subscribe", Some(id)) => ("subscribe_error", self.subscribe(id, message, seat)),
            ("publish", Some(id)) => ("publish_error", self.publish(id, message)),
            ("unsubscribe", Some(id)) if seat.unsubscribe(id) => {
                self.client.note(&format!("End Subscription, Id: {id}"));
                say(out, "unsubscribe_success", Some(id), None);
                return Step::Listen;
            }
            ("unsubscribe", Some(id)) => {
                let message = format!("Unknown operation id {id}");
                ("unsubscribe_error", Err(refusal("UnknownOperationError", &message)))
            }
            ("subscribe", None) => ("subscribe_error", Err(no_id())),
            ("publish", None) => ("publish_error", Err(no_id())),
            ("unsubscribe", None) => ("unsubscribe_error", Err(no_id())),
            (_, _) => {
                let message = "The operation is not supported through the realtime channel";
                ("error", Err(refusal("UnsupportedOperation", message)))
            }
        };
        step.unwrap_or_else(|refusal| {
            say(out, failure, id.as_deref(), Some(&errors(&refusal)));
            Step::Listen
        })
    }

    fn settle(&mut self, done: Done, seat: &mut Seat, out: &mut Out) {
        self.under_way -= 1;
        match done {
            Done::Subscribed(id, reservation, Ok(channel)) => {
                let place = (&*self.client.api_id, &*channel.path);
                if seat.subscribe(place, reservation, Interest::default()) {
                    say(out, "subscribe_success", Some(&id), None);
                }
            }
            Done::Subscribed(id, reservation, Err(refusal)) => {
                if seat.give_up(reservation) {
                    say(out, "subscribe_error", Some(&id), Some(&errors(&refusal)));
                }
            }
            Done::Published(id, Ok(published)) => {
                let told = published.to_json().to_string();
                let members = told.trim_start_matches('{').trim_end_matches('}');
                say(out, "publish_success", Some(&id), Some(members));
            }
            Done::Published(id, Err(refusal)) => {
                say(out, "publish_error", Some(&id), Some(&errors(&refusal)));
            }
        }
    }

    fn tell(&self, delivery: &Delivery, out: &mut Out) {
        // Nothing ends a subscription of an Event API but its client.
        if let Some(text) = &delivery.text {
            let id = &delivery.subscription.id;
            out.text(&[r#"{"id":"#, id, r#","type":"data","event":"#, text, "}"]);
        }
    }

    fn keep_alive(&mut self, out: &mut Out) {
        // Who may not come in and doesn't say anything either keeps no place.
        match self.refusal {
            Some(_) => out.ends = Some(Close::Policy),
            None => out.text(&[KEEP_ALIVE]),
        }
    }
}

fn is_id(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+".contains(&byte);
    (1..=ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_part)
}

fn no_id() -> Refusal {
    Refusal::bad_request("The id of an operation has 1 to 128 letters, digits, -, _ or +.")
}

fn refusal(error_type: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, error_type, message)
}

fn errors(Refusal { error_type, message, .. }: &Refusal) -> String {
    let error = Value::object([("errorType", *error_type), ("message", message)]);
    format!(r#""errors":[{error}]"#)
}

fn say(out: &mut Out, kind: &str, id: Option<&str>, members: Option<&str>) {
    let id = id.map_or(["", "", ""], |id| [r#""id":"#, id, ","]);
    let members = members.map_or(["", ""], |members| [",", members]);
    out.text(&["{", id[0], id[1], id[2], r#""type":""#, kind, "\"", members[0], members[1], "}"]);
}
