//! What a shard does by itself: first what a crash left undone, then its timers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use store::key::Key;
use store::{Entry, Scan, Store};
use tokio::sync::Notify;

use crate::facts::Facts;
use crate::message::Message;
use crate::tables::{self, DispatchRow, ExecutionRow, NoticeRow, key};
use crate::{Error, Runner, map_run};

/// The longest sleep: a clock that was set is noticed after it.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// The pause after the store has refused.
const PAUSE: Duration = Duration::from_secs(1);
/// Timers that are woken together.
const WOKEN_MAX: usize = 512;

/// When the shard's next timer is due, and a bell for those that are due before.
pub(crate) struct Timers {
    next: AtomicI64,
    sooner: Notify,
}

impl Default for Timers {
    fn default() -> Self {
        Timers { next: AtomicI64::new(i64::MAX), sooner: Notify::new() }
    }
}

impl Timers {
    /// A timer that is due then has become durable.
    pub(crate) fn wake_by(&self, due: i64) {
        if due < self.next.load(Ordering::SeqCst) {
            self.sooner.notify_one();
        }
    }
}

impl Runner {
    /// What a shard does by itself: first what a crash left undone, then timers, until the runner is closed.
    /// To be run once for each shard, on whatever runtime.
    pub async fn work(&self, shard: usize) {
        let mut recovered = false;
        while !self.0.tasks.is_closing() {
            let done = match recovered {
                false => self.recover(shard).await.map(|()| recovered = true),
                true => self.wake_due(shard).await,
            };
            if let Err(error) = done {
                tracing::error!(shard, %error, "failed to work on a shard");
                self.sleep(shard, PAUSE).await;
            }
        }
    }

    /// Wakes what is due; sleeps until more is.
    async fn wake_due(&self, shard: usize) -> Result<(), Error> {
        let timers = &self.0.shards[shard].timers;
        // From here on a timer that is stored after the scan rings the bell.
        timers.next.store(i64::MAX, Ordering::SeqCst);
        let now = self.0.house.now().as_millis();
        let rows = self.0.store.scan(&key::timers(shard).scan().limit(WOKEN_MAX)).await?;
        let (mut woken, mut next) = (Vec::new(), i64::MAX);
        for row in rows {
            let (due, arn) = key::timer_parts(&row.key)?;
            if now < due {
                next = due;
                break;
            }
            let arn = Arc::from(arn);
            woken.push(async move { self.ask(&arn, |answer| Message::Due(due, answer)).await });
        }
        if !woken.is_empty() {
            return join_all(woken).await.into_iter().collect();
        }
        timers.next.store(next, Ordering::SeqCst);
        let left = Duration::from_millis(u64::try_from(next.saturating_sub(now)).unwrap_or(0));
        self.sleep(shard, left.min(SLEEP_MAX)).await;
        Ok(())
    }

    async fn sleep(&self, shard: usize, duration: Duration) {
        #[expect(
            clippy::disallowed_methods,
            reason = "timers are rows; this is when to look at them"
        )]
        let over = tokio::time::sleep(duration);
        tokio::select! {
            () = over => {}
            () = self.0.shards[shard].timers.sooner.notified() => {}
            () = self.0.tasks.closing() => {}
        }
    }

    /// Takes up what was under way when the process ended.
    async fn recover(&self, shard: usize) -> Result<(), Error> {
        let store = &*self.0.store;
        let mut tasks = Pages::of(key::outbox_of(shard));
        while let Some(rows) = tasks.next(store).await? {
            for row in rows {
                let (arn, attempt) = numbered("outbox", &row.key)?;
                let task: DispatchRow<'_> = tables::decode("task", &row.value)?;
                let dispatch = Box::new(task.into_dispatch(attempt)?);
                self.send(&arn, Message::Recover(dispatch));
            }
        }
        let mut notices = Pages::of(key::notices(shard));
        while let Some(rows) = notices.next(store).await? {
            for row in rows {
                let (arn, number) = numbered("notice", &row.key)?;
                self.notify(&arn, number, tables::decode("notice", &row.value)?);
            }
        }
        let mut accepted = Pages::of(key::express_of(shard));
        while let Some(rows) = accepted.next(store).await? {
            for row in rows {
                let (arn, _) = key::recovered_parts("express", &row.key)?;
                let row: ExecutionRow<'_> = tables::decode("execution", &row.value)?;
                self.run_accepted(Facts::of_row(&self.0, &arn.into(), &row).await?)?;
            }
        }
        let mut map_runs = Pages::of(key::map_open_of(shard));
        while let Some(rows) = map_runs.next(store).await? {
            for row in rows {
                let (arn, _) = key::recovered_parts("map_open", &row.key)?;
                self.go_on_with_map_run(&arn.into());
            }
        }
        Ok(())
    }

    /// Tells an execution or a map run what a row of notices says.
    pub(crate) fn notify(&self, receiver: &Arc<str>, number: u64, notice: NoticeRow) {
        if map_run::is_arn(receiver) {
            self.tell_map_run(receiver, number, notice);
        } else {
            self.send(receiver, Message::Notice(number, notice));
        }
    }

    /// Looks whether an execution must hear something of that number.
    pub(crate) fn look_for_notice(&self, arn: &Arc<str>, number: u64) {
        let (runner, arn) = (self.clone(), Arc::clone(arn));
        self.0.tasks.spawn(async move {
            let key = key::notice(runner.0.shard_of(&arn), &arn, number);
            let found = runner.0.store.get(&key).await.map_err(Error::from);
            match found.and_then(|row| row.map(|row| tables::decode("notice", &row)).transpose()) {
                Ok(Some(notice)) => runner.notify(&arn, number, notice),
                Ok(None) => {}
                Err(error) => tracing::error!(execution = %arn, %error, "failed to read a notice"),
            }
        });
    }

    /// Stops an execution for which nobody waits any more: best effort, as on AWS.
    pub(crate) fn stop_job(&self, job: Arc<str>) {
        let runner = self.clone();
        self.0.tasks.spawn(async move {
            if let Err(error) = runner.stop(&job, asl::Failure::default()).await {
                tracing::warn!(execution = %job, %error, "failed to stop the execution of an aborted task");
            }
        });
    }
}

/// The rows under a prefix, some at a time.
struct Pages(Option<Scan>);

impl Pages {
    fn of(prefix: Key) -> Self {
        Pages(Some(prefix.scan().limit(key::SCAN_ROWS)))
    }

    async fn next(&mut self, store: &dyn Store) -> Result<Option<Vec<Entry>>, Error> {
        let Some(scan) = self.0.take() else { return Ok(None) };
        let rows = store.scan(&scan).await?;
        if let Some(last) = rows.last().filter(|_| rows.len() == key::SCAN_ROWS) {
            self.0 = Some(scan.after(&last.key));
        }
        Ok(Some(rows))
    }
}

fn numbered(table: &str, key: &[u8]) -> Result<(Arc<str>, u64), Error> {
    let (arn, number) = key::recovered_parts(table, key)?;
    let number = number.ok_or_else(|| Error::corrupt("key", "it has no number"))?;
    Ok((arn.into(), number))
}
