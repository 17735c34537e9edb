//! Operations on several items of several tables: batches, which may be done in part, and transactions, which may not.

use json::Value;
use resolver::Failure;
use serde_json::json;

use super::attributes::{plain_item, plain_map, sent_map};
use super::items::{is_consistent, project};
use super::{Expressions, Refusal, Table, given, member, misfit, required, text};

pub(super) async fn get(table: &Table<'_>) -> Result<Value, Failure> {
    let tables = table.required("tables")?;
    let mut asked = serde_json::Map::new();
    for (name, request) in tables.entries() {
        let mut one = json!({
            "Keys": sent_items(&required(&request, "keys")?),
            "ConsistentRead": is_consistent(&request),
        });
        let mut expressions = Expressions::default();
        project(&request, &mut expressions, &mut one);
        expressions.put_into(&mut one);
        asked.insert(name.to_owned(), one);
    }
    let reply = table.call("BatchGetItem", json!({ "RequestItems": asked })).await;
    let reply = reply.map_err(|refusal| table.failure(refusal))?;
    let (found, left) = (given(&reply, "Responses"), given(&reply, "UnprocessedKeys"));
    let (found, left) = (found.unwrap_or_default(), left.unwrap_or_default());
    let data = tables.entries().map(|(name, request)| {
        let found = found.get(name).unwrap_or_default();
        let keys = request.get("keys").unwrap_or_default();
        let in_place = keys.items().map(|key| {
            let key = sent_map(&key);
            plain_item(found.items().find(|item| has(item, &key)))
        });
        (name.to_owned(), Value::array(in_place))
    });
    let data = Value::object(data);
    let left = tables.entries().map(|(name, _)| {
        let keys = left.get(name).and_then(|left| left.get("Keys")).unwrap_or_default();
        (name.to_owned(), Value::array(keys.items().map(|key| plain_map(&key))))
    });
    Ok(Value::object([("data", data), ("unprocessedKeys", Value::object(left))]))
}

pub(super) async fn put(table: &Table<'_>) -> Result<Value, Failure> {
    write(table, "PutRequest", "Item", "unprocessedItems").await
}

pub(super) async fn delete(table: &Table<'_>) -> Result<Value, Failure> {
    write(table, "DeleteRequest", "Key", "unprocessedKeys").await
}

async fn write(
    table: &Table<'_>,
    kind: &str,
    what: &str,
    unprocessed: &'static str,
) -> Result<Value, Failure> {
    let tables = table.required("tables")?;
    let asked: serde_json::Map<_, _> = (tables.entries())
        .map(|(name, items)| {
            let one = |item: Value| json!({ kind: { what: member(&sent_map(&item)) } });
            (name.to_owned(), items.items().map(one).collect())
        })
        .collect();
    let reply = table.call("BatchWriteItem", json!({ "RequestItems": asked })).await;
    let reply = reply.map_err(|refusal| table.failure(refusal))?;
    let left = given(&reply, "UnprocessedItems").unwrap_or_default();
    let left_of = |name: &str| -> Vec<Value> {
        let requests = left.get(name).unwrap_or_default();
        let item = |request: Value| request.get(kind)?.get(what);
        requests.items().filter_map(item).collect()
    };
    let data = tables.entries().map(|(name, items)| {
        let left = left_of(name);
        let in_place = items.items().map(|item| {
            let item = sent_map(&item);
            if left.contains(&item) { Value::NULL } else { plain_map(&item) }
        });
        (name.to_owned(), Value::array(in_place))
    });
    let data = Value::object(data);
    let left = tables
        .entries()
        .map(|(name, _)| (name.to_owned(), Value::array(left_of(name).iter().map(plain_map))));
    Ok(Value::object([("data", data), (unprocessed, Value::object(left))]))
}

