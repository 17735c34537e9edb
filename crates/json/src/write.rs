//! Values to compact text, with escapes as Jackson writes them.

use crate::value::{Kind, Value};

/// Appends `text` as a JSON string.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        plain_from = at + 1;
        if short.is_empty() {
            out.push_str(&format!("\\u{byte:04X}"));
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
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
