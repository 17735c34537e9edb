//! A house with these rooms alone, whose clock moves when told to, and how to ask it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{Error, PageTokens, Protocol};
use base::{Entropy, ManualClock, Timestamp};
use bytes::Bytes;
use ecs::{Batch, Ecs, EngineOptions, Options};
use serde_json::{Value, json};
use service::{Bus, Ctx, Facts, House, Rate, Registry, Reply, Service};
use store::Memory;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// How often a test looks whether something has happened; see [`pause`].
pub(crate) const LOOKS_MAX: usize = 2_000;

pub(crate) struct Rooms {
    ecs: Ecs,
    batch: Batch,
    store: Memory,
    house: Arc<House>,
    pub(crate) clock: Arc<ManualClock>,
    engine: EngineOptions,
    folder: TempDir,
    working: JoinHandle<()>,
    registry: Arc<Registry>,
    log_book: Arc<Mutex<Vec<String>>>,
}

/// A room of logs that only remembers what it was told.
struct LogBook(Arc<Mutex<Vec<String>>>);

impl Service for LogBook {
    fn facts(&self) -> Facts {
        Facts {
            name: "logs",
            signing_name: "logs",
            endpoint_prefix: "logs",
            target_prefix: "Logs_20140328",
            protocol: Protocol::Json1_1,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        vec!["CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents"]
    }

    fn rate(&self, _: &str) -> Option<Rate> {
        None
    }

    fn call(&self, _: Ctx, _: &str, body: Bytes) -> Reply<'_> {
        let body: Value = serde_json::from_slice(&body).expect("is JSON");
        let events = body["logEvents"].as_array().cloned().unwrap_or_default();
        let texts = events.iter().map(|event| text(&event["message"]));
        self.0.lock().expect("is whole").extend(texts);
        Box::pin(std::future::ready(Ok(Bytes::from_static(b"{}"))))
    }
}

impl Rooms {
    /// Containers are processes.
    pub(crate) async fn open() -> Self {
        let search_path = std::env::var_os("PATH").expect("there is a PATH");
        Rooms::with(EngineOptions::Process { search_path }).await
    }

