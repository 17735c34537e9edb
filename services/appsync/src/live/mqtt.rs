//! Subscriptions as AppSync's first clients make them: asked for over HTTP, heard over MQTT in a WebSocket.
//!
//! The reply to the subscription names a connection and its topics; the client's id is what lets it in.
//! What is heard has the subscriber's selections and what he may see, as over the other WebSocket.
//! `aws-appsync-subscription-link` 4.0.3 is the last client that speaks it; it says `MQIsdp`, which is MQTT 3.1.

mod packet;
mod protocol;
mod ticket;

use std::sync::Arc;
use std::time::Duration;

use graphql::{Document, Response};
use json::Value;

use super::start;
use crate::Room;
use crate::asked::Asked;
use crate::auth::Entrant;
use crate::journal::Record;
use crate::served::Served;

pub(super) use protocol::{Mqtt, NAME, is_name};
use ticket::Ticket;
pub(crate) use ticket::Tickets;

/// The path of the connections of an API.
pub(super) const PATH: &str = "/mqtt";
/// How long a client may take to connect, or to connect again.
const TICKET_LASTS: Duration = Duration::from_secs(60 * 60);

/// Answers a subscription over HTTP: where to connect, and which topics to listen to there.
pub(crate) async fn handshake(
    room: &Room,
    served: &Arc<Served>,
    entrant: &Entrant,
    asked: &Asked,
    document: &Arc<Document>,
    (request, record): (Value, &Record<'_>),
) -> String {
    let wish = start::start(room, served, entrant, asked, document, (request, record)).await;
    let wish = match wish {
        Ok(wish) => wish,
        Err(errors) => {
            record.errors(&errors);
            return Response::refused(errors).to_json();
        }
    };
    let (api_id, account) = (served.api.id(), entrant.ctx.account());
    let until = room.house.now().after(TICKET_LASTS);
    let topic = format!("{account}/{api_id}/{}/{}", wish.field, room.house.uuid());
    record.subscribed(&topic, &wish.field);
    let told = Value::object([
        ("topic", Value::from(topic.as_str())),
        ("expireTime", Value::from(until.as_millis())),
    ]);
    let news = Value::object([(wish.field.as_str(), told)]);
    let data = Value::object([(wish.field.as_str(), Value::NULL)]);
    let topics = Value::array([Value::from(topic.as_str())]);
    let client = room.house.uuid();
    let ticket = Ticket { api_id: api_id.to_owned(), topic, wish, until };
    room.tickets.issue(&client, ticket, room.house.now());
    let host = entrant.ctx.host().unwrap_or("localhost:4566");
    let scheme = if entrant.ctx.is_secure() { "wss" } else { "ws" };
    let url = format!("{scheme}://{host}/appsync-api/{api_id}{PATH}");
    let connection =
        Value::object([("url", Value::from(url)), ("topics", topics), ("client", client.into())]);
    let subscription = Value::object([
        ("version", Value::from("1.0.0")),
        ("mqttConnections", Value::array([connection])),
        ("newSubscriptions", news),
    ]);
    let extensions = Value::object([("subscription", subscription)]);
    Value::object([("data", data), ("extensions", extensions)]).to_string()
}
