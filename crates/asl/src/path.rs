//! The JSONPath dialect of the States Language: Jayway JsonPath 2.x, as Step Functions runs it.
//!
//! It isn't RFC 9535: definite paths yield the value itself and fail when there is none, indefinite
//! ones yield an array; filters and functions are Jayway's, with its results (its source was read for
//! them) and its messages, which AWS passes on. Which paths a field accepts is decided elsewhere;
//! [`Path::features`] says what is in one.
//!
//! Start at [`Path::parse`] and [`Path::read`].

mod filter;
mod function;
mod parse;
mod reference;
mod step;
mod walk;

use std::fmt;
use std::sync::Arc;

use json::Value;

pub use reference::ReferencePath;

use crate::scope::{Budget, Scope};
use function::Argument;
use step::{Step, Steps};

/// A parsed path. Its text is kept: causes quote it.
#[derive(Clone, Debug)]
pub struct Path {
    text: Arc<str>,
    root: Root,
    steps: Steps,
    /// Made of names and indices alone: the hot path.
    plain: bool,
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
    pub kind: MissKind,
    /// Jayway's sentence: `No results for path: $['a']`.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissKind {
    /// Nothing is there.
    Absent,
    /// The last step is an index that the array doesn't reach.
    BeyondEnd,
    /// An index or slice of what isn't an array.
    NotArray,
    /// A function that doesn't exist or can't use its operands, or a path that visits too much.
    Invalid,
}

impl Path {
    pub fn parse(text: &str) -> Result<Path, PathError> {
        let (root, steps) = parse::path(text)?;
        let plain = steps.iter().all(|step| matches!(step, Step::Name(_) | Step::Index(_)));
        Ok(Path { text: text.into(), root, steps, plain })
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The variable it starts from, if it does.
    pub fn variable(&self) -> Option<&str> {
        match &self.root {
            Root::Variable(name) => Some(name),
            Root::Data | Root::Context => None,
        }
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it names its root: `$`, `$$`, `$name`.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether it can name one place only.
    pub fn is_definite(&self) -> bool {
        step::are_definite(&self.steps)
    }

    /// Whether it is made of names and indices alone, so that it names a place to write to.
    pub fn is_reference_path(&self) -> bool {
        self.plain
    }

    /// What occurs in it and in the arguments of its functions; not what occurs inside its filters.
    pub fn features(&self) -> Features {
        let mut features = Features::default();
        features.add(&self.steps);
        features
    }

    /// The value in a document, whatever the root is called.
    pub fn read(&self, document: &Value) -> Result<Value, Miss> {
        self.read_within(document, &Budget::default())
    }

    fn read_within(&self, document: &Value, budget: &Budget) -> Result<Value, Miss> {
        if self.plain {
            budget.spend(1);
            self.read_plain(document)
        } else {
            walk::read(&self.steps, document, budget)
        }
    }

    fn read_plain(&self, document: &Value) -> Result<Value, Miss> {
        let mut current = document.clone();
        for (place, step) in self.steps.iter().enumerate() {
            let next = match step {
                Step::Name(name) => current.get(&name.text),
                Step::Index(index) => {
                    walk::resolve(*index, current.len()).and_then(|index| current.at(index))
                }
                _ => None,
            };
            current = next.ok_or_else(|| walk::plain_miss(&self.steps, place, &current))?;
        }
        Ok(current)
    }

    /// The first step that leads nowhere, where AWS's messages about reference paths name it.
    pub(crate) fn failing_step(&self, scope: &Scope<'_>) -> String {
        let failing = (1..=self.steps.len()).find(|end| {
            let steps = self.steps[..*end].to_vec();
            let start =
                Path { steps, plain: false, text: self.text.clone(), root: self.root.clone() };
            start.evaluate(scope).is_err()
        });
        match failing.map(|end| &self.steps[end - 1]) {
            Some(Step::Name(name)) => name.text.to_string(),
            Some(step) => step.to_string(),
            None => self.text.to_string(),
        }
    }

    /// The value in what the scope has under the root.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Miss> {
        match &self.root {
            Root::Data => self.read_within(scope.data, scope.budget),
            Root::Context => self.read_within(&(scope.context)(), scope.budget),
            Root::Variable(name) => match (scope.variables)(name) {
                Some(value) => self.read_within(&value, scope.budget),
                None => {
                    let message = format!("No results for path: $['{name}']");
                    Err(Miss { kind: MissKind::Absent, message })
                }
            },
        }
    }
}

/// The normalized form: `$['a'][0]`. A filter shows as `[?]`, as in Jayway's messages.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Data => f.write_str("$")?,
            Root::Context => f.write_str("$$")?,
            Root::Variable(name) => write!(f, "${name}")?,
        }
        self.steps.iter().try_for_each(|step| step.fmt(f))
    }
}

/// What occurs in a path, for validation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    pub filter: bool,
    pub function: bool,
    /// `..`
    pub scan: bool,
    pub wildcard: bool,
    /// `['a','b']`, `[0,1]`
    pub union: bool,
    pub slice: bool,
    pub negative_index: bool,
}

impl Features {
    fn add(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Name(_) => {}
                Step::Index(index) => self.negative_index |= *index < 0,
                Step::Names(_) | Step::Indices(_) => self.union = true,
                Step::Slice(_) => self.slice = true,
                Step::Wildcard => self.wildcard = true,
                Step::Scan => self.scan = true,
                Step::Filter(_) => self.filter = true,
                Step::Call(_, arguments) => {
                    self.function = true;
                    for argument in arguments {
                        if let Argument::Path(steps) = argument {
                            self.add(steps);
                        }
                    }
                }
            }
        }
    }
}
