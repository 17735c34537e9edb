//! The environments of all functions: which are warm, how many work, who waits.
//!
//! A request goes to the environment that was used last, or a new one is started. Processes are started by
//! [`Fleet::work`] alone, on a thread that lives as long as the house: they end with it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use base::Timestamp;
use service::{Bus, House};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{JoinSet, spawn_blocking};

use crate::Limits;
use crate::arn::FunctionArn;
use crate::code::{Folders, fingerprint};
use crate::environment::{Interpreters, Outcome, Plan, Request, live};
use crate::errors::{Error, Throttled};
use crate::model::Code;

/// Credentials last an hour: an environment older than this takes no more requests.
const AGE_MAX: Duration = Duration::from_mins(50);

/// What environments are made with.
pub(crate) struct Workshop {
    pub(crate) house: Arc<House>,
    pub(crate) bus: Bus,
    pub(crate) limits: Limits,
    pub(crate) folders: Folders,
    pub(crate) interpreters: Interpreters,
    /// Whether functions can see their layers where AWS shows them, once it was tried.
    pub(crate) shows_layers: OnceLock<bool>,
    /// Where the house answers, for SDKs inside functions.
    pub(crate) endpoint: OnceLock<String>,
}

/// One request on its way to an environment.
pub(crate) struct Job {
    pub(crate) request: Request,
    plan: Arc<Plan>,
    key: Key,
    outcome: oneshot::Sender<Result<Outcome, Error>>,
    _running: Running,
    _permit: OwnedSemaphorePermit,
    /// The environment that has it, once it has one.
    home: Option<Home>,
}

impl Job {
    /// Tells what became of the request. Its concurrency is free from then on.
    pub(crate) fn end(self, outcome: Result<Outcome, Error>) {
        // A client that went away has nothing to be told.
        let _ = self.outcome.send(outcome);
    }
}

/// Which environments can take a request: those of one version, in one state of its settings and its code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    function: FunctionArn,
    version: String,
    state: String,
}

/// The way to an environment.
#[derive(Clone)]
struct Home {
    jobs: mpsc::Sender<Job>,
    started: Timestamp,
}

struct Idle {
    home: Home,
    since: Timestamp,
}

/// Counts a request of a function while it lives.
struct Running {
    fleet: Fleet,
    function: FunctionArn,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.fleet.lock();
        if let Some(count) = state.running.get_mut(&self.function) {
            *count -= 1;
            if *count == 0 {
                state.running.remove(&self.function);
            }
        }
    }
}

#[derive(Default)]
struct State {
    idle: BTreeMap<Key, Vec<Idle>>,
    running: BTreeMap<FunctionArn, u32>,
}

struct Start {
    plan: Arc<Plan>,
    jobs: mpsc::Receiver<Job>,
}

struct Shared {
    workshop: Arc<Workshop>,
    state: Mutex<State>,
    places: Arc<Semaphore>,
    starts: mpsc::UnboundedSender<Start>,
    to_start: Mutex<Option<mpsc::UnboundedReceiver<Start>>>,
}

/// The environments; clones are one fleet.
#[derive(Clone)]
pub(crate) struct Fleet(Arc<Shared>);

