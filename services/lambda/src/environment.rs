//! An execution environment: one process of a function, from its start to its end, one request after the other.
//!
//! The process is a runtime: it asks our Runtime API for events and tells it results. An environment is one task that
//! waits for whatever happens next to it ([`Step`]), so nothing about it is shared.
//!
//! It isn't a sandbox: the process has the rights of the house's user.

mod command;
mod exit;
mod interpreters;
mod output;
mod runtime_api;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout, timeout_at};
use workload::{Bounds, Delivery, OnMissingGroup, Process};

pub(crate) use command::PRINCIPAL;
pub(crate) use interpreters::{Family, Interpreters};

use crate::arn::FunctionArn;
use crate::errors::Error;
use crate::fleet::{Fleet, Job, Workshop};
use crate::model::Settings;
use output::Output;
use runtime_api::{Asks, Body, Call, Reply, RuntimeApi};

/// How often the memory of a process is looked at while it works.
const LOOK: Duration = Duration::from_millis(50);
/// After so many looks, output goes to the room of logs before the request has ended.
const LOOKS_PER_FLUSH: u32 = 20;
/// Batches of lines that wait for the room of logs.
const BATCHES_MAX: usize = 64;
const MEBIBYTE: u64 = 1024 * 1024;
/// What a process may map beyond its memory size, which is what it may *use*.
const MAPPED_BEYOND: u64 = 1 << 30;
/// Open files, as on AWS.
const OPEN_FILES_MAX: u64 = 1_024;

/// What an environment runs.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The function, without a qualifier.
    pub(crate) function: FunctionArn,
    /// A number, or `$LATEST`.
    pub(crate) version: String,
    pub(crate) settings: Settings,
}

/// One event for a function, and what its context tells.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) request_id: String,
    /// The function as it was asked for, with the qualifier.
    pub(crate) invoked_arn: String,
    pub(crate) payload: Bytes,
    pub(crate) client_context: Option<String>,
    pub(crate) trace: Option<String>,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The function's result, or `{errorType, errorMessage, …}`.
    pub(crate) payload: Bytes,
    pub(crate) is_error: bool,
    /// The content type of a result that was streamed.
    pub(crate) streamed: Option<String>,
    /// The end of the output.
    pub(crate) log_tail: Vec<u8>,
}

/// Why an environment didn't start.
enum Unstarted {
    /// The function is to blame: the payload says how.
    Function(Bytes),
    /// The function isn't run at all.
    Refused(Error),
}

/// What happens next to an environment.
enum Step {
    Call(Call),
    Exited(String),
    OutOfMemory,
}

/// How a request ends.
enum End {
    Result(Bytes, Option<String>),
    Error(Bytes),
    ResultTooLarge,
    InitError(Bytes),
    Exited(String),
    OutOfMemory,
    TimedOut,
}

struct Environment {
    plan: Arc<Plan>,
    workshop: Arc<Workshop>,
    api: RuntimeApi,
    process: Process,
    output: Output,
    looks: Interval,
    looked: u32,
    is_working: bool,
    memory_most: u64,
    /// Where the next event goes: the runtime waits for it.
    next: Option<oneshot::Sender<Reply>>,
    started: Instant,
    /// Until the first request has been told how long the start took.
    init: Option<Duration>,
}

/// Runs an environment until it has idled too long, is no longer wanted, or its process has ended.
pub(crate) async fn live(plan: Arc<Plan>, fleet: Fleet, mut jobs: mpsc::Receiver<Job>) {
    let mut environment = match Environment::start(&plan, fleet.workshop()).await {
        Ok(environment) => environment,
        Err(why) => {
            // The one that it was to be started for.
            jobs.close();
            if let Some(job) = jobs.recv().await {
                job.end(match why {
                    Unstarted::Function(payload) => {
                        let (streamed, log_tail) = (None, Vec::new());
                        Ok(Outcome { payload, is_error: true, streamed, log_tail })
                    }
                    Unstarted::Refused(error) => Err(error),
                });
            }
            return;
        }
    };
    let mut is_cold = true;
    while let Some(job) = environment.idle(&mut jobs).await {
        // What ended after its last reply takes no request with it.
        if !is_cold && !environment.is_ready().await {
            fleet.place(job);
            break;
        }
        is_cold = false;
        let (outcome, is_alive) = environment.run(&job.request).await;
        if is_alive {
            fleet.take_back(&job);
        }
        job.end(Ok(outcome));
        if !is_alive {
            break;
        }
    }
    jobs.close();
    while let Ok(job) = jobs.try_recv() {
        fleet.place(job);
    }
}

