//! Threads for turns that compute long, so that none of them holds up a core that answers requests.
//!
//! They are made when they are needed, and the system favors every other thread over them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use crate::Error;

type Work = Box<dyn FnOnce() + Send>;

/// How much less of a core such a thread gets, while another thread wants it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Dropped, its threads end after the work that they have begun.
pub(crate) struct Evaluators {
    shared: Arc<Shared>,
    threads_max: usize,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    queue: VecDeque<Work>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Evaluators {
    /// More threads than cores, so that what takes a moment needn't wait for what takes a second.
    pub(crate) fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Evaluators { shared: Arc::default(), threads_max: 4 * cores }
    }

    /// Does `work` on one of the threads; if it panics, so does whoever asked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, asker) = oneshot::channel();
        let work = Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            // Who asked may have gone.
            drop(answer.send(done));
        });
        self.put(work)?;
        match asker.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Interrupted),
        }
    }

    fn put(&self, work: Work) -> Result<(), Error> {
        let mut inner = self.shared.lock();
        inner.queue.push_back(work);
        if inner.queue.len() <= inner.idle || self.threads_max <= inner.threads {
            self.shared.changed.notify_one();
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let made = thread::Builder::new().name("evaluator".to_owned()).spawn(move || shared.work());
        match made {
            Ok(_) => inner.threads += 1,
            Err(error) if inner.threads == 0 => {
                tracing::error!(%error, "failed to make a thread");
                inner.queue.clear();
                return Err(Error::Interrupted);
            }
            // Those that there are will come to it.
            Err(error) => tracing::warn!(%error, "failed to make another thread"),
        }
        Ok(())
    }
}

impl Drop for Evaluators {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn work(&self) {
        yield_to_others();
        while let Some(work) = self.next() {
            work();
        }
    }

    fn next(&self) -> Option<Work> {
        let mut inner = self.lock();
        loop {
            if inner.closed {
                return None;
            }
            if let Some(work) = inner.queue.pop_front() {
                return Some(work);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_later_needn_t_wait_for_what_takes_long() {
        let evaluators = Evaluators::new();
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let long = evaluators.run(move || wait.recv());
        let short = async {
            let done = evaluators.run(|| 1).await;
            assert!(matches!(done, Ok(1)), "{done:?}");
            go_on.send(()).expect("it waits");
        };
        let (long, ()) = tokio::join!(long, short);
        assert!(matches!(long, Ok(Ok(()))), "{long:?}");
    }

    #[tokio::test]
    async fn a_panic_goes_to_who_asked_and_the_thread_goes_on() {
        let evaluators = Arc::new(Evaluators { shared: Arc::default(), threads_max: 1 });
        let asking = Arc::clone(&evaluators);
        let asked = tokio::spawn(async move { asking.run(|| panic!("in a turn")).await.map(drop) });
        assert!(asked.await.is_err_and(|error| error.is_panic()));
        assert!(matches!(evaluators.run(|| 1).await, Ok(1)));
    }
}