pub(super) async fn transact_get(table: &Table<'_>) -> Result<Value, Failure> {
    let mut gets = Vec::new();
    for item in table.required("transactItems")?.items() {
        let mut get = json!({
            "TableName": text(&item, "table"),
            "Key": member(&sent_map(&required(&item, "key")?)),
        });
        let mut expressions = Expressions::default();
        project(&item, &mut expressions, &mut get);
        expressions.put_into(&mut get);
        gets.push(json!({ "Get": get }));
    }
    match table.call("TransactGetItems", json!({ "TransactItems": gets })).await {
        Ok(reply) => {
            let found = given(&reply, "Responses").unwrap_or_default();
            let items = found.items().map(|one| plain_item(given(&one, "Item")));
            Ok(transacted("items", Value::array(items), Value::NULL))
        }
        Err(refusal) => cancelled(table, refusal, "items"),
    }
}

pub(super) async fn transact_write(table: &Table<'_>) -> Result<Value, Failure> {
    let (mut writes, mut keys) = (Vec::new(), Vec::new());
    for item in table.required("transactItems")?.items() {
        let key = sent_map(&required(&item, "key")?);
        writes.push(transact_item(&item, &key)?);
        keys.push(plain_map(&key));
    }
    match table.call("TransactWriteItems", json!({ "TransactItems": writes })).await {
        Ok(_) => Ok(transacted("keys", Value::array(keys), Value::NULL)),
        Err(refusal) => cancelled(table, refusal, "keys"),
    }
}

fn transact_item(item: &Value, key: &Value) -> Result<serde_json::Value, Failure> {
    let mut expressions = Expressions::default();
    let mut one = json!({ "TableName": text(item, "table") });
    let kind = match text(item, "operation").as_deref() {
        Some("PutItem") => {
            let attributes = sent_map(&given(item, "attributeValues").unwrap_or_default());
            let whole = Value::object(attributes.entries().chain(key.entries()));
            one["Item"] = member(&whole);
            "Put"
        }
        Some("UpdateItem") => {
            one["Key"] = member(key);
            one["UpdateExpression"] = json!(expressions.take(&required(item, "update")?));
            "Update"
        }
        Some("DeleteItem") => {
            one["Key"] = member(key);
            "Delete"
        }
        Some("ConditionCheck") => {
            one["Key"] = member(key);
            "ConditionCheck"
        }
        other => {
            let other = other.unwrap_or("null");
            return Err(misfit(format!("Unsupported operation '{other}'.")));
        }
    };
    if let Some(condition) = given(item, "condition") {
        if let Some(expression) = expressions.take(&condition) {
            one["ConditionExpression"] = json!(expression);
        }
        let returns = condition.get("returnValuesOnConditionCheckFailure");
        if returns.and_then(|it| it.as_bool()).unwrap_or(true) {
            one["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
        }
    }
    expressions.put_into(&mut one);
    Ok(json!({ kind: one }))
}

/// A transaction that was cancelled is an error whose data tells why each of its parts was.
fn cancelled(table: &Table<'_>, refusal: Refusal, what: &'static str) -> Result<Value, Failure> {
    let Refusal::Refused(error) = &refusal else { return Err(table.failure(refusal)) };
    let reasons = error.fields.iter().find(|(name, _)| *name == "CancellationReasons");
    let reasons = reasons.and_then(|(_, reasons)| Value::parse(&reasons.to_string()).ok());
    let reasons = reasons.unwrap_or_default();
    let told = reasons.items().map(|reason| {
        Value::object([
            ("item", plain_item(given(&reason, "Item"))),
            ("type", given(&reason, "Code").unwrap_or_default()),
            ("message", given(&reason, "Message").unwrap_or_default()),
        ])
    });
    let data = transacted(what, Value::NULL, Value::array(told));
    Err(Failure { data, ..table.failure(refusal) })
}

fn transacted(what: &'static str, given: Value, reasons: Value) -> Value {
    Value::object([(what, given), ("cancellationReasons", reasons)])
}

fn sent_items(items: &Value) -> serde_json::Value {
    items.items().map(|item| member(&sent_map(&item))).collect()
}

/// Whether an item has that key.
fn has(item: &Value, key: &Value) -> bool {
    key.entries().all(|(name, value)| item.get(name).as_ref() == Some(&value))
}
