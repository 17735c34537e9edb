//! Values to compact text, with escapes as Jackson writes them, and how long it would be.

use crate::value::{Kind, Value};

/// Appends `text` as a JSON string.
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let Some(letter) = escape(byte) else { continue };
        out.push_str(&text[plain_from..at]);
        plain_from = at + 1;
        match letter {
            'u' => out.push_str(&format!("\\u{byte:04X}")),
            letter => out.extend(['\\', letter]),
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

/// What follows the backslash, for a byte that can't stand for itself; digits follow a `u`.
fn escape(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' => '"',
        b'\\' => '\\',
        b'\n' => 'n',
        b'\r' => 'r',
        b'\t' => 't',
        0x08 => 'b',
        0x0c => 'f',
        0..0x20 => 'u',
        _ => return None,
    })
}

pub(crate) fn value(value: &Value, out: &mut String) {
    if let Some(text) = value.span() {
        out.push_str(text);
        return;
    }
    match value.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool => out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        Kind::Number => {
            let number = value.as_number().expect("the kind says so");
            out.push_str(&number.to_string());
        }
        Kind::String => string(value.as_str().expect("the kind says so"), out),
        Kind::Array => {
            out.push('[');
            for (i, item) in value.items().enumerate() {
                if 0 < i {
                    out.push(',');
                }
                self::value(&item, out);
            }
            out.push(']');
        }
        Kind::Object => {
            out.push('{');
            for (i, (key, member)) in value.entries().enumerate() {
                if 0 < i {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                self::value(&member, out);
            }
            out.push('}');
        }
    }
}

/// Takes the length of the text from `left`; `None` if it is longer.
pub(crate) fn measure(value: &Value, left: &mut usize) -> Option<()> {
    if let Some(text) = value.span() {
        return take(text.len(), left);
    }
    match value.kind() {
        Kind::Null => take("null".len(), left),
        Kind::Bool => take(if value.as_bool() == Some(true) { 4 } else { 5 }, left),
        Kind::Number => take(value.as_number()?.to_string().len(), left),
        Kind::String => measure_string(value.as_str()?, left),
        Kind::Array => {
            take("[]".len() + value.len().saturating_sub(1), left)?;
            value.items().try_for_each(|item| measure(&item, left))
        }
        Kind::Object => {
            // A colon and, but for the last, a comma follow each member.
            take("{}".len() + (2 * value.len()).saturating_sub(1), left)?;
            value.entries().try_for_each(|(key, member)| {
                measure_string(key, left)?;
                measure(&member, left)
            })
        }
    }
}

fn measure_string(text: &str, left: &mut usize) -> Option<()> {
    take(text.len() + 2, left)?;
    let more = |byte| match escape(byte) {
        None => 0,
        Some('u') => r"u0000".len(),
        Some(_) => 1,
    };
    take(text.bytes().map(more).sum(), left)
}

fn take(length: usize, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(length)?;
    Some(())
}
