//! A house with this room and a neighbor that notes what it is asked, and how to ask the room.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{Error, PageTokens, Protocol};
use base::{Clock, Entropy, SystemClock};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use lambda::{Lambda, Limits, Options};
use serde_json::{Value, json};
use service::{Bus, Ctx, Facts, Guard, House, HttpBody, Rate, Registry, Reply, Service};
use store::{Memory, Store};
use tempfile::TempDir;
use tokio::task::AbortHandle;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/function";

/// The room and the house around it.
pub(crate) struct Room {
    house: Arc<House>,
    lambda: Arc<Lambda>,
    pub(crate) queue: Arc<Neighbor>,
    pub(crate) logs: Arc<Neighbor>,
    pub(crate) stream: Arc<Neighbor>,
    _registry: Arc<Registry>,
    _ground: Ground,
    work: AbortHandle,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// What outlives a room: its store and its folder.
#[derive(Clone)]
pub(crate) struct Ground {
    store: Arc<dyn Store>,
    folder: Arc<TempDir>,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Ground { store: Arc::new(Memory::new()), folder }
    }
}

/// What a neighbor answers to an operation and its body; what has a `__type` is a refusal.
type Answer = Box<dyn FnMut(&str, &Value) -> Value + Send>;

/// A room that notes what it is asked. `reply` says what it answers.
pub(crate) struct Neighbor {
    name: &'static str,
    asked: Mutex<Vec<(String, Value)>>,
    reply: Mutex<Answer>,
}

impl Neighbor {
    fn new(name: &'static str) -> Arc<Self> {
        let reply = Box::new(|_: &str, _: &Value| json!({"QueueUrl": "queue"}));
        Arc::new(Neighbor { name, asked: Mutex::default(), reply: Mutex::new(reply) })
    }

    pub(crate) fn replies(&self, reply: impl FnMut(&str, &Value) -> Value + Send + 'static) {
        *self.reply.lock().expect("nobody panicked") = Box::new(reply);
    }

    /// The bodies of all calls of an operation.
    pub(crate) fn asked(&self, operation: &str) -> Vec<Value> {
        let asked = self.asked.lock().expect("nobody panicked");
        asked.iter().filter(|(name, _)| name == operation).map(|(_, body)| body.clone()).collect()
    }
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
        vec![]
    }

    fn rate(&self, _: &str) -> Option<Rate> {
        None
    }

    fn call(&self, _: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let reply = (self.reply.lock().expect("nobody panicked"))(operation, &body);
        self.asked.lock().expect("nobody panicked").push((operation.to_owned(), body));
        Box::pin(async move {
            if reply.is_null() {
                // Nothing comes.
                pause().await;
            }
            match reply["__type"].as_str() {
                Some(code) => {
                    let message = reply["message"].as_str().unwrap_or_default();
                    Err(Error::client(code.to_owned(), message.to_owned()))
                }
                None => Ok(Bytes::from(reply.to_string())),
            }
        })
    }
}

/// The reply to a request that was sent to an address.
pub(crate) struct Fetched {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Fetched {
    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }
}

/// Bounds that don't make a test wait.
pub(crate) fn quick() -> Limits {
    Limits {
        retry_pauses: [Duration::from_millis(10), Duration::from_millis(20)],
        throttle_pause: Duration::from_millis(5),
        poll: Duration::ZERO,
        stream_pause: Duration::from_millis(5),
        ..Limits::default()
    }
}

impl Room {
    pub(crate) async fn open() -> Self {
        Room::open_on(&Ground::new(), quick()).await
    }

    /// A house that decides who may do what.
    pub(crate) async fn open_guarded(guard: Arc<dyn Guard>) -> Self {
        Room::open_with(&Ground::new(), quick(), Some(guard)).await
    }

    pub(crate) async fn open_on(ground: &Ground, limits: Limits) -> Self {
        Room::open_with(ground, limits, None).await
    }

    async fn open_with(ground: &Ground, limits: Limits, guard: Option<Arc<dyn Guard>>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tokens = PageTokens::new([1; 32]);
        let seed = Entropy::from_number(7);
        let house = Arc::new(House::new("000000000000", "us-east-1", clock, seed, tokens));
        let bus = Bus::new();
        let lambda = Lambda::open(Options {
            store: Arc::clone(&ground.store),
            house: Arc::clone(&house),
            bus: bus.clone(),
            limits,
            data: ground.folder.path().to_owned(),
            search_path: std::env::var_os("PATH").expect("a path"),
            allows_local_folders: true,
        });
        let lambda = Arc::new(lambda.await.expect("opens"));
        let (queue, logs) = (Neighbor::new("sqs"), Neighbor::new("logs"));
        let stream = Neighbor::new("dynamodbstreams");
        let rooms: [Arc<dyn Service>; 4] =
            [lambda.clone(), queue.clone(), logs.clone(), stream.clone()];
        let mut registry = Registry::new(rooms);
        if let Some(guard) = guard {
            registry = registry.guarded_by(guard);
        }
        let registry = Arc::new(registry);
        bus.connect(&registry);
        let work = tokio::spawn(lambda.work()).abort_handle();
        Room {
            house,
            lambda,
            queue,
            logs,
            stream,
            _registry: registry,
            _ground: ground.clone(),
            work,
        }
    }

