//! From a request to the room that answers it, and back.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use aws::sigv4::{Presented, Request};
use aws::{Error, Protocol, REQUEST_BYTES_MAX, Target};
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use service::{Caller, Ctx, House, Registry, Service};

use crate::gate::Gate;
use crate::throttle::Throttle;

/// How much of a body that is too large is still taken in, so that the client gets to read why it is refused.
const DRAIN_BYTES_MAX: usize = 16 * REQUEST_BYTES_MAX;

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const HEALTH_PATHS: [&str; 2] = ["/health", "/_freehold/health"];

/// The rooms and the rule of who may ask them.
pub struct Router {
    house: Arc<House>,
    registry: Arc<Registry>,
    gate: Gate,
    /// Present where AWS's request rates are enforced.
    throttle: Option<Throttle>,
}

/// An operation's outcome, and what is needed to write it to the client.
struct Outcome {
    protocol: Protocol,
    result: Result<Bytes, Error>,
}

impl Router {
    pub fn new(
        house: Arc<House>,
        registry: Arc<Registry>,
        gate: Gate,
        throttle: Option<Throttle>,
    ) -> Self {
        Router { house, registry, gate, throttle }
    }

    /// Answers one HTTP request, whose body has that long to arrive.
    pub async fn answer(
        &self,
        request: http::Request<Incoming>,
        body_timeout: Duration,
    ) -> Response<Bytes> {
        if request.method() == Method::GET && HEALTH_PATHS.contains(&request.uri().path()) {
            return self.health();
        }
        let (head, body) = request.into_parts();
        let request_id = self.house.uuid();
        let outcome = match read_body(&head.headers, body, body_timeout).await {
            Ok(body) => self.dispatch(&head, body, &request_id).await,
            Err(error) => Outcome { protocol: Protocol::Json1_0, result: Err(error) },
        };
        if let Err(error) = &outcome.result {
            tracing::debug!(%request_id, %error, "refused");
        }
        outcome.protocol.reply(&request_id, outcome.result)
    }

    async fn dispatch(&self, head: &Parts, body: Bytes, request_id: &str) -> Outcome {
        let Some(room) = self.room(head) else {
            return Outcome { protocol: Protocol::Json1_0, result: Err(nobody(&head.headers)) };
        };
        let facts = room.facts();
        let result = match self.enter(head, &body, &**room) {
            Ok((caller, operation)) => {
                let ctx = Ctx::new(Arc::clone(&self.house), caller, request_id)
                    .with_trace_header(text(&head.headers, &TRACE_ID).map(str::to_owned))
                    .with_host(text(&head.headers, &header::HOST));
                call(&self.registry, &**room, ctx, operation, body).await
            }
            Err(error) => Err(error),
        };
        Outcome { protocol: facts.protocol, result }
    }

    /// Checks that the caller may enter the room, and tells what it wants there.
    fn enter<'a>(
        &self,
        head: &'a Parts,
        body: &[u8],
        room: &dyn Service,
    ) -> Result<(Caller, &'a str), Error> {
        let signed = Request {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body,
        };
        let (facts, now) = (room.facts(), self.house.now());
        let caller = self.gate.admit(&signed, &facts, now)?;
        let target = Target::of(&head.headers).filter(|_| head.method == Method::POST);
        let operation = target.ok_or_else(Error::unknown_operation)?.operation;
        if let (Some(throttle), Some(rate)) = (&self.throttle, room.rate(operation)) {
            throttle.take(facts.name, operation, rate, now)?;
        }
        Ok((caller, operation))
    }

    /// The room a request is meant for: by its target; else by what it was signed for; else by the host it was sent to.
    ///
    /// The host comes last because SDKs put `sync-` before it for some operations, whatever it is.
    fn room(&self, head: &Parts) -> Option<&Arc<dyn Service>> {
        if let Some(target) = Target::of(&head.headers) {
            return self.registry.by_target(target.prefix);
        }
        let query = head.uri.query().unwrap_or_default();
        let presented = Presented::of(&head.headers, query).ok();
        let by_scope = presented.and_then(|it| self.registry.by_signing_name(it.service()));
        by_scope.or_else(|| {
            let host = text(&head.headers, &header::HOST)?;
            self.registry.by_host(host)
        })
    }

    fn health(&self) -> Response<Bytes> {
        let rooms: Vec<_> = self.registry.rooms().map(|room| room.facts().name).collect();
        let body = format!(
            r#"{{"status":"ok","version":"{}","services":{rooms:?}}}"#,
            env!("CARGO_PKG_VERSION")
        );
        let mut response = Response::new(Bytes::from(body));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

/// Lets the room answer. A defect in a room fails one request, not the process.
async fn call(
    registry: &Registry,
    room: &dyn Service,
    ctx: Ctx,
    operation: &str,
    body: Bytes,
) -> Result<Bytes, Error> {
    let request_id = ctx.request_id().to_owned();
    let reply = AssertUnwindSafe(registry.call(room, ctx, operation, body));
    reply.catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(%request_id, operation, "the operation panicked");
        Err(Error::internal())
    })
}

/// Takes the body in, within AWS's bounds of size and ours of time.
async fn read_body<B>(headers: &HeaderMap, body: B, timeout: Duration) -> Result<Bytes, Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let head_bytes: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let body_bytes_max = REQUEST_BYTES_MAX.saturating_sub(head_bytes);
    let announced = text(headers, &header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: usize| DRAIN_BYTES_MAX < length) {
        return Err(Error::request_too_large());
    }
    tokio::time::timeout(timeout, collect(body, body_bytes_max))
        .await
        .unwrap_or_else(|_| Err(Error::request_timeout()))
}

async fn collect<B>(mut body: B, bytes_max: usize) -> Result<Bytes, Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let cut_off = |_| Error::serialization("The request body ended early");
        let Ok(data) = frame.map_err(cut_off)?.into_data() else {
            continue;
        };
        total += data.len();
        match total {
            _ if DRAIN_BYTES_MAX < total => break,
            _ if bytes_max < total => rest.clear(),
            _ if total == data.len() => first = data,
            _ => {
                // Most bodies come in one piece, which then needn't be copied.
                rest.extend_from_slice(&std::mem::take(&mut first));
                rest.extend_from_slice(&data);
            }
        }
    }
    match total {
        _ if bytes_max < total => Err(Error::request_too_large()),
        _ if total == first.len() => Ok(first),
        _ => Ok(rest.freeze()),
    }
}

/// What a client hears that asks for a service the house hasn't got.
fn nobody(headers: &HeaderMap) -> Error {
    let message = match Target::of(headers) {
        Some(Target { prefix, .. }) => format!("Freehold has no service that answers to {prefix}."),
        None => "The request names no service that Freehold has: neither X-Amz-Target, nor the scope of a \
                 signature, nor the host."
            .to_owned(),
    };
    Error { message: Some(message), ..Error::unknown_operation() }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
