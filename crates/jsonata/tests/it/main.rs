//! What the language's own suite doesn't cover: Step Functions' dialect, the bounds, and hostile input.

mod bounds;
mod hostile;
mod published;
mod references;
mod step_functions;

use base::{Entropy, Timestamp};
use json::Value;
use jsonata::{Call, Error, Expression, Limits, Outcome, Profile};

/// Evaluates as a state would, with `$states.input` bound to `input`.
fn evaluate_with(source: &str, input: &str, limits: Limits) -> Result<Outcome, Error> {
    let expression = Expression::compile(source, Profile::StepFunctions)?;
    let states = Value::object([("input", Value::parse(input).expect("input is JSON"))]);
    expression.evaluate(&mut Call {
        input: None,
        bindings: &|name| (name == "states").then(|| states.clone()),
        now: Timestamp::from_millis(1_521_801_216_617),
        entropy: &mut Entropy::from_number(7),
        limits,
        steps: 0,
    })
}

fn evaluate(source: &str) -> Result<Outcome, Error> {
    evaluate_with(source, "{}", Limits::AWS)
}

/// The result as JSON text, `undefined`, or how AWS would tell of the failure.
fn shown(outcome: Result<Outcome, Error>) -> String {
    match outcome {
        Ok(Outcome::Undefined) => "undefined".to_owned(),
        Ok(Outcome::Value(value)) => value.to_string(),
        Ok(Outcome::Unsupported(name)) => format!("unsupported {name}"),
        Err(error) => error.sentence_end(),
    }
}

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(shown(evaluate(source)), expected, "{source}");
}
