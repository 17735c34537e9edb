//! The first line as an expression, and the whole as a template, in both query languages; over the JSON
//! that follows the first line.

use std::cell::RefCell;

use asl::intrinsic::Intrinsic;
use asl::{Budget, Expression, QueryLanguage, Scope, Template};
use base::{Entropy, Timestamp};
use json::Value;

use crate::text;

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    let (source, data) = text::head_and_rest(&text);
    let data = Value::parse(data).unwrap_or_else(|_| Value::object([("a", Value::from(source))]));
    let context = || Value::object([("Execution", Value::object([("Id", "e")]))]);
    let variables = |name: &str| (name == "v").then(|| data.clone());
    let entropy = RefCell::new(Entropy::from_number(1));
    let scope = Scope {
        data: &data,
        input: &data,
        result: Some(&data),
        error_output: None,
        context: &context,
        variables: &variables,
        now: Timestamp::from_millis(1_700_000_000_000),
        entropy: &entropy,
        budget: &Budget::default(),
    };
    if let Ok(intrinsic) = Intrinsic::parse(source) {
        assert_eq!(intrinsic.text(), source);
        check(intrinsic.evaluate(&scope));
    }
    for language in [QueryLanguage::JsonPath, QueryLanguage::Jsonata] {
        if let Ok(expression) = Expression::compile(source, language, "Field") {
            check(expression.evaluate(&scope));
        }
        // The members of a template are expressions over the whole of it.
        for value in [Value::parse(&text), Value::parse(source)].into_iter().flatten() {
            match Template::compile(&value, language, "Field") {
                Ok(template) => check(template.evaluate(&scope)),
                Err(problems) => assert!(!problems.is_empty()),
            }
        }
    }
}

fn check(evaluated: Result<Value, asl::Fault>) {
    match evaluated {
        Ok(value) => assert_eq!(value.to_string().len(), value.text_len()),
        Err(fault) => assert!(!fault.error.is_empty(), "{fault:?}"),
    }
}
