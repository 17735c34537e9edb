//! The door for clients of APIs: what they ask over HTTP, GraphQL above all.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/graphql-overview.html>; how AppSync answers what it can't read
//! was told by its makers: <https://github.com/graphql/graphql-over-http/issues/81>.

use std::net::SocketAddr;
use std::sync::Arc;

use ::http::header::{ACCESS_CONTROL_REQUEST_HEADERS, COOKIE, HOST, HeaderName, HeaderValue};
use ::http::request::Parts;
use ::http::{HeaderMap, Method, Request, Response};
use base::Arn;
use bytes::{Bytes, BytesMut};
use graphql::{Document, OperationKind, Request as Operation};
use http_body_util::BodyExt as _;
use json::Value;
use service::{Ctx, HttpBody, HttpReply, PublicHttp};

use crate::address::{self, Named, Place};
use crate::asked::Asked;
use crate::auth::{self, Claim, Entrant};
use crate::cache;
use crate::errors::Error;
use crate::execution::Run;
use crate::journal::{Record, Scribe};
use crate::live::{self, events, mqtt};
use crate::model::Api;
use crate::rates::Counted;
use crate::reply::{self, Refusal};
use crate::served::Served;
use crate::{AppSync, Room};

const GRAPHQL: &str = "/graphql";
/// What a client hears whose operation takes too long.
const TIMED_OUT: &str = r#"{"data":null,"errors":[{"path":null,"data":null,"errorType":"ExecutionTimeout","errorInfo":null,"locations":null,"message":"Execution timed out."}]}"#;
const FORWARDED_FOR: &str = "x-forwarded-for";
const TOKENS_CONSUMED: HeaderName = HeaderName::from_static("x-amzn-appsync-tokensconsumed");

impl PublicHttp for AppSync {
    fn serves(&self, host: Option<&str>, path: &str) -> bool {
        address::named(host, path).is_some()
            || address::by_domain(host, path).is_some_and(|place| self.0.domains.has(&place))
    }

    fn domains(&self) -> Vec<String> {
        self.0.domains.names()
    }

