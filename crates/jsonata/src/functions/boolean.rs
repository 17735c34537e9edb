use crate::error::Result;
use crate::function::Function;
use crate::functions::{Row, is_number};
use crate::value::{Kind, Value};

pub(super) const ROWS: &[Row] = &[
    ("boolean", "<x-:b>", 1, |_, arguments| match arguments.value(0) {
        Value::Undefined => Ok(Value::Undefined),
        Value::Function(_) => Ok(Value::bool(false)),
        value => truthy(value).map(Value::bool),
    }),
    ("not", "<x-:b>", 1, |_, arguments| match arguments.value(0) {
        Value::Undefined => Ok(Value::Undefined),
        Value::Function(_) => Ok(Value::bool(true)),
        value => truthy(value).map(|truth| Value::bool(!truth)),
    }),
    ("exists", "<x:b>", 1, |_, arguments| Ok(Value::bool(!arguments.value(0).is_undefined()))),
];

/// What a value counts as where a condition is asked for.
pub(crate) fn truthy(value: &Value) -> Result<bool> {
    let Some(view) = value.view() else { return scalar_truth(value) };
    // Some item must be true, however deep it lies.
    let mut left: Vec<Value> = view.iter().collect();
    while let Some(value) = left.pop() {
        match value.view() {
            Some(view) => left.extend(view.iter()),
            None if scalar_truth(&value)? => return Ok(true),
            None => {}
        }
    }
    Ok(false)
}

fn scalar_truth(value: &Value) -> Result<bool> {
    Ok(match value.kind() {
        Kind::Undefined | Kind::Null | Kind::Array => false,
        // In the reference implementation these are objects, except for regular expressions.
        Kind::Function => value.as_function().is_some_and(|function| {
            !matches!(**function, Function::Matcher(_) | Function::NextMatch { .. })
        }),
        Kind::Bool => value.as_bool() == Some(true),
        Kind::Number => is_number(value)? && value.as_f64() != Some(0.0),
        Kind::String => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Object => value.fields().is_some_and(|fields| 0 < fields.len()),
    })
}
