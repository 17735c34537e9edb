use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::function::Function;
use crate::functions::{Arguments, Row, truthy};
use crate::value::{Object, Value};

pub(super) const ROWS: &[Row] = &[
    ("map", "<af>", 2, map),
    ("filter", "<af>", 2, filter),
    ("single", "<af?>", 2, single),
    ("reduce", "<afj?:j>", 3, reduce),
    ("sift", "<o-f?:o>", 2, sift),
    ("each", "<o-f:a>", 2, each),
];

/// Calls with as many of the item, its place and the whole as the function takes.
fn call(
    this: &mut Evaluator<'_>,
    function: &Rc<Function>,
    item: Value,
    place: impl FnOnce() -> Value,
    whole: &Value,
) -> Result<Value> {
    let arity = function.arity();
    let mut arguments = vec![item];
    if 2 <= arity {
        arguments.push(place());
    }
    if 3 <= arity {
        arguments.push(whole.clone());
    }
    this.call_back(function, arguments)
}

fn map(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let whole = arguments.value(0);
    let (Some(view), Some(function)) = (whole.view(), arguments.function(1)) else {
        return Ok(Value::Undefined);
    };
    let mut list = this.list()?;
    for (place, item) in view.iter().enumerate() {
        let result = call(this, function, item, || Value::Number(place as f64), whole)?;
        list.push_defined(result)?;
    }
    Ok(list.sequence())
}

fn filter(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let whole = arguments.value(0);
    let (Some(view), Some(function)) = (whole.view(), arguments.function(1)) else {
        return Ok(Value::Undefined);
    };
    let mut list = this.list()?;
    for (place, item) in view.iter().enumerate() {
        let result = call(this, function, item.clone(), || Value::Number(place as f64), whole)?;
        if truthy(&result)? {
            list.push(item)?;
        }
    }
    Ok(list.sequence())
}

fn single(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let whole = arguments.value(0);
    let Some(view) = whole.view() else { return Ok(Value::Undefined) };
    let mut found = None;
    for (place, item) in view.iter().enumerate() {
        let matches = match arguments.function(1) {
            None => true,
            Some(function) => {
                let number = || Value::Number(place as f64);
                truthy(&call(this, function, item.clone(), number, whole)?)?
            }
        };
        if matches && found.replace(item).is_some() {
            return Err(fault("D3138").with("index", place as i64));
        }
    }
    found.ok_or_else(|| fault("D3139"))
}

fn reduce(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let whole = arguments.value(0);
    let (Some(view), Some(function)) = (whole.view(), arguments.function(1)) else {
        return Ok(Value::Undefined);
    };
    let arity = function.arity();
    if arity < 2 {
        return Err(fault("D3050").with("index", 1));
    }
    let mut result = arguments.value(2).clone();
    let skipped = result.is_undefined() && 0 < view.len();
    if skipped {
        result = view.get(0);
    }
    for (place, item) in view.iter().enumerate().skip(usize::from(skipped)) {
        let mut given = vec![result, item];
        if 3 <= arity {
            given.push(Value::Number(place as f64));
        }
        if 4 <= arity {
            given.push(whole.clone());
        }
        result = this.call_back(function, given)?;
    }
    Ok(result)
}

fn named(this: &Evaluator<'_>, key: &Arc<str>) -> Result<Value> {
    this.text(key.clone())
}

fn sift(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let whole = arguments.value(0);
    let (Some(fields), Some(function)) = (whole.fields(), arguments.function(1)) else {
        return Ok(Value::Undefined);
    };
    let object = Object::new(&this.meter)?;
    for (key, member) in fields.entries() {
        let name = named(this, &key)?;
        if truthy(&call(this, function, member.clone(), || name, whole)?)? {
            object.insert(key, member)?;
        }
    }
    Ok(if object.len() == 0 { Value::Undefined } else { object.into_value() })
}

fn each(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let whole = arguments.value(0);
    let (Some(fields), Some(function)) = (whole.fields(), arguments.function(1)) else {
        return Ok(Value::Undefined);
    };
    let mut list = this.list()?;
    for (key, member) in fields.entries() {
        let name = named(this, &key)?;
        let result = call(this, function, member, || name, whole)?;
        list.push_defined(result)?;
    }
    Ok(list.sequence())
}
