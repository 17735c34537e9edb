//! From a request to the room that answers it, and back.

mod body;
mod origin;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use aws::sigv2::bucket_of_host;
use aws::sigv4::{Presented, Request};
use aws::{Call, Error, Protocol, REQUEST_BYTES_MAX, Target, server};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use models::Service;
use service::{
    Arrival, Ctx, Facts, House, HttpBody, PublicHttp, RawHttp, Registry, Service as Room, Throttle,
};

use body::Lent;
pub use body::ReplyBody;

use crate::gate::{Admitted, Gate, UNSIGNED};

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// The rooms and the rule of who may ask them.
pub struct Router {
    house: Arc<House>,
    registry: Arc<Registry>,
    /// What the models say of each room's service.
    models: BTreeMap<&'static str, &'static Service>,
    gate: Arc<Gate>,
    /// Those that serve clients of their users.
    public: Vec<Arc<dyn Room>>,
    /// Present where AWS's request rates are enforced.
    throttle: Option<Throttle>,
}

/// Marks a request that came over TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverTls;

/// An operation's outcome, and what is needed to write it to the client.
struct Outcome {
    service: Option<&'static Service>,
    protocol: Protocol,
    operation: Option<String>,
    result: Result<Bytes, Error>,
}

impl Outcome {
    /// The refusal of a request that names no room.
    fn nobody(error: Error) -> Self {
        Outcome { service: None, protocol: Protocol::Json1_0, operation: None, result: Err(error) }
    }
}

impl Router {
    pub fn new(
        house: Arc<House>,
        registry: Arc<Registry>,
        gate: Arc<Gate>,
        throttle: Option<Throttle>,
    ) -> Self {
        let facts = registry.rooms().map(|room| room.facts());
        let models = facts
            .filter_map(|facts| Some((facts.name, models::find(facts.endpoint_prefix)?)))
            .collect();
        let is_public = |room: &&Arc<dyn Room>| room.public_http().is_some();
        let public = registry.rooms().filter(is_public).cloned().collect();
        Router { house, registry, models, gate, public, throttle }
    }

    /// Answers one HTTP request, whose body has that long to arrive.
    pub async fn answer(
        &self,
        request: http::Request<Incoming>,
        body_timeout: Duration,
    ) -> Response<ReplyBody> {
        let whole =
            |response: Response<Bytes>| response.map(|body| ReplyBody::Whole(Full::new(body)));
        if asks_for_health(request.method(), request.uri(), request.headers()) {
            return whole(self.health());
        }
        let (head, body) = request.into_parts();
        let request_id = self.house.uuid();
        if let Some(public) = self.public(&head) {
            let request = http::Request::from_parts(head, body::stream(body, body_timeout));
            return self.serve(public, request, &request_id).await.map(ReplyBody::Stream);
        }
        let room = self.room(&head);
        let raw = room.and_then(|room| Some((room, room.raw_http()?)));
        if let Some(names) = self.gate.names_for_anyone()
            && let Err(error) = self.check_page(&head, names, raw, &request_id).await
        {
            return last(whole(self.refuse(room, &request_id, error)));
        }
        if let Some((room, raw)) = raw {
            let lent = Lent::new(body, body_timeout);
            let request = http::Request::from_parts(head, lent.clone().boxed_unsync());
            let response = match self.pass_on(&**room, raw, request, &request_id).await {
                Ok(response) => response.map(ReplyBody::Stream),
                Err(error) => whole(self.refuse(Some(room), &request_id, error)),
            };
            return if lent.finish(body_timeout).await { response } else { last(response) };
        }
        let bytes_max = room.map_or(REQUEST_BYTES_MAX, |room| room.request_bytes_max());
        let outcome = match body::read(&head.headers, body, bytes_max, body_timeout).await {
            Ok(body) => match room.or_else(|| self.room_of_action(&head, &body)) {
                Some(room) => self.dispatch(&**room, &head, body, &request_id).await,
                None => nobody(&head),
            },
            Err(error) => Outcome::nobody(error),
        };
        if let Err(error) = &outcome.result {
            tracing::debug!(%request_id, %error, "refused");
        }
        let Outcome { service, protocol, operation, result } = outcome;
        whole(server::reply(service, protocol, operation.as_deref(), &request_id, result))
    }

