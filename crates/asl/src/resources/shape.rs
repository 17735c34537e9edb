//! The shapes of requests and answers, as the public service models give them.

use std::fmt;

use super::tables::Service;

/// The shape of a request, an answer or a part of one. A shape may contain itself.
#[derive(Clone, Copy)]
pub struct Shape {
    service: &'static Service,
    place: u32,
    naming: Naming,
}

/// Which names the members of structures have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// In `aws-sdk:` integrations: `DbInstanceIdentifier`.
    Sdk,
    /// In optimized integrations: `MD5OfMessageBody`.
    Legacy,
}

/// What a shape is, one level deep.
#[derive(Clone, Copy, Debug)]
pub enum ShapeKind {
    Structure(&'static [Member]),
    /// With the shape of the items; bounds are of their count.
    List(Bounds, Shape),
    /// With the shape of the values; keys are text that Step Functions leaves alone.
    Map(Bounds, Shape),
    /// With the values it may have, if they are enumerated; bounds are of the length.
    String(Bounds, &'static [&'static str]),
    /// Shown as text; bounds are of the length.
    Blob(Bounds),
    Integer(Bounds),
    Float(Bounds),
    Boolean,
    /// Shown as text in ISO 8601.
    Timestamp,
    /// Any JSON.
    Document,
}

/// A member of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub(super) name: &'static str,
    pub(super) legacy_name: &'static str,
    pub(super) required: bool,
    pub(super) shape: u32,
}

/// Least and greatest value or length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub min: Option<f64>,
    pub max: Option<f64>,
}

/// A shape as the tables hold it: contained shapes are places in the service's list.
#[derive(Debug)]
pub(super) enum ShapeData {
    Structure(Box<[Member]>),
    List(Bounds, u32),
    Map(Bounds, u32),
    String(Bounds, Box<[&'static str]>),
    Blob(Bounds),
    Integer(Bounds),
    Float(Bounds),
    Boolean,
    Timestamp,
    Document,
}

impl Shape {
    pub(super) fn new(service: &'static Service, place: u32) -> Self {
        Shape { service, place, naming: Naming::Sdk }
    }

    pub(super) fn named(self, naming: Naming) -> Self {
        Shape { naming, ..self }
    }

    #[must_use]
    pub fn kind(self) -> ShapeKind {
        match self.service.shape_data(self.place) {
            ShapeData::Structure(members) => ShapeKind::Structure(members),
            &ShapeData::List(bounds, item) => ShapeKind::List(bounds, self.at(item)),
            &ShapeData::Map(bounds, value) => ShapeKind::Map(bounds, self.at(value)),
            ShapeData::String(bounds, values) => ShapeKind::String(*bounds, values),
            &ShapeData::Blob(bounds) => ShapeKind::Blob(bounds),
            &ShapeData::Integer(bounds) => ShapeKind::Integer(bounds),
            &ShapeData::Float(bounds) => ShapeKind::Float(bounds),
            ShapeData::Boolean => ShapeKind::Boolean,
            ShapeData::Timestamp => ShapeKind::Timestamp,
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

    /// A member's name as this shape's integration shows it, always in Pascal case.
    #[must_use]
    pub fn name_of(self, member: &Member) -> &'static str {
        match self.naming {
            Naming::Sdk => member.name,
            Naming::Legacy => member.legacy_name,
        }
    }

    /// The shape of one of this structure's members.
    #[must_use]
    pub fn shape_of(self, member: &Member) -> Shape {
        self.at(member.shape)
    }

    /// The member of that name, if this is a structure that has it.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Shape> {
        let member = self.members().iter().find(|member| self.name_of(member) == name)?;
        Some(self.shape_of(member))
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
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }
}
