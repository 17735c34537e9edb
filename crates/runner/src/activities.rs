//! Workers that wait for tasks of activities.
//!
//! The queue of an activity is its rows, in the order of time; here is only what one process must remember to hand them
//! out in that order: which rows are being claimed, and where to look for the first one.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use engine::event::Attempt;
use store::Store;
use store::key::Parts;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::Error;
use crate::execution::ActivityTask;
use crate::tables::{self, ActivityRow, key};

#[derive(Default)]
pub(crate) struct Activities(Mutex<HashMap<Arc<str>, Arc<Activity>>>);

/// The waiting line of one activity.
pub(crate) struct Activity {
    arn: Arc<str>,
    offered: Notify,
    workers: AtomicUsize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Nothing before this row is free: deleted rows may still be slow to pass over.
    first: Option<Bytes>,
    /// Counts the rows that became free.
    freed: u64,
    claimed: BTreeSet<Bytes>,
}

/// A row that one worker is about to get. Free again when dropped.
pub(crate) struct Claim {
    activity: Arc<Activity>,
    pub(crate) row: Bytes,
    pub(crate) execution_arn: Arc<str>,
    pub(crate) attempt: Attempt,
    task: Option<ActivityTask>,
}

/// One more worker, until dropped.
pub(crate) struct Waiting<'a>(&'a Activity);

impl Activities {
    pub(crate) fn of(&self, arn: &str) -> Arc<Activity> {
        let mut activities = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(activity) = activities.get(arn) {
            return Arc::clone(activity);
        }
        let arn: Arc<str> = arn.into();
        let activity = Arc::new(Activity {
            arn: Arc::clone(&arn),
            offered: Notify::new(),
            workers: AtomicUsize::new(0),
            queue: Mutex::default(),
        });
        activities.insert(arn, Arc::clone(&activity));
        activity
    }

    /// A row is in the queue now.
    pub(crate) fn offer(&self, arn: &str, row: &Bytes) {
        let activity = self.of(arn);
        activity.queue().look_from(row);
        activity.offered.notify_one();
    }
}

impl Activity {
    pub(crate) fn waiting(&self) -> Waiting<'_> {
        self.workers.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }

    pub(crate) fn workers(&self) -> usize {
        self.workers.load(Ordering::Relaxed)
    }

    /// Resolves when a row has been offered; each offer wakes one worker, the longest waiting first.
    pub(crate) fn offered(&self) -> Notified<'_> {
        self.offered.notified()
    }

    /// The oldest row that nobody is about to get.
    pub(crate) async fn claim(self: &Arc<Self>, store: &dyn Store) -> Result<Option<Claim>, Error> {
        let mut scan = key::activities(&self.arn).scan();
        let (first, freed, claimed) = {
            let queue = self.queue();
            (queue.first.clone(), queue.freed, queue.claimed.len())
        };
        if let Some(first) = first {
            scan.range.start = first;
        }
        let entries = store.scan(&scan.limit(claimed + 1)).await?;
        if let Some(entry) = entries.first() {
            let mut queue = self.queue();
            if queue.freed == freed {
                queue.first = Some(entry.key.clone());
            }
        }
        for entry in entries {
            if !self.queue().claimed.insert(entry.key.clone()) {
                continue;
            }
            return self.claimed(entry.key, &entry.value).map(Some);
        }
        Ok(None)
    }

    fn claimed(self: &Arc<Self>, row: Bytes, value: &[u8]) -> Result<Claim, Error> {
        let mut parts = Parts::of("activity", &row)?;
        parts.text()?;
        parts.i64()?;
        let (execution_arn, attempt) = (parts.text()?.into(), parts.u64()?);
        let ActivityRow { token, input } = tables::decode("activity", value)?;
        let task = Some(ActivityTask { token: token.to_owned(), input });
        Ok(Claim { activity: Arc::clone(self), row, execution_arn, attempt, task })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // What a panic elsewhere may leave undone is a look at rows that are gone.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn look_from(&mut self, row: &Bytes) {
        self.freed += 1;
        if self.first.as_ref().is_some_and(|first| row < first) {
            self.first = Some(row.clone());
        }
    }
}

impl Claim {
    /// The task, if the worker has got it. Either way the row is gone.
    pub(crate) fn taken(mut self, taken: bool) -> Option<ActivityTask> {
        self.task.take().filter(|_| taken)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut queue = self.activity.queue();
        queue.claimed.remove(&self.row);
        if self.task.is_some() {
            // It was given up, so the row may still be there for another worker.
            queue.look_from(&self.row);
            drop(queue);
            self.activity.offered.notify_one();
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.workers.fetch_sub(1, Ordering::Relaxed);
    }
}
