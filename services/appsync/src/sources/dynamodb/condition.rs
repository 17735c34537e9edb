//! Writes with a condition, and what AppSync makes of one that doesn't hold: it reads the item, and where that is as the
//! request wanted it, the write has succeeded before. Else it is rejected, or a function says what shall become of it.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-dynamodb.html#aws-appsync-resolver-mapping-template-reference-dynamodb-condition-handling>

use json::Value;
use resolver::Failure;
use serde_json::json;

use super::attributes::{plain_item, sent_map};
use super::{Expressions, Refusal, Table, given, lambda, member, misfit, text};

const CHECK_FAILED: &str = "ConditionalCheckFailedException";
const HANDLER: &str = "conditionalCheckFailedHandler";

/// What the write is to come to.
pub(super) enum Write<'w> {
    /// The item as it is to be.
    Put(&'w Value),
    Update,
    Delete,
}

/// What a write has come to.
pub(super) enum Written {
    /// The result: the item, as it is now or was before.
    Done(Value),
    /// It is to be tried again, with this request.
    Again(Value),
}

/// Writes, and tries again as often as the handler of the condition wants: once, for a request that is tried again has
/// no handler.
pub(super) async fn follow<'q>(
    table: &Table<'q>,
    write: impl AsyncFn(&Table<'_>) -> Result<Written, Failure>,
) -> Result<Value, Failure> {
    let mut request = table.request.clone();
    loop {
        match write(&Table { request: &request, ..*table }).await? {
            Written::Done(result) => return Ok(result),
            Written::Again(next) => request = next,
        }
    }
}

/// Tries to write once; where the condition doesn't hold, sees what shall become of it.
pub(super) async fn write(
    table: &Table<'_>,
    operation: &str,
    mut body: serde_json::Value,
    mut expressions: Expressions,
    write: Write<'_>,
) -> Result<Written, Failure> {
    let condition = given(table.request(), "condition");
    if let Some(expression) = condition.as_ref().and_then(|it| expressions.take(it)) {
        body["ConditionExpression"] = json!(expression);
    }
    expressions.put_into(&mut body);
    match table.call(operation, body).await {
        Ok(reply) => Ok(Written::Done(match (given(&reply, "Attributes"), write) {
            (Some(item), _) => plain_item(Some(item)),
            (None, Write::Put(wanted)) => wanted.clone(),
            (None, Write::Update | Write::Delete) => Value::NULL,
        })),
        Err(Refusal::Refused(error)) if error.code == CHECK_FAILED => {
            let condition = condition.unwrap_or_default();
            let found = read(table, &condition).await?;
            let item = plain_item(found.clone());
            match is_done(&write, &item, &condition) {
                true => Ok(Written::Done(item)),
                false => {
                    let rejected =
                        || Failure { data: item.clone(), ..table.failure(Refusal::Refused(error)) };
                    handle(table, &condition, found, rejected).await
                }
            }
        }
        Err(refusal) => Err(table.failure(refusal)),
    }
}

/// The item, as DynamoDB writes it.
async fn read(table: &Table<'_>, condition: &Value) -> Result<Option<Value>, Failure> {
    let is_consistent = condition.get("consistentRead").and_then(|it| it.as_bool());
    let body = json!({
        "TableName": table.name(),
        "Key": member(&sent_map(&table.required("key")?)),
        "ConsistentRead": is_consistent.unwrap_or(true),
    });
    let reply = table.call("GetItem", body).await.map_err(|refusal| table.failure(refusal))?;
    Ok(given(&reply, "Item"))
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

/// Follows the strategy of the condition's handler.
async fn handle(
    table: &Table<'_>,
    condition: &Value,
    found: Option<Value>,
    rejected: impl FnOnce() -> Failure,
) -> Result<Written, Failure> {
    let handler = given(condition, HANDLER).unwrap_or_default();
    match text(&handler, "strategy").as_deref() {
        None | Some("Reject") => return Err(rejected()),
        Some("Custom") => {}
        Some(other) => return Err(misfit(format!("Unsupported strategy '{other}'."))),
    }
    let function = text(&handler, "lambdaArn").ok_or_else(|| {
        misfit(format!("Value for field '$[condition][{HANDLER}][lambdaArn]' not found."))
    })?;
    let told = told(table, found.clone().unwrap_or_default());
    let answer = lambda::invoke(table.query, &function, &told).await?;
    match text(&answer, "action").as_deref() {
        Some("reject") => Err(rejected()),
        Some("discard") => Ok(Written::Done(plain_item(found))),
        Some("retry") => Ok(Written::Again(again(table.request(), &answer))),
        Some(other) => Err(misfit(format!("Unsupported action '{other}'."))),
        None => Err(misfit("The function's response has no action.")),
    }
}

/// What the function hears. The values of items are typed.
fn told(table: &Table<'_>, current: Value) -> Value {
    let origin = table.query.origin.as_ref();
    let seen = |member| {
        let member = origin.and_then(|origin| origin.context.member(member));
        member.cloned().unwrap_or_default()
    };
    let info = seen("info");
    let resolver = [
        ("tableName", Some(Value::from(table.name()))),
        ("awsRegion", Some(Value::from(table.config.aws_region.as_str()))),
        ("parentType", given(&info, "parentTypeName")),
        ("field", given(&info, "fieldName")),
        ("outputType", origin.and_then(|origin| origin.output_type).map(Value::from)),
    ];
    let resolver = resolver.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Value::object([
        ("arguments", seen("arguments")),
        ("requestMapping", table.request().clone()),
        ("currentValue", current),
        ("resolver", Value::object(resolver)),
        ("identity", seen("identity")),
    ])
}

/// The same operation on the same item, and what the function has said else. That has no handler of its own: the second
/// time, a condition that doesn't hold is rejected.
fn again(request: &Value, answer: &Value) -> Value {
    let said = given(answer, "retryMapping").unwrap_or_default();
    let kept = ["version", "operation", "key"].map(|name| (name, given(request, name)));
    let changed = ["attributeValues", "update"].map(|name| (name, given(&said, name)));
    let condition = given(&said, "condition")
        .map(|it| Value::object(it.entries().filter(|(name, _)| *name != HANDLER)));
    let members = kept.into_iter().chain(changed).chain([("condition", condition)]);
    Value::object(members.filter_map(|(name, value)| Some((name, value?))))
}
