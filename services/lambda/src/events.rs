//! The queue of asynchronous events: rows in the order of when they are due.
//!
//! An event stays a row until its end has been told to whoever wants to know it, so a crash loses none; it may make
//! one run again, as AWS may. <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use service::CallError;
use store::Batch;
use tokio::task::JoinSet;

use crate::Room;
use crate::actor::Actor;
use crate::arn::{FunctionArn, Scope};
use crate::destinations::record;
use crate::environment::Request;
use crate::errors::Error;
use crate::model::{Attempt, Ended, Event, EventConfig, Settings};
use crate::tables::{self, Place};
use crate::visit::Commit;

/// How long AWS tries an event, unless it is told otherwise.
const AGE_MAX: Duration = Duration::from_hours(6);
const THROTTLE_PAUSE_MAX: Duration = Duration::from_mins(5);
/// The longest sleep: a clock that was set is noticed after it.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// The pause after the store or a destination has refused.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes an event into the queue: for the attempt of a task once, however often it is asked for.
pub(crate) async fn accept(room: &Room, event: &Event, attempt: Option<&str>) -> Result<(), Error> {
    let mut batch = match attempt {
        Some(attempt) => tables::first_attempt(attempt, event.accepted_at),
        None => Batch::new(),
    };
    if let Some(attempt) = attempt {
        let kept = Attempt { at: event.accepted_at, reply: Some(r#"{"StatusCode":202}"#.into()) };
        tables::put_attempt(&mut batch, attempt, &kept);
    }
    let place = Place { due: event.accepted_at, id: room.house.uuid() };
    tables::put_event(&mut batch, &place, event);
    // Raced means that it was taken before.
    if room.commit(batch).await? == Commit::Done {
        room.events.notify_one();
    }
    Ok(())
}

/// The events that are being worked on.
#[derive(Default)]
struct Busy(Mutex<BTreeSet<String>>);

impl Busy {
    /// Whether an event wasn't being worked on, and now is.
    fn begin(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned())
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Works the queue off, for ever.
pub(crate) async fn work(room: Arc<Room>) {
    let busy = Arc::new(Busy::default());
    let mut workers = JoinSet::new();
    loop {
        let idle = start_due(&room, &busy, &mut workers).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "failed to read events");
            PAUSE
        });
        #[expect(
            clippy::disallowed_methods,
            reason = "events are rows; this is when to look at them"
        )]
        let over = tokio::time::sleep(idle);
        tokio::select! {
            () = over => {}
            () = room.events.notified() => {}
            Some(_) = workers.join_next() => {}
        }
    }
}

/// Starts what is due; says how long there is nothing more to start.
async fn start_due(
    room: &Arc<Room>,
    busy: &Arc<Busy>,
    workers: &mut JoinSet<()>,
) -> Result<Duration, Error> {
    let now = room.house.now().as_millis();
    let most = room.limits.events_at_once_max;
    // Those that are worked on are still rows: so many more may have to be passed over.
    let rows = room.tables().events(None, most + busy.count()).await?;
    for (place, event) in rows {
        if now < place.due {
            let left = u64::try_from(place.due - now).unwrap_or(0);
            return Ok(Duration::from_millis(left).min(SLEEP_MAX));
        }
        if most <= busy.count() {
            break;
        }
        if busy.begin(&place.id) {
            let (room, busy) = (Arc::clone(room), Arc::clone(busy));
            workers.spawn(async move {
                let id = place.id.clone();
                if let Err(error) = step(&room, place, event).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "failed to work on an event"
                    );
                    #[expect(clippy::disallowed_methods, reason = "when to look at the row again")]
                    tokio::time::sleep(PAUSE).await;
                }
                busy.end(&id);
            });
        }
    }
    Ok(SLEEP_MAX)
}

/// How an event is tried, as configured now.
struct Rules {
    config: EventConfig,
    settings: Settings,
}

/// The function that an event is for.
fn function_of(room: &Room, event: &Event) -> Result<FunctionArn, Error> {
    let home = Scope::new(room.house.partition(), room.house.region(), room.house.account());
    let arn = FunctionArn::parse(&event.function_arn, &home);
    Ok(arn.ok_or(store::Error::Corrupt("the function of an event"))?)
}

