//! What holds for objects of any kind: which fields they have, need and exclude, and of which type.

use json::Kind;

use super::Checker;
use super::place::Place;

/// Least and greatest value of a number.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) least: i64,
    pub(super) greatest: i64,
}

impl Bounds {
    pub(super) const fn from(least: i64) -> Self {
        Bounds { least, greatest: i64::MAX }
    }

    pub(super) const fn new(least: i64, greatest: i64) -> Self {
        Bounds { least, greatest }
    }
}

impl<'d> Checker<'d> {
    /// Whether it is an object; says so if it isn't.
    pub(super) fn object(&mut self, place: &Place<'d>) -> bool {
        self.of_kind(place, Kind::Object, "Object")
    }

    /// Whether it is an array with an item at least; says so if it isn't.
    pub(super) fn filled_array(&mut self, place: &Place<'d>) -> bool {
        if !self.array(place) {
            return false;
        }
        let filled = place.items().next().is_some();
        if !filled {
            self.schema("Value cannot be empty", place);
        }
        filled
    }

    pub(super) fn array(&mut self, place: &Place<'d>) -> bool {
        self.of_kind(place, Kind::Array, "Array")
    }

    fn of_kind(&mut self, place: &Place<'d>, kind: Kind, name: &str) -> bool {
        let right = place.node.kind() == kind;
        if !right {
            self.schema(format!("Expected value of type {name}"), place);
        }
        right
    }

    /// The string in a field; nothing if the field is absent or something else.
    pub(super) fn text(&mut self, object: &Place<'d>, name: &str) -> Option<&'d str> {
        let place = object.field(name)?;
        self.of_kind(&place, Kind::String, "String");
        place.node.as_str()
    }

    pub(super) fn boolean(&mut self, object: &Place<'d>, name: &str) -> Option<bool> {
        let place = object.field(name)?;
        self.of_kind(&place, Kind::Bool, "Boolean");
        place.node.as_bool()
    }

    pub(super) fn integer(
        &mut self,
        object: &Place<'d>,
        name: &str,
        bounds: Bounds,
    ) -> Option<i64> {
        let place = object.field(name)?;
        self.integer_at(&place, bounds)
    }

    pub(super) fn integer_at(&mut self, place: &Place<'d>, bounds: Bounds) -> Option<i64> {
        let digits = place.node.as_number().filter(|digits| !digits.contains(['.', 'e', 'E']));
        let Some(digits) = digits else {
            self.schema("Expected value of type Integer", place);
            return None;
        };
        // Beyond 64 bits the sign says all that the bounds ask.
        let beyond = if digits.starts_with('-') { i64::MIN } else { i64::MAX };
        let value = digits.parse().unwrap_or(beyond);
        if value < bounds.least {
            self.schema(format!("Minimum value is {}", bounds.least), place);
            return None;
        }
        if bounds.greatest < value {
            self.schema(format!("Maximum value is {}", bounds.greatest), place);
            return None;
        }
        Some(value)
    }

    /// The value of a field that must be one of a few words; nothing if it is absent or none of them.
    pub(super) fn choice_of(
        &mut self,
        object: &Place<'d>,
        name: &str,
        values: &[&'static str],
    ) -> Option<&'static str> {
        let place = object.field(name)?;
        let Some(text) = place.node.as_str() else {
            // Written so for this kind of field alone: measured for `QueryLanguage` (floci-io/floci#2968).
            self.schema("Expected value of type [STRING]", &place);
            return None;
        };
        let found = values.iter().find(|value| **value == text).copied();
        if found.is_none() {
            let list = values.join(", ");
            self.schema(format!("Value should be one of the following: [{list}]"), &place);
        }
        found
    }

    /// Names every field that isn't among the supported ones. AWS points at the object.
    pub(super) fn supports_only(&mut self, object: &Place<'d>, supported: &[&str]) {
        for (name, _) in object.fields() {
            if !supported.contains(&name) {
                self.unsupported(object, name);
            }
        }
    }

    pub(super) fn unsupported(&mut self, object: &Place<'d>, name: &str) {
        self.schema(format!("Field '{name}' is not supported"), object);
    }

    /// Whether all are there; names those that aren't in one diagnostic.
    pub(super) fn requires(&mut self, object: &Place<'d>, names: &[&str]) -> bool {
        let missing: Vec<&str> = names.iter().filter(|name| !object.has(name)).copied().collect();
        if !missing.is_empty() {
            let list = missing.join(", ");
            self.schema(format!("These fields are required: [{list}]"), object);
        }
        missing.is_empty()
    }

    pub(super) fn at_most_one(&mut self, object: &Place<'d>, names: &[&str]) {
        if 1 < names.iter().filter(|name| object.has(name)).count() {
            let list = names.join(", ");
            let message = format!("There should only be one of the following fields: [{list}]");
            self.schema(message, object);
        }
    }

    pub(super) fn exactly_one(&mut self, object: &Place<'d>, names: &[&str]) {
        if !names.iter().any(|name| object.has(name)) {
            let list = names.join(", ");
            let message =
                format!("This object should have only one of the following fields: [{list}]");
            self.schema(message, object);
        }
        self.at_most_one(object, names);
    }
}
