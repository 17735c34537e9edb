//! `util.math`.

use json::{Number, Value};

use super::Table;
use crate::call::{Args, Call};
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("roundNum", |_, args| round_num(args)),
    ("minVal", |_, args| Ok(float(args.number(0, "minVal")?.min(args.number(1, "minVal")?)))),
    ("maxVal", |_, args| Ok(float(args.number(0, "maxVal")?.max(args.number(1, "maxVal")?)))),
    ("randomDouble", |call, _| Ok(float(call.entropy.next_unit()))),
    ("randomWithinRange", random_within_range),
];

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::NULL, Value::from)
}

/// Halves go up, as in Java's `Math.round`.
fn round_num(args: Args<'_>) -> Result<Value, Failure> {
    let number = args.number(0, "roundNum")?;
    Ok(Value::from((number + 0.5).floor() as i64))
}

/// An integer from the first argument up to, but not, the second.
fn random_within_range(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    let from = args.integer(0, "randomWithinRange")?;
    let to = args.integer(1, "randomWithinRange")?;
    let width = to.saturating_sub(from).max(1);
    Ok(Value::from(from.saturating_add((call.entropy.next_unit() * width as f64) as i64)))
}
