//! Values without parts as texts: in paths, queries, headers, forms and XML.

use base::Timestamp;
use models::{Shape, ShapeKind, TimestampFormat};
use serde_json::{Number, Value};

/// The value that a text stands for; `None` if it stands for none of that shape.
pub(super) fn read(shape: Shape, text: &str) -> Option<Value> {
    match shape.kind() {
        ShapeKind::Boolean => match text.trim() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        ShapeKind::Integer(_) => text.trim().parse::<i64>().ok().map(Value::from),
        ShapeKind::Float(_) => match text.trim() {
            // JSON has no such numbers; AWS's JSON protocols write their names.
            name @ ("NaN" | "Infinity" | "-Infinity") => Some(name.into()),
            number => number.parse().ok().and_then(Number::from_f64).map(Value::Number),
        },
        ShapeKind::Timestamp(_) => instant(text.trim()).map(epoch),
        ShapeKind::String(..) | ShapeKind::Blob(_) => Some(text.into()),
        ShapeKind::Document => serde_json::from_str(text).ok(),
        ShapeKind::Structure(_) | ShapeKind::List { .. } | ShapeKind::Map { .. } => None,
    }
}

/// The text of a value; instants as their shape or else their place wants them.
pub(super) fn write(shape: Shape, value: &Value, place: TimestampFormat) -> Option<String> {
    if let ShapeKind::Timestamp(format) = shape.kind() {
        let format = if format == TimestampFormat::Default { place } else { format };
        return Some(write_instant(instant_of(value)?, format));
    }
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value.to_string())
        }
    }
}

/// The instant in the JSON between rooms: seconds, or a text that names one.
pub(super) fn instant_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => {
            let millis = (seconds.as_f64()? * 1000.0).round();
            Some(Timestamp::from_millis(millis as i64))
        }
        Value::String(text) => instant(text),
        _ => None,
    }
}

/// Seconds since 1970, whole where they are.
pub(super) fn epoch(instant: Timestamp) -> Value {
    let millis = instant.as_millis();
    if millis % 1000 == 0 { (millis / 1000).into() } else { instant.as_epoch_seconds().into() }
}

pub(super) fn write_instant(instant: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Epoch => epoch(instant).to_string(),
        TimestampFormat::HttpDate => http_date(instant),
        TimestampFormat::Iso8601 | TimestampFormat::Default => {
            let text = instant.to_string();
            text.strip_suffix(".000Z").map_or(text.clone(), |seconds| format!("{seconds}Z"))
        }
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text)
        .or_else(|| instant_of(&Value::Number(text.parse().ok()?)))
        .or_else(|| {
            let date = jiff::fmt::rfc2822::parse(text).ok()?;
            Some(Timestamp::from_millis(date.timestamp().as_millisecond()))
        })
}

fn http_date(instant: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(instant.as_millis()).unwrap_or_default();
    instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
