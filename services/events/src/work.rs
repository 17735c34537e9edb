//! What the room does by itself: it starts rules whose time has come, and brings events to their targets.
//!
//! Timers and deliveries are rows; what is here is only when to look at them. A delivery that a crash has interrupted
//! is made again with the same id, as its row is removed only afterwards.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::Timestamp;
use json::Value;
use store::{Batch, Found, Store};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::Room;
use crate::archive;
use crate::deliver::{self, Refusal};
use crate::errors::Error;
use crate::event::{Acceptance, Facts};
use crate::hearing;
use crate::identifier::RuleName;
use crate::model::{Delivery, Rule};
use crate::schedule::Schedule;
use crate::scheduler;
use crate::tables::{self, Place, Tables};

/// Deliveries that are under way at once.
const UNDER_WAY_MAX: usize = 64;
/// Timers that are looked at together.
const TIMERS_AT_ONCE: usize = 100;
/// The longest sleep: a clock that was set is noticed after it.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// The pause after the store has refused.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the reply to the attempt of a task is kept.
const REPLY_KEPT: Duration = Duration::from_hours(24);

/// Tells the worker that a row is due sooner than it knows.
#[derive(Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Works, for as long as the process does.
pub(crate) async fn work(room: Arc<Room>) {
    let mut worker =
        Worker { room, under_way: Arc::default(), tasks: JoinSet::new(), swept_at: None };
    if let Err(error) = hearing::begin(&worker.room).await {
        tracing::error!(error = &error as &dyn std::error::Error, "look who listens");
    }
    loop {
        let idle = worker.look().await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "work on events");
            PAUSE
        });
        #[expect(
            clippy::disallowed_methods,
            reason = "timers and deliveries are rows; this is when to look at them"
        )]
        let over = tokio::time::sleep(idle);
        tokio::select! {
            () = over => {}
            () = worker.room.bell.0.notified() => {}
            () = worker.room.house.feed().rung() => {}
            Some(_) = worker.tasks.join_next() => {}
        }
    }
}

struct Worker {
    room: Arc<Room>,
    /// The ids of deliveries that are under way.
    under_way: Arc<Mutex<HashSet<u64>>>,
    tasks: JoinSet<()>,
    swept_at: Option<Timestamp>,
}

impl Worker {
    /// Does what is due; says how long there is nothing more to do.
    async fn look(&mut self) -> Result<Duration, Error> {
        let now = self.room.house.now();
        self.sweep(now).await?;
        hearing::take(&self.room).await?;
        let replays = self.replay().await?;
        let next_timer = self.start_rules(now).await?;
        let next_schedule =
            scheduler::start_due(&self.room, now).await.map_err(Error::of_schedules)?;
        let next_delivery = self.send(now).await?;
        let next_timer = next_timer.into_iter().chain(next_schedule).min();
        let next = next_timer.into_iter().chain(next_delivery).chain(replays.then_some(now)).min();
        Ok(next.map_or(SLEEP_MAX, |next| next.since(now).min(SLEEP_MAX)))
    }

    /// Goes on with the replays that aren't at their end. Whether there are any.
    async fn replay(&self) -> Result<bool, Error> {
        let tables = Tables(&*self.room.store);
        let replaying = tables.replaying().await?;
        for (scope, name) in &replaying {
            if let Some(found) = tables.replay(scope, name).await? {
                archive::go_on(&self.room, &found).await?;
            }
        }
        Ok(!replaying.is_empty())
    }

