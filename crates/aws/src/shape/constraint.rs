//! The constraints of AWS's models, worded as AWS words them.

use std::fmt::{self, Display};

use super::{Leaf, Path, Shape, Shown};
use crate::Error;

/// Everything that is wrong with a request, in the order of its members.
#[derive(Debug, Default)]
pub struct Violations(Vec<String>);

impl Violations {
    /// AWS's sentence about all of them; `None` if there are none.
    pub fn into_error(self) -> Option<Error> {
        let count = self.0.len();
        let errors = match count {
            0 => return None,
            1 => "error",
            _ => "errors",
        };
        Some(Error::validation(format!(
            "{count} validation {errors} detected: {}",
            self.0.join("; ")
        )))
    }

    /// A text that isn't one of an enum's.
    pub fn enum_value(&mut self, text: &Leaf<String>, at: &Path<'_>, values: &[&str]) {
        let values = values.join(", ");
        Member::new(text, at, self).violate(format_args!("satisfy enum value set: [{values}]"));
    }

    fn null(&mut self, at: &Path<'_>) {
        self.0.push(format!(
            "Value null at '{at}' failed to satisfy constraint: Member must not be null"
        ));
    }
}

/// A member under check: each constraint that doesn't hold adds its sentence to the violations.
pub struct Member<'a, W> {
    value: &'a W,
    at: &'a Path<'a>,
    violations: &'a mut Violations,
    sensitive: bool,
}

impl<'a, W: Shown> Member<'a, W> {
    fn new(value: &'a W, at: &'a Path<'a>, violations: &'a mut Violations) -> Self {
        Member { value, at, violations, sensitive: false }
    }

    /// Keeps the value out of the sentences of the constraints that follow, as models mark passwords and payloads.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    fn violate(&mut self, rule: impl Display) {
        let at = self.at;
        self.violations.0.push(if self.sensitive {
            format!("Value at '{at}' failed to satisfy constraint: Member must {rule}")
        } else {
            let value = Quoted(self.value);
            format!("Value '{value}' at '{at}' failed to satisfy constraint: Member must {rule}")
        });
    }
}

impl<W: Shown + Measured> Member<'_, W> {
    /// Bounds on the characters of a text or the elements of a list.
    #[must_use]
    pub fn length(mut self, min: usize, max: usize) -> Self {
        let length = self.value.length();
        if length < min {
            self.violate(format_args!("have length greater than or equal to {min}"));
        }
        if max < length {
            self.violate(format_args!("have length less than or equal to {max}"));
        }
        self
    }
}

impl<N: PartialOrd + Display> Member<'_, Leaf<N>> {
    /// Bounds on a number.
    #[must_use]
    pub fn range(mut self, min: N, max: N) -> Self {
        if self.value.0 < min {
            self.violate(format_args!("have value greater than or equal to {min}"));
        }
        if max < self.value.0 {
            self.violate(format_args!("have value less than or equal to {max}"));
        }
        self
    }
}

impl Member<'_, Leaf<String>> {
    /// A pattern: `text` as AWS's sentence quotes it, `matches` as the rule it stands for.
    #[must_use]
    pub fn pattern(mut self, text: &str, matches: impl FnOnce(&str) -> bool) -> Self {
        if !matches(&self.value.0) {
            self.violate(format_args!("satisfy regular expression pattern: {text}"));
        }
        self
    }
}

/// What has a length to be bounded.
pub trait Measured {
    fn length(&self) -> usize;
}

/// A member that must be there.
pub fn required<T: Shape>(
    wire: Option<T::Wire>,
    at: &Path<'_>,
    violations: &mut Violations,
    check: impl FnOnce(Member<'_, T::Wire>),
) -> Option<T> {
    let Some(wire) = wire else {
        violations.null(at);
        return None;
    };
    check(Member::new(&wire, at, violations));
    T::from_wire(wire, at, violations)
}

/// A member that may be missing or null.
pub fn optional<T: Shape>(
    wire: Option<T::Wire>,
    at: &Path<'_>,
    violations: &mut Violations,
    check: impl FnOnce(Member<'_, T::Wire>),
) -> Option<Option<T>> {
    match wire {
        None => Some(None),
        Some(_) => required(wire, at, violations, check).map(Some),
    }
}

struct Quoted<'a, W>(&'a W);

impl<W: Shown> Display for Quoted<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}
