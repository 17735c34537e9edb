use std::fmt;

use super::name::Case;

/// Where in a request a value stands, as constraint texts name it: `tags.1.member.key`.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Member(&'static str),
    Element(usize),
    Entry(&'a str),
}

impl<'a> Path<'a> {
    /// The request itself.
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// A member of the structure that stands here; `name` is its Rust name.
    #[must_use]
    pub fn member(&'a self, name: &'static str) -> Self {
        Path { parent: Some(self), step: Step::Member(name) }
    }

    /// An element of the list that stands here, counted from zero.
    #[must_use]
    pub fn element(&'a self, index: usize) -> Self {
        Path { parent: Some(self), step: Step::Element(index) }
    }

    /// The value of a key of the map that stands here.
    #[must_use]
    pub fn entry(&'a self, key: &'a str) -> Self {
        Path { parent: Some(self), step: Step::Entry(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent.filter(|parent| !matches!(parent.step, Step::Root)) {
            write!(f, "{parent}.")?;
        }
        match self.step {
            Step::Root => Ok(()),
            // AWS writes camelCase here even for services whose wire has PascalCase:
            // DynamoDB's TableName appears as 'tableName'.
            Step::Member(name) => f.write_str(&Case::Camel.of(name)),
            Step::Element(index) => write!(f, "{}.member", index + 1),
            Step::Entry(key) => write!(f, "{key}.member"),
        }
    }
}
