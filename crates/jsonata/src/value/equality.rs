use std::cmp::Ordering;
use std::rc::Rc;

use crate::error::Result;
use crate::limits::Meter;
use crate::value::{Kind, Value};

/// Deep equality, as `=` has it: numbers by value, objects whatever their order.
pub(crate) fn equal(left: &Value, right: &Value, meter: &Rc<Meter>) -> Result<bool> {
    let kind = left.kind();
    if kind != right.kind() {
        return Ok(false);
    }
    match kind {
        Kind::Undefined | Kind::Null => Ok(true),
        Kind::Bool => Ok(left.as_bool() == right.as_bool()),
        Kind::Number => Ok(left.as_f64() == right.as_f64()),
        Kind::String => Ok(left.as_str() == right.as_str()),
        Kind::Function => Ok(match (left.as_function(), right.as_function()) {
            (Some(left), Some(right)) => Rc::ptr_eq(left, right),
            _ => false,
        }),
        Kind::Array => {
            let (Some(left), Some(right)) = (left.view(), right.view()) else { return Ok(false) };
            if left.len() != right.len() {
                return Ok(false);
            }
            meter.work(left.len() as u64)?;
            let _level = meter.level()?;
            for (left, right) in left.iter().zip(right.iter()) {
                if !equal(&left, &right, meter)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Kind::Object => {
            let (Some(left), Some(right)) = (left.fields(), right.fields()) else {
                return Ok(false);
            };
            if left.len() != right.len() {
                return Ok(false);
            }
            meter.work(left.len() as u64)?;
            let _level = meter.level()?;
            for (key, left) in left.entries() {
                let Some(right) = right.get(&key) else { return Ok(false) };
                if !equal(&left, &right, meter)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}

/// Strings compare by their UTF-16 units, as in JavaScript and Java.
pub(crate) fn compare_text(left: &str, right: &str) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}
