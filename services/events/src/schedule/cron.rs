//! Cron expressions of six fields, in UTC: minutes, hours, day of month, month, day of week, year.

use base::Timestamp;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const YEARS: (i16, i16) = (1970, 2199);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cron {
    minutes: Vec<i16>,
    hours: Vec<i16>,
    days: Days,
    months: Vec<i16>,
    years: Vec<i16>,
}

/// One of the two fields of days says `?`, and the other one which days.
#[derive(Clone, Debug, PartialEq)]
enum Days {
    OfMonth(Vec<i16>),
    /// `L`, or `L-3`.
    FromLast(i16),
    /// `15W`: the weekday next to it.
    NearestWeekday(i16),
    /// `LW`
    LastWeekday,
    /// 1 is Sunday.
    OfWeek(Vec<i16>),
    /// `5L`: the last one of the month.
    LastOfWeek(i16),
    /// `6#3`: the third one of the month.
    NthOfWeek(i16, i8),
}

impl Cron {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, of_month, months, of_week, years] = fields[..] else { return None };
        let days = match (of_month, of_week) {
            ("?", of_week) => days_of_week(of_week)?,
            (of_month, "?") => days_of_month(of_month)?,
            _ => return None,
        };
        Some(Cron {
            minutes: numbers(minutes, (0, 59), &[])?,
            hours: numbers(hours, (0, 23), &[])?,
            days,
            months: numbers(months, (1, 12), &MONTHS)?,
            years: numbers(years, YEARS, &[])?,
        })
    }

    pub(super) fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let instant = jiff::Timestamp::from_millisecond(instant.as_millis()).ok()?;
        let now = TimeZone::UTC.to_datetime(instant);
        let mut day = now.date();
        // The minute after this one, if it is still of today.
        let mut from = Some((i16::from(now.hour()), i16::from(now.minute()) + 1));
        while day.year() <= YEARS.1 {
            if self.holds(day)
                && let Some((hour, minute)) = self.first_time(from)
            {
                let at = day.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
                let at = TimeZone::UTC.to_timestamp(at).ok()?;
                return Some(Timestamp::from_millis(at.as_millisecond()));
            }
            from = None;
            day = self.day_after(day)?;
        }
        None
    }

    /// The next day that isn't in a month or year that is none of ours.
    fn day_after(&self, day: Date) -> Option<Date> {
        if !self.years.contains(&day.year()) {
            return Some(date(day.year() + 1, 1, 1));
        }
        if !self.months.contains(&i16::from(day.month())) {
            return day.last_of_month().tomorrow().ok();
        }
        day.tomorrow().ok()
    }

    fn holds(&self, day: Date) -> bool {
        self.years.contains(&day.year())
            && self.months.contains(&i16::from(day.month()))
            && self.days.holds(day)
    }

    /// The first time of a day that isn't before `from`.
    fn first_time(&self, from: Option<(i16, i16)>) -> Option<(i16, i16)> {
        let (from_hour, from_minute) = from.unwrap_or_default();
        let minute = self.minutes.iter().find(|minute| from_minute <= **minute);
        if let Some(minute) = minute.filter(|_| self.hours.contains(&from_hour)) {
            return Some((from_hour, *minute));
        }
        let hour = self.hours.iter().find(|hour| from_hour < **hour)?;
        Some((*hour, *self.minutes.first()?))
    }
}

impl Days {
    fn holds(&self, day: Date) -> bool {
        let of_month = i16::from(day.day());
        let last = i16::from(day.days_in_month());
        match self {
            Days::OfMonth(days) => days.contains(&of_month),
            Days::FromLast(before) => of_month == last - before,
            Days::NearestWeekday(wanted) => of_month == nearest_weekday(day, (*wanted).min(last)),
            Days::LastWeekday => of_month == nearest_weekday(day, last),
            Days::OfWeek(days) => days.contains(&of_week(day)),
            Days::LastOfWeek(wanted) => of_week(day) == *wanted && last < of_month + 7,
            Days::NthOfWeek(wanted, nth) => {
                of_week(day) == *wanted && (of_month - 1) / 7 + 1 == i16::from(*nth)
            }
        }
    }
}

/// 1 is Sunday.
fn of_week(day: Date) -> i16 {
    i16::from(day.weekday().to_sunday_one_offset())
}

/// The weekday next to a day of the same month as `day`, in that month.
fn nearest_weekday(day: Date, wanted: i16) -> i16 {
    let last = i16::from(day.days_in_month());
    let Ok(of_month) = i8::try_from(wanted) else { return wanted };
    match date(day.year(), day.month(), of_month).weekday() {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == last => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    }
}

fn days_of_month(text: &str) -> Option<Days> {
    if text == "LW" {
        return Some(Days::LastWeekday);
    }
    if let Some(before) = text.strip_prefix('L') {
        let before = before.strip_prefix('-').map_or(Some(0), |before| before.parse().ok())?;
        let is_whole = text == "L" || text.starts_with("L-");
        return ((0..=30).contains(&before) && is_whole).then_some(Days::FromLast(before));
    }
    if let Some(day) = text.strip_suffix('W') {
        let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
        return Some(Days::NearestWeekday(day));
    }
    numbers(text, (1, 31), &[]).map(Days::OfMonth)
}

