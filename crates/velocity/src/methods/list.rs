//! `java.util.List`, and what sets and arrays have of it.

use crate::error::Fault;
use crate::value::{Heap, ListId, Value};

pub(super) fn call(
    heap: &mut Heap,
    list: ListId,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    let length = heap.list_len(list);
    // What may be made longer is counted.
    heap.charge(size_of::<Value>())?;
    Ok(Some(match (name, arguments) {
        ("size", []) => Value::Int(length as i64),
        ("isEmpty", []) => Value::Bool(length == 0),
        ("get", [Value::Int(place)]) => {
            let place = within(*place, length)?;
            heap.item(list, place)
        }
        ("set", [Value::Int(place), value]) => {
            let place = within(*place, length)?;
            std::mem::replace(&mut heap.items_mut(list)[place], value.clone())
        }
        ("add", [value]) => {
            heap.items_mut(list).push(value.clone());
            Value::Bool(true)
        }
        ("add", [Value::Int(place), value]) => {
            let place = within(*place, length + 1)?;
            heap.items_mut(list).insert(place, value.clone());
            return Ok(super::nothing());
        }
        ("addAll", [Value::List(other)]) => {
            let added = heap.items(*other).to_vec();
            heap.charge(added.len() * size_of::<Value>())?;
            let changed = !added.is_empty();
            heap.items_mut(list).extend(added);
            Value::Bool(changed)
        }
        ("addAll", [Value::Null]) => {
            return Err(Fault::Thrown("java.lang.NullPointerException".into()));
        }
        ("remove", [Value::Int(place)]) => {
            let place = within(*place, length)?;
            heap.items_mut(list).remove(place)
        }
        ("remove", [value]) => match place_of(heap, list, value)? {
            Some(place) => {
                heap.items_mut(list).remove(place);
                Value::Bool(true)
            }
            None => Value::Bool(false),
        },
        ("removeAll", [Value::List(other)]) => Value::Bool(retain(heap, list, *other, false)?),
        ("retainAll", [Value::List(other)]) => Value::Bool(retain(heap, list, *other, true)?),
        ("clear", []) => {
            heap.items_mut(list).clear();
            return Ok(super::nothing());
        }
        ("contains", [value]) => Value::Bool(place_of(heap, list, value)?.is_some()),
        ("containsAll", [Value::List(other)]) => {
            let mut all = true;
            for value in heap.items(*other).to_vec() {
                all = all && place_of(heap, list, &value)?.is_some();
            }
            Value::Bool(all)
        }
        ("indexOf", [value]) => {
            Value::Int(place_of(heap, list, value)?.map_or(-1, |place| place as i64))
        }
        ("subList", [Value::Int(from), Value::Int(to)]) => {
            let range = range(*from, *to, length)?;
            let part = heap.items(list)[range].to_vec();
            heap.charge(part.len() * size_of::<Value>())?;
            heap.list(part)
        }
        _ => return Ok(None),
    }))
}

fn within(place: i64, length: usize) -> Result<usize, Fault> {
    let fits = usize::try_from(place).ok().filter(|place| *place < length);
    fits.ok_or_else(|| super::out_of_bounds(place, length))
}

fn range(from: i64, to: i64, length: usize) -> Result<std::ops::Range<usize>, Fault> {
    let message = match (usize::try_from(from), usize::try_from(to)) {
        (Ok(from), Ok(to)) if from <= to && to <= length => return Ok(from..to),
        (Err(_), _) => format!("java.lang.IndexOutOfBoundsException: fromIndex = {from}"),
        (Ok(_), Ok(to)) if length < to => {
            format!("java.lang.IndexOutOfBoundsException: toIndex = {to}")
        }
        _ => format!("java.lang.IllegalArgumentException: fromIndex({from}) > toIndex({to})"),
    };
    Err(Fault::Thrown(message))
}

fn place_of(heap: &mut Heap, list: ListId, sought: &Value) -> Result<Option<usize>, Fault> {
    for place in 0..heap.list_len(list) {
        let item = heap.item(list, place);
        if heap.equal(&item, sought)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Keeps the items that `other` has (`wanted`), or that it hasn't; whether any went.
fn retain(heap: &mut Heap, list: ListId, other: ListId, wanted: bool) -> Result<bool, Fault> {
    let items = heap.items(list).to_vec();
    let before = items.len();
    let mut kept = Vec::new();
    for item in items {
        if place_of(heap, other, &item)?.is_some() == wanted {
            kept.push(item);
        }
    }
    let changed = kept.len() != before;
    *heap.items_mut(list) = kept;
    Ok(changed)
}
