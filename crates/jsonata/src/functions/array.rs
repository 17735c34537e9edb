use std::collections::HashSet;

use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row, truthy};
use crate::value::{Flags, Kind, List, Value, compare_text};

pub(super) const ROWS: &[Row] = &[
    ("append", "<xx:a>", 2, append),
    ("reverse", "<a:a>", 1, reverse),
    ("shuffle", "<a:a>", 1, shuffle),
    ("distinct", "<x:x>", 1, distinct),
    ("zip", "<a+>", 0, zip),
    ("sort", "<af?:a>", 2, sort),
];

fn append(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let (first, second) = (arguments.value(0), arguments.value(1));
    match (first.is_undefined(), second.is_undefined()) {
        (true, _) => return Ok(second.clone()),
        (_, true) => return Ok(first.clone()),
        (false, false) => {}
    }
    let mut list = this.list()?;
    list.extend(first)?;
    list.extend(second)?;
    Ok(list.array())
}

fn reverse(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let Some(view) = value.view().filter(|view| 1 < view.len()) else { return Ok(value.clone()) };
    let mut list = this.list()?;
    list.extend(value)?;
    debug_assert_eq!(list.len(), view.len());
    list.values_mut().reverse();
    Ok(list.array())
}

fn shuffle(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    if value.view().is_none_or(|view| view.len() <= 1) {
        return Ok(value.clone());
    }
    let mut list = this.list()?;
    list.extend(value)?;
    let values = list.values_mut();
    for place in (1..values.len()).rev() {
        let other = (this.entropy.next_unit() * (place + 1) as f64) as usize;
        values.swap(place, other.min(place));
    }
    Ok(list.array())
}

/// What two scalars have in common if they are equal.
#[derive(PartialEq, Eq, Hash)]
enum Scalar {
    Undefined,
    Null,
    Bool(bool),
    Number(u64),
    String(String),
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value.kind() {
        Kind::Undefined => Some(Scalar::Undefined),
        Kind::Null => Some(Scalar::Null),
        Kind::Bool => value.as_bool().map(Scalar::Bool),
        Kind::Number => value.as_f64().map(|number| Scalar::Number((number + 0.0).to_bits())),
        Kind::String => value.as_str().map(|text| Scalar::String(text.to_owned())),
        Kind::Array | Kind::Object | Kind::Function => None,
    }
}

fn distinct(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let Some(view) = value.view().filter(|view| 1 < view.len()) else { return Ok(value.clone()) };
    this.meter.work(view.len() as u64)?;
    let mut list = this.list()?;
    let mut scalars = HashSet::new();
    let mut others: Vec<Value> = Vec::new();
    'items: for item in view.iter() {
        if let Some(scalar) = scalar(&item) {
            if scalars.insert(scalar) {
                list.push(item)?;
            }
            continue;
        }
        this.meter.work(others.len() as u64)?;
        for other in &others {
            if this.equal(other, &item)? {
                continue 'items;
            }
        }
        others.push(item.clone());
        list.push(item)?;
    }
    Ok(if value.is_sequence() { list.sequence() } else { list.array() })
}

fn zip(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let views: Vec<_> = arguments.0.iter().map(Value::view).collect();
    let count = views.iter().map(|view| view.map_or(0, |view| view.len())).min().unwrap_or(0);
    let mut columns: Vec<_> = views.into_iter().flatten().map(|view| view.iter()).collect();
    let mut list = this.list()?;
    for _ in 0..count {
        let mut tuple = List::with_capacity(columns.len(), &this.meter)?;
        for column in &mut columns {
            tuple.push(column.next().unwrap_or_default())?;
        }
        list.push(tuple.array())?;
    }
    Ok(list.array())
}

fn sort(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let Some(view) = value.view().filter(|view| 1 < view.len()) else { return Ok(value.clone()) };
    let items: Vec<Value> = view.iter().collect();
    let sorted = if let Some(comparator) = arguments.function(1) {
        this.merge_sort(items, &mut |this, left, right| {
            let swaps = this.call_back(comparator, vec![left.clone(), right.clone()])?;
            truthy(&swaps)
        })?
    } else {
        let all = |kind| items.iter().all(|item| item.kind() == kind);
        if all(Kind::Number) {
            this.merge_sort(items, &mut |_, left, right| Ok(right.as_f64() < left.as_f64()))?
        } else if all(Kind::String) {
            this.merge_sort(items, &mut |_, left, right| {
                let texts = (left.as_str().unwrap_or_default(), right.as_str().unwrap_or_default());
                Ok(compare_text(texts.0, texts.1).is_gt())
            })?
        } else {
            return Err(fault("D3070").with("index", 1));
        }
    };
    let mut list = List::with_capacity(sorted.len(), &this.meter)?;
    sorted.into_iter().try_for_each(|item| list.push(item))?;
    Ok(list.finish(Flags::default()))
}
