//! A house with this room alone, and how to ask it.

use std::sync::Arc;
use std::time::Duration;

use aws::{Error, PageTokens};
use base::{Entropy, ManualClock, Timestamp};
use rds_data::{Cluster, Connection, Limits, Options, RdsData};
use serde_json::{Value, json};
use service::{Bus, Ctx, House, Service};

pub(crate) const CLUSTER: &str = "arn:aws:rds:us-east-1:111122223333:cluster:shop";
pub(crate) const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop";

/// The room and the house around it.
pub(crate) struct Room {
    house: Arc<House>,
    clock: Arc<ManualClock>,
    rds_data: RdsData,
}

impl Room {
    /// A room with that database behind the cluster.
    pub(crate) fn new(url: &str, limits: Limits) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(1_700_000_000_000)));
        let house = Arc::new(House::new(
            "111122223333",
            "us-east-1",
            clock.clone(),
            Entropy::from_number(1),
            PageTokens::new([1; 32]),
        ));
        let cluster = Cluster {
            resource_arn: CLUSTER.to_owned(),
            secret_arn: SECRET.to_owned(),
            connection: Connection::new(url, None).expect("is a connection"),
        };
        let rds_data = RdsData::open(Options {
            house: Arc::clone(&house),
            bus: Bus::new(),
            clusters: vec![cluster],
            limits,
        });
        Room { house, clock, rds_data }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(crate) fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        self.rds_data.work()
    }

    /// Calls an operation about the cluster, with these members beside.
    pub(crate) async fn call(&self, operation: &str, members: Value) -> Result<Value, Error> {
        let mut body = json!({ "resourceArn": CLUSTER, "secretArn": SECRET });
        let members = members.as_object().expect("members");
        body.as_object_mut().expect("an object").extend(members.clone());
        let ctx = Ctx::root(Arc::clone(&self.house));
        let reply = self.rds_data.call(ctx, operation, body.to_string().into()).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, sql: &str) -> Result<Value, Error> {
        self.call("ExecuteStatement", json!({ "sql": sql })).await
    }
}

/// The code and the sentence of a refusal.
pub(crate) fn refusal(outcome: Result<Value, Error>) -> (u16, String, String) {
    let error = outcome.expect_err("is refused");
    (error.status, error.code.into_owned(), error.message.unwrap_or_default())
}
