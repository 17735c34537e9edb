//! Dates and times as pictures describe them (XPath 3.1 `format-dateTime`, in English and in UTC).

mod calendar;
mod format;
mod parse;
mod picture;

pub(crate) use calendar::millis_of;
pub(crate) use format::format;
pub(crate) use parse::parse;
pub(crate) use picture::Picture;

use crate::error::{Result, fault};

/// The instants that JavaScript's dates can hold.
const MILLIS_MAX: f64 = 8.64e15;

/// ISO 8601 with milliseconds.
pub(crate) const ISO_PICTURE: &str = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

pub(crate) fn in_range(millis: f64) -> Result<i64> {
    if MILLIS_MAX < millis.abs() {
        return Err(fault("D1001").value(&crate::value::Value::Number(millis)));
    }
    Ok(millis as i64)
}

/// The instant that an ISO 8601 text names; parts that are left out are the first there are.
pub(crate) fn parse_iso(text: &str) -> Option<f64> {
    let digits = |text: &str, count: usize| -> Option<i64> {
        let valid = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if valid { text.parse().ok() } else { None }
    };
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut millis = millis_of(year, month - 1, day);
    if let Some(time) = time {
        let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
        millis += parse_time(&time[..zone_at])? - parse_zone(&time[zone_at..])? * 60_000;
    }
    Some(millis as f64)
}

fn parse_time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let valid = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let millis: i64 = format!("{fraction:0<3}").get(..3).filter(|_| valid)?.parse().ok()?;
    let mut parts = clock.split(':');
    let mut part = |most: i64| -> Option<i64> {
        let part = parts.next()?;
        let valid = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|part| valid && *part <= most)
    };
    let (hours, minutes, seconds) = (part(24)?, part(59)?, part(59)?);
    (parts.next().is_none() && (hours < 24 || minutes + seconds + millis == 0))
        .then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis)
}

/// Minutes east of Greenwich.
fn parse_zone(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None if text.is_empty() || text == "Z" => return Some(0),
        None => (1, text.strip_prefix('+')?),
    };
    let digits = digits.replacen(':', "", 1);
    let valid = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| valid)?;
    (number / 100 < 24 && number % 100 < 60).then_some(sign * (number / 100 * 60 + number % 100))
}
