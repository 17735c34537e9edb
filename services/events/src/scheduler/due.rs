//! When a schedule is due, and what follows: a delivery to its target, and its next time.
//!
//! A schedule with a flexible window starts when its window begins.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use base::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use json::Value;
use serde_json::json;
use store::Found;

use super::errors::Error;
use super::tables::{self, Schedule, ScheduleName};
use super::wire::{ActionAfterCompletion, ScheduleInput, ScheduleState, ScheduleTarget};
use crate::Room;
use crate::event::{Facts, seconds};
use crate::identifier::BusName;
use crate::model::Delivery;
use crate::schedule::Schedule as Recurring;
use crate::tables::{Place, put_delivery};
use crate::wire::Target;

/// Timers that are looked at together.
const TIMERS_AT_ONCE: usize = 100;

/// Of the time in `at(yyyy-mm-ddThh:mm:ss)`.
const AT_LENGTH: usize = 19;

/// When a schedule starts.
pub(crate) enum Expression {
    At(Timestamp),
    Again(Recurring, TimeZone),
}

impl Expression {
    /// The expression of a schedule in its time zone.
    pub(crate) fn parse(text: &str, zone: Option<&str>) -> Result<Self, Error> {
        let name = zone.unwrap_or("UTC");
        let zone = TimeZone::get(name).map_err(|_| Error::InvalidTimeZone(name.to_owned()))?;
        let parsed = match text.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')) {
            Some(at) => once(at, &zone),
            None => Recurring::parse(text).map(|again| Expression::Again(again, zone)),
        };
        parsed.ok_or_else(|| Error::InvalidExpression(text.to_owned()))
    }

    /// The first start from `after` on, which isn't before the start of the schedule and not after its end.
    pub(crate) fn next(&self, input: &ScheduleInput, after: Timestamp) -> Option<Timestamp> {
        let begins = input.start_date.map(|date| date.0);
        let next = match self {
            Expression::At(at) => Some(*at).filter(|at| after < *at),
            Expression::Again(rate @ Recurring::Rate(_), _) => match begins {
                Some(begins) if after < begins => Some(begins),
                Some(begins) => rate.next_after_due(begins, after),
                None => rate.next_after(after),
            },
            Expression::Again(cron @ Recurring::Cron(_), zone) => {
                let after = begins.map_or(after, |begins| after.max(begins));
                shifted(cron, zone, after)
            }
        };
        next.filter(|next| input.end_date.is_none_or(|end| *next <= end.0))
    }
}

/// `yyyy-mm-ddThh:mm:ss`, and nothing shorter.
fn once(at: &str, zone: &TimeZone) -> Option<Expression> {
    let at = DateTime::strptime("%Y-%m-%dT%H:%M:%S", at).ok().filter(|_| at.len() == AT_LENGTH)?;
    let at = zone.to_timestamp(at).ok()?;
    Some(Expression::At(Timestamp::from_millis(at.as_millisecond())))
}

/// A cron expression counts in the civil time of its zone.
fn shifted(cron: &Recurring, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let instant = jiff::Timestamp::from_millisecond(after.as_millis()).ok()?;
    let civil = TimeZone::UTC.to_timestamp(zone.to_datetime(instant)).ok()?;
    let next = cron.next_after(Timestamp::from_millis(civil.as_millisecond()))?;
    let next = jiff::Timestamp::from_millisecond(next.as_millis()).ok()?;
    let next = zone.to_timestamp(TimeZone::UTC.to_datetime(next)).ok()?;
    // An hour that comes twice in autumn is had once.
    let next = Timestamp::from_millis(next.as_millisecond());
    if after < next { Some(next) } else { cron_after(cron, zone, next) }
}

/// The next start in the zone behind one that lies in the hour that came twice.
fn cron_after(cron: &Recurring, zone: &TimeZone, last: Timestamp) -> Option<Timestamp> {
    shifted(cron, zone, last.after(std::time::Duration::from_secs(2 * 60 * 60)))
}

/// Starts the schedules whose time has come; tells when the next one is.
pub(crate) async fn start_due(room: &Room, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    loop {
        let timers = tables::timers(&*room.store, TIMERS_AT_ONCE).await?;
        for (due, name) in &timers {
            if now < *due {
                return Ok(Some(*due));
            }
            if let Some(found) = tables::schedule(&*room.store, name).await?
                && found.value.due == Some(*due)
            {
                start(room, name, &found, *due, now).await?;
            }
        }
        if timers.is_empty() {
            return Ok(None);
        }
    }
}

