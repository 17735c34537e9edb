//! XML documents: read into a small tree, then by shape; written by shape.

use models::{Location, Member, Shape, ShapeKind, TimestampFormat};
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::{DEPTH_MAX, Members, scalar};

/// The attribute that some members of S3 are, whose namespace has to be declared beside it.
const TYPE_ATTRIBUTE: &str = "xsi:type";
const TYPE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element, by its local name.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

/// Why a text is no document.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error(transparent)]
    Syntax(#[from] quick_xml::Error),
    #[error("the document ends early")]
    Cut,
    #[error("the document is nested deeper than {DEPTH_MAX} elements")]
    Deep,
}

impl Element {
    /// The root element of a document. Entities other than XML's own are refused, comments and instructions ignored.
    pub(super) fn read(text: &str) -> Result<Self, Malformed> {
        let mut reader = quick_xml::Reader::from_str(text);
        // The elements that are open; the first stands for the document.
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event()? {
                Event::Start(start) if DEPTH_MAX < open.len() => {
                    drop(start);
                    return Err(Malformed::Deep);
                }
                Event::Start(start) => open.push(Element::start(&start)?),
                Event::Empty(start) => close(&mut open, Element::start(&start)?)?,
                Event::End(_) => {
                    let element = open.pop().ok_or(Malformed::Cut)?;
                    close(&mut open, element)?;
                }
                Event::Text(text) => {
                    add(&mut open, &text.decode().map_err(quick_xml::Error::from)?)
                }
                Event::CData(text) => {
                    add(&mut open, &text.decode().map_err(quick_xml::Error::from)?)
                }
                Event::GeneralRef(reference) => add(&mut open, &resolve(&reference)?),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut document), true) => document.children.pop().ok_or(Malformed::Cut),
            _ => Err(Malformed::Cut),
        }
    }

    fn start(start: &BytesStart<'_>) -> Result<Self, Malformed> {
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            attributes.push((key, attribute.unescape_value()?.into_owned()));
        }
        Ok(Element { name, attributes, ..Element::default() })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The members of a structure that are in the document.
    pub(super) fn members(&self, shape: Shape) -> Members {
        let in_body = shape.members().iter().filter(|member| member.location() == Location::Body);
        let found = in_body.filter_map(|member| {
            Some((member.name().to_owned(), self.member(shape.shape_of(member), member)?))
        });
        found.collect()
    }

    fn member(&self, shape: Shape, member: &Member) -> Option<Value> {
        let name = member.element_name();
        if member.is_attribute() {
            let (_, value) = self.attributes.iter().find(|(key, _)| key == name)?;
            return scalar::read(shape, value);
        }
        if !member.is_flattened() {
            return self.child(name)?.value(shape);
        }
        let name = match shape.kind() {
            ShapeKind::List { item_name: Some(item_name), .. } => item_name,
            _ => name,
        };
        let items: Vec<_> = self.children.iter().filter(|child| child.name == name).collect();
        match shape.kind() {
            _ if items.is_empty() => None,
            ShapeKind::List { item, .. } => {
                Some(items.iter().filter_map(|element| element.value(item)).collect())
            }
            _ => Some(entries(shape, items.into_iter())),
        }
    }

    /// The value of an element; `None` where it can't be one of that shape.
    pub(super) fn value(&self, shape: Shape) -> Option<Value> {
        match shape.kind() {
            ShapeKind::Structure(_) => Some(Value::Object(self.members(shape))),
            ShapeKind::List { item, .. } => {
                Some(self.children.iter().filter_map(|element| element.value(item)).collect())
            }
            ShapeKind::Map { .. } => Some(entries(shape, self.children.iter())),
            _ => scalar::read(shape, &self.text),
        }
    }
}

fn entries<'a>(shape: Shape, elements: impl Iterator<Item = &'a Element>) -> Value {
    let ShapeKind::Map { value: shape, key_name, value_name, .. } = shape.kind() else {
        return Value::Null;
    };
    let entries = elements.filter_map(|element| {
        let key = element.child(key_name.unwrap_or("key"))?.text.clone();
        Some((key, element.child(value_name.unwrap_or("value"))?.value(shape)?))
    });
    Value::Object(entries.collect())
}