    /// Refuses what a web page that isn't the developer's may have had a browser send. S3 is for pages to read from, and
    /// to write to as far as the rules of a bucket let them.
    async fn check_page(
        &self,
        head: &Parts,
        names: &[String],
        raw: Option<(&Arc<dyn Room>, &dyn RawHttp)>,
        request_id: &str,
    ) -> Result<(), Error> {
        let refuse = |message| Err(Error::new(403, "AccessDeniedException", message));
        if !origin::is_asked_by_its_name(&head.headers, names) {
            return refuse(
                "Freehold in development answers to the names of this machine and of AWS, and to those that `names` \
                 of its configuration file lists.",
            );
        }
        if !origin::is_foreign(&head.headers) {
            return Ok(());
        }
        let may = match raw {
            Some(_) if origin::only_reads(&head.method) => true,
            Some((room, raw)) => self.lets_page(&**room, raw, head, request_id).await,
            None => false,
        };
        if may {
            return Ok(());
        }
        refuse("Freehold in development takes no requests from web pages of other machines.")
    }

    /// Whether a room says yes to a page before the request, as a browser would ask it: some it sends without asking.
    async fn lets_page(
        &self,
        room: &dyn Room,
        raw: &dyn RawHttp,
        head: &Parts,
        request_id: &str,
    ) -> bool {
        let nothing = HttpBody::new(Empty::new().map_err(|never| match never {}));
        let mut question = http::Request::new(nothing);
        *question.method_mut() = Method::OPTIONS;
        *question.uri_mut() = head.uri.clone();
        for name in [header::HOST, header::ORIGIN] {
            if let Some(value) = head.headers.get(&name) {
                question.headers_mut().insert(name, value.clone());
            }
        }
        if let Ok(method) = HeaderValue::from_str(head.method.as_str()) {
            question.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_METHOD, method);
        }
        let answer = self.pass_on(room, raw, question, request_id).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The refusal of a request that a room doesn't get to see.
    fn refuse(
        &self,
        room: Option<&Arc<dyn Room>>,
        request_id: &str,
        error: Error,
    ) -> Response<Bytes> {
        let facts = room.map(|room| room.facts());
        let model = facts.and_then(|facts| self.models.get(facts.name).copied());
        let protocol = facts.map_or(Protocol::Json1_0, |facts| facts.protocol);
        server::reply(model, protocol, None, request_id, Err(error))
    }

    async fn dispatch(
        &self,
        room: &dyn Room,
        head: &Parts,
        body: Bytes,
        request_id: &str,
    ) -> Outcome {
        let facts = room.facts();
        let service = self.models.get(facts.name).copied();
        let protocol = server::protocol_of(facts.protocol, head);
        let is_open = || {
            let call = server::read(service, protocol, head, body.clone());
            call.is_ok_and(|call| room.is_open(&call.operation))
        };
        let admitted = match self.admit(head, &body, &facts) {
            Err(error) if error.code == UNSIGNED && is_open() => Ok(Admitted::stranger()),
            admitted => admitted,
        };
        let entered = admitted.and_then(|caller| {
            let call = server::read(service, protocol, head, body)?;
            self.throttle(room, &facts, &call.operation)?;
            Ok((caller, call))
        });
        let (caller, Call { operation, body }) = match entered {
            Ok(entered) => entered,
            Err(error) => {
                return Outcome { service, protocol, operation: None, result: Err(error) };
            }
        };
        let ctx = self.ctx(head, caller, request_id);
        let result = call(&self.registry, room, ctx, &operation, body).await;
        Outcome { service, protocol, operation: Some(operation), result }
    }

