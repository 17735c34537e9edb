use crate::error::Result;
use crate::functions::{Row, is_number};
use crate::value::{Kind, Value};

pub(super) const ROWS: &[Row] = &[
    ("boolean", "<x-:b>", 1, |_, arguments| match arguments.value(0) {
        Value::Undefined => Ok(Value::Undefined),
        value => truthy(value).map(Value::bool),
    }),
    ("not", "<x-:b>", 1, |_, arguments| match arguments.value(0) {
        Value::Undefined => Ok(Value::Undefined),
        value => truthy(value).map(|truth| Value::bool(!truth)),
    }),
    ("exists", "<x:b>", 1, |_, arguments| Ok(Value::bool(!arguments.value(0).is_undefined()))),
];

/// What a value counts as where a condition is asked for.
pub(crate) fn truthy(value: &Value) -> Result<bool> {
    Ok(match value.kind() {
        Kind::Undefined | Kind::Null | Kind::Function => false,
        Kind::Bool => value.as_bool() == Some(true),
        Kind::Number => is_number(value)? && value.as_f64() != Some(0.0),
        Kind::String => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Object => value.fields().is_some_and(|fields| 0 < fields.len()),
        Kind::Array => {
            let Some(view) = value.view() else { return Ok(false) };
            for item in view.iter() {
                if truthy(&item)? {
                    return Ok(true);
                }
            }
            false
        }
    })
}