    pub(crate) fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

    /// Calls an operation.
    pub(crate) async fn ask(&self, operation: &str, body: Value) -> Result<Value, Error> {
        self.ask_as(self.ctx(), operation, body).await
    }

    pub(crate) async fn ask_as(
        &self,
        ctx: Ctx,
        operation: &str,
        body: Value,
    ) -> Result<Value, Error> {
        let reply = self.lambda.call(ctx, operation, Bytes::from(body.to_string())).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// Calls an operation that works.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Value {
        match self.ask(operation, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// Sends a request to an address of a function.
    pub(crate) async fn fetch(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Fetched {
        let uri: Uri = path.parse().expect("a path");
        let public = self.lambda.public_http().filter(|it| it.serves(None, uri.path()));
        let mut request = Request::builder().method(method).uri(&uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::from(body.to_owned())).map_err(|never| match never {});
        let request = request.body(HttpBody::new(body)).expect("a request");
        let public = public.expect("serves the path");
        let (head, body) = public.answer(self.ctx(), request).await.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Fetched { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Calls an operation that is refused: the code and the sentence.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> (String, String) {
        match self.ask(operation, body).await {
            Ok(reply) => panic!("{operation} worked: {reply}"),
            Err(error) => (error.code.into_owned(), error.message.unwrap_or_default()),
        }
    }

    /// Creates a function of one Python file, whose handler is `handler`.
    pub(crate) async fn python(&self, name: &str, code: &str, more: Value) -> Value {
        self.call("CreateFunction", with(python(name, code), more)).await
    }

    /// Invokes a function and gives the whole reply, its payload as JSON.
    pub(crate) async fn invoke(&self, name: &str, payload: Value) -> Value {
        let body = json!({"FunctionName": name, "Payload": blob(&payload), "LogType": "Tail"});
        decoded(self.call("Invoke", body).await)
    }

    /// Invokes a function and gives its result.
    pub(crate) async fn result(&self, name: &str, payload: Value) -> Value {
        let reply = self.invoke(name, payload).await;
        assert_eq!(reply.get("FunctionError"), None, "{reply}");
        reply["Payload"].clone()
    }
}

/// A reply of Invoke with its payload and log in plain.
pub(crate) fn decoded(mut reply: Value) -> Value {
    if let Some(payload) = reply["Payload"].as_str() {
        let bytes = STANDARD.decode(payload).expect("base64");
        reply["Payload"] = serde_json::from_slice(&bytes).expect("JSON");
    }
    if let Some(log) = reply["LogResult"].as_str() {
        let bytes = STANDARD.decode(log).expect("base64");
        reply["LogResult"] = String::from_utf8_lossy(&bytes).into();
    }
    reply
}

pub(crate) fn blob(payload: &Value) -> String {
    STANDARD.encode(payload.to_string())
}

/// A zip file in base64.
pub(crate) fn zip(files: &[(&str, &str)]) -> String {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        writer.start_file(*name, options).expect("starts");
        writer.write_all(text.as_bytes()).expect("writes");
    }
    STANDARD.encode(writer.finish().expect("ends").into_inner())
}

/// A request to create a function of one Python file.
pub(crate) fn python(name: &str, code: &str) -> Value {
    json!({
        "FunctionName": name,
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "m.handler",
        "Code": {"ZipFile": zip(&[("m.py", code)])},
    })
}

/// Lets the house go on; whoever waits looks again.
#[expect(clippy::disallowed_methods, reason = "a test has nothing that would survive a restart")]
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

/// Waits until something is so.
pub(crate) async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..4_000 {
        if let Some(found) = look() {
            return found;
        }
        pause().await;
    }
    panic!("it never came to be");
}

/// A body with more members.
pub(crate) fn with(mut body: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    body.as_object_mut().expect("a body is an object").extend(more);
    body
}

/// The lines of a file that a function writes.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// A number, written as one or as a text.
pub(crate) fn number(value: &Value) -> u64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("{value} is no number"))
}
