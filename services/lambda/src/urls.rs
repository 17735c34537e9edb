//! Function URLs: requests over HTTP that are events of a function, and its results that are their replies.
//!
//! An address works for whoever was told it: it begins with the host by which the client has reached the house, and names
//! itself in its path, as the addresses of AppSync's APIs do (`docs/adr/0007-addresses-of-apis.md`). AWS's own form,
//! `<id>.lambda-url.<anything>`, is served as well, wherever a name leads to the house.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>

mod cors;
mod event;
mod reply;

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use service::{Access, Ctx, HttpBody, HttpReply, PublicHttp};

use crate::Lambda;
use crate::arn::FunctionArn;
use crate::environment;
use crate::errors::Error;
use crate::invocation::Target;
use crate::model::{Policy, UrlConfig};
use crate::visit::Visit;
use reply::Refusal;

/// What paths of addresses begin with.
const PREFIX: &str = "/lambda-url/";
/// The label after the id in AWS's host names.
const LABEL: &str = "lambda-url";
/// Where a client is that says no host: a neighbor in the house.
const LOCAL: &str = "http://localhost:4566";

/// The address as a client who reaches the house by that origin can use it.
pub(crate) fn address(origin: Option<&str>, id: &str) -> String {
    format!("{}{PREFIX}{id}/", origin.unwrap_or(LOCAL))
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place<'r> {
    id: &'r str,
    /// The path below the address.
    path: &'r str,
}

/// The place that a path or a host names; none for requests that are meant for others.
fn place<'r>(host: Option<&'r str>, path: &'r str) -> Option<Place<'r>> {
    if let Some(rest) = path.strip_prefix(PREFIX) {
        let (id, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        return Some(Place { id, path: if below.is_empty() { "/" } else { below } });
    }
    let (id, rest) = host?.split_once('.')?;
    (rest.split(['.', ':']).next()? == LABEL).then_some(Place { id, path })
}

/// Who has signed a request.
struct Signer {
    ctx: Ctx,
    access_key_id: String,
}

/// One request to an address.
struct Asked<'r> {
    head: &'r Parts,
    place: Place<'r>,
    body: Bytes,
    signer: Option<Signer>,
}

impl PublicHttp for Lambda {
    fn serves(&self, host: Option<&str>, path: &str) -> bool {
        place(host, path).is_some()
    }

    fn answer(&self, ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_> {
        Box::pin(async move {
            let request_id = ctx.request_id().to_owned();
            let ctx = self.enter(ctx);
            let (head, body) = request.into_parts();
            let answered = answer(&ctx, &head, body).await;
            let mut response = answered.unwrap_or_else(Refusal::into_response);
            reply::stamp(&mut response, &request_id);
            response
        })
    }
}

async fn answer(
    ctx: &Visit<'_>,
    head: &Parts,
    body: HttpBody,
) -> Result<Response<HttpBody>, Refusal> {
    let host = ctx.request.host();
    let place = place(host, head.uri.path()).ok_or(Refusal::NotFound)?;
    let (target, config) = find(ctx, place.id).await?;
    if head.method == Method::OPTIONS
        && let Some(cors) = &config.cors
        && cors::is_preflight(&head.headers)
    {
        return Ok(cors::preflight(cors, &head.headers));
    }
    let body = read(body, ctx.limits().payload_bytes_max).await?;
    let signer = match config.is_signed {
        true => Some(signer(ctx, head, &body)?),
        false => None,
    };
    allow(ctx, &target, &config, signer.as_ref())?;
    let asked = Asked { head, place, body, signer };
    let event = event::of(ctx, &target, &asked).await;
    let request = environment::Request {
        request_id: ctx.request.request_id().to_owned(),
        invoked_arn: target.arn.to_string(),
        payload: event.to_string().into(),
        client_context: None,
        trace: ctx.request.trace_header().map(str::to_owned),
    };
    let outcome = ctx.room().invoke(target, request).await.map_err(Refusal::from)?;
    let mut response = reply::of(outcome)?;
    if let Some(cors) = &config.cors {
        cors::allow(cors, &head.headers, &mut response);
    }
    Ok(response)
}

async fn read(mut body: HttpBody, bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refusal::CutOff)?.into_data() else { continue };
        if bytes_max < bytes.len() + data.len() {
            return Err(Refusal::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// What runs for an address.
async fn find(ctx: &Visit<'_>, id: &str) -> Result<(Target, UrlConfig), Refusal> {
    let arn = ctx.tables().url(id).await.map_err(Error::from)?.ok_or(Refusal::NotFound)?;
    let arn = FunctionArn::parse(&arn, &ctx.scope()).ok_or(Refusal::NotFound)?;
    let target = ctx.room().target(&arn).await?;
    // It may have gone meanwhile.
    let config = target.function.urls.get(&arn.qualifier_key()).filter(|config| config.id == id);
    let config = config.cloned().ok_or(Refusal::NotFound)?;
    Ok((target, config))
}

fn signer(ctx: &Visit<'_>, head: &Parts, body: &[u8]) -> Result<Signer, Refusal> {
    let signed = aws::sigv4::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body,
    };
    let admitted = ctx.room().bus.admit(&ctx.request, &signed, "lambda");
    let presented = aws::sigv4::Presented::of(&head.headers, signed.query);
    Ok(Signer {
        ctx: admitted.map_err(Refusal::Unsigned)?,
        access_key_id: presented.map(|it| it.access_key_id().to_owned()).unwrap_or_default(),
    })
}

/// Both actions are needed, also of an address that is for anybody.
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
fn allow(
    ctx: &Visit<'_>,
    target: &Target,
    config: &UrlConfig,
    signer: Option<&Signer>,
) -> Result<(), Refusal> {
    let policy = target.function.policies.get(&target.arn.qualifier_key()).map(Policy::text);
    let resource = target.arn.to_string();
    let auth_type = if config.is_signed { "AWS_IAM" } else { "NONE" };
    let conditions = [
        ("lambda:FunctionUrlAuthType", auth_type.to_owned()),
        ("lambda:InvokedViaFunctionUrl", "true".to_owned()),
    ];
    let caller = signer.map_or(&ctx.request, |signer| &signer.ctx);
    for action in ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"] {
        let access = Access {
            policy: policy.as_deref(),
            conditions: &conditions,
            ..Access::new(action, &resource)
        };
        ctx.room().bus.check_access(caller, &access).map_err(|_| Refusal::Forbidden)?;
    }
    Ok(())
}

/// Where a request comes from, as far as the listener knows.
fn source_ip(head: &Parts) -> String {
    let address = head.extensions.get::<SocketAddr>();
    address.map(|address| address.ip().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_by_its_path_or_its_host() {
        let read = |host, path| place(Some(host), path).map(|it| (it.id, it.path));
        assert_eq!(read("127.0.0.1:4566", "/lambda-url/a1/x/y"), Some(("a1", "/x/y")));
        assert_eq!(read("127.0.0.1:4566", "/lambda-url/a1"), Some(("a1", "/")));
        assert_eq!(read("a1.lambda-url.us-east-1.on.aws", "/x"), Some(("a1", "/x")));
        assert_eq!(read("a1.lambda-url.localhost:4566", "/"), Some(("a1", "/")));
        assert_eq!(read("lambda.localhost:4566", "/2015-03-31/functions"), None);
        assert_eq!(address(None, "a1"), "http://localhost:4566/lambda-url/a1/");
        assert_eq!(address(Some("https://h"), "a1"), "https://h/lambda-url/a1/");
    }
}
