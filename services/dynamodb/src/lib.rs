//! The DynamoDB room, and the room of DynamoDB Streams beside it.
//!
//! What DynamoDB does with tables, items and expressions is the crate `dynoxide`'s, over SQLite. This room says
//! whose tables a request is about, lets requests share transactions, keeps what it answered to attempts and
//! tokens in the same transactions, and gives `dynoxide`'s refusals AWS's shape.
//!
//! It is one of the two rooms that bring a database of their own: its data isn't in the house's store but in
//! `<data>/dynamodb/<account>/<region>.sqlite`. It enforces no capacity and has no replicas or exports.
//!
//! # How to read it
//! - `operations`: each operation and what answers it; `ops`: the few that need more than `dynoxide`'s answer.
//! - `database`: a file and its thread; `database::file`: how calls share a transaction.
//! - `scope`: accounts, regions and ARNs; `tokens`: `ClientRequestToken`; `decode`, `operands` and `errors`: refusals.
//! - `conditions`: what policies know of requests about items.
//! - `work`: what goes on by itself.

mod conditions;
mod database;
mod decode;
mod errors;
mod operands;
mod operations;
mod ops;
mod scope;
mod tokens;
mod work;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aws::Protocol;
use base::Clock;
use bytes::Bytes;
use dynoxide::actions::get_shard_iterator::decode_shard_iterator;
use serde_json::{Value, json};
use service::{Ctx, Facts, Reply, Service};

use database::{Call, Database};
use operations::{DYNAMODB, Operation, STREAMS};
use scope::Scope;

/// The largest request: 16 MiB, what BatchWriteItem takes, and room for headers.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024 + 64 * 1024;

/// DynamoDB.
pub struct DynamoDb(Arc<Room>);

/// DynamoDB Streams: what has happened to the items of tables, to be read for a day.
pub struct DynamoDbStreams(Arc<Room>);

/// What both share.
struct Room {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    /// By account and region.
    databases: Mutex<BTreeMap<(String, String), Database>>,
}

impl DynamoDb {
    /// The room whose files are in `folder`. It makes the folder when there is something to keep.
    pub fn new(folder: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let databases = Mutex::default();
        DynamoDb(Arc::new(Room { folder: folder.into(), clock, databases }))
    }

    /// The streams of its tables.
    pub fn streams(&self) -> DynamoDbStreams {
        DynamoDbStreams(Arc::clone(&self.0))
    }

    /// Deletes the items whose time is over, and what is kept for a time only, as [`DynamoDb::work`] does now and then.
    pub async fn sweep(&self) {
        self.0.sweep().await;
    }

    /// What goes on by itself, without end: to be run once.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::sweep_for_ever(Arc::clone(&self.0))
    }
}

impl Room {
    fn answer(
        self: &Arc<Self>,
        ctx: Ctx,
        operation: Option<&'static Operation>,
        body: Bytes,
    ) -> Reply<'static> {
        let room = Arc::clone(self);
        Box::pin(async move {
            let operation = operation.ok_or_else(aws::Error::unknown_operation)?;
            let database = room.database(ctx.account(), ctx.region())?;
            let (scope, attempt) = (Scope::of(&ctx), ctx.attempt().cloned());
            database.call(Call { operation, body, scope, attempt, now: ctx.now() }).await
        })
    }

    /// The database of an account in a region.
    fn database(&self, account: &str, region: &str) -> Result<Database, aws::Error> {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account.to_owned(), region.to_owned());
        if let Some(database) = databases.get(&key).filter(|database| database.is_running()) {
            return Ok(database.clone());
        }
        let path = self.folder.join(account).join(format!("{region}.sqlite"));
        let database = Database::start(path, Arc::clone(&self.clock)).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "start a thread");
            aws::Error::service_unavailable()
        })?;
        databases.insert(key, database.clone());
        Ok(database)
    }

    async fn sweep(self: &Arc<Self>) {
        for database in self.databases_with_files() {
            database.sweep().await;
        }
    }

    /// The databases that there are: those in use, and those that have a file from before.
    fn databases_with_files(&self) -> Vec<Database> {
        let found = match files(&self.folder) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "list the databases");
                Vec::new()
            }
        };
        for (account, region) in found {
            // What can't be started now is tried again with the next sweep.
            let _ = self.database(&account, &region);
        }
        let databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        databases.values().cloned().collect()
    }
}

