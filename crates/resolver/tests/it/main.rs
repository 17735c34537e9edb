//! Functions and templates, as resolvers see them.

mod auth_rules;
mod functions;
mod templates;
mod time;
mod transform;

use base::{Entropy, Stop, Timestamp};
use json::Value;
use resolver::template::{OBJECT, Template};
use resolver::{Args, Call, Context, Effects, End, Failure, Outcome, functions as util};

/// 2018-02-06T19:01:35.749Z, as in AWS's examples.
const NOW: Timestamp = Timestamp::from_millis(1_517_943_695_749);

fn call_in(
    context: &Context,
    effects: &mut Effects,
    name: &str,
    arguments: &str,
) -> Result<Value, Failure> {
    let (namespace, name) = name.split_once('.').unwrap_or(("", name));
    let arguments = Value::parse(&format!("[{arguments}]")).expect("arguments are JSON");
    let arguments: Vec<Value> = arguments.items().collect();
    let mut entropy = Entropy::from_number(7);
    let mut call = Call { context, now: NOW, entropy: &mut entropy, effects };
    util::find(namespace, name).expect("there is such a function")(&mut call, Args(&arguments))
}

fn call(name: &str, arguments: &str) -> Result<Value, Failure> {
    call_in(&Context::default(), &mut Effects::default(), name, arguments)
}

/// The answer of a function as JSON text, or the message of its failure.
#[track_caller]
fn check(name: &str, arguments: &str, expected: &str) {
    let answer = match call(name, arguments) {
        Ok(value) => value.to_string(),
        Err(failure) => failure.message,
    };
    assert_eq!(answer, expected, "{name}({arguments})");
}

fn evaluate(template: &str, context: &str) -> Outcome {
    let context = Context::from_json(&Value::parse(context).expect("the context is JSON"));
    match Template::parse(template) {
        Ok(template) => {
            template.evaluate(&context, OBJECT, NOW, Entropy::from_number(7), &Stop::default())
        }
        Err(failure) => Outcome::failed(failure),
    }
}

/// What a template comes to: its JSON, or the type and message of its failure.
#[track_caller]
fn check_template(template: &str, context: &str, expected: &str) {
    let shown = match evaluate(template, context).end {
        End::Result(value) => value.to_string(),
        End::EarlyReturn { value, .. } => format!("returned {value}"),
        End::Failed(failure) => {
            format!("{}: {}", failure.error_type.unwrap_or_default(), failure.message)
        }
    };
    assert_eq!(shown, expected, "{template}");
}
