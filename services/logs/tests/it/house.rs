//! A house with this room alone, and how to ask it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{Error, PageTokens};
use base::{Clock, Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use logs::Logs;
use serde_json::Value;
use service::{Bus, Ctx, Facts, House, Rate, Registry, Reply, Service};
use store::Memory;

/// When the tests begin.
pub(crate) const NOW: i64 = 1_700_000_000_000;

/// The room and the house around it.
pub(crate) struct Room {
    house: Arc<House>,
    clock: Arc<ManualClock>,
    store: Memory,
    logs: Logs,
    invoked: Arc<Mutex<Vec<Value>>>,
    _registry: Arc<Registry>,
}

/// A neighbor that notes its invocations; the function `nowhere` isn't there.
struct Lambda(Arc<Mutex<Vec<Value>>>);

impl Service for Lambda {
    fn facts(&self) -> Facts {
        Facts {
            name: "lambda",
            signing_name: "lambda",
            endpoint_prefix: "lambda",
            target_prefix: "",
            protocol: aws::Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        vec!["Invoke"]
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn call(&self, ctx: Ctx, _operation: &str, body: Bytes) -> Reply<'_> {
        assert_eq!(ctx.caller().arn, "logs.amazonaws.com");
        let body: Value = serde_json::from_slice(&body).expect("a body is JSON");
        let is_there =
            !body["FunctionName"].as_str().is_some_and(|name| name.ends_with(":nowhere"));
        self.0.lock().expect("nobody panics with it").push(body);
        Box::pin(std::future::ready(match is_there {
            true => Ok(Bytes::from("{}")),
            false => Err(Error::new(404, "ResourceNotFoundException", "Function not found")),
        }))
    }
}

impl Room {
    pub(crate) fn open() -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(NOW)));
        let house = Arc::new(House::new(
            "000000000000",
            "us-east-1",
            Arc::clone(&clock) as Arc<dyn Clock>,
            Entropy::from_number(7),
            PageTokens::new([1; 32]),
        ));
        let store = Memory::new();
        let (bus, invoked) = (Bus::new(), Arc::default());
        let logs = Logs::open(Arc::new(store.reopen()), Arc::clone(&house), bus.clone());
        let lambda: Arc<dyn Service> = Arc::new(Lambda(Arc::clone(&invoked)));
        let registry = Arc::new(Registry::new([lambda]));
        bus.connect(&registry);
        Room { house, clock, store, logs, invoked, _registry: registry }
    }

    pub(crate) fn pass(&self, days: u64) {
        self.clock.advance(Duration::from_hours(24 * days));
    }

    /// The events that functions were invoked with.
    pub(crate) fn invoked(&self) -> Vec<Value> {
        std::mem::take(&mut self.invoked.lock().expect("nobody panics with it"))
    }

    pub(crate) fn rows(&self) -> usize {
        use store::Read as _;
        self.store.scan(&store::Scan::range(store::KeyRange::all())).wait().expect("reads").len()
    }

    /// Sweeps once: the room then waits for the next time, which nobody waits for here.
    pub(crate) async fn sweep(&self) {
        let _ = tokio::time::timeout(Duration::from_millis(50), self.logs.work()).await;
    }

    /// Calls an operation.
    pub(crate) async fn ask(&self, operation: &str, body: Value) -> Result<Value, Error> {
        let ctx = Ctx::root(Arc::clone(&self.house));
        let reply = self.logs.call(ctx, operation, Bytes::from(body.to_string())).await?;
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
}