    /// Has a room answer a client of its users.
    async fn serve(
        &self,
        public: &dyn PublicHttp,
        request: http::Request<HttpBody>,
        request_id: &str,
    ) -> Response<HttpBody> {
        let (head, body) = request.into_parts();
        let ctx = self.ctx(&head, Admitted::stranger(), request_id);
        let answer = public.answer(ctx, http::Request::from_parts(head, body));
        AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(%request_id, "a public request panicked");
            let nothing = HttpBody::new(Empty::new().map_err(|never| match never {}));
            let mut response = Response::new(nothing);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        })
    }

    /// Has a room answer that reads HTTP by itself.
    async fn pass_on(
        &self,
        room: &dyn Room,
        raw: &dyn RawHttp,
        request: http::Request<HttpBody>,
        request_id: &str,
    ) -> Result<Response<HttpBody>, Error> {
        let (mut head, body) = request.into_parts();
        let mut caller = match self.admit(&head, &[], &room.facts()) {
            // What is public is the room's to know.
            Err(error) if error.code == UNSIGNED => Admitted::stranger(),
            admitted => admitted?,
        };
        if let Some(chain) = caller.chain.take() {
            head.extensions.insert(chain);
        }
        let ctx = self.ctx(&head, caller, request_id);
        let answer = raw.answer(ctx, http::Request::from_parts(head, body));
        AssertUnwindSafe(answer).catch_unwind().await.map_err(|_| {
            tracing::error!(%request_id, "a raw request panicked");
            Error::internal()
        })
    }

    /// Checks that the caller may enter the room.
    fn admit(&self, head: &Parts, body: &[u8], facts: &Facts) -> Result<Admitted, Error> {
        let signed = Request {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body,
        };
        self.gate.admit(&signed, facts.signing_name, self.house.now())
    }

    fn throttle(&self, room: &dyn Room, facts: &Facts, operation: &str) -> Result<(), Error> {
        match (&self.throttle, room.rate(operation)) {
            (Some(throttle), Some(rate))
                if !throttle.take(facts.name, operation, rate, 1, self.house.now()) =>
            {
                Err(Error::throttling())
            }
            _ => Ok(()),
        }
    }

    fn ctx(&self, head: &Parts, caller: Admitted, request_id: &str) -> Ctx {
        caller
            .ctx(&self.house, request_id)
            .with_trace_header(text(&head.headers, &TRACE_ID).map(str::to_owned))
            .with_host(text(&head.headers, &header::HOST))
            .with_tls(head.extensions.get::<OverTls>().is_some())
            .with_arrival(self.arrival(head))
    }

    /// How a request came, for policies to look at where there are any.
    fn arrival(&self, head: &Parts) -> Option<Arc<Arrival>> {
        self.registry.guard()?;
        let peer = head.extensions.get::<SocketAddr>();
        let header = |name| text(&head.headers, &name).map(str::to_owned);
        Some(Arc::new(Arrival {
            source_ip: peer.map(|peer| peer.ip().to_canonical()),
            user_agent: header(header::USER_AGENT),
            referer: header(header::REFERER),
        }))
    }

    /// The room that serves what a request asks for, whoever sends it.
    fn public(&self, head: &Parts) -> Option<&dyn PublicHttp> {
        let host = text(&head.headers, &header::HOST);
        let mut public = self.public.iter().filter_map(|room| room.public_http());
        public.find(|room| room.serves(host, head.uri.path()))
    }

    /// The room a request is meant for: by its target; else by what it was signed for; else by the host it was
    /// sent to. What names nothing at all may be an anonymous request to S3.
    ///
    /// The host comes after the signature because SDKs put `sync-` before it for some operations, whatever it is.
    fn room(&self, head: &Parts) -> Option<&Arc<dyn Room>> {
        if let Some(target) = Target::of(&head.headers) {
            return self.registry.by_target(target.prefix);
        }
        let by_scope = scope(head).map(|service| self.registry.by_signing_name(&service));
        let by_host = || self.registry.by_host(text(&head.headers, &header::HOST)?);
        match by_scope {
            Some(named) => named.or_else(by_host),
            None => by_host()
                .or_else(|| self.room_of_link(head))
                .or_else(|| self.raw_room().filter(|_| !is_for_protocols(head))),
        }
    }

    /// The room that an unsigned form asks: `AssumeRoleWithWebIdentity` needs no signature.
    fn room_of_action(&self, head: &Parts, body: &[u8]) -> Option<&Arc<dyn Room>> {
        let is_asked = is_form(head) && scope(head).is_none();
        let body = std::str::from_utf8(body).ok().filter(|_| is_asked)?;
        self.room_of_form(body)
    }

    /// The room that an unsigned link leads to, such as SNS sends to be visited: `/?Action=ConfirmSubscription&…`.
    fn room_of_link(&self, head: &Parts) -> Option<&Arc<dyn Room>> {
        self.room_of_form(head.uri.query().filter(|_| head.uri.path() == "/")?)
    }

    fn room_of_form(&self, form: &str) -> Option<&Arc<dyn Room>> {
        let action = form.split('&').find_map(|parameter| parameter.strip_prefix("Action="))?;
        self.registry.rooms().find(|room| {
            room.facts().protocol == Protocol::Query && room.operations().contains(&action)
        })
    }

    fn raw_room(&self) -> Option<&Arc<dyn Room>> {
        self.registry.rooms().find(|room| room.raw_http().is_some())
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
    room: &dyn Room,
    ctx: Ctx,
    operation: &str,
    body: Bytes,
) -> Result<Bytes, Error> {
    let request_id = ctx.request_id().to_owned();
    let reply = AssertUnwindSafe(registry.call(room, ctx, operation, body));
    let reply = reply.catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(%request_id, operation, "the operation panicked");
        Err(Error::internal())
    });
    reply.map_err(|error| explained(room, operation, error))
}

