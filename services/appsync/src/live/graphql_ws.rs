//! Subscriptions of GraphQL over a WebSocket: the subprotocol `graphql-ws` as AppSync speaks it.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html>. What isn't there was seen on the
//! wire by others: <https://github.com/artilleryio/artillery/issues/1567> (what isn't supported),
//! <https://github.com/aws-amplify/aws-appsync-realtime-client-ios/pull/67> (limits).

use std::sync::Arc;

use graphql::OperationKind;
use json::Value;
use service::{Caller, Ctx};
use websocket::{Close, Message};

use super::Client;
use super::connection::{NoPlace, Out, Protocol, Reservation, Seat, Step};
use super::credentials;
use super::hub::Delivery;
use super::start::{self, Wish};
use crate::asked::Asked;
use crate::front;
use crate::journal::{Record, Scribe};
use crate::reply::Refusal;
use crate::served::Served;

/// The name of the subprotocol.
pub(super) const NAME: &str = "graphql-ws";
const ACKNOWLEDGED: &str = r#"{"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}"#;
const KEEP_ALIVE: &str = r#"{"type":"ka"}"#;

/// A connection that speaks it.
pub(super) struct GraphqlWs {
    client: Arc<Client>,
    /// Why the client hasn't come in. It hears so when it has begun to speak.
    refusal: Option<Refusal>,
    /// Subscriptions that are being started.
    starts: usize,
}

/// A start of a subscription that has come to an end: its id, and the subscription or what went wrong.
pub(super) struct Started {
    id: String,
    reservation: Reservation,
    wish: Result<Wish, Vec<Value>>,
}

impl GraphqlWs {
    pub(super) fn new(client: Arc<Client>, refusal: Option<Refusal>) -> Self {
        GraphqlWs { client, refusal, starts: 0 }
    }

    fn start(&mut self, id: String, message: &Value, seat: &mut Seat) -> Result<Start, Value> {
        let limits = &self.client.room.limits;
        if limits.connection_starts_max <= self.starts {
            let Refusal { error_type, message, .. } = Refusal::rate_exceeded();
            return Err(error(error_type, &message));
        }
        let reservation = seat.reserve(&id).map_err(|no_place| match no_place {
            NoPlace::Full => {
                let most = limits.connection_subscriptions_max;
                let message = format!("Max number of {most} subscriptions reached");
                error("MaxSubscriptionsReachedError", &message)
            }
            NoPlace::Taken => {
                error("DuplicatedOperationError", &format!("Found duplicated operation id {id}"))
            }
        })?;
        self.starts += 1;
        let payload = message.get("payload").unwrap_or_default();
        let data = payload.get("data").unwrap_or_default();
        let extensions = payload.get("extensions").unwrap_or_default();
        Ok(Start {
            client: Arc::clone(&self.client),
            id,
            reservation,
            data: data.as_str().map_or_else(|| data.to_string(), str::to_owned),
            authorization: extensions.get("authorization").unwrap_or_default(),
        })
    }
}

impl Protocol for GraphqlWs {
    type Done = Started;

    fn hear(&mut self, message: Message, seat: &mut Seat, out: &mut Out) -> Step<Started> {
        if let Some(Refusal { status, error_type, message }) = &self.refusal {
            let error = error(error_type, message).with("errorCode", i64::from(status.as_u16()));
            say(out, "connection_error", None, Some(&errors([error])));
            return Step::End(Close::Policy);
        }
        let message = match &message {
            Message::Text(text) => Value::parse(text).unwrap_or_default(),
            _ => Value::NULL,
        };
        let kind = message.get("type").unwrap_or_default();
        let id = message.get("id").filter(|id| !id.is_null()).map(|id| id.to_string());
        match (kind.as_str().unwrap_or_default(), id) {
            ("connection_init", _) => {
                out.text(&[ACKNOWLEDGED]);
                out.text(&[KEEP_ALIVE]);
            }
            ("start", Some(id)) => match self.start(id.clone(), &message, seat) {
                Ok(start) => return Step::Meanwhile(Box::pin(start.run())),
                Err(error) => say(out, "error", Some(&id), Some(&errors([error]))),
            },
            ("stop", Some(id)) if seat.unsubscribe(&id) => {
                self.client.note(&format!("End Subscription, Id: {id}"));
                say(out, "complete", Some(&id), None);
            }
            ("stop", Some(id)) => {
                let error = error("UnknownOperationError", &format!("Unknown operation id {id}"));
                say(out, "error", Some(&id), Some(&errors([error])));
            }
            ("connection_terminate", _) => return Step::End(Close::Normal),
            (_, id) => say(out, "error", id.as_deref(), Some(&errors([unsupported("unknown")]))),
        }
        Step::Listen
    }

