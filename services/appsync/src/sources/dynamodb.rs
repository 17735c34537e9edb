//! `AMAZON_DYNAMODB`: one item, many items, or several at once, all or none.
//!
//! `attributes` carries values between typed and plain form, `items` has the operations on one table,
//! `batches` those on several, `condition` what becomes of a condition that doesn't hold.
//! `Sync`, and tables with versions, are another matter and not here.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-dynamodb.html>

mod attributes;
mod batches;
mod condition;
mod items;

use json::Value;
use resolver::Failure;
use service::Ctx;

use super::{Query, Refusal, given, lambda, member, misfit, operation, text};
use crate::wire::DynamodbDataSourceConfig;

const SERVICE: &str = "dynamodb";

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    let config = query.source.dynamodb_config.as_ref();
    let config = config.ok_or_else(|| misfit("The data source has no table."))?;
    let table = Table { query, config, request: query.request };
    match operation(query.request)?.as_str() {
        "GetItem" => items::get(&table).await,
        "PutItem" => condition::follow(&table, items::put).await,
        "UpdateItem" => condition::follow(&table, items::update).await,
        "DeleteItem" => condition::follow(&table, items::delete).await,
        "Query" => items::query(&table).await,
        "Scan" => items::scan(&table).await,
        "BatchGetItem" => batches::get(&table).await,
        "BatchPutItem" => batches::put(&table).await,
        "BatchDeleteItem" => batches::delete(&table).await,
        "TransactGetItems" => batches::transact_get(&table).await,
        "TransactWriteItems" => batches::transact_write(&table).await,
        "Sync" => Err(misfit("Freehold doesn't know the operation 'Sync' yet.")),
        other => Err(misfit(format!("Unsupported operation '{other}'."))),
    }
}

/// The table of a data source, and the request to it.
struct Table<'q> {
    query: &'q Query<'q>,
    config: &'q DynamodbDataSourceConfig,
    request: &'q Value,
}

impl Table<'_> {
    fn request(&self) -> &Value {
        self.request
    }

    fn name(&self) -> &str {
        &self.config.table_name
    }

    /// Calls an operation of DynamoDB: as the data source's role, or as the client itself.
    async fn call(&self, operation: &str, body: serde_json::Value) -> Result<Value, Refusal> {
        let ctx = self.ctx().map_err(Refusal::Failed)?;
        self.query.call_as(ctx, SERVICE, operation, body.to_string()).await
    }

    fn ctx(&self) -> Result<Ctx, Failure> {
        match self.config.use_caller_credentials {
            Some(true) => Ok(self.query.client.follow_up(self.query.client.caller().clone())),
            Some(false) | None => self.query.ctx(),
        }
    }

    fn failure(&self, refusal: Refusal) -> Failure {
        self.query.failure("DynamoDb", "DynamoDB", refusal)
    }

    /// A member that the request must have.
    fn required(&self, name: &str) -> Result<Value, Failure> {
        required(self.request(), name)
    }
}

fn required(request: &Value, name: &str) -> Result<Value, Failure> {
    given(request, name).ok_or_else(|| misfit(format!("Value for field '$[{name}]' not found.")))
}

/// What several expressions of one request have in common: names and values of attributes.
#[derive(Default)]
struct Expressions {
    names: serde_json::Map<String, serde_json::Value>,
    values: serde_json::Map<String, serde_json::Value>,
}

impl Expressions {
    /// Takes an expression with its names and values; gives its text.
    fn take(&mut self, expression: &Value) -> Option<String> {
        if let Some(names) = given(expression, "expressionNames") {
            self.names
                .extend(names.entries().map(|(name, value)| (name.to_owned(), member(&value))));
        }
        if let Some(values) = given(expression, "expressionValues") {
            let values = values.entries();
            self.values.extend(
                values.map(|(name, value)| (name.to_owned(), member(&attributes::sent(&value)))),
            );
        }
        text(expression, "expression").filter(|text| !text.is_empty())
    }

    /// Adds what was taken to a request.
    fn put_into(self, body: &mut serde_json::Value) {
        if !self.names.is_empty() {
            body["ExpressionAttributeNames"] = self.names.into();
        }
        if !self.values.is_empty() {
            body["ExpressionAttributeValues"] = self.values.into();
        }
    }
}
