//! What the two REST protocols have in common: paths, queries, headers, and which of the members is the body.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>
//! <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use models::{Location, Member, Operation, Service, Shape, ShapeKind, TimestampFormat};
use serde_json::Value;

use super::template::{self, Labels};
use super::xml::{Document, Element};
use super::{Call, Members, document, scalar, server, to_bytes};
use crate::Error;

/// Status, headers and body on their way out.
pub(super) struct Outgoing {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Default for Outgoing {
    fn default() -> Self {
        Outgoing { status: 200, headers: HeaderMap::new(), body: Bytes::new() }
    }
}

pub(super) fn read_request(
    service: &'static Service,
    is_xml: bool,
    head: &Parts,
    body: &[u8],
) -> Result<Call, Error> {
    let query = head.uri.query().unwrap_or_default();
    let (operation, labels) =
        template::route(service, head.method.as_str(), head.uri.path(), query)
            .ok_or_else(|| unrouted(head))?;
    let mut members = Members::new();
    if let Some(input) = operation.input() {
        members = read_body(input, is_xml, body)?;
        let outside = Outside { labels, query, headers: &head.headers };
        for member in input.members() {
            if let Some(value) = outside.read(operation, input, member)? {
                members.insert(member.name().to_owned(), value);
            }
        }
    }
    Ok(Call { operation: operation.name().to_owned(), body: to_bytes(members) })
}

/// The refusal of a method and path that no operation has. The code and the status are those of AWS's REST services, the
/// sentence is ours.
fn unrouted(head: &Parts) -> Error {
    let message = format!("No operation answers to {} {}.", head.method, head.uri.path());
    Error { status: 404, message: Some(message), ..Error::unknown_operation() }
}

/// What a request carries outside its body.
struct Outside<'a> {
    labels: Labels,
    query: &'a str,
    headers: &'a HeaderMap,
}

impl Outside<'_> {
    fn read(
        &self,
        operation: Operation,
        input: Shape,
        member: &Member,
    ) -> Result<Option<Value>, Error> {
        let shape = input.shape_of(member);
        match (member.location(), shape.kind()) {
            (Location::Uri, _) => {
                let label = self.labels.iter().find(|(name, _)| *name == member.wire_name());
                label.map(|(name, text)| read_text(shape, name, text)).transpose()
            }
            (Location::Query, ShapeKind::Map { value, .. }) => {
                Ok(self.other_parameters(operation, input, value))
            }
            (Location::Query, _) => self.parameter(shape, member.wire_name()),
            (Location::Header | Location::Headers, _) => from_headers(shape, member, self.headers),
            (Location::Body | Location::Payload | Location::Status, _) => Ok(None),
        }
    }

    fn parameter(&self, shape: Shape, name: &str) -> Result<Option<Value>, Error> {
        let parameters = crate::sigv4::query_parameters(self.query);
        let mut given =
            parameters.filter(|(given, _)| given == name).map(|(_, value)| value).peekable();
        let ShapeKind::List { item, .. } = shape.kind() else {
            return given.next().map(|text| read_text(shape, name, &text)).transpose();
        };
        if given.peek().is_none() {
            return Ok(None);
        }
        let items = given.map(|text| read_text(item, name, &text));
        items.collect::<Result<_, _>>().map(|items| Some(Value::Array(items)))
    }

    /// The parameters that are neither the template's nor any other member's.
    fn other_parameters(&self, operation: Operation, input: Shape, value: Shape) -> Option<Value> {
        let is_taken = |name: &str| {
            template::constants(operation.uri()).any(|constant| constant == name)
                || input
                    .members()
                    .iter()
                    .any(|it| it.location() == Location::Query && it.wire_name() == name)
        };
        let mut map = Members::new();
        for (name, text) in
            crate::sigv4::query_parameters(self.query).filter(|(name, _)| !is_taken(name))
        {
            match (map.get_mut(&name), value.kind()) {
                (Some(Value::Array(items)), _) => items.push(text.into()),
                (_, ShapeKind::List { .. }) => {
                    drop(map.insert(name, Value::Array(vec![text.into()])))
                }
                _ => drop(map.insert(name, text.into())),
            }
        }
        (!map.is_empty()).then_some(Value::Object(map))
    }
}

fn from_headers(
    shape: Shape,
    member: &Member,
    headers: &HeaderMap,
) -> Result<Option<Value>, Error> {
    let name = member.wire_name();
    if member.location() == Location::Headers {
        let found: Members = (headers.iter())
            .filter_map(|(header, value)| {
                let prefix = header.as_str().get(..name.len())?;
                let rest = header.as_str().get(name.len()..)?;
                let value = value.to_str().ok()?;
                prefix.eq_ignore_ascii_case(name).then(|| (rest.to_owned(), value.into()))
            })
            .collect();
        return Ok(Some(Value::Object(found))
            .filter(|found| found.as_object().is_some_and(|it| !it.is_empty())));
    }
    let Some(text) = headers.get(name).and_then(|value| value.to_str().ok()) else {
        return Ok(None);
    };
    if member.is_json() {
        let json = BASE64.decode(text).ok().and_then(|json| String::from_utf8(json).ok());
        return Ok(Some(json.unwrap_or_else(|| text.to_owned()).into()));
    }
    if let ShapeKind::List { item, .. } = shape.kind() {
        let items = split_list(item, text).into_iter().map(|text| read_text(item, name, text));
        return items.collect::<Result<_, _>>().map(|items| Some(Value::Array(items)));
    }
    read_text(shape, name, text).map(Some)
}