/// The files of a folder, by account and region.
fn files(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for account in fs::read_dir(folder)? {
        let account = account?;
        for file in fs::read_dir(account.path())? {
            let name = file?.file_name();
            if let (Some(account), Some(region)) = (
                account.file_name().to_str(),
                name.to_str().and_then(|name| name.strip_suffix(".sqlite")),
            ) {
                files.push((account.to_owned(), region.to_owned()));
            }
        }
    }
    Ok(files)
}

impl Service for DynamoDb {
    fn facts(&self) -> Facts {
        Facts {
            name: "dynamodb",
            signing_name: "dynamodb",
            endpoint_prefix: "dynamodb",
            target_prefix: "DynamoDB_20120810",
            protocol: Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        DYNAMODB.iter().map(|operation| operation.name).collect()
    }

    fn rate(&self, _operation: &str) -> Option<service::Rate> {
        None
    }

    fn request_bytes_max(&self) -> usize {
        REQUEST_BYTES_MAX
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        self.0.answer(ctx, operations::find(DYNAMODB, operation), body)
    }

    fn resource_policy<'a>(
        &'a self,
        ctx: &'a Ctx,
        resource_arn: &'a str,
    ) -> service::ResourcePolicy<'a> {
        Box::pin(async move {
            let get = operations::find(DYNAMODB, "GetResourcePolicy");
            // A policy covers the indexes of its table.
            let Some((head, named)) = resource_arn.split_once(":table/") else { return Ok(None) };
            let table = named.split('/').next().unwrap_or(named);
            let body = json!({ "ResourceArn": format!("{head}:table/{table}") }).to_string();
            match self.0.answer(ctx.clone(), get, body.into()).await {
                Ok(reply) => {
                    let reply: Value =
                        serde_json::from_slice(&reply).map_err(|_| aws::Error::internal())?;
                    Ok(reply["Policy"].as_str().map(str::to_owned))
                }
                Err(error) if error.code.ends_with("NotFoundException") => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn conditions<'a>(
        &'a self,
        ctx: &'a Ctx,
        operation: &'a str,
        body: &'a [u8],
        resource_arn: &'a str,
    ) -> service::Conditions<'a> {
        Box::pin(async move {
            if conditions::is_of_statements(operation) {
                return conditions::of_nobody();
            }
            let table = conditions::table_of(resource_arn);
            let Some((table, index)) = table.filter(|_| conditions::knows(operation)) else {
                return Vec::new();
            };
            let describe = operations::find(DYNAMODB, "DescribeTable");
            let asked = json!({ "TableName": table }).to_string();
            let Ok(described) = self.0.answer(ctx.clone(), describe, asked.into()).await else {
                return conditions::of_nobody();
            };
            let described: Value = serde_json::from_slice(&described).unwrap_or_default();
            let Some(key) = conditions::partition_key(&described, index) else {
                return conditions::of_nobody();
            };
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            conditions::of(operation, &body, table, index, &key)
        })
    }

    /// All but the one that isn't always a single transaction: see `database::file`.
    fn answers_again(&self, operation: &str) -> bool {
        operation != "BatchExecuteStatement" && operations::find(DYNAMODB, operation).is_some()
    }
}

impl Service for DynamoDbStreams {
    fn facts(&self) -> Facts {
        Facts {
            name: "dynamodbstreams",
            // AWS has them signed for the same name as the tables'.
            signing_name: "dynamodb",
            endpoint_prefix: "streams",
            target_prefix: "DynamoDBStreams_20120810",
            protocol: Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        STREAMS.iter().map(|operation| operation.name).collect()
    }

    fn rate(&self, _operation: &str) -> Option<service::Rate> {
        None
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        self.0.answer(ctx, operations::find(STREAMS, operation), body)
    }

    /// The stream that an iterator is a position in: that of its table.
    fn resource_arn<'a>(
        &'a self,
        ctx: &'a Ctx,
        _operation: &'a str,
        shard_iterator: &'a str,
    ) -> service::ResourceArn<'a> {
        Box::pin(async move {
            let (table, ..) = decode_shard_iterator(shard_iterator)?;
            let list = operations::find(STREAMS, "ListStreams");
            let body = json!({ "TableName": table }).to_string();
            let reply = self.0.answer(ctx.clone(), list, body.into()).await.ok()?;
            let reply: Value = serde_json::from_slice(&reply).ok()?;
            Some(reply["Streams"][0]["StreamArn"].as_str()?.to_owned())
        })
    }
}
