//! Operations on one table.

use json::Value;
use resolver::Failure;
use serde_json::json;

use super::attributes::{plain_item, plain_map, sent_map};
use super::condition::{self, Write, Written};
use super::{Expressions, Table, given, member, misfit, text};

/// What `nextToken`s are sealed for.
const PAGES: &str = "appsync:dynamodb";

pub(super) async fn get(table: &Table<'_>) -> Result<Value, Failure> {
    let request = table.request();
    let mut body = json!({
        "TableName": table.name(),
        "Key": member(&sent_map(&table.required("key")?)),
        "ConsistentRead": is_consistent(request),
    });
    let mut expressions = Expressions::default();
    project(request, &mut expressions, &mut body);
    expressions.put_into(&mut body);
    let reply = table.call("GetItem", body).await.map_err(|refusal| table.failure(refusal))?;
    Ok(plain_item(given(&reply, "Item")))
}

pub(super) async fn put(table: &Table<'_>) -> Result<Written, Failure> {
    let request = table.request();
    let key = sent_map(&table.required("key")?);
    let attributes = sent_map(&given(request, "attributeValues").unwrap_or_default());
    let item = Value::object(attributes.entries().chain(key.entries()));
    let body = json!({ "TableName": table.name(), "Item": member(&item) });
    let wanted = plain_map(&item);
    let expressions = Expressions::default();
    condition::write(table, "PutItem", body, expressions, Write::Put(&wanted)).await
}

pub(super) async fn update(table: &Table<'_>) -> Result<Written, Failure> {
    let update = table.required("update")?;
    let mut expressions = Expressions::default();
    let expression = expressions.take(&update);
    let expression =
        expression.ok_or_else(|| misfit("Value for field '$[update][expression]' not found."))?;
    let body = json!({
        "TableName": table.name(),
        "Key": member(&sent_map(&table.required("key")?)),
        "UpdateExpression": expression,
        "ReturnValues": "ALL_NEW",
    });
    condition::write(table, "UpdateItem", body, expressions, Write::Update).await
}

pub(super) async fn delete(table: &Table<'_>) -> Result<Written, Failure> {
    let body = json!({
        "TableName": table.name(),
        "Key": member(&sent_map(&table.required("key")?)),
        "ReturnValues": "ALL_OLD",
    });
    let expressions = Expressions::default();
    condition::write(table, "DeleteItem", body, expressions, Write::Delete).await
}

pub(super) async fn query(table: &Table<'_>) -> Result<Value, Failure> {
    let mut expressions = Expressions::default();
    let expression = expressions.take(&table.required("query")?);
    let expression =
        expression.ok_or_else(|| misfit("Value for field '$[query][expression]' not found."))?;
    let mut body = json!({ "KeyConditionExpression": expression });
    if let Some(forward) = table.request().get("scanIndexForward").and_then(|it| it.as_bool()) {
        body["ScanIndexForward"] = json!(forward);
    }
    page(table, "Query", body, expressions).await
}

pub(super) async fn scan(table: &Table<'_>) -> Result<Value, Failure> {
    let mut body = json!({});
    for (member, name) in [("totalSegments", "TotalSegments"), ("segment", "Segment")] {
        if let Some(count) = table.request().get(member).and_then(|it| it.as_i64()) {
            body[name] = json!(count);
        }
    }
    page(table, "Scan", body, Expressions::default()).await
}

/// What Query and Scan have in common.
async fn page(
    table: &Table<'_>,
    operation: &str,
    mut body: serde_json::Value,
    mut expressions: Expressions,
) -> Result<Value, Failure> {
    let request = table.request();
    body["TableName"] = json!(table.name());
    body["ConsistentRead"] = json!(is_consistent(request));
    if let Some(index) = text(request, "index") {
        body["IndexName"] = json!(index);
    }
    if let Some(limit) = request.get("limit").and_then(|it| it.as_i64()) {
        body["Limit"] = json!(limit);
    }
    if let Some(select) = text(request, "select") {
        body["Select"] = json!(select);
    }
    if let Some(filter) = given(request, "filter").and_then(|it| expressions.take(&it)) {
        body["FilterExpression"] = json!(filter);
    }
    project(request, &mut expressions, &mut body);
    expressions.put_into(&mut body);
    let house = table.query.client.house();
    let (tokens, arguments) = (house.page_tokens(), [table.name(), operation]);
    if let Some(token) = text(request, "nextToken") {
        let start = tokens.open(PAGES, &arguments, &token, house.now()).ok();
        let start = start.and_then(|start| serde_json::from_slice(&start).ok());
        let invalid = || Failure::new("Invalid pagination token given.", "BadRequestException");
        body["ExclusiveStartKey"] = start.ok_or_else(invalid)?;
    }
    let reply = table.call(operation, body).await.map_err(|refusal| table.failure(refusal))?;
    let items = given(&reply, "Items").unwrap_or_default();
    let next_token = given(&reply, "LastEvaluatedKey").map(|key| {
        Value::from(tokens.seal(PAGES, &arguments, key.to_string().as_bytes(), house.now()))
    });
    Ok(Value::object([
        ("items", Value::array(items.items().map(|item| plain_map(&item)))),
        ("nextToken", next_token.unwrap_or_default()),
        ("scannedCount", given(&reply, "ScannedCount").unwrap_or_default()),
    ]))
}

/// Adds the projection of a request.
pub(super) fn project(
    request: &Value,
    expressions: &mut Expressions,
    body: &mut serde_json::Value,
) {
    if let Some(projection) = given(request, "projection").and_then(|it| expressions.take(&it)) {
        body["ProjectionExpression"] = json!(projection);
    }
}

pub(super) fn is_consistent(request: &Value) -> bool {
    request.get("consistentRead").and_then(|it| it.as_bool()).unwrap_or(false)
}