    /// Starts the rules that are due; tells when the next one is.
    async fn start_rules(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        loop {
            let timers = Tables(&*self.room.store).timers(TIMERS_AT_ONCE).await?;
            for (due, name) in &timers {
                if now < *due {
                    return Ok(Some(*due));
                }
                start_rule(&self.room, name, *due, now).await?;
            }
            if timers.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Sends the deliveries that are due and not under way; tells when the next one is.
    async fn send(&mut self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let store: &dyn Store = &*self.room.store;
        for (place, delivery) in Tables(store).deliveries(2 * UNDER_WAY_MAX).await? {
            if now < place.due {
                return Ok(Some(place.due));
            }
            if UNDER_WAY_MAX <= self.tasks.len() {
                break;
            }
            if !lock(&self.under_way).insert(place.id) {
                continue;
            }
            let (room, under_way) = (Arc::clone(&self.room), Arc::clone(&self.under_way));
            self.tasks.spawn(async move {
                let over = settle(room, place, delivery).await;
                if let Err(error) = over {
                    tracing::error!(error = &error as &dyn std::error::Error, "settle a delivery");
                }
                lock(&under_way).remove(&place.id);
            });
        }
        // The end of a delivery is waited for, and then there is another look.
        Ok(None)
    }

    /// Forgets replies that no task will ask for again, and archived events that are too old.
    async fn sweep(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.swept_at.is_some_and(|at| now.since(at) < REPLY_KEPT) {
            return Ok(());
        }
        let horizon = Timestamp::from_millis(now.as_millis() - REPLY_KEPT.as_millis() as i64);
        let tables = Tables(&*self.room.store);
        let mut batch = tables.old_replies(horizon).await?;
        for (name, archive) in tables.all_archives().await? {
            if 0 < archive.retention_days {
                let kept = Duration::from_hours(24 * archive.retention_days.unsigned_abs() as u64);
                let before = now.as_millis() - kept.as_millis() as i64;
                tables::forget_archived(&mut batch, &name, Timestamp::from_millis(before));
            }
        }
        self.room.store.commit(batch).await?;
        self.swept_at = Some(now);
        Ok(())
    }
}

/// Makes a delivery, and writes down what became of it.
async fn settle(room: Arc<Room>, place: Place, delivery: Delivery) -> Result<(), store::Error> {
    let sent = {
        let (room, delivery) = (Arc::clone(&room), delivery.clone());
        // On a task of its own: a defect of another room shall not end this one's work.
        tokio::spawn(async move { deliver::deliver(&room, place, &delivery).await }).await
    };
    let sent = sent.unwrap_or_else(|_| Err(Refusal::internal("The target's room has failed.")));
    let mut batch = Batch::new();
    batch.delete(place.key());
    if let Err(refusal) = sent {
        let failed = Delivery { attempts: delivery.attempts + 1, ..delivery };
        let now = room.house.now();
        match deliver::again_at(&failed, &refusal, now, room.house.entropy().next_unit()) {
            Ok(due) => tables::put_delivery(&mut batch, Place { due, ..place }, failed),
            Err(condition) => {
                let (rule, target) = (&failed.rule_arn, &failed.target.arn);
                let Refusal { code, message, .. } = &refusal;
                tracing::warn!(%rule, %target, %code, %message, "an event can't be delivered");
                // The attempts that count are those after the first.
                let failed = Delivery { attempts: failed.attempts - 1, ..failed };
                if let Err(refusal) =
                    deliver::bury(&room, place, &failed, &refusal, condition).await
                {
                    let Refusal { code, message, .. } = refusal;
                    tracing::warn!(rule = %failed.rule_arn, %code, %message, "nor to its dead-letter queue");
                }
            }
        }
    }
    room.store.commit(batch).await
}

/// A rule's time has come: its targets get an event, and it gets its next time.
async fn start_rule(
    room: &Room,
    name: &RuleName,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let found = Tables(&*room.store).rule(name).await?;
    let Some(found) = found.filter(|found| found.value.due == Some(due)) else {
        // A request has changed the rule since the timers were read, and moved its timer along.
        return Ok(());
    };
    match room.store.commit(starting(room, name, &found, due, now)).await {
        // The same.
        Ok(()) | Err(store::Error::PreconditionFailed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn starting(
    room: &Room,
    name: &RuleName,
    found: &Found<Rule>,
    due: Timestamp,
    now: Timestamp,
) -> Batch {
    let rule = &found.value;
    let schedule = rule.schedule.as_deref().and_then(Schedule::parse);
    let next = schedule.and_then(|schedule| schedule.next_after_due(due, now));
    let id = room.house.uuid();
    let facts = Facts {
        id: &id,
        detail_type: "Scheduled Event",
        source: "aws.events",
        time: due,
        resources: vec![name.arn()],
        detail: Value::empty_object(),
    };
    let mut acceptance = Acceptance {
        tables: Tables(&*room.store),
        patterns: &room.patterns,
        now,
        entropy: room.house.entropy(),
        batch: tables::rule_change(found, name, Rule { due: next, ..rule.clone() }),
    };
    let event = facts.to_event(&name.bus.scope);
    acceptance.deliver(name, rule, &event, 0);
    acceptance.batch
}

/// Each use is one insertion or removal: nothing is left half done by a panic elsewhere.
fn lock(under_way: &Mutex<HashSet<u64>>) -> std::sync::MutexGuard<'_, HashSet<u64>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}
