//! The methods of Java's classes that templates call. One that a class doesn't have gives `null`, as any
//! reference without value; one that throws ends the evaluation.

mod list;
mod map;
mod number;
mod text;

use std::sync::Arc;

use crate::error::Fault;
use crate::value::{Heap, Value, class_name};

/// `target.name(arguments)`; `None` if there is no such method.
pub(crate) fn call(
    heap: &mut Heap,
    target: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    let own = match target {
        Value::Text(text) => text::call(heap, text, name, arguments)?,
        Value::List(list) => list::call(heap, *list, name, arguments)?,
        Value::Map(map) => map::call(heap, *map, name, arguments)?,
        Value::Entry(map, key) => map::call_entry(heap, *map, key, name, arguments)?,
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
            number::call(heap, target, name, arguments)?
        }
        Value::Null | Value::Loop(_) | Value::Host(_) => None,
    };
    if own.is_some() {
        return Ok(own);
    }
    Ok(match (name, arguments) {
        ("equals", [other]) => {
            let same_class = class_name(target) == class_name(other);
            Some(Value::Bool(same_class && heap.equal(target, other)?))
        }
        ("toString", []) => {
            let text = heap.text(target)?;
            Some(heap.made(text)?)
        }
        ("hashCode", []) => Some(Value::Int(i64::from(hash_code(&heap.text(target)?)))),
        _ => None,
    })
}

pub(crate) fn out_of_bounds(place: i64, length: usize) -> Fault {
    Fault::Thrown(format!(
        "java.lang.IndexOutOfBoundsException: Index {place} out of bounds for length {length}"
    ))
}

/// `String.hashCode`.
fn hash_code(text: &str) -> i32 {
    text.encode_utf16()
        .fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// What a `void` method gives: it renders nothing.
fn nothing() -> Option<Value> {
    Some(Value::Text(Arc::from("")))
}
