//! A request's document: operations and the fragments they use.

use indexmap::IndexMap;

use crate::ast::{Definition, Fragment, Name, Offset, Operation, OperationKind, Selection};
use crate::location::{Location, Source};
use crate::parser::{self, SyntaxError};
use crate::response::Error;
use crate::schema::Schema;
use crate::validate;
use crate::validate::fragments::{self, Nesting};

/// A document that was read. It can be kept and shared; hold it against a schema before it runs.
#[derive(Debug)]
pub struct Document {
    pub(crate) source: Source,
    pub(crate) operations: Vec<Operation>,
    pub(crate) fragments: IndexMap<Name, Fragment>,
    /// Definitions of types, which have no place in a request.
    pub(crate) others: Vec<(Name, Offset)>,
    /// Whether a fragment leads back to itself: such a document is never run.
    pub(crate) is_cyclic: bool,
}

/// Why no operation of a document can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// There are several, or none, and no name says which.
    #[error("Missing operation name.")]
    Missing,
    /// None has this name.
    #[error("Unknown operation named '{0}'.")]
    Unknown(String),
}

/// An operation of a document.
#[derive(Clone, Copy, Debug)]
pub struct OperationInfo<'a> {
    operation: &'a Operation,
}

impl<'a> OperationInfo<'a> {
    /// What it does.
    pub fn kind(&self) -> OperationKind {
        self.operation.kind
    }

    /// Its name, if it has one.
    pub fn name(&self) -> Option<&'a str> {
        self.operation.name.as_deref()
    }

    /// The fields at its root, by their names in the schema; those within fragments are not among them.
    pub fn fields(&self) -> impl Iterator<Item = &'a str> {
        self.operation.selections.iter().filter_map(|selection| match selection {
            Selection::Field(field) => Some(&*field.name),
            Selection::Spread(_) | Selection::Inline(_) => None,
        })
    }
}

/// Whether clients may ask for the schema (`introspectionConfig`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Introspection {
    /// They may.
    #[default]
    Enabled,
    /// The fields of `__Schema` and `__Type` don't exist for them.
    Disabled,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// The text isn't GraphQL: one error, in graphql-java's words.
    pub fn parse(text: &str) -> Result<Document, Error> {
        let source = Source::new(text);
        let definitions = parser::parse(text).map_err(|error| {
            let location = source.location(error.at);
            Error::of_request(error.message(location), vec![location])
        })?;
        let mut operations = Vec::new();
        let mut by_name = IndexMap::new();
        let mut others = Vec::new();
        for definition in definitions {
            match definition {
                Definition::Operation(operation) => operations.push(operation),
                Definition::Fragment(fragment) => {
                    by_name.insert(fragment.name.clone(), fragment);
                }
                Definition::Type(found) | Definition::TypeExtension(found) => {
                    others.push((found.name, found.at));
                }
                Definition::Schema(found) | Definition::SchemaExtension(found) => {
                    others.push(("schema".into(), found.at));
                }
                Definition::Directive(found) => others.push(("provided".into(), found.at)),
            }
        }
        let nesting = fragments::nesting(&operations, &by_name);
        if matches!(nesting, Nesting::Levels(levels) if parser::DEPTH_MAX < levels) {
            return Err(Error::of_request("The document is nested too deeply", Vec::new()));
        }
        let is_cyclic = nesting == Nesting::Cyclic;
        Ok(Document { source, operations, fragments: by_name, others, is_cyclic })
    }

    /// Holds the document against a schema; nothing wrong is an empty list.
    pub fn validate(&self, schema: &Schema, introspection: Introspection) -> Vec<Error> {
        validate::validate(self, schema, introspection)
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The operation of a name, or the only one.
    pub fn operation(&self, name: Option<&str>) -> Result<OperationInfo<'_>, OperationError> {
        self.choose(name).map(|operation| OperationInfo { operation })
    }

    /// An empty name is none: clients that have none send it.
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<&Operation, OperationError> {
        match (name.filter(|name| !name.is_empty()), &*self.operations) {
            (None, [only]) => Ok(only),
            (None, _) => Err(OperationError::Missing),
            (Some(name), operations) => operations
                .iter()
                .find(|operation| operation.name.as_deref() == Some(name))
                .ok_or_else(|| OperationError::Unknown(name.to_owned())),
        }
    }
}

impl SyntaxError {
    /// graphql-java's sentence.
    pub(crate) fn message(&self, location: Location) -> String {
        let reason = self.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
        format!(
            "Invalid Syntax :{reason} offending token '{}' at line {} column {}",
            self.token, location.line, location.column
        )
    }
}
