//! A house with this room and neighbors that take what they are sent, or refuse it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws::{Error, PageTokens, Protocol};
use base::{Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use service::{
    Bus, Caller, Ctx, Facts, Fetched, House, Outside, OutsideReply, Registry, Reply, Service,
};
use sns::Sns;
use store::Memory;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub(crate) struct Room {
    sns: Arc<Sns>,
    house: Arc<House>,
    clock: Arc<ManualClock>,
    neighbors: [Arc<Neighbor>; 2],
    outside: Arc<Servers>,
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

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let mut call: Value = serde_json::from_slice(&body).expect("is JSON");
        let text = call.to_string();
        call["caller"] = ctx.caller().arn.clone().into();
        call["source"] = ctx.source_arn().into();
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

/// Servers outside: they write down what they are sent.
#[derive(Default)]
struct Servers {
    fetched: Mutex<Vec<Request<Bytes>>>,
    answers: Mutex<Vec<u16>>,
    asked: Notify,
}

impl Outside for Servers {
    fn reaches(&self, _: &str) -> bool {
        false
    }

    fn call<'a>(&'a self, _: Ctx, _: &'a str, _: &'a str, _: Bytes) -> OutsideReply<'a> {
        unreachable!("no service is outside")
    }

    fn fetch(&self, request: Request<Bytes>) -> Fetched<'_> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        self.asked.notify_one();
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(answer.unwrap_or(200)).expect("is a status");
        Box::pin(std::future::ready(Ok(response)))
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
        let outside = Arc::new(Servers::default());
        bus.connect_outside(outside.clone());
        let working = tokio::spawn(sns.work());
        Room { sns, house, clock, neighbors, outside, _registry: registry, working }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

    /// A request of somebody without a signature.
    pub(crate) fn stranger(&self) -> Ctx {
        Ctx::new(Arc::clone(&self.house), Caller::anonymous(), self.house.uuid())
    }

    /// What a stranger finds at a path of the house, if there is anything.
    pub(crate) async fn visit(&self, path: &str) -> Option<String> {
        let public = self.sns.public_http().filter(|public| public.serves(None, path))?;
        let body = Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync();
        let request = Request::get(path).body(body).expect("is a request");
        let response = public.answer(self.stranger(), request).await;
        let found = response.status().is_success();
        let bytes = response.into_body().collect().await.expect("comes whole").to_bytes();
        found.then(|| String::from_utf8_lossy(&bytes).into_owned())
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

    /// How many calls of `flaky` queues fail from now on.
    pub(crate) fn trouble(&self, calls: usize) {
        *self.neighbors[0].trouble.lock().unwrap_or_else(PoisonError::into_inner) = calls;
    }

    pub(crate) fn trouble_left(&self) -> usize {
        *self.neighbors[0].trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The statuses that servers outside answer with, in turn, before all is well.
    pub(crate) fn answers(&self, statuses: &[u16]) {
        let mut answers = self.outside.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.extend(statuses.iter().rev());
    }

    /// Waits until servers outside have been sent that many requests; gives them.
    pub(crate) async fn fetched(&self, count: usize) -> Vec<Request<Bytes>> {
        loop {
            let fetched =
                self.outside.fetched.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if count <= fetched.len() {
                assert_eq!(fetched.len(), count, "{fetched:?}");
                return fetched;
            }
            self.outside.asked.notified().await;
        }
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
