//! `util.time`: instants as ISO 8601, as seconds and milliseconds, and after Java's patterns.

mod pattern;

use base::Timestamp;
use jiff::tz::{Offset, TimeZone};
use json::Value;

use super::Table;
use crate::call::{Args, Call};
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("nowISO8601", |call, _| Ok(call.now.to_string().into())),
    ("nowEpochSeconds", |call, _| Ok(seconds(call.now.as_millis()))),
    ("nowEpochMilliSeconds", |call, _| Ok(call.now.as_millis().into())),
    ("nowFormatted", now_formatted),
    ("parseFormattedToEpochMilliSeconds", |_, args| parse_formatted(args)),
    ("parseISO8601ToEpochMilliSeconds", |_, args| parse_iso_8601(args)),
    ("epochMilliSecondsToSeconds", |_, args| {
        Ok(seconds(args.integer(0, "epochMilliSecondsToSeconds")?))
    }),
    ("epochMilliSecondsToISO8601", |_, args| {
        let millis = args.integer(0, "epochMilliSecondsToISO8601")?;
        Ok(Timestamp::from_millis(millis).to_string().into())
    }),
    ("epochMilliSecondsToFormatted", |_, args| {
        let function = "epochMilliSecondsToFormatted";
        let zone = zone(args, 2, function)?.unwrap_or(TimeZone::UTC);
        format(args.integer(0, function)?, args.string(1, function)?, zone, function)
    }),
];

fn seconds(millis: i64) -> Value {
    millis.div_euclid(1000).into()
}

fn fault(function: &str, what: &str) -> Failure {
    Failure::fault(format!("{function}: {what}"))
}

fn now_formatted(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    let function = "nowFormatted";
    let zone = zone(args, 1, function)?.unwrap_or(TimeZone::UTC);
    format(call.now.as_millis(), args.string(0, function)?, zone, function)
}

fn format(millis: i64, pattern: &str, zone: TimeZone, function: &str) -> Result<Value, Failure> {
    let instant = jiff::Timestamp::from_millisecond(millis)
        .map_err(|_| fault(function, &format!("{millis} is beyond the calendar")))?;
    let text =
        pattern::parse(pattern).and_then(|parts| pattern::format(&parts, &instant.to_zoned(zone)));
    text.map(Value::from).map_err(|message| fault(function, &message))
}

fn parse_formatted(args: Args<'_>) -> Result<Value, Failure> {
    let function = "parseFormattedToEpochMilliSeconds";
    let (text, pattern) = (args.string(0, function)?, args.string(1, function)?);
    let zone = zone(args, 2, function)?;
    let parts = pattern::parse(pattern).map_err(|message| fault(function, &message))?;
    let read = pattern::read(&parts, text, zone);
    let millis = read.map_err(|message| {
        fault(function, &format!("Text '{text}' could not be parsed: {message}"))
    })?;
    Ok(millis.into())
}

/// A time with an offset, or one that ends in `Z`.
fn parse_iso_8601(args: Args<'_>) -> Result<Value, Failure> {
    let function = "parseISO8601ToEpochMilliSeconds";
    let text = args.string(0, function)?;
    let instant: jiff::Timestamp =
        text.parse().map_err(|_| fault(function, &format!("Text '{text}' could not be parsed")))?;
    Ok(instant.as_millisecond().into())
}

fn zone(args: Args<'_>, place: usize, function: &str) -> Result<Option<TimeZone>, Failure> {
    let Some(value) = args.given(place) else { return Ok(None) };
    let name = value.as_str().unwrap_or_default();
    let zone = zone_named(name);
    zone.map(Some).ok_or_else(|| fault(function, &format!("Unknown time-zone ID: {name}")))
}

/// A name of the IANA database, or an offset (`+08:00`, `GMT+8`, `Z`).
fn zone_named(name: &str) -> Option<TimeZone> {
    let bare =
        ["UTC", "GMT", "UT"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    if bare.is_empty() || bare == "Z" {
        return (!name.is_empty()).then_some(TimeZone::UTC);
    }
    if bare.starts_with(['+', '-']) {
        let (offset, rest) = pattern::offset(bare)?;
        return rest.is_empty().then(|| Offset::from_seconds(offset).ok().map(TimeZone::fixed))?;
    }
    TimeZone::get(name).ok()
}
