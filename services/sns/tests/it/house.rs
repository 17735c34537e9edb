//! A house with this room and neighbors that take what they are sent, or refuse it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws::{Error, PageTokens, Protocol};
use base::{Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use serde_json::{Value, json};
use service::{Bus, Ctx, Facts, House, Registry, Reply, Service};
use sns::Sns;
use store::Memory;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub(crate) struct Room {
    sns: Arc<Sns>,
    house: Arc<House>,
    clock: Arc<ManualClock>,
    neighbors: [Arc<Neighbor>; 2],
    _registry: Arc<Registry>,
    working: JoinHandle<()>,
}

/// Writes down its calls; refuses those that name `gone`, and the first ones that name `flaky`.
struct Neighbor {
    name: &'static str,
    calls: Mutex<Vec<Value>>,
    trouble: Mutex<usize>,
    called: Notify,
}

impl Service for Neighbor {
    fn facts(&self) -> Facts {
        Facts {
            name: self.name,
            signing_name: self.name,
            endpoint_prefix: self.name,
            target_prefix: self.name,
            protocol: Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn rate(&self, _: &str) -> Option<service::Rate> {
        None
    }

    fn call(&self, _: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let mut call: Value = serde_json::from_slice(&body).expect("is JSON");
        let text = call.to_string();
        call["operation"] = operation.into();
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = if text.contains("gone") {
            Err(Error::client("QueueDoesNotExist", "The specified queue does not exist."))
        } else if text.contains("flaky") && 0 < *trouble {
            *trouble -= 1;
            Err(Error::internal())
        } else {
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            Ok(Bytes::from_static(b"{}"))
        };
        self.called.notify_one();
        Box::pin(std::future::ready(reply))
    }
}

impl Room {
    pub(crate) async fn open() -> Self {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let clock = Arc::new(ManualClock::starting_at(now));
        let (tokens, entropy) = (PageTokens::new([1; 32]), Entropy::from_number(7));
        let house = House::new("000000000000", "us-east-1", clock.clone(), entropy, tokens);
        let (house, bus) = (Arc::new(house), Bus::new());
        let sns = Arc::new(Sns::open(Arc::new(Memory::new()), Arc::clone(&house), bus.clone()));
        let neighbors = ["sqs", "lambda"].map(|name| {
            let (calls, trouble) = (Mutex::default(), Mutex::new(2));
            Arc::new(Neighbor { name, calls, trouble, called: Notify::new() })
        });
        let [sqs, lambda] = neighbors.clone();
        let registry = Arc::new(Registry::new([sqs as Arc<dyn Service>, lambda, sns.clone()]));
        bus.connect(&registry);
        let working = tokio::spawn(sns.work());
        Room { sns, house, clock, neighbors, _registry: registry, working }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
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
        let reply = self.sns.call(ctx, operation, Bytes::from(body.to_string())).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// Calls an operation that works.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Value {
        match self.ask_as(self.ctx(), operation, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// Calls an operation that is refused: the code and the sentence.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> (String, String) {
        match self.ask_as(self.ctx(), operation, body).await {
            Ok(reply) => panic!("{operation} worked: {reply}"),
            Err(error) => (error.code.into_owned(), error.message.unwrap_or_default()),
        }
    }

    pub(crate) async fn topic(&self, name: &str, attributes: Value) -> String {
        let body = json!({"Name": name, "Attributes": attributes});
        text(&self.call("CreateTopic", body).await["TopicArn"])
    }

    pub(crate) async fn subscribe(&self, topic: &str, queue: &str, attributes: Value) -> String {
        let body = json!({
            "TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn(queue), "Attributes": attributes,
        });
        text(&self.call("Subscribe", body).await["SubscriptionArn"])
    }

    /// Waits until the queues have been sent that many messages; gives them.
    pub(crate) async fn sent(&self, count: usize) -> Vec<Value> {
        self.calls(0, count).await
    }

    /// Waits until functions have been invoked that often; gives the calls.
    pub(crate) async fn invoked(&self, count: usize) -> Vec<Value> {
        self.calls(1, count).await
    }

    async fn calls(&self, neighbor: usize, count: usize) -> Vec<Value> {
        let neighbor = &self.neighbors[neighbor];
        loop {
            let calls = neighbor.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if count <= calls.len() {
                assert_eq!(calls.len(), count, "{calls:?}");
                return calls;
            }
            neighbor.called.notified().await;
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.working.abort();
    }
}

pub(crate) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