impl Fleet {
    pub(crate) fn new(
        house: Arc<House>,
        bus: Bus,
        limits: Limits,
        folders: Folders,
        search_path: OsString,
    ) -> Self {
        let (starts, to_start) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(limits.environments_max));
        let interpreters = Interpreters::new(search_path);
        let endpoint = OnceLock::new();
        let shows_layers = OnceLock::new();
        let workshop =
            Workshop { house, bus, limits, folders, interpreters, shows_layers, endpoint };
        Fleet(Arc::new(Shared {
            workshop: Arc::new(workshop),
            state: Mutex::default(),
            places,
            starts,
            to_start: Mutex::new(Some(to_start)),
        }))
    }

    pub(crate) fn workshop(&self) -> &Arc<Workshop> {
        &self.0.workshop
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts environments and lets them live, until it is dropped: then all of them end.
    pub(crate) async fn work(self) {
        let to_start = self.0.to_start.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut to_start = to_start.expect("a fleet is worked once");
        let mut environments = JoinSet::new();
        loop {
            tokio::select! {
                Some(Start { plan, jobs }) = to_start.recv() => {
                    environments.spawn(live(plan, self.clone(), jobs));
                }
                Some(ended) = environments.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "an environment failed");
                    }
                }
                else => return,
            }
        }
    }

    /// Runs a request to its end. It goes on when this is dropped.
    ///
    /// `reserved` is the function's own concurrency, if it has one; without it takes of what others leave.
    pub(crate) async fn invoke(
        &self,
        plan: Plan,
        reserved: Option<u32>,
        request: Request,
    ) -> Result<Outcome, Error> {
        let running = self.count(&plan.function, reserved)?;
        let state = self.state_of(&plan).await;
        let places = Arc::clone(&self.0.places);
        let permit = places.acquire_owned().await.map_err(|_| Error::Closing)?;
        let key = Key { function: plan.function.clone(), version: plan.version.clone(), state };
        let (outcome, ended) = oneshot::channel();
        self.place(Job {
            request,
            plan: Arc::new(plan),
            key,
            outcome,
            _running: running,
            _permit: permit,
            home: None,
        });
        ended.await.map_err(|_| Error::Closing)?
    }

    /// What environments have to agree with: the revision, and of a folder what is in it now.
    async fn state_of(&self, plan: &Plan) -> String {
        let revision = &plan.settings.revision_id;
        let Code::Folder { path } = &plan.settings.code else { return revision.clone() };
        let path = path.clone();
        let now = spawn_blocking(move || fingerprint(path.as_ref())).await;
        format!("{revision} {}", now.unwrap_or_default())
    }

    fn count(&self, function: &FunctionArn, reserved: Option<u32>) -> Result<Running, Error> {
        let mut state = self.lock();
        let all: u32 = state.running.values().sum();
        let own = state.running.entry(function.clone()).or_default();
        let refused = match reserved {
            Some(most) if most <= *own => Some(Throttled::Function),
            None if self.0.workshop.limits.concurrency_max <= all => Some(Throttled::Account),
            Some(_) | None => None,
        };
        if let Some(why) = refused {
            if *own == 0 {
                state.running.remove(function);
            }
            return Err(Error::Throttled(why));
        }
        *own += 1;
        Ok(Running { fleet: self.clone(), function: function.clone() })
    }

    /// Gives a job to a warm environment, or to a new one.
    pub(crate) fn place(&self, mut job: Job) {
        let now = self.0.workshop.house.now();
        while let Some(idle) = self.take_idle(&job.key) {
            if AGE_MAX < now.since(idle.home.started) {
                continue;
            }
            job.home = Some(idle.home.clone());
            match idle.home.jobs.try_send(job) {
                Ok(()) => return,
                // It has just ended.
                Err(refused) => job = refused.into_inner(),
            }
        }
        let plan = Arc::clone(&job.plan);
        let (sender, jobs) = mpsc::channel(1);
        job.home = Some(Home { jobs: sender.clone(), started: now });
        if sender.try_send(job).is_err() {
            tracing::error!("a new environment took no request");
        }
        if self.0.starts.send(Start { plan, jobs }).is_err() {
            tracing::error!("no environment can be started: the house is closing");
        }
    }

    fn take_idle(&self, key: &Key) -> Option<Idle> {
        let mut state = self.lock();
        // Environments of an older state are wanted by nobody any more.
        state.idle.retain(|other, _| {
            other == key || other.function != key.function || other.version != key.version
        });
        let of_key = state.idle.get_mut(key)?;
        let idle = of_key.pop();
        if of_key.is_empty() {
            state.idle.remove(key);
        }
        idle
    }

    /// Keeps an environment that has done its job for the next one.
    pub(crate) fn take_back(&self, job: &Job) {
        let Some(home) = job.home.clone() else { return };
        let since = self.0.workshop.house.now();
        let mut state = self.lock();
        let idle: usize = state.idle.values().map(Vec::len).sum();
        if self.0.workshop.limits.idle_environments_max <= idle {
            state.drop_longest_idle();
        }
        state.idle.entry(job.key.clone()).or_default().push(Idle { home, since });
    }

    /// Ends the idle environments of a function; those that work end when they become idle and nobody asks for them.
    pub(crate) fn retire(&self, function: &FunctionArn) {
        self.lock().idle.retain(|key, _| key.function != *function);
    }
}

impl State {
    fn drop_longest_idle(&mut self) {
        let since = |idle: &[Idle]| idle.first().map(|idle| idle.since);
        let Some(key) =
            self.idle.iter().min_by_key(|(_, idle)| since(idle)).map(|(key, _)| key.clone())
        else {
            return;
        };
        if let Some(of_key) = self.idle.get_mut(&key) {
            of_key.remove(0);
            if of_key.is_empty() {
                self.idle.remove(&key);
            }
        }
    }
}
