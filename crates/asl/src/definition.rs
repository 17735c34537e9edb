//! A definition as it was written: JSON with the place of every value and name.
//!
//! It keeps what a [`Value`] drops and diagnostics need: spans, repeated names, and the difference
//! between an absent field and `null`. It knows nothing of states; `validate` gives it meaning.

mod position;
mod tree;

use std::borrow::Cow;

use json::{Kind, ParseError, Value};

pub use position::{Position, SourceLocation};

/// Bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// A text that is JSON, and its tree.
#[derive(Debug)]
pub struct Definition<'t> {
    pub text: &'t str,
    pub root: Node<'t>,
    /// Names that stand more than once in one object, each second and later place, in text order.
    pub repeated: Vec<Repeated<'t>>,
}

#[derive(Debug)]
pub struct Repeated<'t> {
    pub name: Cow<'t, str>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Node<'t> {
    pub span: Span,
    pub content: Content<'t>,
}

#[derive(Debug)]
pub enum Content<'t> {
    Null,
    Bool(bool),
    Number(&'t str),
    String(Cow<'t, str>),
    Array(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

#[derive(Debug)]
pub struct Member<'t> {
    pub name: Cow<'t, str>,
    pub name_span: Span,
    pub value: Node<'t>,
}

impl<'t> Definition<'t> {
    /// Reads a text. It is refused exactly when [`Value::parse`] refuses it, with the same words.
    pub fn parse(text: &'t str) -> Result<Self, ParseError> {
        Value::parse(text)?;
        tree::grow(text)
    }

    pub fn position(&self, span: Span) -> Position {
        Position::of(self.text, span.start)
    }

    /// The value that stands at `node`.
    pub fn value(&self, node: &Node<'_>) -> Value {
        Value::parse(&self.text[node.span.start..node.span.end])
            .expect("a span of a valid text is valid")
    }
}

impl<'t> Node<'t> {
    pub fn kind(&self) -> Kind {
        match &self.content {
            Content::Null => Kind::Null,
            Content::Bool(_) => Kind::Bool,
            Content::Number(_) => Kind::Number,
            Content::String(_) => Kind::String,
            Content::Array(_) => Kind::Array,
            Content::Object(_) => Kind::Object,
        }
    }

    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    pub fn as_bool(&self) -> Option<bool> {
        match &self.content {
            Content::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// The digits of a number, as written.
    pub fn as_number(&self) -> Option<&'t str> {
        match &self.content {
            Content::Number(digits) => Some(digits),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Node<'t>]> {
        match &self.content {
            Content::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&[Member<'t>]> {
        match &self.content {
            Content::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member of that name, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Node<'t>> {
        self.as_object()?.iter().find(|member| member.name == name).map(|member| &member.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_spans_of_names_and_values() {
        let text = r#"{ "a" : [1, {"b": "x"}] }"#;
        let definition = Definition::parse(text).unwrap();
        let member = &definition.root.as_object().unwrap()[0];
        assert_eq!(&text[member.name_span.start..member.name_span.end], "\"a\"");
        assert_eq!(&text[member.value.span.start..member.value.span.end], r#"[1, {"b": "x"}]"#);
        let inner = &member.value.as_array().unwrap()[1];
        assert_eq!(inner.get("b").and_then(Node::as_str), Some("x"));
        assert_eq!(definition.value(inner).to_string(), r#"{"b":"x"}"#);
    }

    #[test]
    fn tells_null_from_absent() {
        let definition = Definition::parse(r#"{"a": null}"#).unwrap();
        assert!(definition.root.get("a").is_some_and(Node::is_null));
        assert!(definition.root.get("b").is_none());
    }

    #[test]
    fn finds_names_that_are_repeated_in_one_object() {
        let text = r#"{"a": 1, "b": {"a": 2}, "\u0061": 3}"#;
        let definition = Definition::parse(text).unwrap();
        let repeated: Vec<_> =
            definition.repeated.iter().map(|r| (r.name.as_ref(), r.span.start)).collect();
        assert_eq!(repeated, [("a", 24)]);
    }

    #[test]
    fn finds_names_that_are_repeated_among_many() {
        let members: Vec<String> = (0..40).chain([7]).map(|i| format!("\"s{i}\": {i}")).collect();
        let text = format!("{{{}}}", members.join(","));
        let definition = Definition::parse(&text).unwrap();
        assert_eq!(definition.repeated.len(), 1);
        assert_eq!(definition.repeated[0].name, "s7");
    }

    #[test]
    fn refuses_deep_nesting_without_overflowing_the_stack() {
        let text = format!("{}1{}", "[".repeat(2000), "]".repeat(2000));
        let error = Definition::parse(&text).unwrap_err();
        assert!(error.message.starts_with("Document nesting depth (1001) exceeds"));
        let text = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        assert!(Definition::parse(&text).is_ok());
    }
}
