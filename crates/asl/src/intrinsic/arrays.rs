//! The functions on arrays.

use json::Value;

use crate::intrinsic::Arguments;

/// Developer guide: a range can't have more items.
const RANGE_MAX: usize = 1_000;

pub(super) fn partition(arguments: &Arguments) -> Result<Value, String> {
    let array = arguments.array(0)?;
    let size = usize::try_from(arguments.integer(1)?).ok().filter(|size| *size != 0);
    let size = size.ok_or("The chunk size must be a positive integer")?;
    let items: Vec<Value> = array.items().collect();
    Ok(Value::array(items.chunks(size).map(|chunk| Value::array(chunk.iter().cloned()))))
}

pub(super) fn contains(arguments: &Arguments) -> Result<Value, String> {
    let wanted = arguments.get(1);
    Ok(arguments.array(0)?.items().any(|item| item == *wanted).into())
}

pub(super) fn range(arguments: &Arguments) -> Result<Value, String> {
    let (first, last) = (arguments.integer(0)?, arguments.integer(1)?);
    let step = arguments.integer(2)?;
    if step == 0 {
        return Err("The step must not be 0".into());
    }
    let mut items = Vec::new();
    let mut next = Some(first);
    while let Some(item) = next.filter(|item| if 0 < step { *item <= last } else { last <= *item })
    {
        if items.len() == RANGE_MAX {
            return Err(format!("The range has more than {RANGE_MAX} items"));
        }
        items.push(Value::from(item));
        next = item.checked_add(step);
    }
    Ok(items.into())
}

pub(super) fn get_item(arguments: &Arguments) -> Result<Value, String> {
    let array = arguments.array(0)?;
    let index = arguments.integer(1)?;
    let item = usize::try_from(index).ok().and_then(|index| array.at(index));
    item.ok_or_else(|| {
        format!("The index {index} is out of bounds for an array of {} items", array.len())
    })
}

/// Of equal items the first stays.
pub(super) fn unique(arguments: &Arguments) -> Result<Value, String> {
    let mut seen = std::collections::BTreeSet::new();
    let items = arguments.array(0)?.items().filter(|item| seen.insert(canonical(item)));
    Ok(Value::array(items))
}

/// A text that equal values share: members in one order, numbers in one form.
fn canonical(value: &Value) -> String {
    use json::Kind;
    match value.kind() {
        Kind::Array => {
            let items: Vec<String> = value.items().map(|item| canonical(&item)).collect();
            format!("[{}]", items.join(","))
        }
        Kind::Object => {
            let members = value
                .entries()
                .map(|(key, member)| format!("{}:{}", Value::from(key), canonical(&member)));
            let mut members: Vec<String> = members.collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        Kind::Number => match (value.as_i64(), value.as_f64()) {
            (None, Some(float)) => json::Number::from_f64(float)
                .map_or_else(|| value.to_string(), |number| number.to_string()),
            _ => value.to_string(),
        },
        Kind::Null | Kind::Bool | Kind::String => value.to_string(),
    }
}
