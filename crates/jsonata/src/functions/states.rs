//! The functions that Step Functions adds to the language (reference §4.5).

use json::{Scanner, Token};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::error::{Fault, Result, TOO_DEEP, bound, fault};
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row};
use crate::limits::LEVELS_MAX;
use crate::value::{List, Value};

pub(super) const ROWS: &[Row] = &[
    ("partition", "<an?:a<a>>", 2, partition),
    ("range", "<nnn?:a<n>>", 3, range),
    ("hash", "<s-s?:s>", 2, hash),
    ("random", "<n?:n>", 1, |this, arguments| {
        let number = match arguments.number(0)? {
            Some(seed) => java_random(seed as i64),
            None => this.entropy.next_unit(),
        };
        Ok(Value::Number(number))
    }),
    ("uuid", "<:s>", 0, |this, _| {
        let uuid = this.entropy.uuid();
        this.text(uuid)
    }),
    ("parse", "<s-:x>", 1, parse),
];

/// These functions fail as `$error` does.
fn failed(message: impl Into<String>) -> Box<Fault> {
    fault("D3137").with("message", message.into())
}

fn partition(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(view) = arguments.value(0).view() else { return Ok(Value::Undefined) };
    // AWS cuts fractions off, towards zero.
    let size = arguments.number(1)?.map_or(view.len() as f64, f64::trunc);
    if size < 0.0 {
        return Err(failed("Second argument must be zero or greater"));
    }
    if size == 0.0 || view.len() == 0 {
        return Ok(Value::Undefined);
    }
    let mut items = view.iter();
    let mut parts = this.list()?;
    loop {
        let mut part = List::new(&this.meter)?;
        items.by_ref().take(size as usize).try_for_each(|item| part.push(item))?;
        if part.len() == 0 {
            break;
        }
        parts.push(part.array())?;
    }
    this.meter.work(view.len() as u64)?;
    Ok(parts.array())
}

fn range(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let numbers = (arguments.number(0)?, arguments.number(1)?, arguments.number(2)?);
    let (Some(start), Some(end), Some(step)) = numbers else { return Ok(Value::Undefined) };
    let (start, end, step) = (start.trunc(), end.trunc(), step.trunc());
    let mut list = this.list()?;
    if step != 0.0 {
        let last = ((end - start) / step).floor();
        let mut place = 0.0;
        while place <= last {
            this.meter.work(1)?;
            list.push(Value::Number(start + place * step))?;
            place += 1.0;
        }
    }
    // A sequence: one number stands for itself, none for nothing.
    Ok(list.sequence())
}

fn hash(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let (Some(text), Some(algorithm)) = (arguments.text(0), arguments.text(1)) else {
        return Ok(Value::Undefined);
    };
    this.meter.work(1 + text.len() as u64 / 16)?;
    let digest = match algorithm {
        "MD5" => Md5::digest(text).to_vec(),
        "SHA-1" => Sha1::digest(text).to_vec(),
        "SHA-256" => Sha256::digest(text).to_vec(),
        "SHA-384" => Sha384::digest(text).to_vec(),
        "SHA-512" => Sha512::digest(text).to_vec(),
        _ => {
            return Err(failed(format!(
                "Unsupported hash algorithm: {algorithm}. Supported algorithms: MD5, SHA-1, SHA-256, SHA-384, SHA-512"
            )));
        }
    };
    this.text(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// `new java.util.Random(seed).nextDouble()`.
fn java_random(seed: i64) -> f64 {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let mut state = (seed as u64 ^ MULTIPLIER) & MASK;
    let mut next = |bits: u32| {
        state = state.wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK;
        state >> (48 - bits)
    };
    let high = next(26);
    ((high << 27) + next(27)) as f64 / (1_u64 << 53) as f64
}

fn parse(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
    this.meter.work(1 + text.len() as u64 / 8)?;
    this.meter.charge(text.len()).map(drop)?;
    let invalid = |reason: &str| failed(format!("Invalid JSON: {reason}"));
    let value = json::Value::parse(text).map_err(|error| invalid(&error.message))?;
    if value.is_deeper_than(LEVELS_MAX.into()) {
        return Err(bound(TOO_DEEP));
    }
    if keys(text) != members(&value) {
        return Err(invalid("Duplicate field"));
    }
    normalized(&value).map(Value::Json).ok_or_else(|| invalid("Number out of range"))
}

/// How many keys stand in a JSON text.
fn keys(text: &str) -> usize {
    let mut scanner = Scanner::new(text);
    let mut keys = 0;
    while let Ok(token) = scanner.token() {
        match token {
            Token::End => break,
            Token::Colon => keys += 1,
            _ => {}
        }
    }
    keys
}

/// How many members objects have in here: fewer than keys if one was repeated.
fn members(value: &json::Value) -> usize {
    let items = value.items().map(|item| members(&item)).sum::<usize>();
    let within = value.entries().map(|(_, member)| 1 + members(&member)).sum::<usize>();
    items + within
}

/// As AWS reads numbers: whole ones exactly while they fit 64 bits, others as doubles, so that `1.0`
/// is `1`. `None` if a number is too large for a double.
fn normalized(value: &json::Value) -> Option<json::Value> {
    match value.kind() {
        json::Kind::Number => {
            if value.as_i64().is_some() {
                return Some(value.clone());
            }
            json::Number::from_f64(value.as_f64()?).map(json::Value::from)
        }
        json::Kind::Array => {
            let items: Vec<_> = value.items().collect();
            let changed: Option<Vec<_>> = items.iter().map(normalized).collect();
            let changed = changed?;
            let same = items.iter().zip(&changed).all(|(old, new)| unchanged(old, new));
            Some(if same { value.clone() } else { changed.into() })
        }
        json::Kind::Object => {
            let members: Vec<_> = value.entries().collect();
            let changed: Option<Vec<_>> =
                members.iter().map(|(_, member)| normalized(member)).collect();
            let changed = changed?;
            let same = members.iter().zip(&changed).all(|((_, old), new)| unchanged(old, new));
            if same {
                return Some(value.clone());
            }
            let members = members.into_iter().zip(changed);
            Some(json::Value::object(members.map(|((key, _), member)| (key, member))))
        }
        json::Kind::Null | json::Kind::Bool | json::Kind::String => Some(value.clone()),
    }
}

fn unchanged(old: &json::Value, new: &json::Value) -> bool {
    old.is_same(new)
        || (old.kind() != json::Kind::Number
            && !matches!(old.kind(), json::Kind::Array | json::Kind::Object))
}
