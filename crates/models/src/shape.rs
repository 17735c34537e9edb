use std::fmt;

use crate::Service;
use crate::read::ShapeData;

/// The shape of a request, an answer or a part of one. A shape may contain itself.
#[derive(Clone, Copy)]
pub struct Shape {
    service: &'static Service,
    place: u32,
}

/// What a shape is, one level deep.
#[derive(Clone, Copy, Debug)]
pub enum ShapeKind {
    /// With its members.
    Structure(&'static [Member]),
    /// A list; bounds are of its length.
    List {
        /// Of its length.
        bounds: Bounds,
        /// What it holds.
        item: Shape,
        /// The element of an item, where it isn't `member`.
        item_name: Option<&'static str>,
    },
    /// Text keys, each with a value; bounds are of their count.
    Map {
        /// Of the count of its entries.
        bounds: Bounds,
        /// What it holds.
        value: Shape,
        /// The element of a key, where it isn't `key`.
        key_name: Option<&'static str>,
        /// The element of a value, where it isn't `value`.
        value_name: Option<&'static str>,
    },
    /// With the values it may have, if they are enumerated; bounds are of the length.
    String(Bounds, &'static [&'static str]),
    /// Bytes; bounds are of their count.
    Blob(Bounds),
    /// A whole number.
    Integer(Bounds),
    /// Any number.
    Float(Bounds),
    /// True or false.
    Boolean,
    /// An instant.
    Timestamp(TimestampFormat),
    /// Any JSON.
    Document,
}

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// As the protocol and the place have it.
    Default,
    /// `2015-01-01T00:00:00Z`.
    Iso8601,
    /// Seconds since 1970.
    Epoch,
    /// `Thu, 01 Jan 2015 00:00:00 GMT`.
    HttpDate,
}

/// Where a member travels with the REST protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the document with the others.
    Body,
    /// In the path.
    Uri,
    /// A parameter of the query, or, of a map, one for each entry.
    Query,
    /// A header.
    Header,
    /// A header for each entry of a map, with a common prefix.
    Headers,
    /// The HTTP status of the reply.
    Status,
    /// The whole body.
    Payload,
}

/// A member of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub(crate) name: &'static str,
    pub(crate) sdk_name: &'static str,
    pub(crate) legacy_name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: u32,
    pub(crate) location: Location,
    pub(crate) wire_name: Option<&'static str>,
    pub(crate) query_name: Option<&'static str>,
    pub(crate) element_name: &'static str,
    pub(crate) namespace: Option<&'static str>,
    pub(crate) is_flattened: bool,
    pub(crate) is_attribute: bool,
    pub(crate) is_json: bool,
    pub(crate) is_idempotency_token: bool,
}

/// Least and greatest value or length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

impl Shape {
    pub(crate) fn new(service: &'static Service, place: u32) -> Self {
        Shape { service, place }
    }

    /// What it is, one level deep.
    #[must_use]
    pub fn kind(self) -> ShapeKind {
        match &self.service.facts().shapes[self.place as usize] {
            ShapeData::Structure(members) => ShapeKind::Structure(members),
            &ShapeData::List { bounds, item, item_name } => {
                ShapeKind::List { bounds, item: self.at(item), item_name }
            }
            &ShapeData::Map { bounds, value, key_name, value_name } => {
                ShapeKind::Map { bounds, value: self.at(value), key_name, value_name }
            }
            ShapeData::String(bounds, values) => ShapeKind::String(*bounds, values),
            &ShapeData::Blob(bounds) => ShapeKind::Blob(bounds),
            &ShapeData::Integer(bounds) => ShapeKind::Integer(bounds),
            &ShapeData::Float(bounds) => ShapeKind::Float(bounds),
            ShapeData::Boolean => ShapeKind::Boolean,
            &ShapeData::Timestamp(format) => ShapeKind::Timestamp(format),
            ShapeData::Document => ShapeKind::Document,
        }
    }

    /// The members of a structure; none of anything else.
    #[must_use]
    pub fn members(self) -> &'static [Member] {
        match self.kind() {
            ShapeKind::Structure(members) => members,
            _ => &[],
        }
    }

    /// The member of that name in the model, if this is a structure that has it.
    #[must_use]
    pub fn member(self, name: &str) -> Option<&'static Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// The shape of one of this structure's members.
    #[must_use]
    pub fn shape_of(self, member: &Member) -> Shape {
        self.at(member.shape)
    }

    fn at(self, place: u32) -> Shape {
        Shape { place, ..self }
    }
}

/// One level deep: a shape may contain itself.
impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({}#{})", self.service.name(), self.place)
    }
}

impl Member {
    /// As the model names it, and so the JSON between rooms: `FunctionName`, `stateMachineArn`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// As `aws-sdk:` integrations name it, always in Pascal case: `DbInstanceIdentifier`.
    pub fn sdk_name(&self) -> &'static str {
        self.sdk_name
    }

    /// As optimized integrations name it: `MD5OfMessageBody`.
    pub fn legacy_name(&self) -> &'static str {
        self.legacy_name
    }

    /// Whether a request must have it.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Where it travels with the REST protocols.
    pub fn location(&self) -> Location {
        self.location
    }

    /// What it is called on the wire, in its place: a key, an element, a header, a parameter of the query.
    pub fn wire_name(&self) -> &'static str {
        self.wire_name.unwrap_or(self.name)
    }

    /// Whether the wire has a name for it that isn't the model's.
    pub fn is_renamed(&self) -> bool {
        self.wire_name.is_some()
    }

    /// What it is called in XML.
    pub fn element_name(&self) -> &'static str {
        self.element_name
    }

    /// What forms call it, where that is neither its name nor its wire name.
    pub fn query_name(&self) -> Option<&'static str> {
        self.query_name
    }

    /// The XML namespace of its element, where it has one of its own.
    pub fn namespace(&self) -> Option<&'static str> {
        self.namespace
    }

    /// Whether the items of this list, or the entries of this map, stand without an element around them.
    pub fn is_flattened(&self) -> bool {
        self.is_flattened
    }

    /// Whether it is an attribute of the element that its structure is.
    pub fn is_attribute(&self) -> bool {
        self.is_attribute
    }

    /// Whether its text is JSON, which a header carries in Base64.
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// Whether AWS's SDKs draw a random one when a caller gives none.
    pub fn is_idempotency_token(&self) -> bool {
        self.is_idempotency_token
    }
}
