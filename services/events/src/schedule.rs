//! Schedule expressions: `rate(5 minutes)`, `cron(0 18 ? * MON-FRI *)`.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>

mod cron;

use std::time::Duration;

use base::Timestamp;

use cron::Cron;

/// When a rule starts by itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Schedule {
    Rate(Duration),
    Cron(Box<Cron>),
}

impl Schedule {
    /// The schedule that an expression means; `None` if it means none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(rate) = inner("rate") {
            return self::rate(rate).map(Schedule::Rate);
        }
        Cron::parse(inner("cron")?).map(|cron| Schedule::Cron(Box::new(cron)))
    }

    /// The first start after an instant; `None` if there will be none.
    pub(crate) fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        match self {
            Schedule::Rate(interval) => Some(instant.after(*interval)),
            Schedule::Cron(cron) => cron.next_after(instant),
        }
    }

    /// The start after one that was due then and has been made now. Starts that a pause of the process has missed are
    /// one start.
    pub(crate) fn next_after_due(&self, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
        match self {
            Schedule::Rate(interval) => {
                let missed = now.since(due).as_millis() / interval.as_millis();
                let ahead = interval.as_millis() * (missed + 1);
                Some(due.after(Duration::from_millis(u64::try_from(ahead).ok()?)))
            }
            Schedule::Cron(cron) => cron.next_after(now.max(due)),
        }
    }
}

/// `5 minutes`, `1 hour`: one takes the singular, more the plural.
fn rate(text: &str) -> Option<Duration> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count: u64 = count.parse().ok().filter(|count| 0 < *count)?;
    let unit = match (unit.trim(), count) {
        ("minute", 1) | ("minutes", 2..) => 60,
        ("hour", 1) | ("hours", 2..) => 60 * 60,
        ("day", 1) | ("days", 2..) => 24 * 60 * 60,
        _ => return None,
    };
    Some(Duration::from_secs(count.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_count_minutes_hours_and_days() {
        let next = |text| {
            let schedule = Schedule::parse(text).expect("parses");
            schedule.next_after(Timestamp::from_millis(0)).expect("goes on").as_millis()
        };
        assert_eq!(next("rate(1 minute)"), 60_000);
        assert_eq!(next("rate(5 minutes)"), 300_000);
        assert_eq!(next("rate(2 days)"), 172_800_000);
        for text in ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(x)", "every day"]
        {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_missed_is_one_start() {
        let schedule = Schedule::parse("rate(1 minute)").expect("parses");
        let at = Timestamp::from_millis;
        assert_eq!(schedule.next_after_due(at(60_000), at(60_010)), Some(at(120_000)));
        assert_eq!(schedule.next_after_due(at(60_000), at(250_000)), Some(at(300_000)));
    }
}
