use std::fmt;
use std::sync::Arc;

use crate::document::{Document, Tag};
use crate::number::Number;
use crate::object::{LINEAR_MAX, Object};
use crate::parse::{self, DEPTH_MAX, ParseError};
use crate::write;

/// An immutable JSON value; see the [crate's page](crate) for its rules.
#[derive(Clone)]
pub struct Value(Repr);

#[derive(Clone)]
enum Repr {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Arc<[Value]>),
    Object(Arc<Object>),
    /// A place in a parsed text.
    Document(Arc<Document>, u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// The name of the kind as JSON Schema and AWS's messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        }
    }
}

impl Value {
    pub const NULL: Value = Value(Repr::Null);

    /// Reads one JSON value and nothing after it.
    pub fn parse(text: &str) -> Result<Value, ParseError> {
        parse::parse(text, DEPTH_MAX)
    }

    /// Reads what was written by [`Value`]'s `Display`, however deep it nests.
    ///
    /// # Errors
    /// The text isn't one that was written so.
    pub fn parse_written(text: &str) -> Result<Value, ParseError> {
        parse::parse(text, usize::MAX)
    }

    pub(crate) fn in_document(document: Arc<Document>, index: u32) -> Value {
        Value(Repr::Document(document, index))
    }

    pub fn array(items: impl IntoIterator<Item = Value>) -> Value {
        Value(Repr::Array(items.into_iter().collect()))
    }

    pub fn object<K: Into<Arc<str>>, V: Into<Value>>(
        members: impl IntoIterator<Item = (K, V)>,
    ) -> Value {
        members.into_iter().collect::<Object>().into()
    }

    pub fn empty_object() -> Value {
        Object::new().into()
    }

    pub fn kind(&self) -> Kind {
        match &self.0 {
            Repr::Null => Kind::Null,
            Repr::Bool(_) => Kind::Bool,
            Repr::Number(_) => Kind::Number,
            Repr::String(_) => Kind::String,
            Repr::Array(_) => Kind::Array,
            Repr::Object(_) => Kind::Object,
            Repr::Document(document, index) => match document.entry(*index).tag {
                Tag::Null => Kind::Null,
                Tag::False | Tag::True => Kind::Bool,
                Tag::Number => Kind::Number,
                Tag::Plain | Tag::Escaped => Kind::String,
                Tag::Array => Kind::Array,
                Tag::Object => Kind::Object,
            },
        }
    }

    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    pub fn as_bool(&self) -> Option<bool> {
        match &self.0 {
            Repr::Bool(bool) => Some(*bool),
            Repr::Document(document, index) => match document.entry(*index).tag {
                Tag::True => Some(true),
                Tag::False => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::String(text) => Some(text),
            Repr::Document(document, index) => match document.entry(*index).tag {
                Tag::Plain | Tag::Escaped => Some(document.string(*index)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<Number> {
        match &self.0 {
            Repr::Number(number) => Some(number.clone()),
            Repr::Document(document, index) if document.entry(*index).tag == Tag::Number => {
                Some(Number::from_text(document.span(*index)))
            }
            _ => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(|number| number.as_f64())
    }

    /// The integer, if the value is a number that is written as one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// How many items or members there are; 0 for a scalar.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Array(items) => items.len(),
            Repr::Object(object) => object.len(),
            Repr::Document(document, index) => match document.entry(*index).tag {
                Tag::Array | Tag::Object => document.entry(*index).extra as usize,
                _ => 0,
            },
            _ => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<Value> {
        match &self.0 {
            Repr::Object(object) => object.get(key).cloned(),
            Repr::Document(document, index) if document.entry(*index).tag == Tag::Object => {
                let end = document.entry(*index).next;
                let mut at = index + 1;
                while at < end {
                    if document.string(at) == key {
                        return Some(Value(Repr::Document(document.clone(), at + 1)));
                    }
                    at = document.entry(at + 1).next;
                }
                None
            }
            _ => None,
        }
    }

    /// The item of an array.
    pub fn at(&self, place: usize) -> Option<Value> {
        match &self.0 {
            Repr::Array(items) => items.get(place).cloned(),
            _ if self.kind() == Kind::Array => self.items().nth(place),
            _ => None,
        }
    }

    /// The items of an array; nothing for any other kind.
    pub fn items(&self) -> Items<'_> {
        Items { cursor: self.cursor(Kind::Array) }
    }

    /// The members of an object in their order; nothing for any other kind.
    pub fn entries(&self) -> Entries<'_> {
        Entries { cursor: self.cursor(Kind::Object) }
    }

    fn cursor(&self, kind: Kind) -> Cursor<'_> {
        let left = if self.kind() == kind { self.len() } else { 0 };
        match &self.0 {
            Repr::Document(document, index) => {
                Cursor { value: self, at: index + 1, left, document: Some(document) }
            }
            _ => Cursor { value: self, at: 0, left, document: None },
        }
    }

    /// This object with one member set; an object of that member alone if this isn't an object.
    pub fn with(&self, key: impl Into<Arc<str>>, value: impl Into<Value>) -> Value {
        let mut object = self.to_object().unwrap_or_default();
        object.insert(key, value);
        object.into()
    }

    /// The members of an object, to change them. The members themselves stay shared.
    pub fn to_object(&self) -> Option<Object> {
        match &self.0 {
            Repr::Object(object) => Some((**object).clone()),
            _ if self.kind() == Kind::Object => Some(self.entries().collect()),
            _ => None,
        }
    }

    /// Appends the compact text.
    pub fn write_to(&self, out: &mut String) {
        write::value(self, out);
    }

    /// UTF-8 bytes of the compact text: what AWS's size limits count.
    pub fn text_len(&self) -> usize {
        self.text_len_within(usize::MAX).unwrap_or(usize::MAX)
    }

    /// The same, if it is no more than `most`. Looks at no more than that either: a value that holds another
    /// one a thousand times is small, and its text isn't.
    pub fn text_len_within(&self, most: usize) -> Option<usize> {
        let mut left = most;
        write::measure(self, &mut left)?;
        Some(most - left)
    }

    /// Whether containers are nested deeper than `levels` in here; a scalar has no level.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        if !matches!(self.kind(), Kind::Array | Kind::Object) {
            return false;
        }
        if let Repr::Document(document, _) = &self.0
            && document.depth as usize <= levels
        {
            return false;
        }
        let Some(within) = levels.checked_sub(1) else { return true };
        self.items().any(|item| item.is_deeper_than(within))
            || self.entries().any(|(_, member)| member.is_deeper_than(within))
    }

    /// Whether both are clones of one value. Different places may still hold equal values.
    pub fn is_same(&self, other: &Value) -> bool {
        match (&self.0, &other.0) {
            (Repr::String(a), Repr::String(b)) => Arc::ptr_eq(a, b),
            (Repr::Array(a), Repr::Array(b)) => Arc::ptr_eq(a, b),
            (Repr::Object(a), Repr::Object(b)) => Arc::ptr_eq(a, b),
            (Repr::Document(a, i), Repr::Document(b, j)) => i == j && Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The same value, no longer pinning a text of which it is less than a quarter.
    pub fn detached(self) -> Value {
        match &self.0 {
            Repr::Document(document, index)
                if document.span(*index).len() * 4 < document.text.len() =>
            {
                Value::parse_written(document.span(*index))
                    .expect("a span of a valid text is valid")
            }
            _ => self,
        }
    }

    /// The members by key, if looking them up in the text one after the other would take long.
    fn indexed(&self) -> Option<Object> {
        match &self.0 {
            Repr::Document(..) if LINEAR_MAX < self.len() => self.to_object(),
            _ => None,
        }
    }

    /// The compact text, where there is one already.
    pub(crate) fn span(&self) -> Option<&str> {
        match &self.0 {
            Repr::Document(document, index) => Some(document.span(*index)),
            _ => None,
        }
    }

    /// The same value as a tree, in which the last of equal keys has won.
    pub(crate) fn rebuilt(&self) -> Value {
        match self.kind() {
            Kind::Array => Value::array(self.items().map(|item| item.rebuilt())),
            Kind::Object => {
                Value::object(self.entries().map(|(key, member)| (key, member.rebuilt())))
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => self.clone(),
        }
    }
}

/// What [`Items`] and [`Entries`] share: a walk over nodes or over the tape.
struct Cursor<'a> {
    value: &'a Value,
    document: Option<&'a Arc<Document>>,
    /// Place among the members; in a document, index of the next entry.
    at: u32,
    left: usize,
}

impl<'a> Cursor<'a> {
    fn step(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        Some(self.at)
    }

    fn value_in(&mut self, document: &Arc<Document>, index: u32) -> Value {
        self.at = document.entry(index).next;
        Value(Repr::Document(document.clone(), index))
    }
}

/// See [`Value::items`].
pub struct Items<'a> {
    cursor: Cursor<'a>,
}

impl Iterator for Items<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let at = self.cursor.step()?;
        if let Some(document) = self.cursor.document {
            return Some(self.cursor.value_in(document, at));
        }
        self.cursor.at += 1;
        match &self.cursor.value.0 {
            Repr::Array(items) => items.get(at as usize).cloned(),
            _ => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.cursor.left, Some(self.cursor.left))
    }
}

