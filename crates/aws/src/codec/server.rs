//! A service's side: requests read, replies written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use models::{ErrorFacts, Operation, Protocol, Service};

use super::form::{Dialect, Node};
use super::rest::Outgoing;
use super::xml::Document;
use super::{Call, members, query, rest};
use crate::{Error, Target};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
const FORM: &str = "application/x-www-form-urlencoded";

/// The protocol that a request to a service speaks: the service's own,
/// or the query protocol to one that spoke it once.
pub fn protocol_of(own: Protocol, head: &Parts) -> Protocol {
    let speaks_json = matches!(own, Protocol::Json1_0 | Protocol::Json1_1);
    if !speaks_json || Target::of(&head.headers).is_some() {
        return own;
    }
    let content_type =
        head.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let asks = |query: &str| Node::read(query).is_ok_and(|form| form.text("Action").is_some());
    let is_form = head.method == Method::POST && content_type.starts_with(FORM);
    if is_form || head.uri.query().is_some_and(asks) { Protocol::Query } else { own }
}

/// What a request asks, if it is one at all. `service` may be absent for the JSON protocols alone.
pub fn read(
    service: Option<&'static Service>,
    protocol: Protocol,
    head: &Parts,
    body: Bytes,
) -> Result<Call, Error> {
    let service = || service.ok_or_else(Error::unknown_operation);
    match protocol {
        Protocol::Json1_0 | Protocol::Json1_1 => {
            let target = Target::of(&head.headers).filter(|_| head.method == Method::POST);
            let operation = target.ok_or_else(Error::unknown_operation)?.operation.to_owned();
            Ok(Call { operation, body })
        }
        Protocol::Query => query::read_request(service()?, Dialect::Query, head, &body),
        Protocol::Ec2 => query::read_request(service()?, Dialect::Ec2, head, &body),
        Protocol::RestJson | Protocol::RestXml => {
            let is_xml = protocol == Protocol::RestXml;
            rest::read_request(service()?, is_xml, head, &body)
        }
    }
}

/// The reply to a client: what the operation gave, or why it was refused.
pub fn reply(
    service: Option<&'static Service>,
    protocol: Protocol,
    operation: Option<&str>,
    request_id: &str,
    outcome: Result<Bytes, Error>,
) -> Response<Bytes> {
    let operation = service.zip(operation).and_then(|(service, name)| service.operation(name));
    let written = match (&outcome, operation, protocol) {
        (Ok(body), _, Protocol::Json1_0 | Protocol::Json1_1) => {
            Ok(Outgoing { body: body.clone(), ..Outgoing::default() })
        }
        (Ok(body), Some(operation), _) => write(operation, protocol, request_id, body),
        (Ok(_), None, _) => Err(Error::internal()),
        (Err(error), ..) => Err(error.clone()),
    };
    let outgoing = written.unwrap_or_else(|error| refuse(service, protocol, request_id, error));
    let mut response = Response::new(outgoing.body);
    *response.status_mut() =
        StatusCode::from_u16(outgoing.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let has_body = !response.body().is_empty();
    let headers = response.headers_mut();
    *headers = outgoing.headers;
    if has_body && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(protocol.content_type()));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// A reply that isn't what the model says is our own trouble.
fn write(
    operation: Operation,
    protocol: Protocol,
    request_id: &str,
    body: &[u8],
) -> Result<Outgoing, Error> {
    let members = members(body).map_err(|_| Error::internal())?;
    let text = match protocol {
        Protocol::RestJson => return rest::write_reply(operation, false, members),
        Protocol::RestXml => return rest::write_reply(operation, true, members),
        Protocol::Ec2 => query::write_reply(operation, Dialect::Ec2, request_id, &members),
        Protocol::Query | Protocol::Json1_0 | Protocol::Json1_1 => {
            query::write_reply(operation, Dialect::Query, request_id, &members)
        }
    };
    Ok(Outgoing { body: text.into(), ..Outgoing::default() })
}

fn refuse(
    service: Option<&'static Service>,
    protocol: Protocol,
    request_id: &str,
    error: Error,
) -> Outgoing {
    let facts = service.and_then(|service| service.error(&error.code));
    let error = spelled(protocol, error);
    let mut headers = HeaderMap::new();
    let body = match (protocol, service) {
        (Protocol::Query, Some(service)) | (Protocol::Ec2, Some(service)) => {
            let code = query_code(facts, &error).to_owned().into();
            let dialect = if protocol == Protocol::Ec2 { Dialect::Ec2 } else { Dialect::Query };
            let error = Error { code, ..error.clone() };
            query::write_error(service, dialect, request_id, &error).into()
        }
        (Protocol::RestXml, _) => rest_xml_error(service, request_id, &error),
        (Protocol::RestJson, _) => {
            if let Ok(code) = HeaderValue::from_str(&error.code) {
                headers.insert(ERROR_TYPE, code);
            }
            error.to_json_without_type()
        }
        (Protocol::Json1_0 | Protocol::Json1_1 | Protocol::Query | Protocol::Ec2, _) => {
            let shape = facts.map_or(error.code.clone(), |facts| facts.shape().into());
            let was_query =
                error.query_code.is_some() || service.is_some_and(Service::is_query_compatible);
            let code = query_code(facts, &error);
            let fault = if error.is_server_fault() { "Receiver" } else { "Sender" };
            if was_query && let Ok(both) = HeaderValue::from_str(&format!("{code};{fault}")) {
                headers.insert(QUERY_ERROR, both);
            }
            Error { code: shape, ..error.clone() }.to_json()
        }
    };
    Outgoing { status: error.status, headers, body }
}

fn query_code(facts: Option<ErrorFacts>, error: &Error) -> &str {
    error.query_code.or(facts.map(ErrorFacts::code)).unwrap_or(&error.code)
}

/// S3 sends its errors alone, the others around them what the query protocol has.
fn rest_xml_error(service: Option<&Service>, request_id: &str, error: &Error) -> Bytes {
    let Some(service) = service.filter(|service| service.cli_name() != "s3") else {
        let mut document = Document::declared();
        document.element("Error", "", |document| {
            document.text_element("Code", &error.code);
            document.text_element("Message", error.message.as_deref().unwrap_or_default());
            extra_elements(document, error);
            document.text_element("RequestId", request_id);
        });
        return document.into_text().into();
    };
    query::write_error(service, Dialect::Query, request_id, error).into()
}

/// Members beside code and message.
pub(super) fn extra_elements(document: &mut Document, error: &Error) {
    for (name, value) in &error.fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        document.text_element(name, &text);
    }
}

