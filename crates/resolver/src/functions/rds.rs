//! `util.rds`: answers of the RDS Data API as lists of rows.

use json::{Number, Object, Value};

use super::Table;
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("toJsonObject", |_, args| to_json_object(args.value(0))),
    ("toJsonString", |_, args| Ok(to_json_object(args.value(0))?.to_string().into())),
];

/// For each statement its rows as objects by column label (else name); a null is left out, and a
/// statement without rows gives one empty row (recorded: localstack-appsync-utils, resolvers.test.js).
pub fn to_json_object(answer: &Value) -> Result<Value, Failure> {
    let answer = match answer.as_str() {
        Some(text) => Value::parse(text)
            .map_err(|error| Failure::fault(format!("toJsonObject: not JSON: {error}")))?,
        None => answer.clone(),
    };
    let results = answer.get("sqlStatementResults").unwrap_or_default();
    Ok(Value::array(results.items().map(|result| rows(&result))))
}

fn rows(result: &Value) -> Value {
    let Some(records) = result.get("records").filter(|records| !records.is_null()) else {
        return Value::array([Value::empty_object()]);
    };
    let columns = result.get("columnMetadata").unwrap_or_default();
    let named = |column: Value| {
        let text =
            |name| column.get(name).filter(|name| name.as_str().is_some_and(|n| !n.is_empty()));
        text("label").or_else(|| text("name")).and_then(|name| name.as_str().map(str::to_owned))
    };
    let names: Vec<Option<String>> = columns.items().map(named).collect();
    Value::array(records.items().map(|record| row(&record, &names)))
}

fn row(record: &Value, names: &[Option<String>]) -> Value {
    let cells = record.items().zip(names);
    cells
        .filter_map(|(cell, name)| Some((name.clone()?, value_of(&cell)?)))
        .collect::<Object>()
        .into()
}

/// The value of a cell: its one member, whatever its name tells of the type.
fn value_of(cell: &Value) -> Option<Value> {
    let (kind, value) = cell.entries().next()?;
    match kind {
        "isNull" => None,
        "arrayValue" => Some(array_of(&value)),
        _ => Some(value),
    }
}

fn array_of(value: &Value) -> Value {
    let Some((kind, items)) = value.entries().next() else { return Value::array([]) };
    match kind {
        "arrayValues" => Value::array(items.items().map(|item| array_of(&item))),
        "doubleValues" => {
            let double =
                |item: Value| item.as_f64().and_then(Number::from_f64).map_or(item, Value::from);
            Value::array(items.items().map(double))
        }
        _ => items,
    }
}