impl Environment {
    /// Starts the process.
    async fn start(plan: &Arc<Plan>, workshop: &Arc<Workshop>) -> Result<Self, Unstarted> {
        let trouble = |error: std::io::Error| {
            tracing::error!(function = %plan.function, %error, "failed to start a function's process");
            let message = format!("Error: {error}");
            Unstarted::Function(error_payload("Runtime.InvalidEntrypoint", &message))
        };
        let limits = &workshop.limits;
        let api = RuntimeApi::open(limits.result_bytes_max).await.map_err(trouble)?;
        let names = command::LogNames::new(plan, &workshop.house);
        let (delivery, lines) = mpsc::channel(BATCHES_MAX);
        let (output, writer) =
            Output::open(Arc::clone(&workshop.house), limits.log_bytes_max, delivery)
                .map_err(trouble)?;
        let command = command::prepare(plan, workshop, &names, api.address).await?;
        let memory = u64::from(plan.settings.memory_mb) * MEBIBYTE;
        let bounds = Bounds {
            mapped_bytes: Some(memory.saturating_add(MAPPED_BEYOND)),
            open_files: Some(OPEN_FILES_MAX),
        };
        let process = Process::start(command, writer, bounds).map_err(trouble)?;
        let (house, bus) = (Arc::clone(&workshop.house), workshop.bus.clone());
        let delivery = Delivery {
            account: house.account().to_owned(),
            house,
            bus,
            group: names.group,
            stream: names.stream,
            on_missing_group: OnMissingGroup::Create,
        };
        tokio::spawn(delivery.run(lines));
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Environment {
            plan: Arc::clone(plan),
            workshop: Arc::clone(workshop),
            api,
            process,
            output,
            looks,
            looked: 0,
            is_working: true,
            memory_most: 0,
            next: None,
            started: Instant::now(),
            init: None,
        })
    }

    /// Waits for whatever happens next; output is taken in meanwhile.
    async fn step(&mut self) -> Step {
        let memory_max = u64::from(self.plan.settings.memory_mb) * MEBIBYTE;
        loop {
            tokio::select! {
                biased;
                Some(call) = self.api.calls.recv() => return Step::Call(call),
                ended = self.process.exited() => return Step::Exited(exit::describe(ended)),
                _ = self.looks.tick(), if self.is_working => {
                    let used = self.process.memory_bytes();
                    self.memory_most = self.memory_most.max(used);
                    if memory_max < used {
                        return Step::OutOfMemory;
                    }
                    self.looked += 1;
                    if self.looked.is_multiple_of(LOOKS_PER_FLUSH) {
                        self.output.flush();
                    }
                }
                () = self.output.read() => {}
            }
        }
    }

    /// Waits for a job; `None` if the environment shall end or its process has ended.
    async fn idle(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
        self.is_working = false;
        let idle = self.workshop.limits.idle;
        let next = async {
            loop {
                tokio::select! {
                    biased;
                    job = jobs.recv() => return job,
                    step = self.step() => match step {
                        Step::Call(call) => self.take_next(call),
                        Step::Exited(_) | Step::OutOfMemory => return None,
                    },
                }
            }
        };
        timeout(idle, next).await.unwrap_or(None)
    }

    /// Keeps where the next event goes; what else a runtime tells then belongs to no request.
    fn take_next(&mut self, call: Call) {
        match call.asks {
            Asks::Next => self.next = Some(call.reply),
            Asks::Response { .. } | Asks::Error { .. } => {
                tell(call.reply, runtime_api::invalid_request_id())
            }
            Asks::InitError { .. } => tell(call.reply, runtime_api::accepted()),
        }
    }

    /// Waits until a runtime that has worked already asks for more.
    async fn is_ready(&mut self) -> bool {
        let deadline = Instant::now() + self.workshop.limits.init;
        while !self.is_awaited() {
            match timeout_at(deadline, self.step()).await {
                Ok(Step::Call(call)) => self.take_next(call),
                Ok(Step::Exited(_) | Step::OutOfMemory) | Err(_) => return false,
            }
        }
        true
    }

    /// Whether the runtime waits for an event, and is still connected.
    fn is_awaited(&self) -> bool {
        self.next.as_ref().is_some_and(|next| !next.is_closed())
    }

    /// Runs one request; says what became of it, and whether the environment can take another.
    async fn run(&mut self, request: &Request) -> (Outcome, bool) {
        self.is_working = true;
        self.memory_most = 0;
        self.output.begin();
        let init = self.wait_for_init().await;
        let id = &request.request_id;
        self.output.drain();
        self.output.say(format!("START RequestId: {id} Version: {}", self.plan.version));
        let begun = Instant::now();
        let end = match init {
            Some(end) => end,
            None => self.wait_for_result(request, begun).await,
        };
        let took = begun.elapsed();
        self.output.drain();
        self.output.end();
        let outcome = self.conclude(request, end, took);
        self.is_working = false;
        outcome
    }

    /// Waits until the runtime asks for its first event. What it doesn't do in its time, it does in the request's.
    async fn wait_for_init(&mut self) -> Option<End> {
        let timeout = Duration::from_secs(self.plan.settings.timeout_seconds.into());
        let deadline = self.started + self.workshop.limits.init + timeout;
        while !self.is_awaited() {
            match timeout_at(deadline, self.step()).await {
                Ok(Step::Call(Call { asks: Asks::InitError { body }, reply })) => {
                    tell(reply, runtime_api::accepted());
                    return Some(End::InitError(body));
                }
                Ok(Step::Call(call)) => {
                    self.take_next(call);
                    self.init = Some(self.started.elapsed());
                }
                Ok(Step::Exited(how)) => return Some(End::Exited(how)),
                Ok(Step::OutOfMemory) => return Some(End::OutOfMemory),
                Err(_) => return Some(End::TimedOut),
            }
        }
        None
    }

    async fn wait_for_result(&mut self, request: &Request, begun: Instant) -> End {
        let timeout = Duration::from_secs(self.plan.settings.timeout_seconds.into());
        if let Some(next) = self.next.take() {
            let deadline = self.workshop.house.now().after(timeout);
            tell(next, event_of(request, deadline.as_millis()));
        }
        let deadline = begun + timeout;
        loop {
            match timeout_at(deadline, self.step()).await {
                Ok(Step::Call(call)) => {
                    if let Some(end) = self.take_result(request, call) {
                        return end;
                    }
                }
                Ok(Step::Exited(how)) => return End::Exited(how),
                Ok(Step::OutOfMemory) => return End::OutOfMemory,
                Err(_) => return End::TimedOut,
            }
        }
    }

    /// What a call means for the request that runs.
    fn take_result(&mut self, request: &Request, call: Call) -> Option<End> {
        let (end, reply) = match call.asks {
            Asks::Response { request_id, body, streamed } if request_id == request.request_id => {
                match body {
                    Body::Whole(body) => (End::Result(body, streamed), runtime_api::accepted()),
                    Body::TooLarge => (End::ResultTooLarge, runtime_api::too_large()),
                }
            }
            Asks::Error { request_id, body } if request_id == request.request_id => {
                (End::Error(body), runtime_api::accepted())
            }
            Asks::InitError { body } => (End::InitError(body), runtime_api::accepted()),
            Asks::Next | Asks::Response { .. } | Asks::Error { .. } => {
                self.take_next(call);
                return None;
            }
        };
        tell(call.reply, reply);
        Some(end)
    }

    /// Writes the end of the request to its log; says what became of it, and whether the environment goes on.
    fn conclude(&mut self, request: &Request, end: End, took: Duration) -> (Outcome, bool) {
        let id = &request.request_id;
        let seconds = self.plan.settings.timeout_seconds;
        let mut streamed = None;
        let (payload, is_error, status) = match end {
            End::Result(payload, content_type) => {
                streamed = content_type;
                (payload, false, "")
            }
            End::Error(payload) => (payload, true, ""),
            End::ResultTooLarge => {
                let max = self.workshop.limits.result_bytes_max;
                let message = format!(
                    "Response payload size exceeded maximum allowed payload size ({max} bytes)."
                );
                (error_payload("Function.ResponseSizeTooLarge", &message), true, "")
            }
            End::InitError(payload) => {
                (payload, true, "\tStatus: error\tError Type: Runtime.Unknown")
            }
            End::Exited(how) => {
                let message = format!("RequestId: {id} Error: {how}");
                self.output.say(format!("{message}\nRuntime.ExitError"));
                let status = "\tStatus: error\tError Type: Runtime.ExitError";
                (error_payload("Runtime.ExitError", &message), true, status)
            }
            End::OutOfMemory => {
                let message =
                    format!("RequestId: {id} Error: Runtime exited with error: signal: killed");
                self.output.say(format!("{message}\nRuntime.ExitError"));
                let status = "\tStatus: error\tError Type: Runtime.OutOfMemory";
                (error_payload("Runtime.ExitError", &message), true, status)
            }
            End::TimedOut => {
                let text = format!("Task timed out after {seconds}.00 seconds");
                self.output.say(format!("{} {id} {text}\n", self.workshop.house.now()));
                let message = format!("RequestId: {id} Error: {text}");
                (error_payload("Sandbox.Timedout", &message), true, "\tStatus: timeout")
            }
        };
        let is_alive = status.is_empty();
        if !is_alive {
            self.process.kill();
        }
        self.memory_most = self.memory_most.max(self.process.memory_bytes());
        self.output.say(format!("END RequestId: {id}"));
        let report = self.report(id, took, status);
        self.output.say(report);
        self.output.flush();
        (Outcome { payload, is_error, streamed, log_tail: self.output.tail() }, is_alive)
    }

    /// The last line of a request's log.
    fn report(&mut self, id: &str, took: Duration, status: &str) -> String {
        let millis = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let init = self.init.take();
        let billed = millis(took + init.unwrap_or_default()).ceil();
        let size = u64::from(self.plan.settings.memory_mb);
        let used = self.memory_most.div_ceil(MEBIBYTE).min(size);
        let init = init.map(|init| format!("Init Duration: {:.2} ms\t", millis(init)));
        format!(
            "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {billed} ms\t\
             Memory Size: {size} MB\tMax Memory Used: {used} MB\t{}{}",
            millis(took),
            init.unwrap_or_default(),
            status.trim_start()
        )
    }
}

