//! The first line as a JSONata expression in both profiles, over the JSON that follows.

use base::{Entropy, Timestamp};
use json::Value;
use jsonata::{Call, Expression, Limits, Outcome, Profile};

use crate::text;

/// Less than AWS's, so that many inputs fit into a second; the deepest that may be asked for.
const LIMITS: Limits = Limits { depth: Limits::DEPTH_MAX, steps: 100_000, memory: 1024 * 1024 };

/// What an expression is evaluated over if no JSON follows it.
const DATA: &str = r#"{"a":[{"b":1,"c":"x"},{"b":2.5,"c":"é😀"},{"b":[3,[4,null]]}],"d":{"e":true},
    "t":"2024-02-29T12:34:56.789Z","n":1e300,"":"none"}"#;

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    let (source, data) = text::head_and_rest(&text);
    let data = Value::parse(data).unwrap_or_else(|_| Value::parse(DATA).expect("it is JSON"));
    for profile in [Profile::Plain, Profile::StepFunctions] {
        match Expression::compile(source, profile) {
            Ok(expression) => check(&expression, &data),
            Err(error) => assert!(!error.message.is_empty()),
        }
    }
}

fn check(expression: &Expression, data: &Value) {
    let outcome = evaluate(expression, data);
    match &outcome {
        Ok(Outcome::Value(value)) => {
            assert!(!value.is_deeper_than(json::DEPTH_MAX), "what comes out can be stored");
            Value::parse(&value.to_string()).expect("what comes out is JSON");
        }
        Ok(Outcome::Undefined | Outcome::Unsupported(_)) => {}
        Err(error) => assert!(!error.message.is_empty()),
    }
    assert_eq!(evaluate(expression, data), outcome, "the same call ends in the same way");
}

fn evaluate(expression: &Expression, data: &Value) -> Result<Outcome, jsonata::Error> {
    let bindings = |name: &str| {
        ["states", "v"].contains(&name).then(|| Value::object([("input", data.clone())]))
    };
    expression.evaluate(&mut Call {
        input: Some(data.clone()),
        bindings: &bindings,
        now: Timestamp::from_millis(1_700_000_000_000),
        entropy: &mut Entropy::from_number(1),
        limits: LIMITS,
        steps: 0,
    })
}
