//! `util` itself: errors, checks, texts, ids.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use json::{Kind, Value};
use velocity::Regex;

use super::Table;
use crate::call::{Args, Call, text_of};
use crate::java;
use crate::outcome::{Failure, LogLevel, LogLine};

pub const TABLE: Table = &[
    ("error", |_, args| Err(failure(args))),
    ("appendError", append_error),
    ("unauthorized", |_, _| Err(Failure::unauthorized())),
    ("validate", |_, args| validate(args)),
    ("authType", |call, _| Ok(call.context.auth_type().into())),
    ("isNull", |_, args| Ok(args.value(0).is_null().into())),
    ("isNullOrEmpty", |_, args| Ok(is_null_or_empty(args.value(0)).into())),
    ("isNullOrBlank", |_, args| Ok(is_null_or_blank(args.value(0)).into())),
    ("defaultIfNull", |_, args| Ok(default_if(args, Value::is_null))),
    ("defaultIfNullOrEmpty", |_, args| Ok(default_if(args, is_null_or_empty))),
    ("defaultIfNullOrBlank", |_, args| Ok(default_if(args, is_null_or_blank))),
    ("isString", |_, args| Ok((args.value(0).kind() == Kind::String).into())),
    ("isNumber", |_, args| Ok((args.value(0).kind() == Kind::Number).into())),
    ("isBoolean", |_, args| Ok((args.value(0).kind() == Kind::Bool).into())),
    ("isList", |_, args| Ok((args.value(0).kind() == Kind::Array).into())),
    ("isMap", |_, args| Ok((args.value(0).kind() == Kind::Object).into())),
    ("typeOf", |_, args| Ok(type_name(args.value(0)).into())),
    ("matches", |_, args| matches(args)),
    ("parseJson", |_, args| Ok(parsed(args.value(0)))),
    ("toJson", |_, args| Ok(args.value(0).to_string().into())),
    ("urlEncode", |_, args| Ok(java::url_encode(&args.text(0)).into())),
    ("urlDecode", |_, args| url_decode(args)),
    ("base64Encode", |_, args| Ok(BASE64.encode(args.text(0)).into())),
    ("base64Decode", |_, args| base64_decode(args)),
    ("escapeJavaScript", |_, args| Ok(java::escape_ecma_script(&args.text(0)).into())),
    ("autoId", |call, _| Ok(call.entropy.uuid().into())),
    ("autoUlid", |call, _| Ok(auto_ulid(call).into())),
    ("autoKsuid", |call, _| Ok(auto_ksuid(call).into())),
];

/// `util.log`.
pub const LOG_TABLE: Table = &[
    ("info", |call, args| Ok(log(call, args, LogLevel::Info))),
    ("error", |call, args| Ok(log(call, args, LogLevel::Error))),
    ("debug", |call, args| Ok(log(call, args, LogLevel::Debug))),
];

/// `(message[, type[, data[, errorInfo]]])`.
fn failure(args: Args<'_>) -> Failure {
    Failure {
        message: args.text(0),
        error_type: args.given(1).map(text_of),
        data: args.value(2).clone(),
        error_info: args.value(3).clone(),
    }
}

fn append_error(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    call.effects.errors.push(failure(args));
    Ok(Value::NULL)
}

/// `(condition, message[, type[, data]])`.
fn validate(args: Args<'_>) -> Result<Value, Failure> {
    if args.value(0).as_bool() == Some(true) {
        return Ok(Value::NULL);
    }
    let mut failure = failure(Args(args.0.get(1..).unwrap_or_default()));
    failure.error_type.get_or_insert_with(|| Failure::CUSTOM_TEMPLATE.to_owned());
    Err(failure)
}

/// Amplify asks it of maps and lists too, so those count as empty without members.
pub fn is_null_or_empty(value: &Value) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::String => value.as_str() == Some(""),
        Kind::Array | Kind::Object => value.is_empty(),
        Kind::Bool | Kind::Number => false,
    }
}

pub fn is_null_or_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn default_if(args: Args<'_>, lacks: fn(&Value) -> bool) -> Value {
    args.value(if lacks(args.value(0)) { 1 } else { 0 }).clone()
}

/// What `typeOf` answers.
pub fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Null => "Null",
        Kind::Bool => "Boolean",
        Kind::Number => "Number",
        Kind::String => "String",
        Kind::Array => "List",
        Kind::Object => "Map",
    }
}

/// Whether a Java regular expression matches the whole text.
fn matches(args: Args<'_>) -> Result<Value, Failure> {
    let (pattern, text) = (args.string(0, "matches")?, args.text(1));
    let matches = Regex::of(pattern).is_full_match(&text);
    matches.map(Value::from).map_err(|error| Failure::fault(error.to_string()))
}

/// `null` for what isn't the text of JSON. Amplify relies on it: it asks
/// `$util.isList($util.parseJson($claim))` of claims that are plain words (amplify-cli#9466).
fn parsed(text: &Value) -> Value {
    text.as_str().and_then(|text| Value::parse(text).ok()).unwrap_or_default()
}

fn url_decode(args: Args<'_>) -> Result<Value, Failure> {
    let text = args.text(0);
    let unfit = || Failure::fault(format!("urlDecode: not URL-encoded: {text}"));
    java::url_decode(&text).map(Value::from).ok_or_else(unfit)
}

fn base64_decode(args: Args<'_>) -> Result<Value, Failure> {
    let text = args.text(0);
    let bytes = BASE64
        .decode(&text)
        .map_err(|_| Failure::fault(format!("base64Decode: not Base64: {text}")))?;
    // As a Java String is made of bytes: what isn't UTF-8 becomes U+FFFD.
    Ok(String::from_utf8_lossy(&bytes).as_ref().into())
}

/// Crockford's Base32 of 48 bits of time and 80 of chance.
fn auto_ulid(call: &mut Call<'_>) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0; 16];
    call.entropy.fill(&mut bytes[6..]);
    let millis = call.now.as_millis().to_be_bytes();
    bytes[..6].copy_from_slice(&millis[2..]);
    let number = u128::from_be_bytes(bytes);
    (0..26).rev().map(|place| char::from(DIGITS[(number >> (5 * place)) as usize & 31])).collect()
}

/// Base62 of 32 bits of time, in seconds since 2014-05-13, and 128 of chance.
fn auto_ksuid(call: &mut Call<'_>) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const EPOCH_SECONDS: i64 = 1_400_000_000;
    let seconds = (call.now.as_millis() / 1000 - EPOCH_SECONDS) as u32;
    let mut number = [0; 20];
    number[..4].copy_from_slice(&seconds.to_be_bytes());
    call.entropy.fill(&mut number[4..]);
    let mut digits = [0; 27];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = DIGITS[rest as usize];
    }
    digits.map(char::from).iter().collect()
}

/// `(value)`, or `(format, values…)` with a `{}` for each.
fn log(call: &mut Call<'_>, args: Args<'_>, level: LogLevel) -> Value {
    let mut values = (1..args.len()).map(|place| args.text(place));
    let mut message = String::new();
    let format = args.text(0);
    let mut rest = format.as_str();
    while let Some((before, after)) = rest.split_once("{}") {
        let Some(value) = values.next() else { break };
        message += before;
        message += &value;
        rest = after;
    }
    message += rest;
    call.effects.logs.push(LogLine { level, message });
    Value::NULL
}
