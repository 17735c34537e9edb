use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    // Strings are strings of bytes here, as for JavaScript's `btoa` and `atob`.
    ("base64encode", "<s-:s>", 1, |this, arguments| {
        this.map_text(arguments, |text| {
            let bytes: Vec<u8> = text.chars().map(|char| char as u32 as u8).collect();
            STANDARD.encode(bytes)
        })
    }),
    ("base64decode", "<s-:s>", 1, |this, arguments| {
        this.map_text(arguments, |text| {
            let known = |char: &char| char.is_ascii_alphanumeric() || ['+', '/'].contains(char);
            let text: String = text.chars().filter(known).collect();
            let bytes = LENIENT.decode(text).unwrap_or_default();
            bytes.into_iter().map(char::from).collect()
        })
    }),
    ("encodeUrlComponent", "<s-:s>", 1, |this, arguments| {
        this.map_text(arguments, |text| encoded(text, COMPONENT))
    }),
    ("encodeUrl", "<s-:s>", 1, |this, arguments| {
        this.map_text(arguments, |text| encoded(text, &format!("{COMPONENT}{RESERVED}")))
    }),
    ("decodeUrlComponent", "<s-:s>", 1, |this, arguments| {
        decode(this, arguments, "decodeUrlComponent", "")
    }),
    ("decodeUrl", "<s-:s>", 1, |this, arguments| decode(this, arguments, "decodeUrl", RESERVED)),
];

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Besides letters and digits, what a component of a URL may hold.
const COMPONENT: &str = "-_.!~*'()";
/// What has a meaning in a whole URL.
const RESERVED: &str = ";/?:@&=+$,#";

fn encoded(text: &str, allowed: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let char = char::from(byte);
        if char.is_ascii_alphanumeric() || allowed.contains(char) {
            out.push(char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn decode(
    this: &mut Evaluator<'_>,
    arguments: &Arguments,
    function: &'static str,
    kept: &str,
) -> Result<Value> {
    let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
    this.meter.work(text.len() as u64 / 16)?;
    match decoded(text, kept) {
        Some(text) => this.text(text),
        None => Err(fault("D3140").value(arguments.value(0)).with("functionName", function)),
    }
}

/// Escapes of characters in `kept` stay as they are.
fn decoded(text: &str, kept: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let value = |digit: u8| char::from(digit).to_digit(16);
        let byte = (value(digits[0])? * 16 + value(digits[1])?) as u8;
        if byte.is_ascii() && kept.contains(char::from(byte)) {
            bytes.extend([b'%', digits[0], digits[1]]);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