/// The items of a list in a header; HTTP dates hold a comma of their own.
fn split_list(item: Shape, text: &str) -> Vec<&str> {
    let has_commas = matches!(
        item.kind(),
        ShapeKind::Timestamp(TimestampFormat::Default | TimestampFormat::HttpDate)
    );
    if has_commas && text.contains("GMT") {
        return text
            .split_inclusive("GMT")
            .map(|date| date.trim_start_matches([',', ' ']))
            .collect();
    }
    text.split(',').map(|item| item.trim().trim_matches('"')).collect()
}

fn read_text(shape: Shape, name: &str, text: &str) -> Result<Value, Error> {
    scalar::read(shape, text).ok_or_else(|| {
        Error::serialization(format!("Value ({text}) for parameter {name} is invalid."))
    })
}

/// The members in a body: all that have no other place, or the one that is the payload.
fn read_body(shape: Shape, is_xml: bool, body: &[u8]) -> Result<Members, Error> {
    let payload = shape.members().iter().find(|member| member.location() == Location::Payload);
    if body.is_empty() {
        return Ok(Members::new());
    }
    let Some(member) = payload else {
        let has_body = shape.members().iter().any(|member| member.location() == Location::Body);
        return if has_body { read_document(shape, is_xml, body) } else { Ok(Members::new()) };
    };
    let inner = shape.shape_of(member);
    let value = match inner.kind() {
        ShapeKind::Blob(_) => BASE64.encode(body).into(),
        ShapeKind::String(..) => utf8(body)?.into(),
        ShapeKind::Structure(_) => Value::Object(read_document(inner, is_xml, body)?),
        _ if is_xml => parse(body)?.value(inner).unwrap_or(Value::Null),
        _ => document::from_wire(
            inner,
            serde_json::from_slice(body).map_err(|error| unreadable(&error))?,
        ),
    };
    Ok(Members::from_iter([(member.name().to_owned(), value)]))
}

fn read_document(shape: Shape, is_xml: bool, body: &[u8]) -> Result<Members, Error> {
    if is_xml {
        let root = parse(body)?;
        return Ok(unwrapped(shape, &root).unwrap_or_else(|| root.members(shape)));
    }
    let value = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    match document::from_wire(shape, value) {
        Value::Object(members) => Ok(members),
        _ => Err(Error::serialization("Start of structure or map found where not expected.")),
    }
}

/// The one member of a shape, where the document is that member instead of having it: what GetBucketLocation answers.
fn unwrapped(shape: Shape, root: &Element) -> Option<Members> {
    let [member] = shape.members() else { return None };
    let inner = shape.shape_of(member);
    let is_it =
        root.name() == member.element_name() && matches!(inner.kind(), ShapeKind::String(..));
    let value = || root.value(inner).filter(|_| !root.text().is_empty());
    is_it.then(|| value().map(|value| (member.name().to_owned(), value)).into_iter().collect())
}

fn parse(body: &[u8]) -> Result<Element, Error> {
    Element::read(utf8(body)?).map_err(|error| Error::client("MalformedXML", error.to_string()))
}

fn utf8(body: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(body).map_err(|_| Error::serialization("Invalid UTF-8 in the body"))
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::serialization(format!("Could not parse request body into json: {error}"))
}

