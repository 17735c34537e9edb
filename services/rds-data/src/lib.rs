//! The RDS Data API's room: SQL statements over HTTP, run by a PostgreSQL that the configuration names.
//!
//! AWS has a cluster of Aurora behind each resource ARN and a user and password behind each secret ARN.
//! Here both together name a connection of the configuration, and the database is whichever answers there.
//!
//! It is not a database, makes and shows no clusters (that is RDS), and keeps no secrets.
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `cluster`: what the configuration says. `session`: connections, and how they are shared; `tls`: encrypted ones.
//! - `transactions`: connections that belong to a client for a while. `work`: those that nobody asks about any more.
//! - `sql`: named parameters. `parameter`: values on their way to the database. `value`: values on their way back.
//! - `statement`: one statement run, in time. `columns`: what is told of the columns of a result.

mod cluster;
mod columns;
mod errors;
mod limits;
mod ops;
mod parameter;
mod session;
mod sql;
mod statement;
mod tls;
mod transactions;
mod value;
mod visit;
mod wire;
mod work;

pub use cluster::{Cluster, Connection, ConnectionError};
pub use limits::Limits;

use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, Rate, Reply, Service};

use session::Sessions;
use transactions::Transactions;
use visit::Visit;

/// AWS takes requests of 4 MiB.
/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_BatchExecuteStatement.html>
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The room.
pub struct RdsData(Arc<Room>);

/// What all requests share.
struct Room {
    house: Arc<House>,
    bus: Bus,
    clusters: Vec<Cluster>,
    limits: Limits,
    sessions: Sessions,
    transactions: Transactions,
}

/// What the room is made with.
pub struct Options {
    /// The house.
    pub house: Arc<House>,
    /// The way to who decides whether a caller may read a secret.
    pub bus: Bus,
    /// The connections of the configuration.
    pub clusters: Vec<Cluster>,
    /// The bounds.
    pub limits: Limits,
}

impl RdsData {
    /// Opens the room. It connects to a database when that is first asked.
    pub fn open(options: Options) -> Self {
        let Options { house, bus, clusters, limits } = options;
        let (sessions, transactions) = (Sessions::default(), Transactions::default());
        RdsData(Arc::new(Room { house, bus, clusters, limits, sessions, transactions }))
    }

    /// Rolls back the transactions that nobody asks about any more. To be run once; it doesn't end.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::work(Arc::clone(&self.0))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for RdsData {
    fn facts(&self) -> Facts {
        Facts {
            name: "rdsdata",
            signing_name: "rds-data",
            endpoint_prefix: "rds-data",
            target_prefix: "",
            protocol: Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn request_bytes_max(&self) -> usize {
        REQUEST_BYTES_MAX
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }
}

service::operations! {
    /// Everything that the room answers.
    /// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_Operations.html>
    static OPERATIONS: RdsData {
        "BatchExecuteStatement" => ops::batch_execute_statement,
        "BeginTransaction" => ops::begin_transaction,
        "CommitTransaction" => ops::commit_transaction,
        "ExecuteSql" => ops::execute_sql,
        "ExecuteStatement" => ops::execute_statement,
        "RollbackTransaction" => ops::rollback_transaction,
    }
}
