//! Conditions: an operator, a key, the values it is compared with.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

mod comparison;

use crate::context::Context;
use crate::pattern::Pattern;
pub(crate) use comparison::Comparison;

/// One line of a `Condition` block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    pub(crate) key: String,
    pub(crate) values: Vec<Pattern>,
}

/// An operator such as `ForAnyValue:StringNotLikeIfExists`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    quantifier: Option<Quantifier>,
    pub(crate) test: Test,
    if_exists: bool,
}

/// How a key with several values is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    All,
    Any,
}

/// What is asked of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// `Null`: whether it is missing.
    Missing,
    /// Whether its values compare, or (`Not…`) don't.
    Compare { comparison: Comparison, negated: bool },
}

impl Operator {
    /// The operator of that name. Names are the same in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (quantifier, rest) = match name.split_once(':') {
            Some(("forallvalues", rest)) => (Some(Quantifier::All), rest),
            Some(("foranyvalue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return None,
            None => (None, name.as_str()),
        };
        if rest == "null" {
            return Some(Operator { quantifier, test: Test::Missing, if_exists: false });
        }
        let (rest, if_exists) = match rest.strip_suffix("ifexists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (comparison, negated) = Comparison::parse(rest)?;
        Some(Operator { quantifier, test: Test::Compare { comparison, negated }, if_exists })
    }
}

impl Condition {
    pub(crate) fn holds(&self, context: &Context) -> bool {
        let given = context.get(&self.key);
        let Operator { quantifier, test, if_exists } = self.operator;
        let (comparison, negated) = match test {
            Test::Missing => {
                let missing = given.is_none_or(<[_]>::is_empty).to_string();
                return self
                    .values
                    .iter()
                    .any(|value| value.matches_in_any_case(&missing, context));
            }
            Test::Compare { comparison, negated } => (comparison, negated),
        };
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            // What isn't there isn't equal to anything.
            let by_nature = quantifier != Some(Quantifier::Any) && negated;
            return if_exists || quantifier == Some(Quantifier::All) || by_nature;
        };
        let is_one_of = |value: &String| {
            self.values.iter().any(|wanted| comparison.compares(value, wanted, context))
        };
        match (quantifier, negated) {
            (Some(Quantifier::All), false) => given.iter().all(is_one_of),
            (Some(Quantifier::All) | None, true) => !given.iter().any(is_one_of),
            (Some(Quantifier::Any) | None, false) => given.iter().any(is_one_of),
            (Some(Quantifier::Any), true) => !given.iter().all(is_one_of),
        }
    }

    /// Its key, and those of the variables in its values.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.key.as_str()).chain(self.values.iter().flat_map(Pattern::keys))
    }
}
