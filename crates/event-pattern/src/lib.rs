//! The patterns by which events are chosen: EventBridge's event patterns, and the filter policies of SNS,
//! subscriptions and pipes, which are of the same grammar.
//!
//! A pattern is a JSON object shaped like the events it wants: objects lead to members, and a list says what a member
//! may be. A list matches if one of its matchers does; an object if all its members do; `$or` if one of its objects does.
//!
//! It is not a router: who keeps patterns, and what is done with an event that matches, is its room's business.
//!
//! ```
//! use event_pattern::Pattern;
//! use json::Value;
//!
//! let pattern = Pattern::parse(r#"{"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}"#)?;
//! let event = Value::parse(r#"{"source": "shop", "detail": {"total": 120}}"#).expect("is JSON");
//! assert!(pattern.matches(&event));
//! # Ok::<(), event_pattern::PatternError>(())
//! ```
//!
//! # How to read it
//! [`Pattern`] and how it matches; `parse`: from JSON to matchers, with everything that is refused;
//! `matcher`: what one value is held against; `wildcard` and `cidr`: two of its languages.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>

#![warn(missing_docs)]

mod cidr;
mod matcher;
mod parse;
mod wildcard;

use std::sync::Arc;

use json::{Kind, Value};

use matcher::Matcher;

/// A pattern, ready to be held against events.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Fields);

/// Why a text is no pattern, in the words of AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub(crate) String);

/// What an object has to have.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fields {
    members: Vec<(Arc<str>, Node)>,
    /// Each `$or`: one of the objects has to match.
    choices: Vec<Vec<Fields>>,
}

/// What a member has to be.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Fields(Fields),
    OneOf(Vec<Matcher>),
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let value = Value::parse(text).map_err(|error| PatternError(error.message))?;
        Pattern::of(&value)
    }

    /// Reads a pattern that is JSON already.
    pub fn of(value: &Value) -> Result<Self, PatternError> {
        parse::pattern(value).map(Pattern)
    }

    /// Whether `event` is one that the pattern wants.
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(Some(event))
    }
}

impl Fields {
    /// An absent value is wanted by who wants absence only.
    fn matches(&self, value: Option<&Value>) -> bool {
        // The members of one object in a list have to match together (event-ruler, "array consistency").
        if let Some(items) = value.filter(|value| value.kind() == Kind::Array)
            && !items.is_empty()
        {
            return items.items().any(|item| self.matches(Some(&item)));
        }
        let member = |name: &str| value.and_then(|value| value.get(name));
        self.members.iter().all(|(name, node)| node.matches(member(name).as_ref()))
            && self.choices.iter().all(|of| of.iter().any(|fields| fields.matches(value)))
    }
}

impl Node {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Node::Fields(fields) => fields.matches(value),
            Node::OneOf(matchers) => match leaves(value) {
                leaves if leaves.is_empty() => matchers.contains(&Matcher::Exists(false)),
                leaves => matchers.iter().any(|it| leaves.iter().any(|leaf| it.matches(leaf))),
            },
        }
    }
}

/// The scalars that stand at a place: itself, or the elements of a list, or nothing where an object is.
fn leaves(value: Option<&Value>) -> Vec<Value> {
    match value {
        None => Vec::new(),
        Some(value) => match value.kind() {
            Kind::Array => value.items().flat_map(|item| leaves(Some(&item))).collect(),
            Kind::Object => Vec::new(),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => vec![value.clone()],
        },
    }
}
