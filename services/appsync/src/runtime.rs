//! The threads that run APPSYNC_JS, each with a realm of its own: no code holds up a core that answers requests.
//!
//! A run that takes too long by the clock is given up: who asked hears so, the run is told to stop, and another thread
//! takes the place of its one, which ends as soon as QuickJS looks up.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base::{Entropy, Timestamp};
use resolver::{Context, Effects, End, Failure, Outcome};
use resolver_js::{CodeError, Module, Realm, Stop};
use tokio::sync::oneshot;

/// Given-up runs that may still be under way. With as many, code isn't run at all.
const LOST_MAX: usize = 16;
/// QuickJS takes less; the rest is for values on their way.
const STACK_BYTES: usize = 4 * 1024 * 1024;

type Work = Box<dyn FnOnce(&mut Realm) + Send>;

/// Dropped, its threads end after what they have begun.
pub(crate) struct Runtime {
    shared: Arc<Shared>,
    threads_max: usize,
    patience: Duration,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    next_id: u64,
    queue: VecDeque<(u64, Work)>,
    /// The runs that somebody waits for.
    under_way: BTreeSet<u64>,
    threads: usize,
    idle: usize,
    /// Threads whose run was given up.
    lost: usize,
    closed: bool,
}

/// Why there is no outcome.
enum Unfinished {
    TooLong,
    TooBusy,
}

impl Runtime {
    /// `patience` is how long a run may take, waiting included.
    pub(crate) fn new(patience: Duration) -> Runtime {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Runtime { shared: Arc::default(), threads_max: 2 * cores, patience }
    }

    /// Reads code and checks it.
    pub(crate) async fn compile(&self, code: &str) -> Result<Module, Vec<CodeError>> {
        let code = code.to_owned();
        let compiled = self.run_one(&Stop::default(), move |_| Module::compile(&code)).await;
        compiled.unwrap_or_else(|_| Err(Vec::new()))
    }

    /// Runs a handler of a module.
    pub(crate) async fn run(
        &self,
        module: &Module,
        handler: &'static str,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
    ) -> Outcome {
        let stop = Stop::default();
        let (module, given, asked) = (module.clone(), context.clone(), stop.clone());
        let work =
            move |realm: &mut Realm| realm.run(&module, handler, &given, now, entropy, &asked);
        let message = match self.run_one(&stop, work).await {
            Ok(outcome) => return outcome,
            Err(Unfinished::TooLong) => "code.js: The code took too long and was stopped.",
            Err(Unfinished::TooBusy) => "code.js: Too much code runs at the moment.",
        };
        Outcome {
            end: End::Failed(Failure::new(message, Failure::CODE)),
            stash: context.stash.clone(),
            effects: Effects::default(),
        }
    }

    async fn run_one<T: Send + 'static>(
        &self,
        stop: &Stop,
        work: impl FnOnce(&mut Realm) -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let (answer, asker) = oneshot::channel();
        let id = self.put(Box::new(move |realm| {
            // Who asked may have gone.
            drop(answer.send(work(realm)));
        }))?;
        // Who asked may also go while this waits: then the run is given up as well.
        let mut guard = GivenUp { shared: &self.shared, stop, id, is_over: false };
        let answer = tokio::time::timeout(self.patience, asker).await;
        guard.is_over = answer.is_ok();
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Unfinished::TooBusy),
            Err(_) => Err(Unfinished::TooLong),
        }
    }

    fn put(&self, work: Work) -> Result<u64, Unfinished> {
        let mut inner = self.shared.lock();
        if LOST_MAX <= inner.lost {
            return Err(Unfinished::TooBusy);
        }
        let id = inner.next_id;
        inner.next_id += 1;
        inner.queue.push_back((id, work));
        if inner.queue.len() <= inner.idle || self.threads_max <= inner.threads {
            self.shared.changed.notify_one();
            return Ok(id);
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("appsync-js".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn(move || shared.work()) {
            Ok(_) => inner.threads += 1,
            Err(error) if inner.threads == 0 => {
                tracing::error!(%error, "failed to make a thread");
                inner.queue.clear();
                return Err(Unfinished::TooBusy);
            }
            // Those that there are will come to it.
            Err(error) => tracing::warn!(%error, "failed to make another thread"),
        }
        Ok(id)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

/// Gives a run up when it is dropped before the run is over.
struct GivenUp<'r> {
    shared: &'r Shared,
    stop: &'r Stop,
    id: u64,
    is_over: bool,
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.stop.stop();
        let mut inner = self.shared.lock();
        inner.queue.retain(|(id, _)| *id != self.id);
        if inner.under_way.remove(&self.id) {
            inner.threads -= 1;
            inner.lost += 1;
        }
    }
}

impl Shared {
    fn work(&self) {
        let mut realm = Realm::default();
        while let Some((id, work)) = self.next() {
            if catch_unwind(AssertUnwindSafe(|| work(&mut realm))).is_err() {
                tracing::error!("a run of code has panicked");
                realm = Realm::default();
            }
            let mut inner = self.lock();
            if !inner.under_way.remove(&id) {
                // Another thread has its place.
                inner.lost -= 1;
                return;
            }
        }
    }

    fn next(&self) -> Option<(u64, Work)> {
        let mut inner = self.lock();
        loop {
            if inner.closed {
                return None;
            }
            if let Some((id, work)) = inner.queue.pop_front() {
                inner.under_way.insert(id);
                return Some((id, work));
            }
            inner.idle += 1;
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
            inner.idle -= 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    /// QuickJS asks whether to go on every 10,000 steps, however long each takes.
    const ENDLESS: &str = "const a = 'a'; const text = a.padEnd(16000000); let n = 0;
        for (const i of new Array(9000).fill(1)) { n = n + text.toUpperCase().length; } return n;";

    async fn end(runtime: &Runtime, body: &str) -> End {
        let code = format!("export function request(ctx) {{ {body} }}");
        let module = runtime.compile(&code).await.expect("the code is good");
        let entropy = Entropy::from_number(1);
        runtime.run(&module, "request", &Context::default(), NOW, entropy).await.end
    }

    #[tokio::test]
    async fn a_run_that_takes_too_long_is_given_up() {
        let runtime = Runtime::new(Duration::from_millis(300));
        for _ in 0..2 {
            let End::Failed(failure) = end(&runtime, ENDLESS).await else { panic!("it has ended") };
            assert!(failure.message.contains("too long"), "{failure:?}");
        }
        assert_eq!(end(&runtime, "return 1").await, End::Result(json::Value::from(1)));
    }

    #[tokio::test]
    async fn who_does_not_wait_is_not_waited_for() {
        let runtime = Runtime::new(Duration::from_secs(60));
        let given_up = tokio::time::timeout(Duration::from_millis(300), end(&runtime, ENDLESS));
        assert!(given_up.await.is_err());
        let is_lost = runtime.shared.lock().under_way.is_empty();
        assert!(is_lost, "nobody waits for it");
        assert_eq!(end(&runtime, "return 1").await, End::Result(json::Value::from(1)));
    }
}
