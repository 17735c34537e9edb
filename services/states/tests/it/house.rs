//! A house with this room alone, and how to ask it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use aws::{Error, PageTokens};
use base::{Clock, Entropy, SystemClock};
use bytes::Bytes;
use runner::{Options, Runner};
use serde_json::{Value, json};
use service::{Bus, Ctx, House, Registry, Service};
use states::{ActivityIndex, Limits, States};
use store::{Memory, Store};
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/workflow";
pub(crate) const PASS: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;

/// The room and the house around it.
pub(crate) struct Room {
    pub(crate) store: Arc<dyn Store>,
    house: Arc<House>,
    states: Arc<States>,
    _registry: Arc<Registry>,
    /// The runner works while this lives.
    _working: oneshot::Sender<()>,
}

/// Lets the runner's shards work on a thread of their own, until what this gives is dropped.
fn work(runner: Runner) -> oneshot::Sender<()> {
    let (working, stopped) = oneshot::channel();
    thread::spawn(move || {
        let shards = LocalSet::new();
        for shard in 0..runner.shards() {
            let runner = runner.clone();
            shards.spawn_local(async move { runner.work(shard).await });
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        // Dropped is told as an error.
        let _ = shards.block_on(&runtime.expect("builds"), stopped);
    });
    working
}

impl Room {
    pub(crate) async fn open() -> Self {
        Room::open_with(Limits::default()).await
    }

    pub(crate) async fn open_with(limits: Limits) -> Self {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let house = Arc::new(House::new(
            "000000000000",
            "us-east-1",
            clock,
            Entropy::from_number(7),
            PageTokens::new([1; 32]),
        ));
        let (activities, bus) = (ActivityIndex::open(&*store).await.expect("reads"), Bus::new());
        let known = activities.clone();
        let runner = Runner::open(Options {
            store: Arc::clone(&store),
            house: Arc::clone(&house),
            bus: bus.clone(),
            limits: runner::Limits::default(),
            activity_exists: Arc::new(move |arn: &str| known.contains(arn)),
        });
        let runner = runner.await.expect("opens");
        let working = work(runner.clone());
        let states =
            Arc::new(States::open(Arc::clone(&store), bus.clone(), runner, activities, limits));
        let room: Arc<dyn Service> = Arc::clone(&states) as Arc<dyn Service>;
        let registry = Arc::new(Registry::new([room]));
        bus.connect(&registry);
        Room { store, house, states, _registry: registry, _working: working }
    }

    /// Does what the room does by itself when a process starts.
    pub(crate) async fn work(&self) {
        self.states.work().await;
    }

    /// Calls an operation.
    pub(crate) async fn ask(&self, operation: &str, body: Value) -> Result<Value, Error> {
        let ctx = Ctx::root(Arc::clone(&self.house));
        let reply = self.states.call(ctx, operation, Bytes::from(body.to_string())).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// Calls an operation that works.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Value {
        match self.ask(operation, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// Calls an operation that is refused: the code and the sentence.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> (String, String) {
        match self.ask(operation, body).await {
            Ok(reply) => panic!("{operation} worked: {reply}"),
            Err(error) => (error.code.into_owned(), error.message.unwrap_or_default()),
        }
    }

    /// Creates a Standard machine; gives its ARN.
    pub(crate) async fn machine(&self, name: &str, definition: &str) -> String {
        let body = json!({"name": name, "definition": definition, "roleArn": ROLE});
        text(&self.call("CreateStateMachine", body).await["stateMachineArn"])
    }

    /// Starts an execution and waits until it has ended; gives what DescribeExecution says.
    pub(crate) async fn run(&self, machine: &str, input: &str) -> Value {
        let body = json!({"stateMachineArn": machine, "input": input});
        let arn = text(&self.call("StartExecution", body).await["executionArn"]);
        self.ended(&arn).await
    }

    /// Waits until an execution has ended.
    pub(crate) async fn ended(&self, execution: &str) -> Value {
        loop {
            let body = json!({"executionArn": execution});
            let described = self.call("DescribeExecution", body).await;
            if described["status"] != "RUNNING" {
                return described;
            }
            pause().await;
        }
    }
}

/// Lets the house go on; whoever waits looks again.
#[expect(clippy::disallowed_methods, reason = "a test has nothing that would survive a restart")]
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(2)).await;
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

pub(crate) fn arn(resource: &str) -> String {
    format!("arn:aws:states:us-east-1:000000000000:{resource}")
}

/// A body with more members.
pub(crate) fn with(mut body: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    body.as_object_mut().expect("a body is an object").extend(more);
    body
}
