//! Expressions, and templates made of them, in both query languages.
//!
//! An [`Expression`] is one path, intrinsic call or JSONata expression in one field; a [`Template`] is
//! a JSON value with expressions inside. Both are compiled once, and evaluated against a
//! [`Scope`]. Fields with a type of their own are read by the methods on
//! [`Quantity`](crate::program::Quantity), [`Text`](crate::program::Text) and their neighbours.

mod expression;
mod field;
mod query;

use std::sync::Arc;

use json::{Kind, Object, Value};

pub use expression::Expression;
pub(crate) use field::TIMEOUT_SECONDS_MAX;

use crate::failure::Fault;
use crate::program::QueryLanguage;
use crate::scope::Scope;

/// A JSON value in which some places are expressions.
#[derive(Debug)]
pub struct Template {
    root: Node,
}

#[derive(Debug)]
enum Node {
    /// Without expressions at any depth.
    Literal(Value),
    Expression(Box<Expression>),
    Array(Vec<Node>),
    /// Members in the order of the text, under their final names.
    Object(Vec<(Arc<str>, Node)>),
}

/// Why an expression or template doesn't compile, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Slash path from the state, beginning with the `location` passed in: `Output/v`, `Parameters`.
    pub location: String,
    /// `SCHEMA_VALIDATION_FAILED`, `INVALID_JSONATA_EXPRESSION` or `UNSUPPORTED_JSONATA_EXPRESSION`.
    pub code: &'static str,
    pub message: String,
}

impl Problem {
    /// Recorded for `parsed.$`; the location is that of the object, not of the key.
    fn not_a_path(field: &str, location: &str) -> Problem {
        Problem {
            location: location.into(),
            code: "SCHEMA_VALIDATION_FAILED",
            message: format!(
                "The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call"
            ),
        }
    }
}

impl Template {
    /// `location` is the slash path of the field inside the state (`Parameters`, `Catch[0]/Assign`).
    /// All problems are found, not only the first.
    pub fn compile(
        value: &Value,
        language: QueryLanguage,
        location: &str,
    ) -> Result<Template, Vec<Problem>> {
        let mut problems = Vec::new();
        let root = match language {
            QueryLanguage::JsonPath => json_path(value, &mut location.into(), &mut problems),
            QueryLanguage::Jsonata => jsonata(value, &mut location.into(), &mut problems),
        };
        if problems.is_empty() { Ok(Template { root }) } else { Err(problems) }
    }

    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        self.root.evaluate(scope)
    }

    /// Its expressions, in the order of the text.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let mut expressions = Vec::new();
        self.root.add_expressions(&mut expressions);
        expressions.into_iter()
    }

    /// The whole template, if it is one expression.
    pub(crate) fn expression(&self) -> Option<&Expression> {
        match &self.root {
            Node::Expression(expression) => Some(expression),
            Node::Literal(_) | Node::Array(_) | Node::Object(_) => None,
        }
    }
}

impl Node {
    fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        match self {
            Node::Literal(value) => Ok(value.clone()),
            Node::Expression(expression) => expression.evaluate(scope),
            Node::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(item.evaluate(scope)?);
                }
                Ok(values.into())
            }
            Node::Object(members) => {
                let mut object = Object::with_capacity(members.len());
                for (key, member) in members {
                    object.insert(key.clone(), member.evaluate(scope)?);
                }
                Ok(object.into())
            }
        }
    }

    fn add_expressions<'a>(&'a self, expressions: &mut Vec<&'a Expression>) {
        match self {
            Node::Literal(_) => {}
            Node::Expression(expression) => expressions.push(expression),
            Node::Array(items) => items.iter().for_each(|item| item.add_expressions(expressions)),
            Node::Object(members) => {
                members.iter().for_each(|(_, member)| member.add_expressions(expressions));
            }
        }
    }
}

// What follows recurses as deep as JSON nests, so that it is written in loops, which take little stack,
// and with one text for the location.

/// Expressions are the values of keys that end in `.$`, which the result leaves out.
fn json_path(value: &Value, location: &mut String, problems: &mut Vec<Problem>) -> Node {
    let above = location.len();
    match value.kind() {
        Kind::Object => {
            let mut members = Vec::with_capacity(value.len());
            for (key, member) in value.entries() {
                if let Some(name) = key.strip_suffix(".$") {
                    members.push((name.into(), json_path_in(&member, key, location, problems)));
                    continue;
                }
                location.extend(["/", key]);
                members.push((key.into(), json_path(&member, location, problems)));
                location.truncate(above);
            }
            object(value, members)
        }
        Kind::Array => {
            let mut items = Vec::with_capacity(value.len());
            for (place, item) in value.items().enumerate() {
                push_place(location, place);
                items.push(json_path(&item, location, problems));
                location.truncate(above);
            }
            array(value, items)
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => Node::Literal(value.clone()),
    }
}

fn json_path_in(value: &Value, key: &str, location: &str, problems: &mut Vec<Problem>) -> Node {
    let compiled = match value.as_str() {
        Some(text) => Expression::json_path(text, location, key),
        None => Err(Problem::not_a_path(key, location)),
    };
    compiled_or(compiled.map_err(|problem| vec![problem]), problems)
}

fn push_place(location: &mut String, place: usize) {
    location.push_str(&format!("[{place}]"));
}

/// Expressions are the texts that are `{%…%}` from end to end.
fn jsonata(value: &Value, location: &mut String, problems: &mut Vec<Problem>) -> Node {
    let above = location.len();
    match value.kind() {
        Kind::Object => {
            let mut members = Vec::with_capacity(value.len());
            for (key, member) in value.entries() {
                location.extend(["/", key]);
                members.push((key.into(), jsonata(&member, location, problems)));
                location.truncate(above);
            }
            object(value, members)
        }
        Kind::Array => {
            let mut items = Vec::with_capacity(value.len());
            for (place, item) in value.items().enumerate() {
                push_place(location, place);
                items.push(jsonata(&item, location, problems));
                location.truncate(above);
            }
            array(value, items)
        }
        Kind::String => {
            match value.as_str().filter(|text| expression::jsonata_source(text).is_some()) {
                Some(text) => compiled_or(Expression::jsonata(text, location), problems),
                None => Node::Literal(value.clone()),
            }
        }
        Kind::Null | Kind::Bool | Kind::Number => Node::Literal(value.clone()),
    }
}

fn compiled_or(compiled: Result<Expression, Vec<Problem>>, problems: &mut Vec<Problem>) -> Node {
    match compiled {
        Ok(expression) => Node::Expression(Box::new(expression)),
        Err(found) => {
            problems.extend(found);
            Node::Literal(Value::NULL)
        }
    }
}

fn object(value: &Value, members: Vec<(Arc<str>, Node)>) -> Node {
    if members.iter().all(|(_, member)| matches!(member, Node::Literal(_))) {
        return Node::Literal(value.clone());
    }
    Node::Object(members)
}

fn array(value: &Value, items: Vec<Node>) -> Node {
    if items.iter().all(|item| matches!(item, Node::Literal(_))) {
        return Node::Literal(value.clone());
    }
    Node::Array(items)
}
