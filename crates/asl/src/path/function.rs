//! Jayway's functions: `$.list.length()`, `$.numbers.sum()`, `$..price.max()`.

use std::sync::Arc;

use json::{Kind, Value};

use crate::java;
use crate::path::step::{Step, Steps};
use crate::path::walk::Walk;
use crate::path::{Miss, MissKind};

#[derive(Clone, Debug)]
pub(crate) enum Function {
    Average,
    StandardDeviation,
    Sum,
    Min,
    Max,
    Concat,
    Length,
    Append,
    Keys,
    First,
    Last,
    Index,
    /// Any other name. Jayway parses it too, and fails when it is called.
    Unknown(Arc<str>),
}

#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Read from the document.
    Path(Steps),
    Json(Value),
}

impl Function {
    pub(crate) fn named(name: &str) -> Function {
        match name {
            "avg" => Function::Average,
            "stddev" => Function::StandardDeviation,
            "sum" => Function::Sum,
            "min" => Function::Min,
            "max" => Function::Max,
            "concat" => Function::Concat,
            "length" | "size" => Function::Length,
            "append" => Function::Append,
            "keys" => Function::Keys,
            "first" => Function::First,
            "last" => Function::Last,
            "index" => Function::Index,
            _ => Function::Unknown(name.into()),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Function::Average => "avg",
            Function::StandardDeviation => "stddev",
            Function::Sum => "sum",
            Function::Min => "min",
            Function::Max => "max",
            Function::Concat => "concat",
            Function::Length => "length",
            Function::Append => "append",
            Function::Keys => "keys",
            Function::First => "first",
            Function::Last => "last",
            Function::Index => "index",
            Function::Unknown(name) => name,
        }
    }
}

pub(crate) fn call(
    function: &Function,
    arguments: &[Argument],
    value: &Value,
    walk: &Walk<'_>,
) -> Result<Value, Miss> {
    if let (Function::Length, [Argument::Path(steps), ..]) = (function, arguments) {
        return length_of_all(steps, value, walk);
    }
    let arguments = arguments.iter().map(|argument| match argument {
        Argument::Path(steps) => walk.beside(steps, walk.root),
        Argument::Json(value) => Ok(value.clone()),
    });
    let arguments = arguments.collect::<Result<Vec<Value>, Miss>>()?;
    match function {
        Function::Average
        | Function::StandardDeviation
        | Function::Sum
        | Function::Min
        | Function::Max => aggregate(function, &numbers(value, &arguments)),
        Function::Concat => Ok(concat(value, &arguments)),
        Function::Length => Ok(length(value)),
        Function::Append => Ok(append(value, arguments)),
        Function::Keys => Ok(match value.kind() {
            Kind::Object => Value::array(value.entries().map(|(key, _)| key.into())),
            _ => Value::NULL,
        }),
        Function::First => at(value, 0),
        Function::Last => at(value, -1),
        Function::Index => match arguments.first().and_then(Value::as_f64) {
            Some(index) => at(value, index as i64),
            None => Err(invalid("Index: 0, Size: 0")),
        },
        Function::Unknown(name) => {
            Err(invalid(format!("Function with name: {name} does not exist.")))
        }
    }
}

fn invalid(message: impl Into<String>) -> Miss {
    Miss { kind: MissKind::Invalid, message: message.into() }
}

/// What the numbers of an array and of the arguments come to; a double, as in Java. `max` starts
/// from Java's smallest positive double, so that it never gets below that: Jayway does so too.
fn aggregate(function: &Function, numbers: &[f64]) -> Result<Value, Miss> {
    if numbers.is_empty() {
        return Err(invalid("Aggregation function attempted to calculate value using empty array"));
    }
    let count = numbers.len() as f64;
    let sum: f64 = numbers.iter().sum();
    let result = match function {
        Function::Average => sum / count,
        Function::StandardDeviation => {
            let squares: f64 = numbers.iter().map(|number| number * number).sum();
            (squares / count - sum * sum / count / count).sqrt()
        }
        Function::Min => numbers.iter().copied().fold(f64::MAX, f64::min),
        Function::Max => numbers.iter().copied().fold(f64::from_bits(1), f64::max),
        _ => sum,
    };
    Ok(java::double(result))
}

/// The items of an array and of the arguments, and the arguments that aren't arrays.
fn operands(value: &Value, arguments: &[Value]) -> Vec<Value> {
    let mut operands: Vec<Value> = value.items().collect();
    for argument in arguments {
        match argument.kind() {
            Kind::Array => operands.extend(argument.items()),
            _ => operands.push(argument.clone()),
        }
    }
    operands
}

fn numbers(value: &Value, arguments: &[Value]) -> Vec<f64> {
    operands(value, arguments).iter().filter_map(Value::as_f64).collect()
}

/// The texts of the array and everything among the arguments, one after the other.
fn concat(value: &Value, arguments: &[Value]) -> Value {
    let mut text = String::new();
    for item in value.items() {
        text.push_str(item.as_str().unwrap_or_default());
    }
    for operand in operands(&Value::NULL, arguments).iter().filter(|operand| !operand.is_null()) {
        java::print(operand, &mut text);
    }
    text.into()
}

fn length(value: &Value) -> Value {
    match value.kind() {
        Kind::Array | Kind::Object => (value.len() as i64).into(),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => Value::NULL,
    }
}

/// `$..x.length()`, `$.length($.x)`: how many values stand inside of what the path finds.
fn length_of_all(steps: &Steps, value: &Value, walk: &Walk<'_>) -> Result<Value, Miss> {
    let mut steps = steps.clone();
    if !matches!(steps.last(), Some(Step::Call(..))) {
        steps.push(Step::Wildcard);
    }
    let inside = walk.beside(&steps, value)?;
    Ok(length(if inside.kind() == Kind::Array { &inside } else { value }))
}

fn append(value: &Value, arguments: Vec<Value>) -> Value {
    match value.kind() {
        Kind::Array => Value::array(value.items().chain(arguments)),
        _ => value.clone(),
    }
}

fn at(value: &Value, index: i64) -> Result<Value, Miss> {
    if value.kind() != Kind::Array {
        return Err(invalid("Aggregation function attempted to calculate value using empty array"));
    }
    let place = super::walk::resolve(index, value.len());
    place.and_then(|place| value.at(place)).ok_or_else(|| {
        invalid(format!("Target index:{index} larger than object count:{}", value.len()))
    })
}
