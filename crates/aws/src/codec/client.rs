//! A client's side: requests written, replies read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use md5::{Digest as _, Md5};
use models::{Location, Operation, Protocol, Shape, TimestampFormat};
use serde_json::Value;

use super::form::Dialect;
use super::xml::Element;
use super::{Members, document, members, query, rest, scalar, template, to_bytes};
use crate::Error;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const QUERY_ERROR: &str = "x-amzn-query-error";
const ERROR_TYPE: &str = "x-amzn-errortype";
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// Why a request can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// The body isn't a JSON object.
    #[error("the input is not a JSON object: {0}")]
    NotJson(String),
    /// A member that is part of the path isn't given.
    #[error("the input has no value for a label of {0}")]
    Label(&'static str),
    /// A payload isn't what its shape says, a blob not Base64.
    #[error("the payload can't be written as a body")]
    Payload,
    /// The parts make no URI.
    #[error("{0} is no address")]
    Address(String),
    /// The service speaks CBOR alone.
    #[error("{0} speaks no protocol that is known here")]
    Protocol(&'static str),
}

/// Why a reply gave nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The service refused.
    #[error(transparent)]
    Refused(#[from] Error),
    /// What came back is neither a reply nor a refusal.
    #[error("the reply with status {status} can't be read: {reason}")]
    Garbage {
        /// Its HTTP status.
        status: u16,
        /// What is wrong with it.
        reason: String,
    },
}

/// What comes back.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, whole.
    pub body: &'a [u8],
}

/// The HTTP request for a call of an operation, still unsigned, to the server at `endpoint`.
/// `token` is what idempotency tokens become that the caller didn't give.
pub fn request(
    operation: Operation,
    endpoint: &Uri,
    body: &[u8],
    token: impl Fn() -> String,
) -> Result<Request<Bytes>, Unsendable> {
    let mut members = members(body).map_err(|error| Unsendable::NotJson(error.to_string()))?;
    for member in operation.input().into_iter().flat_map(Shape::members) {
        if member.is_idempotency_token() && members.get(member.name()).is_none_or(Value::is_null) {
            members.insert(member.name().to_owned(), token().into());
        }
    }
    let service = operation.service();
    let protocol = service.protocol().ok_or(Unsendable::Protocol(service.cli_name()))?;
    let mut headers = HeaderMap::new();
    let mut content_type = protocol.content_type();
    let (target, body) = match protocol {
        Protocol::Json1_0 | Protocol::Json1_1 => {
            let name = format!("{}.{}", service.target_prefix(), operation.name());
            headers.extend(HeaderValue::from_str(&name).ok().map(|name| (TARGET, name)));
            let members = Value::Object(members);
            let body = operation.input().map(|input| document::to_wire(input, members).to_string());
            ("/".to_owned(), body.unwrap_or_else(|| "{}".to_owned()).into())
        }
        Protocol::Query | Protocol::Ec2 => {
            let dialect = if protocol == Protocol::Ec2 { Dialect::Ec2 } else { Dialect::Query };
            content_type = "application/x-www-form-urlencoded; charset=utf-8";
            ("/".to_owned(), query::write_request(operation, dialect, &members).into())
        }
        Protocol::RestJson | Protocol::RestXml => {
            rest_request(operation, protocol, members, &mut headers)?
        }
    };
    let address = at(endpoint, &target)?;
    let mut request = Request::new(body);
    // A method of the models is always a token.
    *request.method_mut() =
        Method::from_bytes(operation.method().as_bytes()).unwrap_or(Method::POST);
    *request.uri_mut() = address;
    if !request.body().is_empty() {
        if !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if operation.wants_checksum() {
            let checksum = BASE64.encode(Md5::digest(request.body()));
            headers.extend(HeaderValue::from_str(&checksum).ok().map(|it| (CONTENT_MD5, it)));
        }
    }
    *request.headers_mut() = headers;
    Ok(request)
}

