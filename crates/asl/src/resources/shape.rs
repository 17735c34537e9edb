//! The shapes of requests and answers, with the names that Step Functions gives their members.

use models::{Bounds, Location, Member};

/// The shape of a request, an answer or a part of one. A shape may contain itself.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    model: models::Shape,
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

impl Shape {
    pub(super) fn new(model: models::Shape) -> Self {
        Shape { model, naming: Naming::Sdk }
    }

    pub(super) fn named(self, naming: Naming) -> Self {
        Shape { naming, ..self }
    }

    #[must_use]
    pub fn kind(self) -> ShapeKind {
        use models::ShapeKind as Kind;
        match self.model.kind() {
            Kind::Structure(members) => ShapeKind::Structure(members),
            Kind::List { bounds, item, .. } => ShapeKind::List(bounds, self.with(item)),
            Kind::Map { bounds, value, .. } => ShapeKind::Map(bounds, self.with(value)),
            Kind::String(bounds, values) => ShapeKind::String(bounds, values),
            Kind::Blob(bounds) => ShapeKind::Blob(bounds),
            Kind::Integer(bounds) => ShapeKind::Integer(bounds),
            Kind::Float(bounds) => ShapeKind::Float(bounds),
            Kind::Boolean => ShapeKind::Boolean,
            Kind::Timestamp(_) => ShapeKind::Timestamp,
            Kind::Document => ShapeKind::Document,
        }
    }

    /// The members of a structure; none of anything else.
    #[must_use]
    pub fn members(self) -> &'static [Member] {
        self.model.members()
    }

    /// A member's name as this shape's integration shows it, always in Pascal case.
    #[must_use]
    pub fn name_of(self, member: &Member) -> &'static str {
        match self.naming {
            Naming::Sdk => member.sdk_name(),
            Naming::Legacy => member.legacy_name(),
        }
    }

    /// Whether it is that of an optimized integration.
    pub(super) fn is_optimized(self) -> bool {
        self.naming == Naming::Legacy
    }

    /// Whether a member is the whole body of a request or an answer.
    #[must_use]
    pub fn is_body(self, member: &Member) -> bool {
        member.location() == Location::Payload
    }

    /// The shape of one of this structure's members.
    #[must_use]
    pub fn shape_of(self, member: &Member) -> Shape {
        self.with(self.model.shape_of(member))
    }

    /// The member of that name, if this is a structure that has it.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Shape> {
        let member = self.members().iter().find(|member| self.name_of(member) == name)?;
        Some(self.shape_of(member))
    }

    fn with(self, model: models::Shape) -> Shape {
        Shape { model, ..self }
    }
}