impl ExactSizeIterator for Items<'_> {}

/// See [`Value::entries`].
pub struct Entries<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, Value);

    fn next(&mut self) -> Option<(&'a str, Value)> {
        let at = self.cursor.step()?;
        if let Some(document) = self.cursor.document {
            return Some((document.string(at), self.cursor.value_in(document, at + 1)));
        }
        self.cursor.at += 1;
        match &self.cursor.value.0 {
            Repr::Object(object) => {
                object.member(at as usize).map(|(key, value)| (&**key, value.clone()))
            }
            _ => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.cursor.left, Some(self.cursor.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// Values are equal when they mean the same: numbers by value, objects whatever their order.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        if self.is_same(other) {
            return true;
        }
        match (self.kind(), other.kind()) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool, Kind::Bool) => self.as_bool() == other.as_bool(),
            (Kind::Number, Kind::Number) => self.as_number() == other.as_number(),
            (Kind::String, Kind::String) => self.as_str() == other.as_str(),
            (Kind::Array, Kind::Array) => {
                self.len() == other.len() && self.items().eq(other.items())
            }
            (Kind::Object, Kind::Object) => {
                let indexed = other.indexed();
                self.len() == other.len()
                    && self.entries().all(|(key, member)| match &indexed {
                        Some(other) => other.get(key) == Some(&member),
                        None => other.get(key).is_some_and(|other| other == member),
                    })
            }
            _ => false,
        }
    }
}

/// The compact text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write::value(self, &mut text);
        f.write_str(&text)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Default for Value {
    fn default() -> Self {
        Value::NULL
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Value(Repr::Bool(bool))
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Value(Repr::Number(int.into()))
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Value(Repr::Number(number))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value(Repr::String(text.into()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value(Repr::String(text.into()))
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Value(Repr::String(text))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value(Repr::Array(items.into()))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value(Repr::Object(Arc::new(object)))
    }
}
