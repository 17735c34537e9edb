//! The language against AWS's documentation of it.

mod conditions;
mod evaluation;
mod malformed;
mod matching;

use policy::{Context, Kind, Policy, Principal};

pub(crate) const ALICE: &str = "arn:aws:iam::111111111111:user/team/alice";
pub(crate) const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/worker/run";
pub(crate) const ROLE: &str = "arn:aws:iam::111111111111:role/jobs/worker";

#[track_caller]
pub(crate) fn parse(text: &str, kind: Kind) -> Policy {
    Policy::parse(text, kind).expect("is well formed")
}

/// A policy of one statement, given without its braces.
#[track_caller]
pub(crate) fn statement(inside: &str, kind: Kind) -> Policy {
    parse(&format!(r#"{{"Version":"2012-10-17","Statement":{{{inside}}}}}"#), kind)
}

pub(crate) fn alice() -> Principal {
    Principal::of_arn(ALICE, None)
}

pub(crate) fn session() -> Principal {
    Principal::of_arn(SESSION, Some(ROLE))
}

pub(crate) fn context(entries: &[(&str, &[&str])]) -> Context {
    let mut context = Context::new();
    for (key, values) in entries {
        context.set_all(key, values.iter().map(|value| (*value).to_owned()));
    }
    context
}
