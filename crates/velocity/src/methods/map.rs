//! `java.util.Map` and its entries. Keys are texts: a number as a key stands for its digits.

use std::sync::Arc;

use crate::error::Fault;
use crate::value::{Heap, MapId, Value};

pub(super) fn call(
    heap: &mut Heap,
    map: MapId,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    Ok(Some(match (name, arguments) {
        ("get", [key]) => {
            let key = heap.key(key)?;
            heap.get(map, &key)
        }
        ("put", [key, value]) => {
            let key = heap.key(key)?;
            heap.put(map, key, value.clone())?
        }
        ("getOrDefault", [key, default]) => {
            let key = heap.key(key)?;
            if heap.contains_key(map, &key) { heap.get(map, &key) } else { default.clone() }
        }
        ("putIfAbsent", [key, value]) => {
            let key = heap.key(key)?;
            let present = heap.get(map, &key);
            if present == Value::Null {
                heap.put(map, key, value.clone())?;
            }
            present
        }
        ("putAll", [Value::Map(other)]) => {
            for place in 0..heap.map_len(*other) {
                let Some((key, value)) = heap.member_at(*other, place) else { break };
                heap.put(map, key, value)?;
            }
            return Ok(super::nothing());
        }
        ("putAll", [Value::Null]) => {
            return Err(Fault::Thrown("java.lang.NullPointerException".into()));
        }
        ("remove", [key]) => {
            let key = heap.key(key)?;
            heap.members_mut(map).shift_remove(&key).unwrap_or_default()
        }
        ("clear", []) => {
            heap.members_mut(map).clear();
            return Ok(super::nothing());
        }
        ("containsKey", [key]) => {
            let key = heap.key(key)?;
            Value::Bool(heap.contains_key(map, &key))
        }
        ("containsValue", [sought]) => {
            let values: Vec<Value> = heap.members(map).values().cloned().collect();
            let mut found = false;
            for value in values {
                found = found || heap.equal(&value, sought)?;
            }
            Value::Bool(found)
        }
        ("size", []) => Value::Int(heap.map_len(map) as i64),
        ("isEmpty", []) => Value::Bool(heap.map_len(map) == 0),
        ("keySet", []) => {
            let keys = heap.keys(map);
            heap.charge(keys.len() * size_of::<Value>())?;
            heap.list(keys.into_iter().map(Value::Text).collect())
        }
        ("values", []) => {
            let values: Vec<Value> = heap.members(map).values().cloned().collect();
            heap.charge(values.len() * size_of::<Value>())?;
            heap.list(values)
        }
        ("entrySet", []) => {
            let keys = heap.keys(map);
            heap.charge(keys.len() * size_of::<Value>())?;
            heap.list(keys.into_iter().map(|key| Value::Entry(map, key)).collect())
        }
        _ => return Ok(None),
    }))
}

pub(super) fn call_entry(
    heap: &mut Heap,
    map: MapId,
    key: &Arc<str>,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    Ok(match (name, arguments) {
        ("getKey", []) => Some(Value::Text(key.clone())),
        ("getValue", []) => Some(heap.get(map, key)),
        ("setValue", [value]) => Some(heap.put(map, key.clone(), value.clone())?),
        _ => None,
    })
}
