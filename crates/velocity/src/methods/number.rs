//! `java.lang.Integer`, `Long`, `Double` and `Boolean`.

use crate::error::Fault;
use crate::value::{Heap, Value};

pub(super) fn call(
    heap: &mut Heap,
    target: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    let (int, float) = match target {
        Value::Int(int) => (*int, *int as f64),
        Value::Float(float) => (*float as i64, *float),
        Value::Bool(bool) => {
            let is_self = (name, arguments) == ("booleanValue", &[]);
            return Ok(is_self.then_some(Value::Bool(*bool)));
        }
        _ => return Ok(None),
    };
    Ok(match (name, arguments) {
        ("intValue" | "longValue", []) => Some(Value::Int(int)),
        ("doubleValue" | "floatValue", []) => Some(Value::Float(float)),
        ("compareTo", [Value::Int(other)]) => Some(order(float.partial_cmp(&(*other as f64)))),
        ("compareTo", [Value::Float(other)]) => Some(order(float.partial_cmp(other))),
        ("isNaN", []) => Some(Value::Bool(float.is_nan())),
        // Static methods, which templates reach through any number: `$n.parseInt("5")`.
        ("parseInt" | "parseLong" | "valueOf", [Value::Text(text)]) => {
            let number = text.parse().map_err(|_| not_a_number(text))?;
            Some(Value::Int(number))
        }
        ("parseDouble", [Value::Text(text)]) => {
            Some(Value::Float(text.trim().parse().map_err(|_| not_a_number(text))?))
        }
        ("toString", [Value::Int(other)]) => Some(heap.made(other.to_string())?),
        _ => None,
    })
}

fn order(ordering: Option<std::cmp::Ordering>) -> Value {
    Value::Int(ordering.map_or(0, |ordering| ordering as i64))
}

fn not_a_number(text: &str) -> Fault {
    Fault::Thrown(format!("java.lang.NumberFormatException: For input string: \"{text}\""))
}