fn days_of_week(text: &str) -> Option<Days> {
    let bounds = (1, 7);
    if let Some((day, nth)) = text.split_once('#') {
        let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
        return Some(Days::NthOfWeek(number(day, bounds, &DAYS)?, nth));
    }
    match text.strip_suffix('L') {
        Some("") => Some(Days::OfWeek(vec![7])),
        Some(day) => Some(Days::LastOfWeek(number(day, bounds, &DAYS)?)),
        None => numbers(text, bounds, &DAYS).map(Days::OfWeek),
    }
}

/// The numbers of a field, in order: `*`, `1,5`, `1-5`, `0/15`, `MON-FRI`.
fn numbers(text: &str, bounds: (i16, i16), names: &[&str]) -> Option<Vec<i16>> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse().ok().filter(|step| 0 < *step)?)),
            None => (part, None),
        };
        let (low, high) = match range.split_once('-') {
            Some((low, high)) => (number(low, bounds, names)?, number(high, bounds, names)?),
            None if range == "*" => bounds,
            None => {
                let low = number(range, bounds, names)?;
                (low, if step.is_some() { bounds.1 } else { low })
            }
        };
        let step = usize::try_from(step.unwrap_or(1_i16)).ok()?;
        match low <= high {
            true => all.extend((low..=high).step_by(step)),
            // `FRI-MON` goes over the end.
            false => all.extend((low..=bounds.1).chain(bounds.0..=high).step_by(step)),
        }
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

fn number(text: &str, (low, high): (i16, i16), names: &[&str]) -> Option<i16> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        // Names begin at 1, like their numbers.
        Some(at) => i16::try_from(at).ok()? + 1,
        None => text.parse().ok()?,
    };
    (low..=high).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The starts after an instant.
    fn starts(cron: &str, after: &str, count: usize) -> Vec<String> {
        let cron = Cron::parse(cron).unwrap_or_else(|| panic!("{cron} is a cron expression"));
        let mut at = Timestamp::parse_rfc3339(after);
        let next = || {
            at = at.and_then(|at| cron.next_after(at));
            at.map(|at| at.to_string()[..16].to_owned())
        };
        std::iter::from_fn(next).take(count).collect()
    }

    #[test]
    fn starts_are_found_minute_by_minute() {
        let after = "2024-02-28T10:07:30Z";
        assert_eq!(
            starts("0/15 * * * ? *", after, 3),
            ["2024-02-28T10:15", "2024-02-28T10:30", "2024-02-28T10:45"]
        );
        assert_eq!(
            starts("0 18 ? * MON-FRI *", after, 4),
            ["2024-02-28T18:00", "2024-02-29T18:00", "2024-03-01T18:00", "2024-03-04T18:00"]
        );
        assert_eq!(starts("7 10 * * ? *", after, 1), ["2024-02-29T10:07"], "this one has been");
        assert_eq!(starts("15,45 8-9 1 1 ? 2025", after, 9).len(), 4, "then never again");
    }

    #[test]
    fn days_are_counted_from_both_ends() {
        let after = "2024-02-01T00:00:00Z";
        assert_eq!(starts("0 0 L * ? *", after, 2), ["2024-02-29T00:00", "2024-03-31T00:00"]);
        assert_eq!(starts("0 0 L-2 * ? *", after, 1), ["2024-02-27T00:00"]);
        assert_eq!(starts("0 0 3W * ? *", after, 2), ["2024-02-02T00:00", "2024-03-04T00:00"]);
        assert_eq!(starts("0 0 1W 6 ? *", after, 1), ["2024-06-03T00:00"]);
        assert_eq!(starts("0 0 LW 3 ? *", after, 1), ["2024-03-29T00:00"]);
        assert_eq!(starts("0 0 ? * 6L *", after, 1), ["2024-02-23T00:00"]);
        assert_eq!(starts("0 0 ? * 3#2 *", after, 1), ["2024-02-13T00:00"]);
        assert_eq!(starts("0 0 ? * TUE#1 *", after, 1), ["2024-02-06T00:00"]);
        assert_eq!(starts("0 0 29 2 ? *", "2024-03-01T00:00:00Z", 1), ["2028-02-29T00:00"]);
    }

    #[test]
    fn what_is_no_expression_is_none() {
        for text in [
            "* * * * * *",
            "0 18 ? * ? *",
            "0 18 ? * MON-FRI",
            "60 * * * ? *",
            "0 24 * * ? *",
            "0 0 32 * ? *",
            "0 0 ? * 8 *",
            "0 0 ? FOO MON *",
            "0/0 * * * ? *",
            "0 0 Lx * ? *",
            "0 0 1 1 ? 1969",
            "",
        ] {
            assert_eq!(Cron::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_that_never_comes_has_no_start() {
        assert_eq!(starts("0 0 30 2 ? *", "2024-01-01T00:00:00Z", 1), Vec::<String>::new());
        assert_eq!(starts("0 0 1 1 ? 2020", "2024-01-01T00:00:00Z", 1), Vec::<String>::new());
    }
}