fn close(open: &mut [Element], element: Element) -> Result<(), Malformed> {
    open.last_mut().ok_or(Malformed::Cut)?.children.push(element);
    Ok(())
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, Malformed> {
    if let Some(character) = reference.resolve_char_ref()? {
        return Ok(character.into());
    }
    let name = reference.decode().map_err(quick_xml::Error::from)?;
    let text = quick_xml::escape::resolve_predefined_entity(&name);
    text.map(str::to_owned).ok_or(Malformed::Cut)
}

/// A document as it is written.
#[derive(Default)]
pub(super) struct Document(String);

impl Document {
    /// With the declaration that AWS begins documents with where it does.
    pub(super) fn declared() -> Self {
        Document("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// An element with whatever `inside` writes.
    pub(super) fn element(&mut self, name: &str, namespace: &str, inside: impl FnOnce(&mut Self)) {
        self.open(name, namespace);
        inside(self);
        self.close(name);
    }

    pub(super) fn text_element(&mut self, name: &str, text: &str) {
        self.element(name, "", |document| document.text(text));
    }

    /// The members of a structure that belong in the document.
    pub(super) fn members(&mut self, shape: Shape, members: &Members) {
        let in_body = shape.members().iter().filter(|member| member.location() == Location::Body);
        for member in in_body.filter(|member| !member.is_attribute()) {
            if let Some(value) = members.get(member.name()).filter(|value| !value.is_null()) {
                self.member(shape.shape_of(member), member, value);
            }
        }
    }

    fn member(&mut self, shape: Shape, member: &Member, value: &Value) {
        let name = member.element_name();
        match (shape.kind(), value) {
            (ShapeKind::List { item, item_name, .. }, Value::Array(items))
                if member.is_flattened() =>
            {
                for value in items {
                    self.value(item_name.unwrap_or(name), "", item, value);
                }
            }
            (ShapeKind::Map { .. }, Value::Object(entries)) if member.is_flattened() => {
                self.entries(name, shape, entries);
            }
            _ => self.value(name, member.namespace().unwrap_or_default(), shape, value),
        }
    }

    /// An element that is a value.
    pub(super) fn value(&mut self, name: &str, namespace: &str, shape: Shape, value: &Value) {
        match (shape.kind(), value) {
            (ShapeKind::Structure(_), Value::Object(members)) => {
                self.open_with_attributes(name, namespace, shape, members);
                self.members(shape, members);
                self.close(name);
            }
            (ShapeKind::List { item, item_name, .. }, Value::Array(items)) => {
                self.element(name, namespace, |document| {
                    for value in items {
                        document.value(item_name.unwrap_or("member"), "", item, value);
                    }
                });
            }
            (ShapeKind::Map { .. }, Value::Object(entries)) => {
                self.element(name, namespace, |document| document.entries("entry", shape, entries));
            }
            (_, value) => {
                let text =
                    scalar::write(shape, value, TimestampFormat::Iso8601).unwrap_or_default();
                self.element(name, namespace, |document| document.text(&text));
            }
        }
    }

    fn entries(&mut self, name: &str, shape: Shape, entries: &Members) {
        let ShapeKind::Map { value: shape, key_name, value_name, .. } = shape.kind() else {
            return;
        };
        for (key, value) in entries {
            self.element(name, "", |document| {
                document.text_element(key_name.unwrap_or("key"), key);
                document.value(value_name.unwrap_or("value"), "", shape, value);
            });
        }
    }

    fn open_with_attributes(
        &mut self,
        name: &str,
        namespace: &str,
        shape: Shape,
        members: &Members,
    ) {
        let mut attributes = String::new();
        for member in shape.members().iter().filter(|member| member.is_attribute()) {
            if let Some(Value::String(value)) = members.get(member.name()) {
                if member.wire_name() == TYPE_ATTRIBUTE {
                    attributes.push_str(&format!(" xmlns:xsi=\"{TYPE_NAMESPACE}\""));
                }
                attributes.push_str(&format!(" {}=\"{}\"", member.wire_name(), escape(value)));
            }
        }
        // The namespace of such a structure is that of its attribute.
        let namespace = if attributes.is_empty() { namespace } else { "" };
        self.open(name, namespace);
        self.0.truncate(self.0.len() - 1);
        self.0.push_str(&attributes);
        self.0.push('>');
    }

    fn open(&mut self, name: &str, namespace: &str) {
        self.0.push('<');
        self.0.push_str(name);
        if !namespace.is_empty() {
            self.0.push_str(" xmlns=\"");
            self.0.push_str(&escape(namespace));
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    fn text(&mut self, text: &str) {
        // A bare carriage return would be read as a line feed.
        self.0.push_str(&escape(text).replace('\r', "&#13;"));
    }
}
