//! Threads for what computes long, so that none of it holds up a core that answers requests
//! (`docs/adr/0010-long-expressions.md`).
//!
//! They are made when they are needed, and the system favors every other thread over them. Each room that evaluates what
//! users write has its own [`Evaluators`], so that a flood of one language isn't in the way of another;
//! [`Elsewhere`] remembers what is better begun there.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base::Stop;
use tokio::sync::oneshot;

/// Given-up work that may still be under way. With as much, no more of it is begun.
const LOST_MAX: usize = 16;
/// JavaScript and its values take less.
const STACK_BYTES: usize = 4 * 1024 * 1024;
/// So many runs begin elsewhere after one that took long.
const RUNS_ELSEWHERE: u8 = 16;
/// How much less of a core such a thread gets, while another thread wants it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

type Work = Box<dyn FnOnce() + Send>;

/// A handful of threads. Dropped, they end after the work that they have begun.
pub struct Evaluators {
    shared: Arc<Shared>,
    threads_max: usize,
}

/// Why work wasn't done, or nobody knows what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfinished {
    /// It took longer than whoever asked was ready to wait.
    #[error("the work took too long")]
    TooLong,
    /// Too much that took too long still runs.
    #[error("too much work was given up and still runs")]
    TooBusy,
    /// There is no thread to do it.
    #[error("there is no thread to do the work")]
    NoThread,
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
    /// What the threads do, but for what was given up.
    under_way: BTreeSet<u64>,
    threads: usize,
    idle: usize,
    /// Threads whose work was given up.
    lost: usize,
    closed: bool,
}

impl Default for Evaluators {
    /// More threads than cores, so that what takes a moment needn't wait for what takes a second.
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Evaluators { shared: Arc::default(), threads_max: 4 * cores }
    }
}

impl Evaluators {
    /// Does `work` on one of the threads; if it panics, so does whoever asked. It is done even if nobody waits for it.
    ///
    /// # Errors
    /// There is no thread to do it.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let (_, asker) = self.put(work)?;
        finished(asker.await)
    }

    /// The same, but given up after `patience`, waiting included, and when nobody waits any more: `work` is told to stop,
    /// and another thread takes the place of its one, which ends as soon as the work does.
    ///
    /// # Errors
    /// It was given up, or wasn't begun because too much was.
    pub async fn run_within<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        if LOST_MAX <= self.shared.lock().lost {
            return Err(Unfinished::TooBusy);
        }
        let stop = Stop::default();
        let told = stop.clone();
        let (id, asker) = self.put(move || work(&told))?;
        let mut guard = GivenUp { shared: &self.shared, stop, id, is_over: false };
        let answer = tokio::time::timeout(patience, asker).await;
        guard.is_over = answer.is_ok();
        finished(answer.map_err(|_| Unfinished::TooLong)?)
    }

    fn put<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(u64, oneshot::Receiver<thread::Result<T>>), Unfinished> {
        let (answer, asker) = oneshot::channel();
        let work = Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            // Who asked may have gone.
            drop(answer.send(done));
        });
        let mut inner = self.shared.lock();
        let id = inner.next_id;
        inner.next_id += 1;
        inner.queue.push_back((id, work));
        if inner.queue.len() <= inner.idle || self.threads_max <= inner.threads {
            self.shared.changed.notify_one();
            return Ok((id, asker));
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("evaluator".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn(move || shared.work()) {
            Ok(_) => inner.threads += 1,
            Err(error) if inner.threads == 0 => {
                tracing::error!(%error, "failed to make a thread");
                inner.queue.clear();
                return Err(Unfinished::NoThread);
            }
            // Those that there are will come to it.
            Err(error) => tracing::warn!(%error, "failed to make another thread"),
        }
        Ok((id, asker))
    }
}

/// What the work has come to. There is no answer if its threads have gone.
fn finished<T>(
    answer: Result<thread::Result<T>, oneshot::error::RecvError>,
) -> Result<T, Unfinished> {
    match answer {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => Err(Unfinished::NoThread),
    }
}

impl Drop for Evaluators {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

/// Gives work up when it is dropped before the work is over.
struct GivenUp<'e> {
    shared: &'e Shared,
    stop: Stop,
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
        yield_to_others();
        while let Some((id, work)) = self.next() {
            work();
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

/// Where a thread has a priority of its own; elsewhere that would be the process's.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "an evaluator keeps its priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

/// How many of the next runs of one machine or template shall begin elsewhere: some, after one that took long.
#[derive(Debug, Default)]
pub struct Elsewhere(AtomicU8);

impl Elsewhere {
    /// Whether the next run shall.
    pub fn is_due(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// A run took long.
    pub fn was_long(&self) {
        self.0.store(RUNS_ELSEWHERE, Ordering::Relaxed);
    }

    /// A run elsewhere was short. What is lost when two tell at once is a run's place, no more.
    pub fn was_short(&self) {
        let runs = self.0.load(Ordering::Relaxed);
        self.0.store(runs.saturating_sub(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn what_is_asked_later_needn_t_wait_for_what_takes_long() {
        let evaluators = Evaluators::default();
        let (go_on, wait) = mpsc::channel::<()>();
        let long = evaluators.run(move || wait.recv());
        let short = async {
            assert_eq!(evaluators.run(|| 1).await, Ok(1));
            go_on.send(()).expect("it waits");
        };
        let (long, ()) = tokio::join!(long, short);
        assert_eq!(long, Ok(Ok(())));
    }

    #[tokio::test]
    async fn a_panic_goes_to_who_asked_and_the_thread_goes_on() {
        let evaluators = Arc::new(one_thread());
        let asking = Arc::clone(&evaluators);
        let asked = tokio::spawn(async move { asking.run(|| panic!("in a turn")).await.map(drop) });
        assert!(asked.await.is_err_and(|error| error.is_panic()));
        assert_eq!(evaluators.run(|| 1).await, Ok(1));
    }

    #[tokio::test]
    async fn what_takes_too_long_is_told_to_stop_and_another_thread_goes_on() {
        let evaluators = one_thread();
        let (go_on, wait) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let long = evaluators.run_within(PATIENCE, move |stop| {
            wait.recv().expect("somebody says when");
            tell.send(stop.is_asked()).expect("somebody listens");
        });
        assert_eq!(long.await, Err(Unfinished::TooLong));
        assert_eq!(evaluators.run(|| 1).await, Ok(1));
        go_on.send(()).expect("it waits");
        assert_eq!(told.recv(), Ok(true));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_given_up() {
        let evaluators = one_thread();
        let (go_on, wait) = mpsc::channel::<()>();
        let long = evaluators.run_within(Duration::MAX, move |_| wait.recv());
        let given_up = tokio::time::timeout(PATIENCE, long).await;
        assert!(given_up.is_err(), "it has ended");
        assert_eq!(evaluators.run(|| 1).await, Ok(1));
        drop(go_on);
    }

    #[tokio::test]
    async fn with_too_much_given_up_no_more_is_begun() {
        let evaluators = one_thread();
        let mut held = Vec::new();
        for _ in 0..LOST_MAX {
            let (go_on, wait) = mpsc::channel::<()>();
            held.push(go_on);
            let asked = evaluators.run_within(PATIENCE, move |_| wait.recv());
            assert_eq!(asked.await, Err(Unfinished::TooLong));
        }
        assert_eq!(evaluators.run_within(PATIENCE, |_| 1).await, Err(Unfinished::TooBusy));
    }

    fn one_thread() -> Evaluators {
        Evaluators { shared: Arc::default(), threads_max: 1 }
    }
}
