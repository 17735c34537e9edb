//! Writes with a condition, and what AppSync makes of one that doesn't hold: it reads the item, and where that is as the
//! request wanted it, the write has succeeded before.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-dynamodb.html#aws-appsync-resolver-mapping-template-reference-dynamodb-condition-handling>

use json::Value;
use resolver::Failure;
use serde_json::json;

use super::attributes::{plain_item, sent_map};
use super::{Expressions, Refusal, Table, given, member, misfit, text};

const CHECK_FAILED: &str = "ConditionalCheckFailedException";

/// What the write is to come to.
pub(super) enum Write<'w> {
    /// The item as it is to be.
    Put(&'w Value),
    Update,
    Delete,
}

/// Writes; gives the attributes that DynamoDB returns, or the item that was there already.
pub(super) async fn write(
    table: &Table<'_>,
    operation: &str,
    mut body: serde_json::Value,
    mut expressions: Expressions,
    write: Write<'_>,
) -> Result<Option<Value>, Failure> {
    let condition = given(table.request(), "condition");
    if let Some(expression) = condition.as_ref().and_then(|it| expressions.take(it)) {
        body["ConditionExpression"] = json!(expression);
    }
    expressions.put_into(&mut body);
    match table.call(operation, body).await {
        Ok(reply) => Ok(given(&reply, "Attributes").map(|item| plain_item(Some(item)))),
        Err(Refusal::Refused(error)) if error.code == CHECK_FAILED => {
            let condition = condition.unwrap_or_default();
            let found = read(table, &condition).await?;
            match is_done(&write, &found, &condition) {
                true => Ok(Some(found)),
                false => reject(table, error, found, &condition),
            }
        }
        Err(refusal) => Err(table.failure(refusal)),
    }
}

async fn read(table: &Table<'_>, condition: &Value) -> Result<Value, Failure> {
    let is_consistent = condition.get("consistentRead").and_then(|it| it.as_bool());
    let body = json!({
        "TableName": table.name(),
        "Key": member(&sent_map(&table.required("key")?)),
        "ConsistentRead": is_consistent.unwrap_or(true),
    });
    let reply = table.call("GetItem", body).await.map_err(|refusal| table.failure(refusal))?;
    Ok(plain_item(given(&reply, "Item")))
}

/// Whether the item is as the write wanted it, but for what `equalsIgnore` names.
fn is_done(write: &Write<'_>, found: &Value, condition: &Value) -> bool {
    let ignored = given(condition, "equalsIgnore").unwrap_or_default();
    let counts = |name: &str| !ignored.items().any(|it| it.as_str() == Some(name));
    let visible = |item: &Value| Value::object(item.entries().filter(|(name, _)| counts(name)));
    match write {
        Write::Put(wanted) => !found.is_null() && visible(found) == visible(wanted),
        Write::Update => false,
        Write::Delete => found.is_null(),
    }
}

fn reject(
    table: &Table<'_>,
    error: aws::Error,
    found: Value,
    condition: &Value,
) -> Result<Option<Value>, Failure> {
    let handler = given(condition, "conditionalCheckFailedHandler").unwrap_or_default();
    match text(&handler, "strategy").as_deref() {
        None | Some("Reject") => {
            Err(Failure { data: found, ..table.failure(Refusal::Refused(error)) })
        }
        Some("Custom") => Err(misfit(
            "Freehold has no custom handlers of failed conditions; the strategy must be 'Reject'.",
        )),
        Some(other) => Err(misfit(format!("Unsupported strategy '{other}'."))),
    }
}