/// The same refusal; of an operation that AWS has and the room hasn't, it says so. Of others AWS says nothing either.
fn explained(room: &dyn Room, operation: &str, error: Error) -> Error {
    let unknown = Error::unknown_operation();
    let is_unknown = error.code == unknown.code && error.message.is_none();
    let service = room.facts().name;
    let is_of_aws = || models::find(service).is_some_and(|it| it.operation(operation).is_some());
    match is_unknown && is_of_aws() {
        true => Error {
            message: Some(format!("Freehold doesn't have the operation {operation} of {service}.")),
            ..unknown
        },
        false => error,
    }
}

/// Whether somebody asks how the house is. A bucket may be called `health`, and so may an object: whoever asks for one
/// of those signs, says more, or names the bucket by the host.
fn asks_for_health(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.authority().map(Authority::as_str).or_else(|| text(headers, &header::HOST));
    let is_plain = uri.query().is_none()
        && !headers.contains_key(header::AUTHORIZATION)
        && host.and_then(bucket_of_host).is_none();
    let is_path = match uri.path() {
        "/_freehold/health" => true,
        "/health" => is_plain,
        _ => false,
    };
    *method == Method::GET && is_path
}

/// What a client hears that asks for a service the house hasn't got, in the protocol that it speaks with that service.
fn nobody(head: &Parts) -> Outcome {
    let named = scope(head);
    let message = match (Target::of(&head.headers), &named) {
        (Some(Target { prefix, .. }), _) => {
            format!("Freehold has no service that answers to {prefix}.")
        }
        (None, Some(named)) => format!("Freehold has no service that is signed for as {named}."),
        (None, None) => "The request names no service that Freehold has: neither X-Amz-Target, nor the scope of \
                         a signature, nor the host."
            .to_owned(),
    };
    let service = named.and_then(|named| models::find(&named));
    let own = service.and_then(Service::protocol).unwrap_or(Protocol::Json1_0);
    let protocol = server::protocol_of(own, head);
    let error = Error { message: Some(message), ..Error::unknown_operation() };
    Outcome { service, protocol, ..Outcome::nobody(error) }
}

/// The service that a request says it was signed for.
fn scope(head: &Parts) -> Option<String> {
    Presented::service_of(&head.headers, head.uri.query().unwrap_or_default())
}

/// A reply whose request wasn't taken in to its end: the client has to know that the connection goes with it.
fn last(mut response: Response<ReplyBody>) -> Response<ReplyBody> {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// A `POST /` can only be of the protocols that name their operation elsewhere: S3 has no such request.
fn is_for_protocols(head: &Parts) -> bool {
    head.method == Method::POST && head.uri.path() == "/" || is_form(head)
}

/// A form that asks for an action; what browsers upload to S3 is another kind.
fn is_form(head: &Parts) -> bool {
    let content_type = text(&head.headers, &header::CONTENT_TYPE).unwrap_or_default();
    head.method == Method::POST && content_type.starts_with("application/x-www-form-urlencoded")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_called_health_is_its_buckets() {
        let asks = |host, uri| {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            asks_for_health(&Method::GET, &Uri::from_static(uri), &headers)
        };
        assert!(asks("localhost:4566", "/health"));
        assert!(asks("s3.localhost:4566", "/health"));
        assert!(!asks("b.s3.localhost:4566", "/health"));
        assert!(!asks("b.s3.us-east-1.amazonaws.com", "/health"));
        assert!(!asks("localhost", "http://b.s3.localhost/health"), "HTTP/2 names the host there");
        assert!(!asks("localhost:4566", "/health?tagging"));
        assert!(asks("b.s3.localhost:4566", "/_freehold/health"));
    }
}
