//! A schema as its author wrote it: types that can be listed, replaced and removed one by one.
//!
//! Nothing here is checked beyond the grammar; [`Schema::new`](crate::Schema::new) does.

use std::fmt;

use crate::ast::{Definition, DirectiveDefinition, SchemaDefinition, TypeDefinition, TypeKind};
use crate::location::{Location, Source};
use crate::parser;
use crate::print;

/// The definitions of a schema document.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    pub(crate) schema: Option<SchemaDefinition>,
    pub(crate) types: Vec<TypeDefinition>,
    pub(crate) directives: Vec<DirectiveDefinition>,
    pub(crate) type_extensions: Vec<TypeDefinition>,
    pub(crate) schema_extensions: Vec<SchemaDefinition>,
}

/// Why a text is no schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What is wrong, in the words of graphql-java, on which AppSync is built.
    pub message: String,
    /// Where, if it is about a place.
    pub location: Option<Location>,
}

/// One type, as it is listed.
#[derive(Clone, Copy, Debug)]
pub struct TypeEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its kind.
    pub kind: TypeKind,
    /// The text in quotes before it.
    pub description: Option<&'a str>,
    definition: &'a TypeDefinition,
}

impl TypeEntry<'_> {
    /// The definition as text, directives included.
    pub fn definition(&self) -> String {
        let mut text = String::new();
        print::type_definition(self.definition, print::Directives::Shown, &mut text);
        text.truncate(text.trim_end().len());
        text
    }
}

impl Definitions {
    /// Reads definitions; a text that holds an operation or a fragment is none.
    pub fn parse(text: &str) -> Result<Definitions, Problem> {
        let source = Source::new(text);
        let problem =
            |at, message: String| Problem { message, location: Some(source.location(at)) };
        let parsed = parser::parse(text).map_err(|error| {
            let location = source.location(error.at);
            Problem { message: error.message(location), location: Some(location) }
        })?;
        let mut definitions = Definitions::default();
        for definition in parsed {
            match definition {
                Definition::Schema(schema) if definitions.schema.is_none() => {
                    definitions.schema = Some(schema);
                }
                Definition::Schema(schema) => {
                    return Err(problem(schema.at, "There is already a schema defined".to_owned()));
                }
                Definition::Type(definition) => definitions.types.push(definition),
                Definition::Directive(directive) => definitions.directives.push(directive),
                Definition::TypeExtension(extension) => definitions.type_extensions.push(extension),
                Definition::SchemaExtension(extension) => {
                    definitions.schema_extensions.push(extension);
                }
                Definition::Operation(operation) => {
                    return Err(problem(operation.at, "An operation defines nothing".to_owned()));
                }
                Definition::Fragment(fragment) => {
                    return Err(problem(fragment.at, "A fragment defines nothing".to_owned()));
                }
            }
        }
        Ok(definitions)
    }

    /// The types in the order of the text.
    pub fn types(&self) -> impl ExactSizeIterator<Item = TypeEntry<'_>> {
        self.types.iter().map(|definition| TypeEntry {
            name: &definition.name,
            kind: definition.kind,
            description: definition.description.as_deref(),
            definition,
        })
    }

    /// The type of this name.
    pub fn get(&self, name: &str) -> Option<TypeEntry<'_>> {
        self.types().find(|entry| entry.name == name)
    }

    /// Puts a type in the place of the one of its name, or at the end; gives its name.
    ///
    /// # Errors
    /// The text isn't the definition of exactly one type.
    pub fn put(&mut self, text: &str) -> Result<String, Problem> {
        let mut one = Definitions::parse(text)?;
        let (Some(definition), true) = (one.types.pop(), one.types.is_empty()) else {
            let message = "The definition must be of one type".to_owned();
            return Err(Problem { message, location: None });
        };
        let name = definition.name.to_string();
        match self.types.iter_mut().find(|existing| existing.name == definition.name) {
            Some(existing) => *existing = definition,
            None => self.types.push(definition),
        }
        Ok(name)
    }

    /// Removes a type; says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.types.len();
        self.types.retain(|definition| &*definition.name != name);
        self.types.len() < before
    }
}

/// The definitions as one document.
impl fmt::Display for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::definitions(self, print::Directives::Shown))
    }
}