/// The refusals that every service shares are called otherwise where XML is spoken, and have another status over REST.
fn spelled(protocol: Protocol, error: Error) -> Error {
    let codes: &[(&str, &str, u16)] = match protocol {
        Protocol::Json1_0 | Protocol::Json1_1 => return error,
        // The same codes, but with the status of the gateway that stands before these services.
        Protocol::RestJson => &[
            ("UnrecognizedClientException", "UnrecognizedClientException", 403),
            ("InvalidSignatureException", "InvalidSignatureException", 403),
            ("MissingAuthenticationTokenException", "MissingAuthenticationTokenException", 403),
            ("IncompleteSignatureException", "IncompleteSignatureException", 403),
            ("ExpiredTokenException", "ExpiredTokenException", 403),
        ],
        Protocol::RestXml => &[
            ("UnrecognizedClientException", "InvalidAccessKeyId", 403),
            ("InvalidSignatureException", "SignatureDoesNotMatch", 403),
            ("MissingAuthenticationTokenException", "AccessDenied", 403),
            ("IncompleteSignatureException", "AuthorizationHeaderMalformed", 400),
            ("AccessDeniedException", "AccessDenied", 403),
            ("ExpiredTokenException", "ExpiredToken", 400),
            ("InternalServerError", "InternalError", 500),
            ("ThrottlingException", "SlowDown", 503),
        ],
        Protocol::Query | Protocol::Ec2 => &[
            ("UnrecognizedClientException", "InvalidClientTokenId", 403),
            ("InvalidSignatureException", "SignatureDoesNotMatch", 403),
            ("MissingAuthenticationTokenException", "MissingAuthenticationToken", 403),
            ("IncompleteSignatureException", "IncompleteSignature", 400),
            ("AccessDeniedException", "AccessDenied", 403),
            ("ExpiredTokenException", "ExpiredToken", 403),
            ("UnknownOperationException", "InvalidAction", 400),
            ("ValidationException", "ValidationError", 400),
            ("InternalServerError", "InternalFailure", 500),
            ("ThrottlingException", "Throttling", 400),
        ],
    };
    match codes.iter().find(|(code, ..)| *code == error.code) {
        Some(&(_, code, status)) => Error { code: code.into(), status, ..error },
        None => error,
    }
}

/// The bytes of a blob; those of a text that isn't Base64 are none.
pub(super) fn blob(text: &str) -> Option<Bytes> {
    BASE64.decode(text).ok().map(Bytes::from)
}
