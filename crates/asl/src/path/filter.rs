//! `[?(…)]`: what it is made of, and when it accepts a value.

mod parse;

use std::cmp::Ordering;
use std::sync::Arc;

use json::{Kind, Value};
use regex::Regex;

pub(crate) use parse::{literal, parse};

use crate::java;
use crate::path::step::Steps;
use crate::path::walk::Walk;

#[derive(Debug)]
pub(crate) enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    /// `@.a`, or `!@.a` where `wanted` is false.
    Exists {
        path: Inner,
        wanted: bool,
    },
    Compare {
        left: Operand,
        relation: Relation,
        right: Operand,
    },
}

/// A path in a filter.
#[derive(Debug)]
pub(crate) struct Inner {
    /// From `$`, the document, rather than from `@`, the value at hand.
    pub from_root: bool,
    pub steps: Steps,
}

#[derive(Debug)]
pub(crate) enum Operand {
    Literal(Value),
    Pattern(Arc<Regex>),
    Path(Inner),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    /// `===`, `!==`: also of one type.
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    All,
    Size,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
}

/// An operand with its value in hand.
enum Node<'a> {
    /// A path without a value: equal to nothing, not even to itself.
    Undefined,
    Value(Value),
    Pattern(&'a Regex),
}

impl Filter {
    /// Whether `item` passes. What Jayway throws for inside a filter doesn't pass.
    pub(crate) fn accepts(&self, item: &Value, walk: &Walk<'_>) -> bool {
        match self {
            Filter::Or(filters) => filters.iter().any(|filter| filter.accepts(item, walk)),
            Filter::And(filters) => filters.iter().all(|filter| filter.accepts(item, walk)),
            Filter::Not(filter) => !filter.accepts(item, walk),
            Filter::Exists { path, wanted } => path.exists(item, walk) == *wanted,
            Filter::Compare { left, relation, right } => {
                let (left, right) = (left.node(item, walk), right.node(item, walk));
                compare(&left, *relation, &right, walk).unwrap_or(false)
            }
        }
    }
}

impl Inner {
    fn read(&self, item: &Value, walk: &Walk<'_>) -> Option<Value> {
        let document = if self.from_root { walk.root } else { item };
        walk.beside(&self.steps, document).ok()
    }

    fn exists(&self, item: &Value, walk: &Walk<'_>) -> bool {
        self.read(item, walk).is_some()
    }
}

impl Operand {
    fn node<'a>(&'a self, item: &Value, walk: &Walk<'_>) -> Node<'a> {
        match self {
            Operand::Literal(value) => Node::Value(value.clone()),
            Operand::Pattern(pattern) => Node::Pattern(pattern),
            Operand::Path(path) => path.read(item, walk).map_or(Node::Undefined, Node::Value),
        }
    }
}

/// `None` where Jayway throws because an operand has the wrong type.
fn compare(left: &Node<'_>, relation: Relation, right: &Node<'_>, walk: &Walk<'_>) -> Option<bool> {
    Some(match relation {
        Relation::Equal => equal(left, right),
        Relation::NotEqual => !equal(left, right),
        Relation::Same => same_type(left, right) && equal(left, right),
        Relation::NotSame => !(same_type(left, right) && equal(left, right)),
        Relation::Less => order(left, right) == Some(Ordering::Less),
        Relation::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Relation::Greater => order(left, right) == Some(Ordering::Greater),
        Relation::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
        Relation::Matches => matches(left, right),
        Relation::In => contains(list(right)??, left, walk),
        Relation::NotIn => match list(right)? {
            Some(items) => !contains(items, left, walk),
            None => true,
        },
        Relation::Contains => match (left, right) {
            (Node::Value(left), Node::Value(right)) if left.kind() == Kind::String => {
                matches!((left.as_str(), right.as_str()), (Some(l), Some(r)) if l.contains(r))
            }
            (Node::Value(left), right) if left.kind() == Kind::Array => contains(left, right, walk),
            _ => false,
        },
        Relation::All => {
            let wanted = list(right)??;
            let all = list(left)??;
            wanted.items().all(|item| contains(all, &Node::Value(item), walk))
        }
        Relation::Size => has_size(left, right),
        Relation::Empty => is_empty(left, right)?,
        Relation::SubsetOf => {
            let (part, whole) = (list(left)??, list(right)??);
            part.items().all(|item| contains(whole, &Node::Value(item), walk))
        }
        Relation::AnyOf => any_of(list(left)??, list(right)??, walk),
        Relation::NoneOf => !any_of(list(left)??, list(right)??, walk),
    })
}