    fn settle(
        &mut self,
        Started { id, reservation, wish }: Started,
        seat: &mut Seat,
        out: &mut Out,
    ) {
        self.starts -= 1;
        match wish {
            Ok(Wish { field, interest }) => {
                if seat.subscribe((&self.client.api_id, &field), reservation, interest) {
                    say(out, "start_ack", Some(&id), None);
                }
            }
            Err(wrong) => {
                if seat.give_up(reservation) {
                    say(out, "error", Some(&id), Some(&errors(wrong)));
                }
            }
        }
    }

    fn tell(&self, delivery: &Delivery, out: &mut Out) {
        let id = &delivery.subscription.id;
        match &delivery.text {
            Some(text) => {
                out.text(&[r#"{"id":"#, id, r#","type":"data","payload":"#, text, "}"]);
            }
            None => say(out, "complete", Some(id), None),
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

/// All that is needed to start a subscription.
struct Start {
    client: Arc<Client>,
    id: String,
    reservation: Reservation,
    /// What is asked, as text: it is what may be signed.
    data: String,
    authorization: Value,
}

impl Start {
    async fn run(self) -> Started {
        let Client { room, api_id, .. } = &*self.client;
        let wish = match front::serve(room, api_id).await {
            Ok(served) => self.record(&served).await,
            Err(refusal) => Err(refused(refusal)),
        };
        Started { id: self.id, reservation: self.reservation, wish }
    }

    async fn record(&self, served: &Arc<Served>) -> Result<Wish, Vec<Value>> {
        let Client { room, ctx, .. } = &*self.client;
        let (scribe, ctx) = (Scribe::of(&served.api), ctx.follow_up(Caller::anonymous()));
        let record = room.journal.record(scribe.as_ref(), ctx.request_id());
        let wish = tokio::time::timeout(room.limits.answer(), self.wish(served, &ctx, &record));
        let timed_out = |_| Err(vec![error("ExecutionTimeout", "Execution timed out.")]);
        let wish = wish.await.unwrap_or_else(timed_out);
        match &wish {
            Ok(wish) => record.subscribed(&self.id, &wish.field),
            Err(wrong) => record.failed(wrong),
        }
        record.executed();
        record.end(if wish.is_ok() { 200 } else { 400 }, &[]);
        wish
    }

    async fn wish(
        &self,
        served: &Arc<Served>,
        ctx: &Ctx,
        record: &Record<'_>,
    ) -> Result<Wish, Vec<Value>> {
        let Start { client, data, authorization, .. } = self;
        let asked = Asked::parse(data.as_bytes()).map_err(refused)?;
        record.query(&asked);
        let headers = credentials::headers(authorization).unwrap_or_default();
        let signed = (&*client.path, &**data);
        let entrant = client.enter(served, ctx, &headers, signed, asked.to_value()).await;
        let entrant = entrant.map_err(refused)?;
        let checked = served.document(&asked.query).map_err(|wrong| told(&wrong))?;
        record.checked(&checked);
        let document = checked.document;
        let operation = document.operation(asked.operation_name.as_deref());
        let operation =
            operation.map_err(|wrong| vec![error("BadRequestException", &wrong.to_string())])?;
        match operation.kind() {
            OperationKind::Query => return Err(vec![unsupported("query")]),
            OperationKind::Mutation => return Err(vec![unsupported("mutation")]),
            OperationKind::Subscription => {}
        }
        let request = front::request_member(&headers, &client.named);
        let logged = (request, record);
        let wish = start::start(&client.room, served, &entrant, &asked, &document, logged);
        wish.await.map_err(|wrong| told(&wrong))
    }
}

fn refused(Refusal { error_type, message, .. }: Refusal) -> Vec<Value> {
    vec![error(error_type, &message)]
}

fn told(wrong: &[graphql::Error]) -> Vec<Value> {
    let told = |wrong: &graphql::Error| {
        let message = ("message", Value::from(wrong.message.as_str()));
        match wrong.detail.as_ref().and_then(|detail| detail.error_type.as_deref()) {
            Some(error_type) => Value::object([("errorType", Value::from(error_type)), message]),
            None => Value::object([message]),
        }
    };
    wrong.iter().map(told).collect()
}

fn error(error_type: &str, message: &str) -> Value {
    Value::object([("errorType", error_type), ("message", message)])
}

fn unsupported(what: &str) -> Value {
    error("UnsupportedOperation", &format!("{what} not supported through the realtime channel"))
}

fn errors(errors: impl IntoIterator<Item = Value>) -> String {
    Value::object([("errors", Value::array(errors))]).to_string()
}

fn say(out: &mut Out, kind: &str, id: Option<&str>, payload: Option<&str>) {
    let id = id.map_or(["", "", ""], |id| [r#""id":"#, id, ","]);
    let payload = payload.map_or(["", ""], |payload| [r#","payload":"#, payload]);
    out.text(&["{", id[0], id[1], id[2], r#""type":""#, kind, "\"", payload[0], payload[1], "}"]);
}
