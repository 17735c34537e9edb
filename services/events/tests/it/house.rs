//! A house with this room and neighbors that note what they are asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{Error, PageTokens, Protocol};
use base::{Clock, Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use events::Events;
use http::{Request, Response};
use serde_json::Value;
use service::{
    Bus, Ctx, Facts, Fetched, House, Outside, OutsideReply, Rate, Registry, Reply, Service,
};
use store::{Memory, Read as _, Store as _};

/// When the tests begin: 2023-11-14T22:13:20Z.
pub(crate) const NOW: i64 = 1_700_000_000_000;
pub(crate) const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:queue";

/// What a neighbor was asked: its name, the operation, the body, who asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) room: &'static str,
    pub(crate) operation: String,
    pub(crate) body: Value,
    pub(crate) caller: String,
    pub(crate) attempt: Option<String>,
}

/// What all neighbors have noted, and how they answer: with these errors first.
#[derive(Default)]
pub(crate) struct Notes {
    asked: Mutex<Vec<Asked>>,
    refusals: Mutex<VecDeque<Error>>,
    fetched: Mutex<Vec<Request<Bytes>>>,
    answers: Mutex<VecDeque<Response<Bytes>>>,
}

/// What is outside of the house: servers that note what is requested, and give the answers in line, then 200.
struct Servers(Arc<Notes>);

impl Outside for Servers {
    fn reaches(&self, _service: &str) -> bool {
        false
    }

    fn call<'a>(&'a self, _: Ctx, _: &'a str, _: &'a str, _: Bytes) -> OutsideReply<'a> {
        unreachable!("no service is outside")
    }

    fn fetch(&self, request: Request<Bytes>) -> Fetched<'_> {
        self.0.fetched.lock().expect("nobody panics with it").push(request);
        let answer = self.0.answers.lock().expect("nobody panics with it").pop_front();
        Box::pin(std::future::ready(Ok(answer.unwrap_or_default())))
    }
}

