//! A house with these rooms and one that echoes, and how to ask them.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::{Error, PageTokens};
use base::{Clock, Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use iam::{Enforcement, Iam, Options};
use serde_json::Value;
use service::{
    Bus, CallError, Caller, Ctx, Facts, House, Rate, Registry, Reply, ResourceArn, ResourcePolicy,
    Service,
};
use store::{Memory, Store};

pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const TRUST_STATES: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
pub(crate) const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// A policy that allows these actions upon that resource.
pub(crate) fn allow(action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}

/// Stands for a room: it answers everything it lists, its resource `open` has a policy, `handle of X` is of `X`, and
/// the newest revision of everything is the seventh.
struct Stub {
    name: &'static str,
    operations: &'static [&'static str],
}

const STUBS: [Stub; 12] = [
    Stub {
        name: "sqs",
        operations: &[
            "SendMessage",
            "SendMessageBatch",
            "ListQueues",
            "StartMessageMoveTask",
            "CancelMessageMoveTask",
        ],
    },
    Stub { name: "states", operations: &["CreateStateMachine"] },
    Stub { name: "lambda", operations: &["Invoke", "UpdateFunctionCode", "GetLayerVersion"] },
    Stub {
        name: "dynamodb",
        operations: &[
            "GetItem",
            "Query",
            "TransactGetItems",
            "ExecuteStatement",
            "BatchExecuteStatement",
            "ExecuteTransaction",
            "GetResourcePolicy",
            "DeleteBackup",
        ],
    },
    Stub { name: "dynamodbstreams", operations: &["ListStreams", "DescribeStream", "GetRecords"] },
    Stub {
        name: "sns",
        operations: &["Publish", "Unsubscribe", "SetSubscriptionAttributes", "ListTagsForResource"],
    },
    Stub {
        name: "logs",
        operations: &[
            "DescribeLogStreams",
            "PutLogEvents",
            "GetLogEvents",
            "CreateLogStream",
            "FilterLogEvents",
            "ListTagsForResource",
        ],
    },
    Stub {
        name: "events",
        operations: &["PutEvents", "PutRule", "PutTargets", "DescribeEventBus", "DeleteArchive"],
    },
    Stub {
        name: "ecs",
        operations: &[
            "RegisterTaskDefinition",
            "RunTask",
            "StopTask",
            "DescribeTasks",
            "DeleteCluster",
            "DescribeClusters",
            "TagResource",
        ],
    },
    Stub {
        name: "batch",
        operations: &["RegisterJobDefinition", "SubmitJob", "TerminateJob", "DeleteJobQueue"],
    },
    Stub { name: "scheduler", operations: &["CreateSchedule", "GetSchedule"] },
    Stub { name: "appsync", operations: &["CreateDataSource"] },
];

impl Service for Stub {
    fn facts(&self) -> Facts {
        Facts {
            name: self.name,
            signing_name: self.name,
            endpoint_prefix: self.name,
            target_prefix: self.name,
            protocol: aws::Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        self.operations.to_vec()
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn call(&self, ctx: Ctx, _operation: &str, _body: Bytes) -> Reply<'_> {
        let body = format!(r#"{{"account":"{}"}}"#, ctx.account());
        Box::pin(std::future::ready(Ok(body.into())))
    }

    fn resource_arn<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _operation: &'a str,
        reference: &'a str,
    ) -> ResourceArn<'a> {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let newest =
            |kind: &str| format!("arn:aws:{}:us-east-1:{ACCOUNT}:{kind}/{name}:7", self.name);
        let arn = match self.name {
            "ecs" => Some(newest("task-definition")),
            "batch" => Some(newest("job-definition")),
            _ => reference.strip_prefix("handle of ").map(str::to_owned),
        };
        Box::pin(std::future::ready(arn))
    }

    fn resource_policy<'a>(&'a self, _ctx: &'a Ctx, resource_arn: &'a str) -> ResourcePolicy<'a> {
        let everybody = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}}"#;
        let policy = match resource_arn.rsplit(':').next() {
            Some("open") => Ok(Some(everybody.to_owned())),
            Some("unreadable") => Err(Error::internal()),
            _ => Ok(None),
        };
        Box::pin(std::future::ready(policy))
    }
}

pub(crate) struct Rooms {
    pub(crate) house: Arc<House>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) iam: Arc<Iam>,
    pub(crate) bus: Bus,
    _registry: Arc<Registry>,
}

impl Rooms {
    pub(crate) async fn open(enforcement: Option<Enforcement>) -> Self {
        Rooms::open_over(Arc::new(Memory::new()), enforcement).await
    }

    pub(crate) async fn open_over(store: Arc<dyn Store>, enforcement: Option<Enforcement>) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(1_700_000_000_000)));
        let house = Arc::new(House::new(
            ACCOUNT,
            "us-east-1",
            Arc::clone(&clock) as Arc<dyn Clock>,
            Entropy::from_number(7),
            PageTokens::new([1; 32]),
        ));
        let bus = Bus::new();
        let iam = Iam::open(Options {
            store: Arc::clone(&store),
            secret: [2; 32],
            enforcement,
            bus: bus.clone(),
            issuers: BTreeMap::new(),
        });
        let iam = Arc::new(iam.await.expect("opens"));
        let stubs = STUBS.map(|stub| Arc::new(stub) as Arc<dyn Service>);
        let rooms = [Arc::clone(&iam) as Arc<dyn Service>, Arc::new(iam.sts())];
        let rooms = rooms.into_iter().chain(stubs);
        let mut registry = Registry::new(rooms);
        if let Some(guard) = iam.guard() {
            registry = registry.guarded_by(guard);
        }
        let registry = Arc::new(registry);
        bus.connect(&registry);
        Rooms { house, clock, store, iam, bus, _registry: registry }
    }

    pub(crate) fn root(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

    pub(crate) fn caller(&self, arn: &str) -> Ctx {
        Ctx::new(Arc::clone(&self.house), Caller { arn: arn.to_owned() }, "0000-1111")
    }

    pub(crate) async fn call(
        &self,
        ctx: Ctx,
        room: &str,
        operation: &str,
        body: &str,
    ) -> Result<Value, Error> {
        let reply = self.bus.call(ctx, room, operation, body.to_owned().into()).await;
        reply.map(|body| serde_json::from_slice(&body).expect("JSON")).map_err(
            |error| match error {
                CallError::Refused(error) => error,
                CallError::NoRoom(room) => panic!("no room {room}"),
                CallError::Unanswered(text) => panic!("{text}"),
            },
        )
    }

    /// Has the root do it, which must work.
    #[track_caller]
    pub(crate) fn iam(&self, operation: &str, body: &str) -> impl Future<Output = Value> {
        let (call, shown) =
            (self.call(self.root(), "iam", operation, body), format!("{operation} {body}"));
        async move { call.await.unwrap_or_else(|error| panic!("{shown}: {error}")) }
    }

    /// Has the root try it: the code and sentence of the refusal.
    pub(crate) async fn refused(&self, operation: &str, body: &str) -> String {
        let reply = self.call(self.root(), "iam", operation, body).await;
        reply.expect_err("is refused").to_string()
    }
}