/// Brings an event one step on.
async fn step(room: &Room, place: Place, event: Event) -> Result<(), Error> {
    let arn = function_of(room, &event)?;
    let target = match room.target(&arn).await {
        Ok(target) => target,
        // Nobody is left to be asked or told.
        Err(Error::FunctionNotFound(_)) => return remove(room, &place).await,
        Err(error) => return Err(error),
    };
    let config = target.function.event_configs.get(&arn.qualifier_key()).cloned();
    let rules = Rules { config: config.unwrap_or_default(), settings: target.settings.clone() };
    if let Some(ended) = event.ended.clone() {
        return tell(room, &place, event, &ended, &rules).await;
    }
    let now = room.house.now();
    let age_max =
        rules.config.age_seconds_max.map_or(AGE_MAX, |age| Duration::from_secs(age.into()));
    if age_max < now.since(base::Timestamp::from_millis(event.accepted_at)) {
        return end(room, &place, event, ended("EventAgeExceeded"), &rules).await;
    }
    let version = target.version.to_string();
    let request = Request {
        request_id: event.request_id.clone(),
        invoked_arn: event.function_arn.clone(),
        payload: event.payload.clone().into(),
        client_context: event.client_context.clone(),
        trace: event.trace.clone(),
    };
    let outcome = match room.invoke(target, request).await {
        Ok(outcome) => outcome,
        // Neither is the function's fault: both count as no try.
        Err(Error::Throttled(_) | Error::RoleRefused) => {
            let doubled =
                room.limits.throttle_pause * 2_u32.saturating_pow(event.throttled.min(20));
            let event = Event { throttled: event.throttled + 1, ..event };
            return postpone(room, &place, event, doubled.min(THROTTLE_PAUSE_MAX)).await;
        }
        // The event is still there when the house opens again.
        Err(Error::Closing) => return Ok(()),
        Err(error) => return Err(error),
    };
    let event = Event { tries: event.tries + 1, ..event };
    let ended = Ended {
        function_error: outcome.is_error.then(|| "Unhandled".to_owned()),
        payload: outcome.payload.into(),
        executed_version: Some(version),
        ..ended(if outcome.is_error { "RetriesExhausted" } else { "Success" })
    };
    let retries_max = rules.config.retries_max.unwrap_or(2);
    if outcome.is_error && event.tries <= retries_max {
        let pauses = room.limits.retry_pauses;
        let pause = pauses[(event.tries as usize - 1).min(pauses.len() - 1)];
        return postpone(room, &place, event, pause).await;
    }
    end(room, &place, event, ended, &rules).await
}

fn ended(condition: &str) -> Ended {
    Ended {
        condition: condition.to_owned(),
        function_error: None,
        payload: Vec::new(),
        executed_version: None,
    }
}

/// Notes the end of an event, so that it isn't tried again, and tells whoever wants to know it.
async fn end(
    room: &Room,
    place: &Place,
    event: Event,
    ended: Ended,
    rules: &Rules,
) -> Result<(), Error> {
    if rules.listeners(&ended).next().is_none() {
        return remove(room, place).await;
    }
    let event = Event { ended: Some(ended.clone()), ..event };
    let mut batch = Batch::new();
    tables::put_event(&mut batch, place, &event);
    room.commit(batch).await?;
    tell(room, place, event, &ended, rules).await
}

/// Who learns of an event's end, and how.
enum Listener<'r> {
    Destination(&'r str),
    DeadLetter(&'r str),
}

impl Rules {
    fn listeners(&self, ended: &Ended) -> impl Iterator<Item = Listener<'_>> {
        let is_success = ended.condition == "Success";
        let config = &self.config;
        let destination = if is_success { &config.on_success } else { &config.on_failure };
        let dead_letter = self.settings.dead_letter.as_deref().filter(|_| !is_success);
        let destination = destination.as_deref().map(Listener::Destination);
        destination.into_iter().chain(dead_letter.map(Listener::DeadLetter))
    }
}

/// Tells the end of an event. A listener that refuses is left out, as on AWS; one that has trouble is told later,
/// and the others with it once more.
async fn tell(
    room: &Room,
    place: &Place,
    event: Event,
    ended: &Ended,
    rules: &Rules,
) -> Result<(), Error> {
    let actor = Actor::new(&function_of(room, &event)?, &rules.settings.role);
    for listener in rules.listeners(ended) {
        let told = match listener {
            Listener::Destination(arn) => {
                room.tell(&actor, arn, &record(&event, ended, room.house.now())).await
            }
            Listener::DeadLetter(arn) => room.bury(&actor, arn, &event, ended).await,
        };
        match told {
            Ok(()) => {}
            Err(CallError::Refused(error)) if error.is_server_fault() => {
                return postpone(room, place, event, PAUSE).await;
            }
            Err(error) => {
                let arn = &event.function_arn;
                tracing::warn!(
                    arn,
                    error = &error as &dyn std::error::Error,
                    "a destination refuses"
                );
            }
        }
    }
    remove(room, place).await
}

/// Puts an event back until later.
async fn postpone(room: &Room, place: &Place, event: Event, by: Duration) -> Result<(), Error> {
    let due = room.house.now().after(by).as_millis();
    let mut batch = Batch::new();
    tables::delete_event(&mut batch, place);
    tables::put_event(&mut batch, &Place { due, id: place.id.clone() }, &event);
    room.commit(batch).await?;
    Ok(())
}

async fn remove(room: &Room, place: &Place) -> Result<(), Error> {
    let mut batch = Batch::new();
    tables::delete_event(&mut batch, place);
    room.commit(batch).await?;
    Ok(())
}