struct Neighbor(&'static str, Arc<Notes>);

impl Service for Neighbor {
    fn facts(&self) -> Facts {
        Facts {
            name: self.0,
            signing_name: self.0,
            endpoint_prefix: self.0,
            target_prefix: self.0,
            protocol: Protocol::Json1_1,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let asked = Asked {
            room: self.0,
            operation: operation.to_owned(),
            body: serde_json::from_slice(&body).expect("a body is JSON"),
            caller: ctx.caller().arn.clone(),
            attempt: ctx.attempt().map(|attempt| attempt.to_string()),
        };
        self.1.asked.lock().expect("nobody panics with it").push(asked);
        let refusal = self.1.refusals.lock().expect("nobody panics with it").pop_front();
        Box::pin(std::future::ready(match refusal {
            Some(error) => Err(error),
            None => Ok(Bytes::from("{}")),
        }))
    }
}

/// The room and the house around it.
pub(crate) struct Room {
    house: Arc<House>,
    clock: Arc<ManualClock>,
    store: Memory,
    events: Arc<Events>,
    notes: Arc<Notes>,
    _registry: Arc<Registry>,
}

impl Room {
    pub(crate) fn open() -> Self {
        Room::open_over(Memory::new(), NOW)
    }

    fn open_over(store: Memory, at: i64) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(at)));
        let house = Arc::new(House::new(
            "000000000000",
            "us-east-1",
            Arc::clone(&clock) as Arc<dyn Clock>,
            Entropy::from_number(7),
            PageTokens::new([1; 32]),
        ));
        let (bus, notes) = (Bus::new(), Arc::new(Notes::default()));
        let room_store = Arc::new(store.reopen());
        let events = Arc::new(Events::open(room_store, Arc::clone(&house), bus.clone(), [3; 32]));
        let neighbors = ["sqs", "sns", "lambda", "states", "logs"]
            .map(|name| Arc::new(Neighbor(name, Arc::clone(&notes))) as Arc<dyn Service>);
        let rooms = neighbors.into_iter().chain([Arc::clone(&events) as Arc<dyn Service>]);
        let registry = Arc::new(Registry::new(rooms));
        bus.connect(&registry);
        bus.connect_outside(Arc::new(Servers(Arc::clone(&notes))));
        Room { house, clock, store, events, notes, _registry: registry }
    }

    /// The house after a crash: what isn't in the store is gone.
    pub(crate) fn reopened(self) -> Self {
        Room::open_over(self.store, self.clock.now().as_millis())
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(crate) fn rows(&self, table: &str) -> usize {
        self.store.scan(&store::Key::of(table).scan()).wait().expect("reads").len()
    }

    /// Another room tells that something happened.
    pub(crate) fn tell(&self, event: &str) {
        let (feed, mut batch) = (self.house.feed(), store::Batch::new());
        feed.put(&mut batch, self.clock.now(), 1, event.to_owned());
        self.store.commit(batch).wait().expect("is taken");
        feed.ring();
    }

    /// Whether rooms are to tell what happens.
    pub(crate) fn is_heard(&self) -> bool {
        self.house.feed().is_heard()
    }

    /// Neighbors answer with these errors first.
    pub(crate) fn refuse(&self, errors: impl IntoIterator<Item = Error>) {
        self.notes.refusals.lock().expect("nobody panics with it").extend(errors);
    }

    /// The servers outside answer so first.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = (u16, &'static str)>) {
        let answer = |(status, body)| {
            Response::builder().status(status).body(Bytes::from(body)).expect("is an answer")
        };
        let mut line = self.notes.answers.lock().expect("nobody panics with it");
        line.extend(answers.into_iter().map(answer));
    }

    /// What was requested of servers outside.
    pub(crate) fn fetched(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut self.notes.fetched.lock().expect("nobody panics with it"))
    }

    /// Lets the room work until nothing is due; tells what neighbors were asked meanwhile.
    pub(crate) async fn work(&self) -> Vec<Asked> {
        let worked = tokio::time::timeout(Duration::from_millis(100), self.events.work()).await;
        assert!(worked.is_err(), "the work of a room doesn't end");
        std::mem::take(&mut self.notes.asked.lock().expect("nobody panics with it"))
    }

    /// Calls an operation.
    pub(crate) async fn ask(&self, operation: &str, body: Value) -> Result<Value, Error> {
        self.ask_as(Ctx::root(Arc::clone(&self.house)), operation, body).await
    }

    /// The policy of a bus, as the guard asks for it about that caller.
    pub(crate) async fn policy_for(&self, caller: &str, bus_arn: &str) -> Option<String> {
        let policy = self.events.resource_policy(&self.request_of(caller), bus_arn).await;
        policy.expect("can be read")
    }

    /// That caller puts an event of a source on the default bus.
    pub(crate) async fn put_as(&self, caller: &str, source: &str) -> Value {
        let entry = serde_json::json!({"Source": source, "DetailType": "t", "Detail": "{}"});
        let body = serde_json::json!({"Entries": [entry]});
        self.ask_as(self.request_of(caller), "PutEvents", body).await.expect("is answered")
    }

    fn request_of(&self, caller: &str) -> Ctx {
        let caller = service::Caller { arn: caller.to_owned() };
        Ctx::new(Arc::clone(&self.house), caller, "request")
    }

    /// Calls an operation of the room of schedules.
    pub(crate) async fn schedule(&self, operation: &str, body: Value) -> Result<Value, Error> {
        let ctx = Ctx::root(Arc::clone(&self.house));
        let scheduler = self.events.scheduler();
        let reply = scheduler.call(ctx, operation, Bytes::from(body.to_string())).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// Calls an operation for the attempt of a task.
    pub(crate) async fn ask_for(
        &self,
        attempt: &str,
        operation: &str,
        body: Value,
    ) -> Result<Value, Error> {
        let ctx = Ctx::root(Arc::clone(&self.house)).with_attempt(attempt);
        self.ask_as(ctx, operation, body).await
    }

    async fn ask_as(&self, ctx: Ctx, operation: &str, body: Value) -> Result<Value, Error> {
        let reply = self.events.call(ctx, operation, Bytes::from(body.to_string())).await?;
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

    /// A rule on the default bus for events of the source `shop`, with these targets.
    pub(crate) async fn rule(&self, name: &str, targets: Value) {
        let pattern = r#"{"source": ["shop"]}"#;
        self.call("PutRule", serde_json::json!({"Name": name, "EventPattern": pattern})).await;
        self.call("PutTargets", serde_json::json!({"Rule": name, "Targets": targets})).await;
    }

    /// Puts an event of the source `shop` on the default bus; gives its id.
    pub(crate) async fn put(&self, detail: &str) -> String {
        self.put_of("shop", detail).await
    }

    /// The same of another source.
    pub(crate) async fn put_of(&self, source: &str, detail: &str) -> String {
        let entry = serde_json::json!({"Source": source, "DetailType": "Order", "Detail": detail});
        let reply = self.call("PutEvents", serde_json::json!({"Entries": [entry]})).await;
        reply["Entries"][0]["EventId"].as_str().expect("the event was taken").to_owned()
    }
}
