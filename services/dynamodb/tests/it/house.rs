//! A house with these rooms alone, and how to ask them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws::{Error, PageTokens};
use base::{Clock, Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use dynamodb::{DynamoDb, DynamoDbStreams};
use serde_json::{Value, json};
use service::{Caller, Ctx, House, Service};
use tempfile::TempDir;

pub(crate) const TABLE_ARN: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/";

/// The rooms and the house around them. Files go with the last room that uses them.
pub(crate) struct Rooms {
    house: Arc<House>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) dynamodb: DynamoDb,
    streams: DynamoDbStreams,
    pub(crate) folder: Arc<TempDir>,
}

impl Rooms {
    pub(crate) fn open() -> Self {
        let start = Timestamp::parse_rfc3339("2026-11-01T00:00:00Z").expect("an instant");
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Rooms::over(folder, Arc::new(ManualClock::starting_at(start)))
    }

    fn over(folder: Arc<TempDir>, clock: Arc<ManualClock>) -> Self {
        let house = Arc::new(House::new(
            "000000000000",
            "us-east-1",
            Arc::clone(&clock) as Arc<dyn Clock>,
            Entropy::from_number(7),
            PageTokens::new([1; 32]),
        ));
        let dynamodb = DynamoDb::new(folder.path(), Arc::clone(&clock) as Arc<dyn Clock>);
        let streams = dynamodb.streams();
        Rooms { house, clock, dynamodb, streams, folder }
    }

    /// The rooms of another process over the same files.
    pub(crate) fn again(&self) -> Self {
        Rooms::over(Arc::clone(&self.folder), Arc::clone(&self.clock))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

    pub(crate) async fn ask_as(
        &self,
        ctx: Ctx,
        operation: &str,
        body: Value,
    ) -> Result<Value, Error> {
        let is_streams = self.streams.operations().contains(&operation);
        let room: &dyn Service = if is_streams { &self.streams } else { &self.dynamodb };
        let reply = room.call(ctx, operation, Bytes::from(body.to_string())).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// The stream that the room tells a guard an iterator is of.
    pub(crate) async fn stream_of(&self, iterator: &str) -> Option<String> {
        self.streams.resource_arn(&self.ctx(), "GetRecords", iterator).await
    }

    /// Calls an operation.
    pub(crate) async fn ask(&self, operation: &str, body: Value) -> Result<Value, Error> {
        self.ask_as(self.ctx(), operation, body).await
    }

    /// Calls an operation that works.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Value {
        match self.ask(operation, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// Calls an operation that works, for an attempt of a task.
    pub(crate) async fn attempt(&self, attempt: &str, operation: &str, body: Value) -> Value {
        let answer = self.ask_as(self.ctx().with_attempt(attempt), operation, body).await;
        answer.expect("the operation works")
    }

    /// Calls an operation that is refused: the code and the sentence.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> (String, String) {
        match self.ask(operation, body).await {
            Ok(reply) => panic!("{operation} worked: {reply}"),
            Err(error) => (error.code.into_owned(), error.message.unwrap_or_default()),
        }
    }

    /// A table with the key `id`.
    pub(crate) async fn table(&self, name: &str) {
        self.call("CreateTable", table(name)).await;
    }

    pub(crate) async fn put(&self, table: &str, id: &str) {
        self.call("PutItem", json!({"TableName": table, "Item": {"id": {"S": id}}})).await;
    }

    /// The ids of a table's items, in order.
    pub(crate) async fn ids(&self, table: &str) -> Vec<String> {
        let scan = self.call("Scan", json!({"TableName": table})).await;
        let items = scan["Items"].as_array().expect("items").iter();
        let mut ids: Vec<_> =
            items.map(|item| item["id"]["S"].as_str().expect("an id").to_owned()).collect();
        ids.sort();
        ids
    }

    /// Deletes what has expired, without waiting for its turn.
    pub(crate) async fn sweep(&self) {
        self.dynamodb.sweep().await;
    }

    /// Another caller of the same house.
    pub(crate) fn caller(&self, arn: &str) -> Ctx {
        Ctx::new(Arc::clone(&self.house), Caller { arn: arn.to_owned() }, "request")
    }

    /// Lets the rooms do what they do by themselves, until `is_done`.
    pub(crate) async fn work_until(&self, is_done: impl AsyncFn() -> bool) {
        let look = async {
            while !is_done().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = self.dynamodb.work() => panic!("the work has ended"),
            done = tokio::time::timeout(Duration::from_secs(20), look) => done.expect("in time"),
        }
    }
}

/// A request for a table with the key `id`.
pub(crate) fn table(name: &str) -> Value {
    json!({
        "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    })
}
