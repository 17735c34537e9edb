//! JSON bodies: the members' names on the wire may differ from those of the model, instants may be texts.

use models::{Location, Member, Shape, ShapeKind, TimestampFormat};
use serde_json::Value;

use super::{Members, scalar};

/// What stands on the wire, as rooms have it. What the model doesn't know, or knows otherwise, stays as it is:
/// the room says what is wrong with it.
pub(super) fn from_wire(shape: Shape, value: Value) -> Value {
    match (shape.kind(), value) {
        (ShapeKind::Structure(members), Value::Object(object)) => {
            let named = object.into_iter().filter(|(_, value)| !value.is_null());
            let renamed = named.map(|(name, value)| match by_wire_name(members, &name) {
                Some(member) => {
                    (member.name().to_owned(), from_wire(shape.shape_of(member), value))
                }
                None => (name, value),
            });
            Value::Object(renamed.collect())
        }
        (ShapeKind::List { item, .. }, Value::Array(items)) => {
            items.into_iter().map(|value| from_wire(item, value)).collect()
        }
        (ShapeKind::Map { value: shape, .. }, Value::Object(entries)) => {
            let entries = entries.into_iter();
            Value::Object(entries.map(|(key, value)| (key, from_wire(shape, value))).collect())
        }
        (ShapeKind::Timestamp(_), value) => scalar::instant_of(&value).map_or(value, scalar::epoch),
        (_, value) => value,
    }
}

/// What rooms have, as it stands on the wire; `null` members are left out, as AWS leaves them out.
pub(super) fn to_wire(shape: Shape, value: Value) -> Value {
    match (shape.kind(), value) {
        (ShapeKind::Structure(_), Value::Object(members)) => {
            Value::Object(body(shape, members, |_| true))
        }
        (ShapeKind::List { item, .. }, Value::Array(items)) => {
            items.into_iter().map(|value| to_wire(item, value)).collect()
        }
        (ShapeKind::Map { value: shape, .. }, Value::Object(entries)) => {
            let entries = entries.into_iter();
            Value::Object(entries.map(|(key, value)| (key, to_wire(shape, value))).collect())
        }
        (ShapeKind::Timestamp(format), value) => match scalar::instant_of(&value) {
            None => value,
            Some(instant)
                if matches!(format, TimestampFormat::Default | TimestampFormat::Epoch) =>
            {
                scalar::epoch(instant)
            }
            Some(instant) => scalar::write_instant(instant, format).into(),
        },
        (_, value) => value,
    }
}

/// Those members of a structure that travel in the body of a REST protocol.
pub(super) fn body_members(shape: Shape, members: Members) -> Members {
    body(shape, members, |member| member.location() == Location::Body)
}

fn body(shape: Shape, members: Members, travels: impl Fn(&Member) -> bool) -> Members {
    let given = members.into_iter().filter(|(_, value)| !value.is_null());
    let renamed = given.filter_map(|(name, value)| match shape.member(&name) {
        Some(member) if travels(member) => {
            Some((member.wire_name().to_owned(), to_wire(shape.shape_of(member), value)))
        }
        Some(_) => None,
        None => Some((name, value)),
    });
    renamed.collect()
}

fn by_wire_name(members: &'static [Member], name: &str) -> Option<&'static Member> {
    members.iter().find(|member| member.wire_name() == name)
}
