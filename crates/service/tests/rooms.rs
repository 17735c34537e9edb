//! Two small rooms, asked from outside and by each other.

use std::sync::Arc;

use aws::{PageTokens, Protocol};
use base::{Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use service::{Bus, CallError, Caller, Ctx, Facts, House, Rate, Registry, Reply, Service};

aws::structures! { Camel;
    struct EchoInput { required text: String [length(1, 8)] }
    struct EchoOutput { required text: String, required caller: String }
}

enum Error {
    TextDoesNotExist(String),
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::TextDoesNotExist(text) => {
                aws::Error::client("TextDoesNotExist", format!("Text Does Not Exist: '{text}'"))
            }
        }
    }
}

/// Answers by asking `neighbor`, or by itself if there is none.
struct Room {
    name: &'static str,
    neighbor: Option<(&'static str, Bus)>,
}

struct Visit<'a> {
    room: &'a Room,
    request: Ctx,
}

service::operations! {
    static OPERATIONS: Room {
        "Echo" => echo [rate(10, 5)],
    }
}

impl Room {
    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit { room: self, request }
    }
}

impl Service for Room {
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
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }
}

async fn echo(ctx: &Visit<'_>, req: EchoInput) -> Result<EchoOutput, aws::Error> {
    if req.text == "missing" {
        return Err(Error::TextDoesNotExist(req.text).into());
    }
    let Some((neighbor, bus)) = &ctx.room.neighbor else {
        return Ok(EchoOutput { text: req.text, caller: ctx.request.caller().arn.clone() });
    };
    let ctx = ctx.request.follow_up(Caller { arn: "a role".into() });
    match bus.call(ctx, neighbor, "Echo", aws::encode(&req)?).await {
        Ok(reply) => aws::decode(&reply),
        Err(CallError::Refused(error)) => Err(error),
        Err(CallError::NoRoom(room)) => Err(aws::Error::client("NoRoom", room)),
        Err(CallError::Unanswered(text)) => Err(aws::Error::client("Unanswered", text)),
    }
}

fn ctx() -> Ctx {
    let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(0)));
    let tokens = PageTokens::new([0; 32]);
    let entropy = Entropy::from_number(1);
    Ctx::root(Arc::new(House::new("000000000000", "cn-north-1", clock, entropy, tokens)))
}

fn two_rooms() -> (Arc<Registry>, Bus) {
    let bus = Bus::new();
    let rooms: [Arc<dyn Service>; 2] = [
        Arc::new(Room { name: "near", neighbor: Some(("far", bus.clone())) }),
        Arc::new(Room { name: "far", neighbor: None }),
    ];
    let registry = Arc::new(Registry::new(rooms));
    bus.connect(&registry);
    (registry, bus)
}

#[tokio::test]
async fn a_call_passes_from_room_to_room_as_a_client_would_make_it() {
    let (registry, _) = two_rooms();
    let near = registry.named("near").expect("is there");
    let reply = near.call(ctx(), "Echo", Bytes::from_static(br#"{"text":"hi"}"#)).await;
    assert_eq!(reply.expect("answers"), r#"{"text":"hi","caller":"a role"}"#);
    let refused = near.call(ctx(), "Echo", Bytes::from_static(br#"{"text":"missing"}"#)).await;
    let error = refused.expect_err("is refused");
    assert_eq!(error.to_string(), "TextDoesNotExist: Text Does Not Exist: 'missing'");
}

#[tokio::test]
async fn bad_bodies_and_unknown_operations_never_reach_the_function() {
    let (registry, _) = two_rooms();
    let far = registry.named("far").expect("is there");
    let refusal = async |operation, body: &'static str| {
        far.call(ctx(), operation, body.into()).await.expect_err("is refused").code
    };
    assert_eq!(refusal("Echo", "{}").await, "ValidationException");
    assert_eq!(refusal("Echo", "{").await, "SerializationException");
    assert_eq!(refusal("Shout", "{}").await, "UnknownOperationException");
    assert_eq!(far.operations(), ["Echo"]);
    assert_eq!(far.rate("Echo"), Some(Rate { bucket: 10, refill_per_second: 5 }));
    assert_eq!(far.rate("Shout"), None);
}

#[tokio::test]
async fn a_call_to_nobody_says_who_is_missing() {
    let (registry, bus) = two_rooms();
    let call = bus.call(ctx(), "lambda", "Invoke", Bytes::new()).await;
    assert_eq!(call, Err(CallError::NoRoom("lambda".into())));
    assert!(bus.reaches("far") && !bus.reaches("lambda"));
    drop(registry);
    let call = bus.call(ctx(), "far", "Echo", Bytes::new()).await;
    assert_eq!(call, Err(CallError::NoRoom("far".into())), "a closed house answers nobody");
}

#[test]
fn finds_rooms_by_target_scope_and_host() {
    let (registry, _) = two_rooms();
    let name = |room: Option<&Arc<dyn Service>>| room.map(|room| room.facts().name);
    assert_eq!(name(registry.by_target("near")), Some("near"));
    assert_eq!(name(registry.by_signing_name("far")), Some("far"));
    for host in ["far.localhost:4566", "sync-far.us-east-1.amazonaws.com", "far", "far:80"] {
        assert_eq!(name(registry.by_host(host)), Some("far"), "{host}");
    }
    for host in ["localhost:4566", "sync-localhost", "127.0.0.1:4566", ""] {
        assert_eq!(name(registry.by_host(host)), None, "{host}");
    }
}

#[test]
fn a_request_knows_its_partition_and_has_an_id_of_its_own() {
    let (first, second) = (ctx(), ctx().follow_up(Caller { arn: "a role".into() }));
    assert_eq!(first.caller().arn, "arn:aws-cn:iam::000000000000:root");
    assert_eq!(first.request_id().len(), 36);
    assert_ne!(first.request_id(), second.request_id());
}
