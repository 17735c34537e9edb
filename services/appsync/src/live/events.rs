//! Event APIs: whoever may publishes on channels, and whoever may listens. No schema, no resolvers.
//!
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-welcome.html>
//!
//! # How to read it
//! `served`: an API as it is served. `deed`: what somebody wants to do in it, and whether he may. `publishing`: what
//! becomes of events, over HTTP and WebSockets alike. `channel`: names and wildcards. `handler`: what looks at events and
//! subscribers for a namespace; `code`: where that is JavaScript. `event_ws`: the WebSocket.

mod channel;
mod code;
mod deed;
mod event_ws;
mod handler;
mod publishing;
mod served;

use std::sync::Arc;

use ::http::request::Parts;
use ::http::{Method, Response, StatusCode};
use bytes::Bytes;
use service::{Ctx, HttpBody};
use tokio::time::Instant;

use crate::Room;
use crate::address::Named;
use crate::front;
use crate::journal::Scribe;
use crate::rates::Counted;
use crate::reply::{self, Refusal};

pub(super) use deed::{Deed, Visitor};
pub(super) use event_ws::{EventWs, NAME as PROTOCOL};
use publishing::Publication;
pub(crate) use served::ServedEvents;

/// The path of an Event API.
pub(crate) const PATH: &str = "/event";

/// An Event API, ready to be used.
pub(super) async fn serve(room: &Room, id: &str) -> Result<Arc<ServedEvents>, Refusal> {
    let found = room.event_shelf.find(room, id).await;
    found.map_err(|error| front::unserved(&error))
}

/// Answers `POST /event`.
pub(crate) async fn post(
    room: &Arc<Room>,
    ctx: Ctx,
    head: &Parts,
    (api_id, named): (&str, &Named),
    body: &Bytes,
) -> Result<Response<HttpBody>, Refusal> {
    if head.method != Method::POST {
        return Err(Refusal::not_found());
    }
    let served = serve(room, api_id).await?;
    let ctx = front::in_account_of(&served.api, ctx);
    let scribe = Scribe::of(&served.api);
    let record = room.journal.record(scribe.as_ref(), ctx.request_id());
    let source_ip = front::source_ip(head);
    let visitor = Visitor {
        room,
        served: &served,
        ctx: &ctx,
        headers: &head.headers,
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        source_ip: &source_ip,
        named,
        record: &record,
        until: Instant::now() + room.limits.request,
    };
    let published = tokio::time::timeout(room.limits.answer(), publish(&visitor, body)).await;
    let published = published.unwrap_or_else(|_| Err(timed_out()));
    let response = published.unwrap_or_else(|refusal| {
        record.refused(&refusal);
        refusal.reply(ctx.request_id())
    });
    record.headers(&head.headers, response.headers());
    record.end(response.status().as_u16(), &[("operation", "EVENT_PUBLISH".into())]);
    Ok(response)
}

/// What somebody hears whose deed takes too long.
fn timed_out() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "ExecutionTimeout", "Execution timed out.")
}

async fn publish(visitor: &Visitor<'_>, body: &Bytes) -> Result<Response<HttpBody>, Refusal> {
    let Visitor { room, ctx, .. } = visitor;
    if !room.gauge.admits(Counted::EventRequest, ctx.account()) {
        return Err(Refusal::throttled());
    }
    let text = std::str::from_utf8(body).map_err(|_| publishing::unreadable())?;
    let published = Publication::parse(text)?.publish(visitor, text).await?;
    Ok(reply::answer(ctx.request_id(), published.to_json().to_string()))
}