/// The members in a reply, wherever it carries them.
pub(super) fn read_reply(
    operation: Operation,
    is_xml: bool,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Members, Error> {
    let Some(output) = operation.output() else {
        return Ok(Members::new());
    };
    let mut members = read_body(output, is_xml, body)?;
    for member in output.members() {
        let shape = output.shape_of(member);
        let value = match member.location() {
            Location::Status => Some(status.into()),
            Location::Header | Location::Headers => from_headers(shape, member, headers)?,
            // A body without bytes is still a blob: that of an empty object.
            Location::Payload if body.is_empty() => {
                matches!(shape.kind(), ShapeKind::Blob(_)).then(|| "".into())
            }
            Location::Body | Location::Payload | Location::Uri | Location::Query => None,
        };
        members.extend(value.map(|value| (member.name().to_owned(), value)));
    }
    Ok(members)
}

pub(super) fn write_reply(
    operation: Operation,
    is_xml: bool,
    members: Members,
) -> Result<Outgoing, Error> {
    let mut outgoing = Outgoing { status: operation.status(), ..Outgoing::default() };
    let Some(output) = operation.output() else {
        return Ok(outgoing);
    };
    for member in output.members() {
        let Some(value) = members.get(member.name()).filter(|value| !value.is_null()) else {
            continue;
        };
        if member.location() == Location::Status {
            let status = value.as_u64().and_then(|status| status.try_into().ok());
            outgoing.status = status.ok_or_else(Error::internal)?;
        }
        to_headers(&mut outgoing.headers, output.shape_of(member), member, value);
    }
    let root = format!("{}Response", operation.name());
    let body = write_body(operation.service(), output, &root, is_xml, members)
        .ok_or_else(Error::internal)?;
    let has_none = outgoing.status == 204;
    outgoing.body = if has_none { Bytes::new() } else { body.bytes };
    // A function's result is JSON, though its shape is a blob.
    let is_json = operation.service().cli_name() == "lambda";
    if let Some(content_type) =
        body.content_type.filter(|_| !is_json && !outgoing.headers.contains_key(CONTENT_TYPE))
    {
        outgoing.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    Ok(outgoing)
}

/// A body and its type, where that isn't the protocol's.
pub(super) struct Written {
    pub(super) bytes: Bytes,
    pub(super) content_type: Option<&'static str>,
}

/// The body of a request or reply; `None` where a payload isn't what its shape says.
pub(super) fn write_body(
    service: &Service,
    shape: Shape,
    root: &str,
    is_xml: bool,
    mut members: Members,
) -> Option<Written> {
    let plain = |bytes| Some(Written { bytes, content_type: None });
    let payload = shape.members().iter().find(|member| member.location() == Location::Payload);
    let Some(member) = payload else {
        let has_body = shape.members().iter().any(|member| member.location() == Location::Body);
        return match (has_body, is_xml) {
            (false, _) => plain(Bytes::new()),
            (true, false) => plain(to_bytes(document::body_members(shape, members))),
            (true, true) => {
                let mut document = Document::declared();
                document.element(root, service.xml_namespace(), |document| {
                    document.members(shape, &members)
                });
                plain(document.into_text().into())
            }
        };
    };
    let inner = shape.shape_of(member);
    let value = members.remove(member.name()).filter(|value| !value.is_null());
    let Some(value) = value else {
        return plain(Bytes::new());
    };
    match (inner.kind(), value) {
        (ShapeKind::Blob(_), Value::String(text)) => {
            let bytes = server::blob(&text)?;
            Some(Written { bytes, content_type: Some("application/octet-stream") })
        }
        (ShapeKind::String(..), Value::String(text)) => {
            Some(Written { bytes: text.into(), content_type: Some("text/plain") })
        }
        (_, value) if is_xml => {
            let mut document = Document::declared();
            let namespace = member.namespace().unwrap_or(service.xml_namespace());
            document.value(member.wire_name(), namespace, inner, &value);
            plain(document.into_text().into())
        }
        (_, value) => plain(document::to_wire(inner, value).to_string().into()),
    }
}

/// Adds the headers that a member is.
pub(super) fn to_headers(headers: &mut HeaderMap, shape: Shape, member: &Member, value: &Value) {
    let mut add = |name: &str, text: &str| {
        // What isn't a header can't be sent as one; AWS's SDKs refuse such values before they are sent.
        if let (Ok(name), Ok(text)) = (HeaderName::try_from(name), HeaderValue::from_str(text)) {
            headers.insert(name, text);
        }
    };
    let text_of = |shape, value| scalar::write(shape, value, TimestampFormat::HttpDate);
    match (member.location(), shape.kind(), value) {
        (Location::Headers, _, Value::Object(entries)) => {
            for (key, value) in entries {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                add(&format!("{}{key}", member.wire_name()), &text);
            }
        }
        (Location::Header, ShapeKind::List { item, .. }, Value::Array(items)) => {
            let texts: Vec<_> = items.iter().filter_map(|value| text_of(item, value)).collect();
            add(member.wire_name(), &texts.join(","));
        }
        (Location::Header, ..) => {
            let Some(text) = text_of(shape, value) else { return };
            let text = if member.is_json() { BASE64.encode(text) } else { text };
            add(member.wire_name(), &text);
        }
        _ => {}
    }
}

/// The parameters of the query that a member is.
pub(super) fn to_query(
    query: &mut Vec<(String, String)>,
    shape: Shape,
    member: &Member,
    value: &Value,
) {
    let text_of = |shape, value| scalar::write(shape, value, TimestampFormat::Iso8601);
    let name = || member.wire_name().to_owned();
    match (shape.kind(), value) {
        (ShapeKind::List { item, .. }, Value::Array(items)) => {
            query.extend(items.iter().filter_map(|value| Some((name(), text_of(item, value)?))));
        }
        (ShapeKind::Map { value: shape, .. }, Value::Object(entries)) => {
            for (key, value) in entries {
                let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                let item = match shape.kind() {
                    ShapeKind::List { item, .. } => item,
                    _ => shape,
                };
                query.extend(
                    values.iter().filter_map(|value| Some((key.clone(), text_of(item, value)?))),
                );
            }
        }
        _ => query.extend(text_of(shape, value).map(|text| (name(), text))),
    }
}
