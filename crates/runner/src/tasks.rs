//! The runner's own tasks: counted, so that closing can wait for them.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

#[derive(Default)]
pub(crate) struct Tasks {
    running: AtomicUsize,
    closing: AtomicBool,
    changed: Notify,
}

struct Running(Arc<Tasks>);

impl Tasks {
    /// Runs a future to its end, on the runtime of whoever calls.
    pub(crate) fn spawn(self: &Arc<Self>, future: impl Future<Output = ()> + Send + 'static) {
        self.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(self));
        tokio::spawn(async move {
            let _running = running;
            future.await;
        });
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Resolves when the runner is being closed.
    pub(crate) async fn closing(&self) {
        self.until(|| self.is_closing()).await;
    }

    /// Tells everybody to come to an end, and waits until all tasks have, at most for `grace`.
    pub(crate) async fn close(&self, grace: Duration) {
        self.closing.store(true, Ordering::SeqCst);
        self.changed.notify_waiters();
        let idle = self.until(|| self.running.load(Ordering::SeqCst) == 0);
        if tokio::time::timeout(grace, idle).await.is_err() {
            tracing::warn!(
                running = self.running.load(Ordering::SeqCst),
                "closed with work under way"
            );
        }
    }

    async fn until(&self, holds: impl Fn() -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if holds() {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.changed.notify_waiters();
        }
    }
}
