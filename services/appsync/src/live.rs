//! Subscribers: who listens to an API over a WebSocket, what he wants to hear, and how it reaches him.
//!
//! Nothing here is kept. A subscription is as durable as its connection, and an event is for those who are there when it
//! happens: a server that is killed between a mutation and its subscribers has told nobody, with AWS as with us.
//! Clients reconnect, and ask for what they have missed.
//!
//! # How to read it
//! - [`open`]: a request becomes a connection. `credentials`: where clients put what they can't put into headers.
//! - `connection`: a connection as long as it lasts, and its [`Protocol`](connection::Protocol): `graphql_ws`, `events::event_ws`.
//! - `events`: Event APIs, which have connections of another kind.
//! - `mqtt`: the way of clients of the first years.
//! - `start`: what a subscription's resolver says, and what becomes of that: a `filter`, a `shape`.
//! - `hub`: who listens to what, and the telling. [`publish`]: from mutations to the hub.

mod connection;
mod credentials;
pub(crate) mod events;
mod filter;
mod graphql_ws;
mod hub;
pub(crate) mod mqtt;
mod shape;
mod start;

use std::sync::Arc;

use ::http::request::Parts;
use ::http::{HeaderMap, Response, StatusCode};
use graphql::Event;
use http_body_util::{BodyExt as _, Empty};
use json::Value;
use service::{Connection, Ctx, HttpBody, Served as Ended, Stopping, TakeOver, Upgrade};
use tokio::time::Instant;
use websocket::Offer;

use crate::Room;
use crate::address::{Named, Place};
use crate::auth::{self, Claim, Entrant};
use crate::front;
use crate::journal::Scribe;
use crate::model::Api;
use crate::rates::Counted;
use crate::reply::Refusal;
use crate::served::Served;

use connection::Ends;
pub(crate) use events::ServedEvents;
use events::{Deed, EventWs};
use graphql_ws::GraphqlWs;
pub(crate) use hub::Hub;
use hub::{Life, News, What};
use mqtt::Mqtt;
pub(crate) use mqtt::Tickets;
pub(crate) use shape::Shapes;

/// What the path of a connection ends with, after that of the API over HTTP. Addresses of AWS's don't have it.
const REALTIME: &str = "/realtime";
/// What clients sign instead of the head of their handshake.
const CONNECT: &str = "/connect";

/// Lets a request become a connection, if its client may come in.
///
/// Who may not is told so over the connection, as AWS does: browsers hide from their pages why a handshake has failed.
pub(crate) async fn open(
    room: &Arc<Room>,
    ctx: Ctx,
    head: &Parts,
    api_id: &str,
    place: Place,
) -> Result<Response<HttpBody>, Refusal> {
    let offer = match Offer::of(&head.method, &head.headers) {
        Ok(offer) => offer,
        Err(error) => return Ok(error.reply().map(|()| nothing())),
    };
    let goal = Goal::find(room, api_id, &place, &offer).await?;
    let name = goal.protocol();
    let ctx = front::in_account_of(goal.api(), ctx);
    let client = Arc::new(Client::new(room, ctx, head, goal.api(), &place));
    let record = room.journal.record(client.scribe.as_ref(), client.ctx.request_id());
    record.connected();
    let refusal = match &goal {
        Goal::Graphql(served) => client.connect(served, head, &offer).await.err(),
        Goal::Events(served) => client.connect_to_events(served, head, &offer).await.err(),
        Goal::Mqtt(..) => None,
    };
    let protocol = offer.protocols().find(|protocol| *protocol == name).map(|_| name);
    let entry = Entry::of(room).ok_or_else(Refusal::too_many)?;
    let refusal = match protocol {
        None => Some(no_protocol(name)),
        Some(_) if !room.gauge.admits(Counted::Connection, api_id) => {
            Some(Refusal::rate_exceeded())
        }
        Some(_) => refusal,
    };
    let mut reply = offer.accept(protocol).map(|()| nothing());
    record.headers(&head.headers, reply.headers());
    if let Some(refusal) = &refusal {
        record.refused(refusal);
    }
    record.end(refusal.as_ref().map_or(reply.status(), |refusal| refusal.status).as_u16(), &[]);
    let life = room.hub.life_of(api_id);
    let opened = Opened { client: Arc::clone(&client), name, refusal, life, _entry: entry };
    reply.extensions_mut().insert(Upgrade(Arc::new(opened)));
    Ok(reply)
}

/// What somebody connects to.
enum Goal {
    Graphql(Arc<Served>),
    Events(Arc<ServedEvents>),
    /// By the subprotocol that he offers.
    Mqtt(Arc<Served>, &'static str),
}

impl Goal {
    async fn find(
        room: &Room,
        api_id: &str,
        place: &Place,
        offer: &Offer<'_>,
    ) -> Result<Self, Refusal> {
        Ok(match place.path.strip_suffix(REALTIME).unwrap_or(&place.path) {
            "/graphql" | "" => Goal::Graphql(front::serve(room, api_id).await?),
            events::PATH => Goal::Events(events::serve(room, api_id).await?),
            mqtt::PATH => {
                let name = offer.protocols().find_map(mqtt::is_name);
                Goal::Mqtt(front::serve(room, api_id).await?, name.unwrap_or(mqtt::NAME))
            }
            _ => return Err(Refusal::not_found()),
        })
    }

    fn api(&self) -> &Api {
        match self {
            Goal::Graphql(served) | Goal::Mqtt(served, _) => &served.api,
            Goal::Events(served) => &served.api,
        }
    }

    fn protocol(&self) -> &'static str {
        match self {
            Goal::Graphql(_) => graphql_ws::NAME,
            Goal::Events(_) => events::PROTOCOL,
            Goal::Mqtt(_, name) => name,
        }
    }
}