async fn start(
    room: &Room,
    name: &ScheduleName,
    found: &Found<Schedule>,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let input = &found.value.input;
    let zone = input.schedule_expression_timezone.as_deref();
    // What was understood when it was made is understood by every later release.
    let expression = Expression::parse(&input.schedule_expression, zone).ok();
    let next = expression.and_then(|expression| match &expression {
        Expression::Again(rate @ Recurring::Rate(_), _) => {
            let next = rate.next_after_due(due, now);
            next.filter(|next| input.end_date.is_none_or(|end| *next <= end.0))
        }
        _ => expression.next(input, now.max(due)),
    });
    let is_over = next.is_none();
    let mut batch = match input.action_after_completion {
        Some(ActionAfterCompletion::Delete) if is_over => tables::removal(found, name),
        _ => tables::change(found, name, Schedule { due: next, ..found.value.clone() }),
    };
    let place = Place { due: now, id: room.house.entropy().next_u64() };
    put_delivery(&mut batch, place, delivery(room, name, &input.target, due, now));
    match room.store.commit(batch).await {
        // A request has changed the schedule meanwhile, and moved its timer along.
        Ok(()) | Err(store::Error::PreconditionFailed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn delivery(
    room: &Room,
    name: &ScheduleName,
    target: &ScheduleTarget,
    due: Timestamp,
    now: Timestamp,
) -> Delivery {
    let id = room.house.uuid();
    let (region, account) = name.scope.place();
    let scheduled = json!({
        "version": "0", "id": id, "detail-type": "Scheduled Event", "source": "aws.scheduler",
        "account": account, "time": seconds(due), "region": region, "resources": [name.arn()],
        "detail": "{}",
    });
    let payload = match &target.input {
        None => scheduled.to_string(),
        Some(input) => input
            .replace("<aws.scheduler.schedule-arn>", &name.arn())
            .replace("<aws.scheduler.scheduled-time>", &seconds(due))
            .replace("<aws.scheduler.execution-id>", &id)
            .replace("<aws.scheduler.attempt-number>", "1"),
    };
    let event = match (&target.event_bridge_parameters, BusName::of_arn(&target.arn)) {
        (Some(parameters), Some(_)) => Facts {
            id: &id,
            detail_type: &parameters.detail_type,
            source: &parameters.source,
            time: due,
            resources: vec![name.arn()],
            detail: Value::parse(&payload).unwrap_or_else(|_| Value::empty_object()),
        }
        .to_event(&name.scope)
        .to_string(),
        _ => payload.clone(),
    };
    Delivery {
        rule_arn: name.arn(),
        scope: name.scope.as_str().to_owned(),
        target: Target {
            id: name.name.clone(),
            arn: target.arn.clone(),
            role_arn: Some(target.role_arn.clone()),
            sqs_parameters: target.sqs_parameters.clone(),
            dead_letter_config: target.dead_letter_config.clone(),
            retry_policy: target.retry_policy.clone(),
            ..Target::default()
        },
        event,
        payload,
        created_at: now,
        attempts: 0,
        hops: 0,
    }
}

/// Whether a schedule with that state starts at all.
pub(crate) fn first(input: &ScheduleInput, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let text = &input.schedule_expression;
    let zone = input.schedule_expression_timezone.as_deref();
    let expression = Expression::parse(text, zone)?;
    let is_enabled = input.state != Some(ScheduleState::Disabled);
    Ok(expression.next(input, now).filter(|_| is_enabled))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(text: &str, zone: &str, after: &str) -> String {
        let expression = Expression::parse(text, Some(zone)).expect("parses");
        let target = json!({"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "RoleArn": "r"});
        let input = json!({
            "Name": "n", "ScheduleExpression": text, "Target": target,
            "FlexibleTimeWindow": {"Mode": "OFF"},
        });
        let input = aws::decode(input.to_string().as_bytes()).expect("is one");
        let after = Timestamp::parse_rfc3339(after).expect("an instant");
        expression.next(&input, after).map_or("never".to_owned(), seconds)
    }

    #[test]
    fn a_cron_expression_counts_in_its_time_zone() {
        let nine = "cron(0 9 * * ? *)";
        assert_eq!(next(nine, "Europe/Berlin", "2026-01-10T00:00:00Z"), "2026-01-10T08:00:00Z");
        assert_eq!(next(nine, "Europe/Berlin", "2026-07-10T00:00:00Z"), "2026-07-10T07:00:00Z");
        assert_eq!(next(nine, "UTC", "2026-07-10T09:00:00Z"), "2026-07-11T09:00:00Z");
    }

    #[test]
    fn an_hour_that_comes_twice_is_had_once() {
        let half = "cron(30 2 * * ? *)";
        let first = next(half, "Europe/Berlin", "2026-10-24T12:00:00Z");
        assert_eq!(first, "2026-10-25T00:30:00Z");
        assert_eq!(next(half, "Europe/Berlin", &first), "2026-10-26T01:30:00Z");
        assert_eq!(next(half, "Europe/Berlin", "2026-10-25T01:10:00Z"), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn one_time_is_one_time() {
        let at = "at(2026-11-23T10:00:00)";
        assert_eq!(next(at, "America/New_York", "2026-11-01T00:00:00Z"), "2026-11-23T15:00:00Z");
        assert_eq!(next(at, "UTC", "2026-11-23T10:00:00Z"), "never");
        for other in ["at(soon)", "at(2030-01-01)", "at(20300101T000000)", "at(2030-01-01T00:00)"] {
            let refused = Expression::parse(other, None).err().expect("is none");
            assert_eq!(refused.to_string(), format!("Invalid Schedule Expression {other}."));
        }
        let refused = Expression::parse(at, Some("Mars/Olympus")).err().expect("is no zone");
        assert_eq!(refused.to_string(), "Invalid Schedule Expression Timezone Mars/Olympus.");
    }
}