    pub(crate) async fn with(engine: EngineOptions) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(1_700_000_000_000)));
        Rooms::over(Memory::new(), clock, engine, tempfile::tempdir().expect("a folder"), 7).await
    }

    async fn over(
        store: Memory,
        clock: Arc<ManualClock>,
        engine: EngineOptions,
        folder: TempDir,
        seed: u64,
    ) -> Self {
        let tokens = PageTokens::new([1; 32]);
        let entropy = Entropy::from_number(seed);
        let house = House::new("000000000000", "us-east-1", clock.clone(), entropy, tokens);
        let house = Arc::new(house);
        let log_book = Arc::<Mutex<Vec<String>>>::default();
        let logs: Arc<dyn Service> = Arc::new(LogBook(Arc::clone(&log_book)));
        let (bus, registry) = (Bus::new(), Arc::new(Registry::new([logs])));
        bus.connect(&registry);
        let ecs = Ecs::open(Options {
            store: Arc::new(store.reopen()),
            house: Arc::clone(&house),
            bus,
            engine: engine.clone(),
            data: folder.path().join("ecs"),
            tasks_max: 64,
        });
        let ecs = ecs.expect("opens");
        ecs.set_endpoint("http://127.0.0.1:4566".to_owned());
        let (batch, working) = (ecs.batch(), tokio::spawn(ecs.work()));
        Rooms { ecs, batch, store, house, clock, engine, folder, working, registry, log_book }
    }

    /// The rooms as a process has them that was started after this one was killed.
    pub(crate) async fn restart(mut self) -> Self {
        self.working.abort();
        // Its processes end with it.
        let _ = (&mut self.working).await;
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        Rooms::over(self.store.reopen(), self.clock.clone(), self.engine.clone(), folder, 8).await
    }

    /// The lines that containers have written to their logs.
    pub(crate) fn logged(&self) -> Vec<String> {
        assert!(self.registry.named("logs").is_some(), "the bus finds rooms while they are kept");
        self.log_book.lock().expect("is whole").clone()
    }

    /// As if the house was killed: its work stops, and nothing else.
    pub(crate) fn stop_working(&self) {
        self.working.abort();
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
        let body = Bytes::from(body.to_string());
        // What both have (tags) is asked of ECS here.
        let room: &dyn Service = match self.ecs.operations().contains(&operation) {
            true => &self.ecs,
            false => &self.batch,
        };
        let reply = room.call(ctx, operation, body).await?;
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

    /// What the room of ECS or of Batch tells a guard that a request means.
    pub(crate) async fn meant(&self, operation: &str, reference: &str) -> Option<String> {
        let room: &dyn Service = match operation {
            "SubmitJob" => &self.batch,
            _ => &self.ecs,
        };
        room.resource_arn(&self.ctx(), operation, reference).await
    }

    /// Registers a definition of one container that runs a script of the shell.
    pub(crate) async fn register(&self, family: &str, script: &str) {
        let container = container("main", script);
        let body = json!({"family": family, "containerDefinitions": [container]});
        self.call("RegisterTaskDefinition", body).await;
    }

    /// Starts one task; gives its ARN.
    pub(crate) async fn run(&self, family: &str) -> String {
        let reply = self.call("RunTask", json!({"taskDefinition": family})).await;
        text(&reply["tasks"][0]["taskArn"])
    }

    /// The task, or null if there is none.
    pub(crate) async fn task(&self, arn: &str) -> Value {
        let described = self.call("DescribeTasks", json!({"tasks": [arn]})).await;
        described["tasks"].get(0).cloned().unwrap_or_default()
    }

    /// The task once it has that status.
    pub(crate) async fn until(&self, arn: &str, status: &str) -> Value {
        for _ in 0..LOOKS_MAX {
            let task = self.task(arn).await;
            if task["lastStatus"] == status {
                return task;
            }
            pause().await;
        }
        panic!("is not {status}: {}", self.task(arn).await);
    }

    /// An environment, a queue and a definition of that script.
    pub(crate) async fn prepare_jobs(&self, name: &str, script: &str) {
        let resources = json!({"type": "FARGATE", "maxvCpus": 4, "subnets": ["s"]});
        let body = json!({"computeEnvironmentName": "here", "type": "MANAGED", "computeResources": resources});
        self.call("CreateComputeEnvironment", body).await;
        let order = json!([{"order": 1, "computeEnvironment": "here"}]);
        let body =
            json!({"jobQueueName": "queue", "priority": 1, "computeEnvironmentOrder": order});
        self.call("CreateJobQueue", body).await;
        self.define_job(name, script).await;
    }

    pub(crate) async fn define_job(&self, name: &str, script: &str) {
        let properties = json!({
            "image": "busybox",
            "command": ["/bin/sh", "-c", script],
            "resourceRequirements": [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}],
        });
        let body = json!({"jobDefinitionName": name, "type": "container", "containerProperties": properties});
        self.call("RegisterJobDefinition", body).await;
    }

    /// Submits a job of a definition with more members; gives its id.
    pub(crate) async fn submit(&self, definition: &str, more: Value) -> String {
        let mut body = json!({"jobName": "job", "jobQueue": "queue", "jobDefinition": definition});
        let Value::Object(more) = more else { panic!("{more} is no object") };
        body.as_object_mut().expect("is an object").extend(more);
        text(&self.call("SubmitJob", body).await["jobId"])
    }

    pub(crate) async fn job(&self, id: &str) -> Value {
        self.call("DescribeJobs", json!({"jobs": [id]})).await["jobs"][0].take()
    }

    /// The job once it has that status.
    pub(crate) async fn job_until(&self, id: &str, status: &str) -> Value {
        for _ in 0..LOOKS_MAX {
            let job = self.job(id).await;
            if job["status"] == status {
                return job;
            }
            pause().await;
        }
        panic!("is not {status}: {}", self.job(id).await);
    }
}

impl Drop for Rooms {
    fn drop(&mut self) {
        self.working.abort();
    }
}

/// A container that runs a script of the shell.
pub(crate) fn container(name: &str, script: &str) -> Value {
    json!({"name": name, "image": "busybox", "entryPoint": ["/bin/sh", "-c"], "command": [script], "stopTimeout": 1})
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[expect(clippy::disallowed_methods, reason = "processes of the system take their time")]
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}