    fn answer(&self, ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_> {
        Box::pin(async move {
            let request_id = ctx.request_id().to_owned();
            let (head, body) = request.into_parts();
            if head.method == Method::OPTIONS {
                let asked = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
                return reply::preflight(&request_id, asked);
            }
            let answered = answer(&self.0, ctx, &head, body).await;
            answered.unwrap_or_else(|refusal| refusal.reply(&request_id))
        })
    }
}

async fn answer(
    room: &Arc<Room>,
    ctx: Ctx,
    head: &Parts,
    body: HttpBody,
) -> Result<Response<HttpBody>, Refusal> {
    let (id, place) = find(room, head)?;
    if websocket::is_asked_for(&head.headers) {
        return live::open(room, ctx, head, &id, place).await;
    }
    if place.path == events::PATH {
        let body = read(body, room.limits.publish_bytes_max).await?;
        return events::post(room, ctx, head, (&id, &place.api), &body).await;
    }
    if place.path != GRAPHQL {
        return Err(Refusal::not_found());
    }
    if !matches!(head.method, Method::GET | Method::POST) {
        return Err(Refusal::method_not_allowed());
    }
    let served = serve(room, &id).await?;
    let body = read(body, room.limits.request_bytes_max).await?;
    let ctx = in_account_of(&served.api, ctx);
    let scribe = Scribe::of(&served.api);
    let record = room.journal.record(scribe.as_ref(), ctx.request_id());
    let answered = ask(room, &served, &ctx, (head, &body), &place.api, &record).await;
    let response = answered.unwrap_or_else(|refusal| {
        record.refused(&refusal);
        refusal.reply(ctx.request_id())
    });
    record.headers(&head.headers, response.headers());
    record.end(response.status().as_u16(), &[]);
    Ok(response)
}

/// Answers a request with an operation, once it shows who sends it.
async fn ask(
    room: &Arc<Room>,
    served: &Arc<Served>,
    ctx: &Ctx,
    (head, body): (&Parts, &Bytes),
    named: &Named,
    record: &Record<'_>,
) -> Result<Response<HttpBody>, Refusal> {
    if !room.gauge.admits(Counted::Request, ctx.account()) {
        return Err(Refusal::throttled());
    }
    let asked = Asked::read(head, body);
    let source_ip = source_ip(head);
    let claim = Claim {
        ctx,
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body,
        source_ip: &source_ip,
        operation: asked.as_ref().map(Asked::to_value).unwrap_or_default(),
        scope: "",
    };
    let entrant = auth::enter(room, &served.door(), &claim).await?;
    let asked = asked?;
    record.query(&asked);
    let request = request_member(&head.headers, named);
    let operation = tokio::time::timeout(
        room.limits.answer(),
        execute(room, served, &entrant, &asked, request, record),
    );
    let (text, headers) =
        operation.await.unwrap_or_else(|_| Ok((TIMED_OUT.to_owned(), Vec::new())))?;
    record.executed();
    let mut response = reply::answer(ctx.request_id(), text);
    response.headers_mut().insert(TOKENS_CONSUMED, HeaderValue::from_static("1"));
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// The id of the API that a request is for, and what part of it.
fn find(room: &Room, head: &Parts) -> Result<(String, Place), Refusal> {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let path = head.uri.path();
    let place = address::named(host, path).or_else(|| address::by_domain(host, path));
    let place = place.ok_or_else(Refusal::not_found)?;
    let id = match &place.api {
        Named::Id(id) => id.clone(),
        Named::Domain(name) => room.domains.api(name).ok_or_else(Refusal::not_found)?,
    };
    Ok((id, place))
}

/// A GraphQL API, ready to be asked.
pub(crate) async fn serve(room: &Room, id: &str) -> Result<Arc<Served>, Refusal> {
    room.shelf.find(room, id).await.map_err(|error| unserved(&error))
}

/// Why an API can't be asked.
pub(crate) fn unserved(error: &Error) -> Refusal {
    match error {
        Error::NoSchema => Refusal::no_schema(),
        Error::ApiNotFound(_) => Refusal::not_found(),
        error => {
            tracing::error!(error = error as &dyn std::error::Error, "open an API");
            Refusal::internal()
        }
    }
}

async fn read(mut body: HttpBody, bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let cut_off = |_| Refusal::bad_request("The request body ended early.");
        let Ok(data) = frame.map_err(cut_off)?.into_data() else { continue };
        if bytes_max < bytes.len() + data.len() {
            return Err(Refusal::too_large(bytes_max));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// Requests to an API are its account's.
pub(crate) fn in_account_of(api: &Api, ctx: Ctx) -> Ctx {
    match Arn::parse(api.arn()) {
        Ok(arn) => ctx.with_account(arn.account),
        Err(_) => ctx,
    }
}

/// The addresses that `x-forwarded-for` names, and the one that the listener saw.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html>
pub(crate) fn source_ip(head: &Parts) -> Vec<Value> {
    let named = head.headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let named = named.flat_map(|value| value.split(',')).map(str::trim);
    let seen = head.extensions.get::<SocketAddr>().map(|address| address.ip().to_string());
    let named = named.filter(|address| !address.is_empty()).map(Value::from);
    named.chain(seen.map(Value::from)).collect()
}

/// `ctx.request`: headers, and the domain name if the request came by one. What a header says more than once is a list,
/// and cookies aren't told.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html>
pub(crate) fn request_member(headers: &HeaderMap, api: &Named) -> Value {
    let told = headers.keys().filter(|name| **name != COOKIE);
    let pairs = told.filter_map(|name| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let values: Vec<Value> = values.map(Value::from).collect();
        let value = match values.as_slice() {
            [] => return None,
            [only] => only.clone(),
            _ => Value::from(values),
        };
        Some((name.as_str(), value))
    });
    let domain_name = match api {
        Named::Domain(name) => Value::from(name.as_str()),
        Named::Id(_) => Value::NULL,
    };
    Value::object([("headers", Value::object(pairs)), ("domainName", domain_name)])
}

/// Answers an operation: the text of the reply, and the headers that code adds.
async fn execute(
    room: &Room,
    served: &Arc<Served>,
    entrant: &Entrant,
    asked: &Asked,
    request: Value,
    record: &Record<'_>,
) -> Result<(String, Vec<(String, String)>), Refusal> {
    let document = match served.document(&asked.query) {
        Ok(checked) => {
            record.checked(&checked);
            checked.document
        }
        Err(errors) => {
            record.errors(&errors);
            return Ok((graphql::Response::refused(errors).to_json(), Vec::new()));
        }
    };
    let operation = document.operation(asked.operation_name.as_deref());
    let operation = operation.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let kind = operation.kind();
    if kind == OperationKind::Subscription {
        let told = (request, record);
        let told = mqtt::handshake(room, served, entrant, asked, &document, told).await;
        return Ok((told, Vec::new()));
    }
    let now = room.house.now();
    let cached = served.api.cache.as_ref().filter(|_| kind == OperationKind::Query);
    let place = cached.and_then(|cache| {
        cache::place_of_operation(&served.api, cache, entrant, &asked.to_value(), &request)
    });
    if let Some(place) = &place
        && let Some(known) = room.cache.find(place, now)
        && let Some(text) = known.as_str()
    {
        return Ok((text.to_owned(), Vec::new()));
    }
    let run = Run::new(room, served, entrant, request, record);
    let mut response = execute_with(&run, asked, &document).await;
    let effects = run.into_effects();
    record.errors(&response.errors);
    if kind == OperationKind::Mutation {
        let evicted = effects.evictions.iter().map(|it| room.cache.evict(&served.api, it));
        if let Ok(deleted @ 1..) = i64::try_from(evicted.sum::<usize>()) {
            let told = [("apiCacheEntriesDeleted", Value::from(deleted))];
            response.extensions = Value::object(told);
        }
        let events = std::mem::take(&mut response.events);
        live::publish(room, served, events, &effects.invalidations).await;
    }
    let text = response.to_json();
    if let Some(place) = place
        && response.errors.is_empty()
    {
        room.cache.keep(place, &Value::from(text.as_str()), now);
    }
    Ok((text, effects.response_headers))
}

/// Runs an operation, resolvers and all.
async fn execute_with(run: &Run<'_>, asked: &Asked, document: &Document) -> graphql::Response {
    let limits = run.served.limits();
    let operation = Operation {
        schema: &run.served.schema,
        document,
        operation_name: asked.operation_name.as_deref(),
        variables: &asked.variables,
        limits: &limits,
        keeps_events: run.room.hub.has_listeners(run.served.api.id()),
    };
    graphql::execute(operation, Value::NULL, run).await
}
