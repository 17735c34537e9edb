use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row, truthy};
use crate::value::{Kind, List, Object, Value};

pub(super) const ROWS: &[Row] = &[
    ("keys", "<x-:a<s>>", 1, |this, arguments| {
        let mut list = this.list()?;
        keys(this, arguments.value(0), &mut list, &mut HashSet::new())?;
        Ok(list.sequence())
    }),
    ("lookup", "<x-s:x>", 2, |this, arguments| {
        this.lookup(arguments.value(0), arguments.text(1).unwrap_or_default())
    }),
    ("spread", "<x-:a<o>>", 1, spread),
    ("merge", "<a<o>:o>", 1, merge),
    ("type", "<x:s>", 1, |this, arguments| {
        let name = match arguments.value(0).kind() {
            Kind::Undefined => return Ok(Value::Undefined),
            Kind::Null => "null",
            Kind::Bool => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
            Kind::Function => "function",
        };
        this.text(name)
    }),
    ("clone", "<(oa)-:o>", 1, |this, arguments| match arguments.value(0) {
        Value::Undefined => Ok(Value::Undefined),
        value => this.copied(value),
    }),
    ("error", "<s?:x>", 1, |_, arguments| {
        let message = arguments.text(0).filter(|text| !text.is_empty());
        let message = message.unwrap_or("$error() function evaluated");
        Err(fault("D3137").with("message", message))
    }),
    ("assert", "<bs?:x>", 2, |_, arguments| {
        if truthy(arguments.value(0))? {
            return Ok(Value::Undefined);
        }
        let message = arguments.text(1).filter(|text| !text.is_empty());
        Err(fault("D3141").with("message", message.unwrap_or("$assert() statement failed")))
    }),
];

/// Each key once, of all objects in an array.
fn keys(
    this: &mut Evaluator<'_>,
    value: &Value,
    list: &mut List,
    seen: &mut HashSet<Arc<str>>,
) -> Result<()> {
    if let Some(view) = value.view() {
        this.meter.work(view.len() as u64)?;
        let _level = this.meter.level()?;
        return view.iter().try_for_each(|item| keys(this, &item, list, seen));
    }
    let Some(fields) = value.fields() else { return Ok(()) };
    this.meter.work(fields.len() as u64)?;
    for (key, _) in fields.entries() {
        if seen.insert(key.clone()) {
            list.push(this.text(key)?)?;
        }
    }
    Ok(())
}

fn spread(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let mut list = this.list()?;
    if let Some(view) = value.view() {
        for item in view.iter() {
            spread_into(this, &item, &mut list)?;
        }
        return Ok(if view.len() == 0 { list.sequence() } else { list.array() });
    }
    if value.fields().is_none() {
        return Ok(value.clone());
    }
    spread_into(this, value, &mut list)?;
    Ok(list.sequence())
}

fn spread_into(this: &mut Evaluator<'_>, value: &Value, list: &mut List) -> Result<()> {
    if let Some(view) = value.view() {
        this.meter.work(view.len() as u64)?;
        let _level = this.meter.level()?;
        return view.iter().try_for_each(|item| spread_into(this, &item, list));
    }
    let Some(fields) = value.fields() else {
        return list.push_defined(value.clone());
    };
    for (key, member) in fields.entries() {
        let object = Object::new(&this.meter)?;
        object.insert(key, member)?;
        list.push(Value::Object(Rc::new(object)))?;
    }
    Ok(())
}

fn merge(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(view) = arguments.value(0).view() else { return Ok(Value::Undefined) };
    let merged = Object::new(&this.meter)?;
    for item in view.iter() {
        let Some(fields) = item.fields() else { continue };
        this.meter.work(fields.len() as u64)?;
        for (key, member) in fields.entries() {
            merged.insert(key, member)?;
        }
    }
    Ok(merged.into_value())
}