/// Answers a runtime; one that has gone meanwhile shows by what happens next.
fn tell(reply: oneshot::Sender<Reply>, answer: Reply) {
    let _ = reply.send(answer);
}

/// The event as the Runtime API gives it.
fn event_of(request: &Request, deadline_millis: i64) -> Reply {
    let mut response = Response::new(Full::new(request.payload.clone()));
    let deadline = deadline_millis.to_string();
    let headers = [
        ("content-type", Some("application/json")),
        ("lambda-runtime-aws-request-id", Some(request.request_id.as_str())),
        ("lambda-runtime-deadline-ms", Some(&deadline)),
        ("lambda-runtime-invoked-function-arn", Some(&request.invoked_arn)),
        ("lambda-runtime-trace-id", request.trace.as_deref()),
        ("lambda-runtime-client-context", request.client_context.as_deref()),
    ];
    for (name, value) in headers {
        if let Some(Ok(value)) = value.map(http::HeaderValue::from_str) {
            response.headers_mut().insert(http::HeaderName::from_static(name), value);
        }
    }
    response
}

/// An error of ours in the shape that functions' errors have.
pub(crate) fn error_payload(error_type: &str, message: &str) -> Bytes {
    json!({"errorType": error_type, "errorMessage": message}).to_string().into()
}
