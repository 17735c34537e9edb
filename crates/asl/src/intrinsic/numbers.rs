//! The functions on numbers.

use std::cell::RefCell;

use base::Entropy;
use json::Value;

use crate::intrinsic::Arguments;
use crate::java::Random;

/// Both terms are rounded first (recorded: `math_add`). The guide bounds the terms, not their sum; whether AWS's
/// overflows isn't known, so it is the sum.
pub(super) fn add(arguments: &Arguments) -> Result<Value, String> {
    Ok((integer(arguments, 0)? + integer(arguments, 1)?).into())
}

/// From the first argument, inclusive, to the second, exclusive. With a seed always the same:
/// `java.util.Random`'s, as AWS's `$random(seed)` is (measured: floci-io/floci#2662); that
/// `States.MathRandom` draws `nextInt` from it is an assumption.
pub(super) fn random(arguments: &Arguments, entropy: &RefCell<Entropy>) -> Result<Value, String> {
    let (start, end) = (integer(arguments, 0)?, integer(arguments, 1)?);
    if end <= start {
        return Err("The start number must be less than the end number".into());
    }
    let width = end - start;
    let offset = match arguments.0.get(2) {
        None => (entropy.borrow_mut().next_unit() * width as f64) as i64,
        Some(_) => Random::new(arguments.integer(2)?).next_below(width),
    };
    Ok((start + offset).into())
}

/// Developer guide: numbers are 32-bit integers.
fn integer(arguments: &Arguments, place: usize) -> Result<i64, String> {
    let integer = arguments.integer(place)?;
    match i32::try_from(integer) {
        Ok(_) => Ok(integer),
        Err(_) => Err(format!("{integer} is not between {} and {}", i32::MIN, i32::MAX)),
    }
}