/// Path with query, and the body, of a REST request; its headers are added.
fn rest_request(
    operation: Operation,
    protocol: Protocol,
    members: Members,
    headers: &mut HeaderMap,
) -> Result<(String, Bytes), Unsendable> {
    let input = operation.input();
    let all = || {
        input
            .into_iter()
            .flat_map(|input| input.members().iter().map(move |it| (input.shape_of(it), it)))
    };
    let label = |name: &str| {
        let (shape, member) =
            all().find(|(_, it)| it.location() == Location::Uri && it.wire_name() == name)?;
        scalar::write(shape, members.get(member.name())?, TimestampFormat::Iso8601)
    };
    let (path, constants) =
        template::fill(operation.uri(), label).ok_or(Unsendable::Label(operation.uri()))?;
    let mut target = String::new();
    // S3's templates leave the bucket to the name of the host; other servers than AWS want it in the path.
    let in_host = all().find(|(_, it)| {
        it.location() == Location::Uri
            && !operation.uri().contains(&format!("{{{}", it.wire_name()))
    });
    if let Some(bucket) = in_host.and_then(|(_, it)| members.get(it.name())?.as_str()) {
        target.push('/');
        template::encode(&mut target, bucket, "");
    }
    target.push_str(&path);
    let mut parameters = Vec::new();
    for (shape, member) in all() {
        let Some(value) = members.get(member.name()).filter(|value| !value.is_null()) else {
            continue;
        };
        match member.location() {
            Location::Query => rest::to_query(&mut parameters, shape, member, value),
            Location::Header | Location::Headers => rest::to_headers(headers, shape, member, value),
            Location::Uri | Location::Body | Location::Payload | Location::Status => {}
        }
    }
    let mut separator = '?';
    for constant in constants {
        target.push(separator);
        target.push_str(constant);
        separator = '&';
    }
    for (name, value) in parameters {
        target.push(separator);
        template::encode(&mut target, &name, "");
        target.push('=');
        template::encode(&mut target, &value, "");
        separator = '&';
    }
    let Some(input) = input else {
        return Ok((target, Bytes::new()));
    };
    let root = format!("{}Request", operation.name());
    let root = operation.root().unwrap_or(&root);
    let written =
        rest::write_body(operation.service(), input, root, protocol == Protocol::RestXml, members)
            .ok_or(Unsendable::Payload)?;
    if let Some(content_type) = written.content_type.filter(|_| !headers.contains_key(CONTENT_TYPE))
    {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    Ok((target, written.bytes))
}

/// The address of a target below an endpoint, which may have a path of its own.
fn at(endpoint: &Uri, target: &str) -> Result<Uri, Unsendable> {
    let base = endpoint.to_string();
    let address = format!("{}{target}", base.trim_end_matches('/'));
    address.parse().map_err(|_| Unsendable::Address(address))
}

/// The output in a reply, as JSON, or the service's refusal.
pub fn read(operation: Operation, reply: &Reply<'_>) -> Result<Bytes, Failure> {
    let garbage = |reason: String| Failure::Garbage { status: reply.status, reason };
    let service = operation.service();
    let protocol =
        service.protocol().ok_or_else(|| garbage("nobody knows its protocol".to_owned()))?;
    if !(200..300).contains(&reply.status) {
        return Err(refusal(protocol, reply).map_or_else(
            || garbage(format!("it begins {:?}", beginning(reply.body))),
            Failure::Refused,
        ));
    }
    let root = || {
        let text = std::str::from_utf8(reply.body).map_err(|error| garbage(error.to_string()))?;
        Element::read(text).map_err(|error| garbage(error.to_string()))
    };
    let found = match protocol {
        Protocol::Json1_0 | Protocol::Json1_1 => {
            let members =
                Value::Object(members(reply.body).map_err(|error| garbage(error.to_string()))?);
            match operation.output() {
                Some(output) => return Ok(document::from_wire(output, members).to_string().into()),
                None => Members::new(),
            }
        }
        Protocol::Query => query::read_reply(operation, Dialect::Query, &root()?),
        Protocol::Ec2 => query::read_reply(operation, Dialect::Ec2, &root()?),
        Protocol::RestJson | Protocol::RestXml => {
            let is_xml = protocol == Protocol::RestXml;
            rest::read_reply(operation, is_xml, reply.status, reply.headers, reply.body)
                .map_err(|error| garbage(error.to_string()))?
        }
    };
    Ok(to_bytes(found))
}

/// The error that a reply carries, if it carries one.
fn refusal(protocol: Protocol, reply: &Reply<'_>) -> Option<Error> {
    match protocol {
        Protocol::Json1_0 | Protocol::Json1_1 | Protocol::RestJson => json_error(reply),
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => {
            if reply.body.is_empty() {
                // S3 can't say more in the reply to HEAD.
                let code = if reply.status == 404 { "NotFound" } else { "BadRequest" };
                let is_s3 = protocol == Protocol::RestXml;
                return is_s3
                    .then(|| Error { message: None, ..Error::new(reply.status, code, "") });
            }
            query::read_error(reply, &Element::read(std::str::from_utf8(reply.body).ok()?).ok()?)
        }
    }
}

fn json_error(reply: &Reply<'_>) -> Option<Error> {
    let body = members(reply.body).ok()?;
    let header = |name| reply.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    // The header of a service that spoke the query protocol holds `code;fault`.
    let code = header(ERROR_TYPE).or_else(|| text("__type")).or_else(|| text("code"));
    let code = code.or_else(|| header(QUERY_ERROR)?.split(';').next())?;
    let code = code.rsplit('#').next()?.split(':').next()?;
    let message = text("message").or_else(|| text("Message")).or_else(|| text("errorMessage"));
    Some(Error {
        status: reply.status,
        code: code.to_owned().into(),
        message: message.map(str::to_owned),
        fields: Vec::new(),
        query_code: None,
    })
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(100).collect()
}
