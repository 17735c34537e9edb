//! What the room does by itself: every task that hasn't stopped has a driver, and what has ended long ago is forgotten.
//!
//! Tasks are rows; what is here is only when to look at them. The bell says that there are new ones.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::Timestamp;
use futures_util::FutureExt as _;
use store::Batch;
use tokio::task::JoinSet;

use crate::Room;
use crate::arn::TaskKey;
use crate::driver::drive;
use crate::errors::Error;
use crate::model::{Status, Task};
use crate::tables;
use crate::visit::Commit;

/// The pause after the store has refused, or a driver has failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How often old rows are looked for.
const SWEEP: Duration = Duration::from_hours(1);
/// How long stopped tasks, ended jobs and replies are kept. AWS promises an hour of tasks and a week of jobs.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>
const TASKS_KEPT: Duration = Duration::from_hours(24);
const JOBS_KEPT: Duration = Duration::from_hours(7 * 24);
const REPLIES_KEPT: Duration = Duration::from_hours(24);

/// Works until it is dropped: then processes end, and containers of an engine go on.
pub(crate) async fn work(room: Arc<Room>) {
    let mut drivers = JoinSet::new();
    let under_way = Arc::<Mutex<BTreeSet<TaskKey>>>::default();
    // Who asks for a task after a crash may come late: not before all could have is anything forgotten.
    let mut sweep_at = room.house.now().after(SWEEP);
    loop {
        let idle = match look(&room, &mut drivers, &under_way).await {
            Ok(()) => sweep(&room, &mut sweep_at).await,
            Err(error) => Err(error),
        };
        let idle = idle.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "work on tasks");
            PAUSE
        });
        tokio::select! {
            () = room.bell.notified() => {}
            Some(_) = drivers.join_next() => {}
            () = pause(idle) => {}
        }
    }
}

/// Gives drivers to the tasks that have none, as many as may run at once.
async fn look(
    room: &Arc<Room>,
    drivers: &mut JoinSet<()>,
    under_way: &Arc<Mutex<BTreeSet<TaskKey>>>,
) -> Result<(), Error> {
    for key in room.tables().open_tasks().await? {
        if room.tasks_max <= drivers.len() {
            return Ok(());
        }
        if !lock(under_way).insert(key.clone()) {
            continue;
        }
        let (room, under_way) = (Arc::clone(room), Arc::clone(under_way));
        drivers.spawn(async move {
            let driven = AssertUnwindSafe(drive(&room, &key)).catch_unwind().await;
            match driven {
                Ok(Ok(())) => {}
                // The task is found again, as if the house had been started anew.
                Ok(Err(error)) => {
                    tracing::error!(
                        task = key.arn(),
                        error = &error as &dyn std::error::Error,
                        "drive a task"
                    );
                    pause(PAUSE).await;
                }
                Err(_) => {
                    tracing::error!(task = key.arn(), "the driver of a task panicked");
                    pause(PAUSE).await;
                }
            }
            lock(&under_way).remove(&key);
        });
    }
    Ok(())
}

/// Forgets what is old; says when to look again.
async fn sweep(room: &Arc<Room>, sweep_at: &mut Timestamp) -> Result<Duration, Error> {
    let now = room.house.now();
    if *sweep_at <= now {
        let before = |kept: Duration| now.as_millis() - kept.as_millis() as i64;
        let tables = room.tables();
        let batch =
            tables.forgetting(before(TASKS_KEPT), before(JOBS_KEPT), before(REPLIES_KEPT)).await?;
        if !batch.is_empty() {
            room.commit(batch).await?;
        }
        *sweep_at = now.after(SWEEP);
    }
    Ok(sweep_at.since(now))
}

#[expect(clippy::disallowed_methods, reason = "tasks are rows; this is when to look at them")]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

fn lock(under_way: &Mutex<BTreeSet<TaskKey>>) -> std::sync::MutexGuard<'_, BTreeSet<TaskKey>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Room {
    /// Adds a task that is to be run; to be followed by [`ring`](Room::ring) once the batch is durable.
    pub(crate) fn add_task(&self, batch: &mut Batch, task: &Task) {
        self.tell_of_task(batch, task);
        tables::add_task(batch, task);
    }

    /// There may be tasks to be driven, and events to be read.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
        self.house.feed().ring();
    }

    /// Changes a task, however many others change it at once; with it changes the job that it is an attempt of.
    /// A task that has stopped changes no more. None if there is no such task.
    pub(crate) async fn change_task(
        &self,
        key: &TaskKey,
        change: impl Fn(&mut Task),
    ) -> Result<Option<Task>, Error> {
        loop {
            let Some(found) = self.tables().task(key).await? else { return Ok(None) };
            let mut task = found.value.clone();
            if task.status == Status::Stopped {
                return Ok(Some(task));
            }
            change(&mut task);
            if task == found.value {
                return Ok(Some(task));
            }
            let mut batch = Batch::new();
            self.follow(&mut batch, &task).await?;
            self.tell_of_task(&mut batch, &task);
            tables::change_task(&mut batch, &found, task.clone());
            if self.commit(batch).await? == Commit::Done {
                self.changed.send_replace(());
                // The task of another attempt, or of a job that has waited, may have come with it.
                self.ring();
                return Ok(Some(task));
            }
        }
    }
}
