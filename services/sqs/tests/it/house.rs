//! A house with this room alone, whose clock moves when told to, and how to ask it.

use std::sync::Arc;
use std::time::Duration;

use aws::{Error, PageTokens};
use base::{Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use serde_json::{Value, json};
use service::{Ctx, House, Service};
use sqs::{Limits, Sqs};
use store::Memory;
use tokio::task::JoinHandle;

pub(crate) struct Room {
    pub(crate) sqs: Arc<Sqs>,
    store: Memory,
    house: Arc<House>,
    clock: Arc<ManualClock>,
    working: JoinHandle<()>,
}

impl Room {
    pub(crate) async fn open() -> Self {
        let now = Timestamp::from_millis(1_700_000_000_000);
        Room::open_over(Memory::new(), Arc::new(ManualClock::starting_at(now)), 7).await
    }

    async fn open_over(store: Memory, clock: Arc<ManualClock>, seed: u64) -> Self {
        let tokens = PageTokens::new([1; 32]);
        let entropy = Entropy::from_number(seed);
        let house = House::new("000000000000", "us-east-1", clock.clone(), entropy, tokens);
        let house = Arc::new(house);
        let opened = Sqs::open(Arc::new(store.reopen()), Arc::clone(&house), Limits::default());
        let sqs = Arc::new(opened.await.expect("opens"));
        let working = tokio::spawn(sqs.work());
        Room { sqs, store, house, clock, working }
    }

    /// The room as a process has it that was started after this one was killed.
    pub(crate) async fn restart(self) -> Self {
        self.working.abort();
        Room::open_over(self.store.reopen(), self.clock.clone(), 8).await
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn ask_as(
        &self,
        ctx: Ctx,
        operation: &str,
        body: Value,
    ) -> Result<Value, Error> {
        let reply = self.sqs.call(ctx, operation, Bytes::from(body.to_string())).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

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

    /// Calls an operation that is refused: the code and the sentence.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> (String, String) {
        match self.ask(operation, body).await {
            Ok(reply) => panic!("{operation} worked: {reply}"),
            Err(error) => (error.code.into_owned(), error.message.unwrap_or_default()),
        }
    }

    /// Creates a queue; gives its URL.
    pub(crate) async fn queue(&self, name: &str, attributes: Value) -> String {
        let body = json!({"QueueName": name, "Attributes": attributes});
        text(&self.call("CreateQueue", body).await["QueueUrl"])
    }

    pub(crate) async fn send(&self, queue: &str, body: &str) -> Value {
        self.call("SendMessage", json!({"QueueUrl": queue, "MessageBody": body})).await
    }

    /// Receives up to ten messages, with everything about them.
    pub(crate) async fn receive(&self, queue: &str) -> Vec<Value> {
        self.receive_with(queue, json!({})).await
    }

    pub(crate) async fn receive_with(&self, queue: &str, more: Value) -> Vec<Value> {
        let mut body = json!({
            "QueueUrl": queue,
            "MaxNumberOfMessages": 10,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        let Value::Object(more) = more else { panic!("{more} is no object") };
        body.as_object_mut().expect("is an object").extend(more);
        match self.call("ReceiveMessage", body).await["Messages"].take() {
            Value::Array(messages) => messages,
            _ => Vec::new(),
        }
    }

    pub(crate) async fn delete(&self, queue: &str, message: &Value) {
        let handle = &message["ReceiptHandle"];
        self.call("DeleteMessage", json!({"QueueUrl": queue, "ReceiptHandle": handle})).await;
    }

    /// The visible, held and delayed messages.
    pub(crate) async fn counts(&self, queue: &str) -> [u64; 3] {
        let body = json!({"QueueUrl": queue, "AttributeNames": ["All"]});
        let attributes = self.call("GetQueueAttributes", body).await["Attributes"].take();
        ["", "NotVisible", "Delayed"].map(|which| {
            let name = format!("ApproximateNumberOfMessages{which}");
            text(&attributes[name]).parse().expect("is a number")
        })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.working.abort();
    }
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

pub(crate) fn bodies(messages: &[Value]) -> Vec<String> {
    messages.iter().map(|message| text(&message["Body"])).collect()
}

/// A redrive policy.
pub(crate) fn redrive(target: &str, most: u32) -> Value {
    let policy = json!({"deadLetterTargetArn": arn(target), "maxReceiveCount": most});
    json!({"RedrivePolicy": policy.to_string()})
}
