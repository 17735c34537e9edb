//! One condition on one scalar.

use json::{Kind, Value};

use crate::cidr::Cidr;
use crate::wildcard::Wildcard;

/// What a scalar is held against.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Matcher {
    Is(Scalar),
    Text(Text),
    /// No matcher of the list matches.
    AnythingBut(Vec<Matcher>),
    Numeric(Range),
    Exists(bool),
    Cidr(Cidr),
}

/// A value that a pattern names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

/// A condition on a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Text {
    Prefix(String),
    PrefixIgnoringCase(String),
    Suffix(String),
    SuffixIgnoringCase(String),
    EqualsIgnoringCase(String),
    Wildcard(Wildcard),
}

/// The numbers between two bounds, each of them in or out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: Bound,
    pub(crate) high: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) at: f64,
    pub(crate) is_in: bool,
}

impl Matcher {
    /// Whether a scalar that is there matches.
    pub(crate) fn matches(&self, value: &Value) -> bool {
        match self {
            Matcher::Is(scalar) => scalar.is(value),
            Matcher::Text(text) => value.as_str().is_some_and(|value| text.matches(value)),
            Matcher::AnythingBut(others) => !others.iter().any(|other| other.matches(value)),
            Matcher::Numeric(range) => value.as_f64().is_some_and(|number| range.holds(number)),
            Matcher::Exists(wanted) => *wanted,
            Matcher::Cidr(block) => value.as_str().is_some_and(|address| block.holds(address)),
        }
    }
}

impl Scalar {
    /// The scalar that a value is.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value.kind() {
            Kind::Null => Some(Scalar::Null),
            Kind::Bool => value.as_bool().map(Scalar::Bool),
            Kind::Number => value.as_f64().map(Scalar::Number),
            Kind::String => value.as_str().map(|text| Scalar::Text(text.to_owned())),
            Kind::Array | Kind::Object => None,
        }
    }

    fn is(&self, value: &Value) -> bool {
        match self {
            Scalar::Null => value.is_null(),
            Scalar::Bool(wanted) => value.as_bool() == Some(*wanted),
            // 300, 300.0 and 3.0e2 are one number.
            Scalar::Number(wanted) => value.as_f64() == Some(*wanted),
            Scalar::Text(wanted) => value.as_str() == Some(wanted),
        }
    }
}

impl Text {
    fn matches(&self, value: &str) -> bool {
        match self {
            Text::Prefix(prefix) => value.starts_with(prefix),
            Text::PrefixIgnoringCase(prefix) => folded(value).starts_with(&folded(prefix)),
            Text::Suffix(suffix) => value.ends_with(suffix),
            Text::SuffixIgnoringCase(suffix) => folded(value).ends_with(&folded(suffix)),
            Text::EqualsIgnoringCase(text) => folded(value) == folded(text),
            Text::Wildcard(wildcard) => wildcard.matches(value),
        }
    }
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl Range {
    fn holds(&self, number: f64) -> bool {
        let Range { low, high } = self;
        (low.at < number || (low.is_in && low.at == number))
            && (number < high.at || (high.is_in && high.at == number))
    }
}