/// Texts and numbers are compared with each other in the left one's way: `'1' == 1` holds and
/// `'1.0' == 1` doesn't, but `1 == '1.0'` does.
fn equal(left: &Node<'_>, right: &Node<'_>) -> bool {
    let (Node::Value(left), Node::Value(right)) = (left, right) else {
        return false;
    };
    match (left.kind(), right.kind()) {
        (Kind::String, Kind::Number) => left.as_str() == Some(right.to_string().as_str()),
        (Kind::Number, Kind::String) => {
            let number = right.as_str().and_then(|text| Value::parse(text).ok());
            number.is_some_and(|number| number.kind() == Kind::Number && number == *left)
        }
        _ => left == right,
    }
}

fn same_type(left: &Node<'_>, right: &Node<'_>) -> bool {
    match (left, right) {
        (Node::Value(left), Node::Value(right)) => left.kind() == right.kind(),
        _ => false,
    }
}

fn order(left: &Node<'_>, right: &Node<'_>) -> Option<Ordering> {
    let (Node::Value(left), Node::Value(right)) = (left, right) else {
        return None;
    };
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(java::compare(left.as_str()?, right.as_str()?)),
    }
}

/// The whole text must match. What isn't text, number or boolean counts as the empty text.
fn matches(left: &Node<'_>, right: &Node<'_>) -> bool {
    let (pattern, other) = match (left, right) {
        (Node::Pattern(pattern), other) | (other, Node::Pattern(pattern)) => (pattern, other),
        _ => return false,
    };
    let input = |value: &Value| match value.kind() {
        Kind::String => value.as_str().unwrap_or_default().to_owned(),
        Kind::Number | Kind::Bool => value.to_string(),
        Kind::Null | Kind::Array | Kind::Object => String::new(),
    };
    match other {
        Node::Pattern(_) => false,
        Node::Undefined => pattern.is_match(""),
        Node::Value(value) if value.kind() == Kind::Array => {
            value.items().any(|item| pattern.is_match(&input(&item)))
        }
        Node::Value(value) => pattern.is_match(&input(value)),
    }
}

/// The items of an operand that must be a list: `None` for a scalar, over which Jayway throws,
/// `Some(None)` for an object.
fn list<'a>(node: &'a Node<'_>) -> Option<Option<&'a Value>> {
    match node {
        Node::Value(value) if value.kind() == Kind::Array => Some(Some(value)),
        Node::Value(value) if value.kind() == Kind::Object => Some(None),
        Node::Value(_) | Node::Undefined | Node::Pattern(_) => None,
    }
}

fn contains(items: &Value, wanted: &Node<'_>, walk: &Walk<'_>) -> bool {
    walk.work(items.len());
    !walk.is_spent() && items.items().any(|item| equal(wanted, &Node::Value(item)))
}

fn any_of(left: &Value, right: &Value, walk: &Walk<'_>) -> bool {
    left.items().any(|item| contains(right, &Node::Value(item), walk))
}

fn has_size(left: &Node<'_>, right: &Node<'_>) -> bool {
    let (Node::Value(left), Node::Value(right)) = (left, right) else {
        return false;
    };
    let Some(wanted) = right.as_f64() else {
        return false;
    };
    match left.kind() {
        Kind::String => java::length(left.as_str().unwrap_or_default()) as i64 == wanted as i64,
        Kind::Array => left.len() as i64 == wanted as i64,
        Kind::Object | Kind::Null | Kind::Bool | Kind::Number => false,
    }
}

fn is_empty(left: &Node<'_>, right: &Node<'_>) -> Option<bool> {
    let (Node::Value(left), Node::Value(right)) = (left, right) else {
        return Some(false);
    };
    let empty = match left.kind() {
        Kind::String => left.as_str() == Some(""),
        Kind::Array | Kind::Object => left.is_empty(),
        Kind::Null | Kind::Bool | Kind::Number => return Some(false),
    };
    Some(empty == right.as_bool()?)
}
