//! The functions on texts, and between texts and JSON.

use std::fmt::Write;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use json::Value;
use sha1::Digest;

use crate::intrinsic::Arguments;
use crate::java;

/// Developer guide, for Base64 and hashes.
const CHARACTERS_MAX: usize = 10_000;

/// As `java.util.Base64`: padding isn't asked for.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `{}` for each value; a backslash takes the meaning from `{`, `}`, `'` and itself. A brace by
/// itself is an error (reported: aws/aws-cdk#29261).
pub(super) fn format(template: &str, values: &[Value]) -> Result<Value, String> {
    let mut text = String::with_capacity(template.len());
    let mut left = values.iter();
    let mut characters = template.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some(c @ ('{' | '}' | '\'' | '\\')) => text.push(c),
                next => {
                    text.push('\\');
                    text.extend(next);
                }
            },
            '{' if characters.next_if_eq(&'}').is_some() => {
                let value = left.next().ok_or_else(wrong_count)?;
                java::print(value, &mut text);
            }
            '{' => return Err(lonely('{', '}')),
            '}' => return Err(lonely('}', '{')),
            c => text.push(c),
        }
    }
    if left.next().is_some() {
        return Err(wrong_count());
    }
    Ok(text.into())
}

fn lonely(brace: char, other: char) -> String {
    format!("Invalid template in States.Format: matching '{other}' not found for '{brace}'.")
}

fn wrong_count() -> String {
    "The number of arguments does not match the number of occurrences of {}".into()
}

pub(super) fn string_to_json(arguments: &Arguments) -> Result<Value, String> {
    let text = arguments.text(0)?;
    Value::parse(text).map_err(|error| format!("'{text}' is not valid JSON: {error}"))
}

/// Every character of the second argument separates; empty pieces are dropped (recorded:
/// `string_split`).
pub(super) fn string_split(arguments: &Arguments) -> Result<Value, String> {
    let (text, separators) = (arguments.text(0)?, arguments.text(1)?);
    let pieces = text.split(|c| separators.contains(c));
    Ok(Value::array(pieces.filter(|piece| !piece.is_empty()).map(Value::from)))
}

pub(super) fn base64_encode(arguments: &Arguments) -> Result<Value, String> {
    let text = short(arguments.text(0)?)?;
    Ok(BASE64.encode(text).into())
}

pub(super) fn base64_decode(arguments: &Arguments) -> Result<Value, String> {
    let text = short(arguments.text(0)?)?;
    let bytes = BASE64.decode(text).map_err(|error| format!("Not valid Base64: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}

/// Of a text its own hash, of other values that of their JSON.
pub(super) fn hash(arguments: &Arguments) -> Result<Value, String> {
    let data = arguments.get(0);
    let json = data.to_string();
    let data = short(data.as_str().unwrap_or(&json))?;
    Ok(match arguments.text(1)? {
        "MD5" => hex(&md5::Md5::digest(data)),
        "SHA-1" => hex(&sha1::Sha1::digest(data)),
        "SHA-256" => hex(&sha2::Sha256::digest(data)),
        "SHA-384" => hex(&sha2::Sha384::digest(data)),
        "SHA-512" => hex(&sha2::Sha512::digest(data)),
        other => return Err(format!("'{other}' is not a supported hashing algorithm")),
    })
}

fn hex(bytes: &[u8]) -> Value {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}

fn short(text: &str) -> Result<&str, String> {
    if java::length(text) <= CHARACTERS_MAX {
        return Ok(text);
    }
    Err(format!("The input has more than {CHARACTERS_MAX} characters"))
}

/// Members of the second object win; AWS has no deep merge.
pub(super) fn json_merge(arguments: &Arguments) -> Result<Value, String> {
    let (first, second) = (arguments.object(0)?, arguments.object(1)?);
    match arguments.get(2).as_bool() {
        Some(false) => {}
        Some(true) => {
            return Err("Deep merging is not supported: the third argument must be false".into());
        }
        None => return Err(arguments.wrong(2, "a boolean")),
    }
    let mut merged = first.to_object().unwrap_or_default();
    for (key, member) in second.entries() {
        merged.insert(key, member);
    }
    Ok(merged.into())
}
