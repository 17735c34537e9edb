//! Every operation of the two rooms, once: its name, what it does to the file, and the function that answers it.

use base::Timestamp;
use bytes::Bytes;
use dynoxide::actions::vector_lifecycle::VectorIndexLifecycle;
use dynoxide::actions::{
    batch_execute_statement, batch_write_item, delete_item, describe_table, describe_time_to_live,
    execute_statement, get_item, list_tables, list_tags_of_resource, put_item, query, scan,
    search_vectors, tag_resource, transact_get_items, untag_resource, update_time_to_live,
};
use dynoxide::storage::Storage;
use futures_util::FutureExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::decode;
use crate::errors::Error;
use crate::ops;
use crate::scope::Scope;

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) run: Run,
}

/// What an operation does to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    /// Changes items.
    Write,
    /// Changes tables.
    Define,
}

/// What an operation has at hand.
pub(crate) struct Desk<'d> {
    pub(crate) storage: &'d Storage,
    pub(crate) lifecycle: &'d VectorIndexLifecycle,
    pub(crate) scope: &'d Scope,
    pub(crate) now: Timestamp,
}

impl Desk<'_> {
    /// A reply about tables with our ARNs. It holds no items, so nothing else can look like one.
    fn with_arns(&self, reply: Result<Bytes, Error>) -> Result<Bytes, Error> {
        reply.map(|reply| self.scope.outward(&String::from_utf8_lossy(&reply)).into())
    }
}

/// DynamoDB.
pub(crate) static DYNAMODB: &[Operation] = &[
    write("BatchExecuteStatement", |desk, body| {
        answer("BatchExecuteStatement", body, |it| {
            batch_execute_statement::execute(desk.storage, it)
        })
    }),
    read("BatchGetItem", ops::batch_get_item),
    write("BatchWriteItem", |desk, body| {
        answer("BatchWriteItem", body, |it| batch_write_item::execute(desk.storage, it))
    }),
    define("CreateBackup", |desk, body| desk.with_arns(ops::create_backup(desk, body))),
    define("CreateTable", |desk, body| desk.with_arns(ops::create_table(desk, body))),
    define("DeleteBackup", |desk, body| desk.with_arns(ops::delete_backup(desk, body))),
    write("DeleteItem", |desk, body| {
        answer("DeleteItem", body, |it| delete_item::execute(desk.storage, it))
    }),
    define("DeleteResourcePolicy", ops::delete_resource_policy),
    define("DeleteTable", |desk, body| desk.with_arns(ops::delete_table(desk, body))),
    read("DescribeBackup", |desk, body| desk.with_arns(ops::describe_backup(desk, body))),
    read("DescribeContinuousBackups", ops::describe_continuous_backups),
    read("DescribeEndpoints", ops::describe_endpoints),
    read("DescribeLimits", ops::describe_limits),
    read("DescribeTable", |desk, body| {
        desk.with_arns(answer("DescribeTable", body, |it| {
            describe_table::execute(desk.storage, it, desk.lifecycle)
        }))
    }),
    read("DescribeTimeToLive", |desk, body| {
        answer("DescribeTimeToLive", body, |it| describe_time_to_live::execute(desk.storage, it))
    }),
    write("ExecuteStatement", |desk, body| {
        answer("ExecuteStatement", body, |it| execute_statement::execute(desk.storage, it))
    }),
    write("ExecuteTransaction", ops::execute_transaction),
    read("GetItem", |desk, body| answer("GetItem", body, |it| get_item::execute(desk.storage, it))),
    read("GetResourcePolicy", ops::get_resource_policy),
    read("ListBackups", |desk, body| desk.with_arns(ops::list_backups(desk, body))),
    read("ListTables", |desk, body| {
        answer("ListTables", body, |it| list_tables::execute(desk.storage, it))
    }),
    read("ListTagsOfResource", |desk, body| {
        answer("ListTagsOfResource", body, |it| list_tags_of_resource::execute(desk.storage, it))
    }),
    write("PutItem", |desk, body| {
        answer("PutItem", body, |it| put_item::execute(desk.storage, it))
    }),
    define("PutResourcePolicy", ops::put_resource_policy),
    read("Query", |desk, body| answer("Query", body, |it| query::execute(desk.storage, it))),
    define("RestoreTableFromBackup", |desk, body| {
        desk.with_arns(ops::restore_table_from_backup(desk, body))
    }),
    define("RestoreTableToPointInTime", |desk, body| {
        desk.with_arns(ops::restore_table_to_point_in_time(desk, body))
    }),
    read("Scan", |desk, body| answer("Scan", body, |it| scan::execute(desk.storage, it))),
    read("SearchVectors", |desk, body| {
        answer("SearchVectors", body, |it| {
            search_vectors::execute(desk.storage, it, desk.lifecycle)
        })
    }),
    define("TagResource", |desk, body| {
        answer("TagResource", body, |it| tag_resource::execute(desk.storage, it))
    }),
    read("TransactGetItems", |desk, body| {
        answer("TransactGetItems", body, |it| transact_get_items::execute(desk.storage, it))
    }),
    write("TransactWriteItems", ops::transact_write_items),
    define("UntagResource", |desk, body| {
        answer("UntagResource", body, |it| untag_resource::execute(desk.storage, it))
    }),
    define("UpdateContinuousBackups", ops::update_continuous_backups),
    write("UpdateItem", ops::update_item),
    define("UpdateTable", |desk, body| desk.with_arns(ops::update_table(desk, body))),
    define("UpdateTimeToLive", |desk, body| {
        answer("UpdateTimeToLive", body, |it| update_time_to_live::execute(desk.storage, it))
    }),
];

/// DynamoDB Streams, which AWS has as a service of its own.
pub(crate) static STREAMS: &[Operation] = &[
    read("DescribeStream", ops::describe_stream),
    read("GetRecords", ops::get_records),
    read("GetShardIterator", ops::get_shard_iterator),
    read("ListStreams", ops::list_streams),
];

/// The operation of that name.
pub(crate) fn find(operations: &'static [Operation], name: &str) -> Option<&'static Operation> {
    operations.iter().find(|operation| operation.name == name)
}

/// Reads a request, runs it, writes the reply.
pub(crate) fn answer<Request, Reply, Run>(
    operation: &'static str,
    body: &[u8],
    run: impl FnOnce(Request) -> Run,
) -> Result<Bytes, Error>
where
    Request: DeserializeOwned,
    Reply: Serialize,
    Run: Future<Output = dynoxide::Result<Reply>>,
{
    let reply = done(run(decode::request(operation, body)?))?;
    Ok(written(&reply))
}

/// What a future of `dynoxide`'s gives: over a file of its own, none of them ever waits.
pub(crate) fn done<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("what dynoxide does on a file is done when it is asked")
}

pub(crate) fn written<Reply: Serialize>(reply: &Reply) -> Bytes {
    serde_json::to_vec(reply).expect("replies have text keys and always serialize").into()
}

const fn read(name: &'static str, run: Run) -> Operation {
    Operation { name, kind: Kind::Read, run }
}

const fn write(name: &'static str, run: Run) -> Operation {
    Operation { name, kind: Kind::Write, run }
}

const fn define(name: &'static str, run: Run) -> Operation {
    Operation { name, kind: Kind::Define, run }
}

/// Answers a body.
type Run = fn(&Desk<'_>, &[u8]) -> Result<Bytes, Error>;
