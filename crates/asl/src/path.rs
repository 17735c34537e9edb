//! The JSONPath dialect of the States Language: Jayway JsonPath 2.x, as Step Functions runs it.
//!
//! It isn't RFC 9535: definite paths yield the value itself and fail when there is none, indefinite
//! ones yield an array; filters and functions are Jayway's. Start at [`Path::parse`].

use std::fmt;
use std::sync::Arc;

use json::Value;

use crate::failure::Fault;
use crate::scope::Scope;

/// A parsed path. Its text is kept: causes quote it.
#[derive(Clone, Debug)]
pub struct Path {
    text: Arc<str>,
    root: Root,
}

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`
    Data,
    /// `$$`
    Context,
    /// `$name`
    Variable(Arc<str>),
}

/// Why a text isn't a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    pub message: String,
    /// Byte offset into the text.
    pub position: usize,
}

/// Why a path has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// Jayway's sentence: `No results for path: $['a']`.
    pub message: String,
}

impl Path {
    pub fn parse(text: &str) -> Result<Path, PathError> {
        if !text.starts_with('$') {
            return Err(PathError { message: "Path must start with '$'".into(), position: 0 });
        }
        Ok(Path { text: text.into(), root: Root::Data })
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Whether it can name one place only.
    pub fn is_definite(&self) -> bool {
        true
    }

    /// Whether it is definite and made of names and indices alone.
    pub fn is_reference_path(&self) -> bool {
        true
    }

    /// Whether filters, functions, scans (`..`), wildcards, unions or slices occur in it.
    pub fn features(&self) -> Features {
        Features::default()
    }

    /// The value in a document, whatever the root is called.
    pub fn read(&self, document: &Value) -> Result<Value, Miss> {
        Ok(document.clone())
    }

    /// The value in what the scope has under the root.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Miss> {
        match &self.root {
            Root::Data => self.read(scope.data),
            Root::Context => self.read(&(scope.context)()),
            Root::Variable(name) => match (scope.variables)(name) {
                Some(value) => self.read(&value),
                None => Err(Miss { message: format!("No results for path: $['{name}']") }),
            },
        }
    }
}

/// The normalized form: `$['a'][0]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What occurs in a path, for validation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    pub filter: bool,
    pub function: bool,
    pub scan: bool,
    pub wildcard: bool,
    pub union: bool,
    pub slice: bool,
}

/// Where a `ResultPath` writes: names and indices from `$`.
#[derive(Clone, Debug)]
pub struct ReferencePath {
    path: Path,
}

impl ReferencePath {
    pub fn parse(text: &str) -> Result<ReferencePath, PathError> {
        Ok(ReferencePath { path: Path::parse(text)? })
    }

    pub fn text(&self) -> &str {
        self.path.text()
    }

    /// `into` with `value` at this place; missing objects on the way are made.
    pub fn write(&self, into: &Value, value: Value) -> Result<Value, Fault> {
        Ok(into.with(self.path.text(), value))
    }
}
