//! The steps of a path, and how Jayway prints them.

use std::fmt;
use std::sync::Arc;

use crate::path::filter::Filter;
use crate::path::function::{Argument, Function};

/// Steps from a place that the context decides: the root, or `@` in a filter.
pub(crate) type Steps = Vec<Step>;

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// `.a`, `['a']`
    Name(Name),
    /// `['a','b']`: as the last step one object with those members, else each in turn.
    Names(Vec<Name>),
    /// `[0]`, `[-1]`
    Index(i64),
    /// `[0,2]`
    Indices(Vec<i64>),
    Slice(Slice),
    /// `.*`, `[*]`
    Wildcard,
    /// `..`: whatever follows, applied to every object and array below.
    Scan,
    /// `[?(…)]`
    Filter(Arc<Filter>),
    /// `.length()`
    Call(Function, Vec<Argument>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub text: Arc<str>,
    /// How it was quoted, or `'`.
    pub quote: char,
}

/// `[from:to]`. At least one end is there. Jayway has no step: a third number is read and ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Slice {
    /// The places in an array of `length` items that it names, as Jayway computes them: negative
    /// ends count from the end, except that `[a:b]` takes both as they are.
    pub(crate) fn places(self, length: usize) -> std::ops::Range<i64> {
        let length = length as i64;
        match (self.from, self.to) {
            (Some(from), None) => {
                let from = if from < 0 { length.saturating_add(from) } else { from };
                from.max(0)..length
            }
            (None, Some(to)) => {
                let to = if to < 0 { length.saturating_add(to) } else { to };
                0..to.min(length)
            }
            (Some(from), Some(to)) => from.max(-length)..to.min(length),
            (None, None) => 0..0,
        }
    }
}

impl Step {
    /// Whether it leads to one place at most. `last` says that nothing follows it.
    pub(crate) fn is_definite(&self, last: bool) -> bool {
        match self {
            Step::Name(_) | Step::Index(_) | Step::Call(..) => true,
            Step::Names(_) => last,
            Step::Indices(_) | Step::Slice(_) | Step::Wildcard | Step::Scan | Step::Filter(_) => {
                false
            }
        }
    }
}

/// Whether steps lead to one place at most.
pub(crate) fn are_definite(steps: &[Step]) -> bool {
    steps.iter().enumerate().all(|(place, step)| step.is_definite(place + 1 == steps.len()))
}

/// Whether the way to `place` leads to one place at most.
pub(crate) fn are_definite_before(steps: &[Step], place: usize) -> bool {
    steps[..place].iter().all(|step| step.is_definite(false))
}

/// Jayway's form of a path, which its messages show: `$['a'][0].length()`.
pub(crate) fn print(steps: &[Step]) -> String {
    let mut text = String::from('$');
    for step in steps {
        text.push_str(&step.to_string());
    }
    text
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Name(name) => write!(f, "[{name}]"),
            Step::Names(names) => write!(f, "[{}]", join(names)),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Indices(indices) => write!(f, "[{}]", join(indices)),
            Step::Slice(Slice { from, to }) => {
                let end = |end: &Option<i64>| end.map_or(String::new(), |end| end.to_string());
                write!(f, "[{}:{}]", end(from), end(to))
            }
            Step::Wildcard => f.write_str("[*]"),
            Step::Scan => f.write_str(".."),
            Step::Filter(_) => f.write_str("[?]"),
            Step::Call(function, arguments) => {
                let arguments = if arguments.is_empty() { "" } else { "..." };
                write!(f, ".{}({arguments})", function.name())
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Name { text, quote } = self;
        if text.contains(*quote) {
            return write!(f, "{quote}{}{quote}", text.replace(*quote, &format!("\\{quote}")));
        }
        write!(f, "{quote}{text}{quote}")
    }
}

fn join(parts: &[impl fmt::Display]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    parts.join(",")
}
