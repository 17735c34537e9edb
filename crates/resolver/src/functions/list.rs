//! `util.list`.

use std::cmp::Ordering;

use json::{Kind, Value};

use super::Table;
use crate::call::Args;

pub const TABLE: Table = &[
    ("copyAndRetainAll", |_, args| Ok(kept(args, true))),
    ("copyAndRemoveAll", |_, args| Ok(kept(args, false))),
    ("sortList", |_, args| Ok(sort_list(args))),
];

/// Longer lists come back as they are.
const SORTED_MAX: usize = 1000;

/// The items of the first list that the second one has (`wanted`), or that it hasn't.
fn kept(args: Args<'_>, wanted: bool) -> Value {
    let others: Vec<Value> = args.value(1).items().collect();
    Value::array(args.value(0).items().filter(|item| others.contains(item) == wanted))
}

/// `sortList(list, descending, property)`: lists of more than 1,000 items or of mixed kinds come back as they are.
fn sort_list(args: Args<'_>) -> Value {
    let list = args.value(0);
    let descending = args.value(1).as_bool() == Some(true);
    let property = args.value(2).as_str().unwrap_or_default();
    let mut items: Vec<Value> = list.items().collect();
    let by_member = !property.is_empty() && items.iter().all(|item| item.kind() == Kind::Object);
    let key = |item: &Value| match by_member {
        true => item.get(property).unwrap_or_default(),
        false => item.clone(),
    };
    let mut kinds = items.iter().map(|item| key(item).kind());
    let first = kinds.next();
    let sortable = matches!(first, Some(Kind::Number | Kind::String | Kind::Bool));
    if SORTED_MAX < items.len() || !sortable || kinds.any(|kind| Some(kind) != first) {
        return list.clone();
    }
    items.sort_by(|a, b| {
        let order = compare(&key(a), &key(b));
        if descending { order.reverse() } else { order }
    });
    Value::array(items)
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        _ => (a.as_str(), a.as_bool()).cmp(&(b.as_str(), b.as_bool())),
    }
}