/// What a client is told that doesn't offer to speak as it has to.
fn no_protocol(name: &str) -> Refusal {
    let message = format!("The subprotocol {name} is required.");
    Refusal::new(StatusCode::BAD_REQUEST, "NoProtocolError", message)
}

/// Tells the subscribers of an API what a mutation has given, and ends the subscriptions that it wants ended.
pub(crate) async fn publish(
    room: &Room,
    served: &Served,
    events: Vec<Event>,
    invalidations: &[Value],
) {
    let api_id: Arc<str> = served.api.id().into();
    let news = |topic: &Arc<str>, what| News {
        api_id: Arc::clone(&api_id),
        topic: Arc::clone(topic),
        what,
    };
    for Event { field, value } in events {
        for topic in served.subscriptions_to(&field) {
            if !room.gauge.admits(Counted::InboundMessage, &api_id) {
                continue;
            }
            room.hub.publish(news(topic, What::Given(value.clone()))).await;
        }
    }
    for invalidation in invalidations {
        if !room.gauge.admits(Counted::Invalidation, &api_id) {
            continue;
        }
        let field = invalidation.get("subscriptionField").unwrap_or_default();
        let topic = field.as_str().unwrap_or_default().into();
        let payload = invalidation.get("payload").unwrap_or_default();
        room.hub.publish(news(&topic, What::Invalidated(payload))).await;
    }
}

/// Who is at the other end of a connection.
struct Client {
    room: Arc<Room>,
    api_id: String,
    ctx: Ctx,
    /// The path of the API over HTTP: that of the requests that the client signs.
    path: String,
    source_ip: Vec<Value>,
    /// By what name he has found the API.
    named: Named,
    /// What the API logs of the connection.
    scribe: Option<Scribe>,
}

impl Client {
    fn new(room: &Arc<Room>, ctx: Ctx, head: &Parts, api: &Api, place: &Place) -> Self {
        let path = head.uri.path();
        Client {
            room: Arc::clone(room),
            api_id: api.id().to_owned(),
            ctx,
            path: path.strip_suffix(REALTIME).unwrap_or(path).to_owned(),
            source_ip: front::source_ip(head),
            named: place.api.clone(),
            scribe: Scribe::of(api),
        }
    }

    /// Logs something that is no request.
    fn note(&self, text: &str) {
        self.room.journal.note(self.scribe.as_ref(), self.ctx.request_id(), text);
    }

    /// Lets him in, or says why not. Who he is shows again with every subscription.
    async fn connect(
        &self,
        served: &Served,
        head: &Parts,
        offer: &Offer<'_>,
    ) -> Result<(), Refusal> {
        let headers = credentials::carried(head, offer)?;
        let path = format!("{}{CONNECT}", self.path);
        self.enter(served, &self.ctx, &headers, (&path, "{}"), Value::NULL).await?;
        Ok(())
    }

    /// Lets him into an Event API, or says why not.
    async fn connect_to_events(
        &self,
        served: &ServedEvents,
        head: &Parts,
        offer: &Offer<'_>,
    ) -> Result<(), Refusal> {
        let headers = credentials::carried(head, offer)?;
        // No code runs that could log anything.
        let record = self.room.journal.record(None, "");
        self.visitor(served, &self.ctx, &headers, &record).may(Deed::Connect, "{}").await?;
        Ok(())
    }

    /// Lets him in for a subscription, or says why not.
    async fn enter(
        &self,
        served: &Served,
        ctx: &Ctx,
        headers: &HeaderMap,
        (path, body): (&str, &str),
        operation: Value,
    ) -> Result<Entrant, Refusal> {
        let claim = Claim {
            ctx,
            method: "POST",
            path,
            query: "",
            headers,
            body: body.as_bytes(),
            source_ip: &self.source_ip,
            operation,
            scope: "",
        };
        auth::enter(&self.room, &served.door(), &claim).await
    }
}

/// A connection that is to be.
struct Opened {
    client: Arc<Client>,
    /// The subprotocol that belongs to the API.
    name: &'static str,
    /// Why it will end as soon as it is.
    refusal: Option<Refusal>,
    /// What it ends with.
    life: Life,
    _entry: Entry,
}

/// A place among the connections of the house, given back whatever becomes of the connection.
struct Entry(Arc<Room>);

impl Entry {
    fn of(room: &Arc<Room>) -> Option<Self> {
        room.hub.enter(room.limits.connections_max).then(|| Entry(Arc::clone(room)))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.hub.leave();
    }
}

impl TakeOver for Opened {
    fn take_over(self: Arc<Self>, connection: Connection, stopping: Stopping) -> Ended {
        let (client, refusal) = (Arc::clone(&self.client), self.refusal.clone());
        let room = Arc::clone(&client.room);
        Box::pin(async move {
            let began = Instant::now();
            let ends = Ends { stopping, life: self.life.clone() };
            match self.name {
                events::PROTOCOL => {
                    let protocol = EventWs::new(Arc::clone(&client), refusal);
                    connection::serve(room, connection, ends, protocol).await;
                }
                graphql_ws::NAME => {
                    let protocol = GraphqlWs::new(Arc::clone(&client), refusal);
                    connection::serve(room, connection, ends, protocol).await;
                }
                _ => {
                    let protocol = Mqtt::new(Arc::clone(&room), client.api_id.clone());
                    connection::serve(room, connection, ends, protocol).await;
                }
            }
            client.note(&format!("End Connection, Duration: {} ms", began.elapsed().as_millis()));
            drop(self);
        })
    }
}

fn nothing() -> HttpBody {
    HttpBody::new(Empty::new().map_err(|never| match never {}))
}
