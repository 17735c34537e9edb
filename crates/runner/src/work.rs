//! What a shard does by itself: first what a crash left undone, then its timers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Notify;

use crate::facts::Facts;
use crate::message::Message;
use crate::tables::{
    self, DispatchRow, ExecutionRow, NoticeRow,
    key::{self, Pages},
};
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
    /// No row that is due before this is unknown: deleted rows may still be slow to pass over.
    from: AtomicI64,
    sooner: Notify,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            next: AtomicI64::new(i64::MAX),
            from: AtomicI64::new(i64::MIN),
            sooner: Notify::new(),
        }
    }
}

impl Timers {
    /// A timer that is due then has become durable.
    pub(crate) fn wake_by(&self, due: i64) {
        self.from.fetch_min(due, Ordering::SeqCst);
        if due < self.next.load(Ordering::SeqCst) {
            self.sooner.notify_one();
        }
    }
}

/// What a look at the timers came to.
struct Woken {
    /// Every row that was due before this has been woken.
    until: i64,
    idle: Duration,
}

impl Runner {
    /// What a shard does by itself: first what a crash left undone, then timers, until the runner is closed.
    /// To be run once for each shard, on whatever runtime.
    pub async fn work(&self, shard: usize) {
        if shard == 0 {
            tokio::join!(self.drive_shard(shard), self.sweep(), self.log_what_is_due());
        } else {
            self.drive_shard(shard).await;
        }
    }

    async fn drive_shard(&self, shard: usize) {
        let mut recovered = false;
        while !self.0.tasks.is_closing() {
            let idle = match recovered {
                false => self.recover(shard).await.map(|()| Duration::ZERO),
                true => self.wake_due(shard).await,
            };
            recovered |= idle.is_ok();
            let pause = idle.unwrap_or_else(|error| {
                tracing::error!(shard, %error, "failed to work on a shard");
                PAUSE
            });
            self.sleep(shard, pause).await;
        }
    }

    /// Wakes what is due; says how long there is nothing more to do.
    async fn wake_due(&self, shard: usize) -> Result<Duration, Error> {
        let timers = &self.0.shards[shard].timers;
        let from = timers.from.swap(i64::MAX, Ordering::SeqCst);
        let woken = self.wake_from(shard, from).await;
        // Rows that became durable meanwhile have brought it down already.
        let known = woken.as_ref().map_or(from, |woken| woken.until);
        timers.from.fetch_min(known, Ordering::SeqCst);
        woken.map(|woken| woken.idle)
    }

    async fn wake_from(&self, shard: usize, from: i64) -> Result<Woken, Error> {
        let timers = &self.0.shards[shard].timers;
        // From here on a timer that is stored after the scan rings the bell.
        timers.next.store(i64::MAX, Ordering::SeqCst);
        let now = self.0.house.now().as_millis();
        let mut scan = key::timers(shard).scan().limit(WOKEN_MAX);
        scan.range.start = key::timer(shard, from, "").into();
        let rows = self.0.store.scan(&scan).await?;
        let (mut woken, mut next, mut last) = (Vec::new(), i64::MAX, now);
        for row in &rows {
            let (due, arn) = key::timer_parts(&row.key)?;
            if now < due {
                next = due;
                break;
            }
            last = due;
            woken.push(async move {
                (due, self.ask(&arn.into(), |answer| Message::Due(due, answer)).await)
            });
        }
        if !woken.is_empty() {
            // Behind these there may be more.
            let until = if rows.len() == WOKEN_MAX { last } else { now };
            let mut looked = Woken { until, idle: Duration::ZERO };
            for (due, woken) in join_all(woken).await {
                match woken {
                    Ok(()) => {}
                    // Who read it has told the log. Later looks begin behind it: it won't be better then.
                    Err(error) if error.is_corrupt() => looked.idle = PAUSE,
                    // An execution that can't be driven shall not keep the others from waking.
                    Err(Error::Interrupted) => {
                        looked = Woken { until: looked.until.min(due), idle: PAUSE };
                    }
                    Err(error) => return Err(error),
                }
            }
            return Ok(looked);
        }
        timers.next.store(next, Ordering::SeqCst);
        let left = Duration::from_millis(u64::try_from(next.saturating_sub(now)).unwrap_or(0));
        Ok(Woken { until: now, idle: left.min(SLEEP_MAX) })
    }

    async fn sleep(&self, shard: usize, duration: Duration) {
        if duration.is_zero() {
            return;
        }
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
        let mut tasks = Pages::of(key::outbox_of(shard).scan());
        while let Some(rows) = tasks.next(store).await? {
            for row in rows {
                let recovered = numbered("outbox", &row.key).and_then(|(arn, attempt)| {
                    let task: DispatchRow<'_> = tables::decode("task", &row.value)?;
                    let dispatch = Box::new(task.into_dispatch(attempt)?);
                    self.send(&arn, Message::Recover(dispatch));
                    Ok(())
                });
                told_if_corrupt(recovered)?;
            }
        }
        let mut notices = Pages::of(key::notices(shard).scan());
        while let Some(rows) = notices.next(store).await? {
            for row in rows {
                let recovered = numbered("notice", &row.key).and_then(|(arn, number)| {
                    self.notify(&arn, number, tables::decode("notice", &row.value)?);
                    Ok(())
                });
                told_if_corrupt(recovered)?;
            }
        }
        let mut accepted = Pages::of(key::express_of(shard).scan());
        while let Some(rows) = accepted.next(store).await? {
            for row in rows {
                told_if_corrupt(self.recover_accepted(&row).await)?;
            }
        }
        let mut map_runs = Pages::of(key::map_open_of(shard).scan());
        while let Some(rows) = map_runs.next(store).await? {
            for row in rows {
                let recovered = key::recovered_parts("map_open", &row.key).map(|(arn, _)| {
                    self.go_on_with_map_run(&arn.into());
                });
                told_if_corrupt(recovered.map_err(Error::from))?;
            }
        }
        Ok(())
    }

    async fn recover_accepted(&self, row: &store::Entry) -> Result<(), Error> {
        let (arn, _) = key::recovered_parts("express", &row.key)?;
        let row: ExecutionRow<'_> = tables::decode("execution", &row.value)?;
        self.take_up_accepted(Facts::of_row(&self.0, &arn.into(), &row).await?).await
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
}

/// A row that can't be read keeps no other from being taken up.
fn told_if_corrupt(recovered: Result<(), Error>) -> Result<(), Error> {
    match recovered {
        Err(error) if error.is_corrupt() => {
            tracing::error!(%error, "failed to take up what was under way");
            Ok(())
        }
        other => other,
    }
}

fn numbered(table: &str, key: &[u8]) -> Result<(Arc<str>, u64), Error> {
    let (arn, number) = key::recovered_parts(table, key)?;
    let number = number.ok_or_else(|| Error::corrupt("key", "it has no number"))?;
    Ok((arn.into(), number))
}
