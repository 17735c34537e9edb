//! `application/x-www-form-urlencoded`, with the ways in which `Transform` writes lists.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#http-task-url-encode>

use json::{Kind, Value};

use super::casing::text;

pub(super) fn encode_pairs(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A body, its lists written in the given `ArrayFormat`.
pub(super) fn encode(body: &Value, array_format: &str) -> String {
    if body.kind() != Kind::Object {
        return text(body);
    }
    let mut pairs = Vec::new();
    for (name, value) in body.entries() {
        flatten(name, &value, array_format, &mut pairs);
    }
    encode_pairs(&pairs)
}

fn flatten(name: &str, value: &Value, format: &str, pairs: &mut Vec<(String, String)>) {
    match (value.kind(), format) {
        (Kind::Object, _) => {
            for (key, value) in value.entries() {
                flatten(&format!("{name}[{key}]"), &value, format, pairs);
            }
        }
        (Kind::Array, "NONE") => pairs.push((name.to_owned(), value.to_string())),
        (Kind::Array, "COMMAS") => {
            let items: Vec<_> = value.items().map(|item| text(&item)).collect();
            pairs.push((name.to_owned(), items.join(",")));
        }
        (Kind::Array, _) => {
            for (place, item) in value.items().enumerate() {
                let name = match format {
                    "REPEAT" => name.to_owned(),
                    "BRACKETS" => format!("{name}[]"),
                    _ => format!("{name}[{place}]"),
                };
                flatten(&name, &item, format, pairs);
            }
        }
        (Kind::Null, _) => {}
        _ => pairs.push((name.to_owned(), text(value))),
    }
}

fn percent(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_in_five_ways() {
        let body = Value::parse(r#"{"a b":["x","y&"],"n":1,"o":{"k":true}}"#).unwrap();
        let encoded = |format| encode(&body, format);
        assert_eq!(encoded("INDICES"), "a%20b%5B0%5D=x&a%20b%5B1%5D=y%26&n=1&o%5Bk%5D=true");
        assert_eq!(encoded("REPEAT"), "a%20b=x&a%20b=y%26&n=1&o%5Bk%5D=true");
        assert_eq!(encoded("COMMAS"), "a%20b=x%2Cy%26&n=1&o%5Bk%5D=true");
        assert_eq!(encoded("BRACKETS"), "a%20b%5B%5D=x&a%20b%5B%5D=y%26&n=1&o%5Bk%5D=true");
        assert_eq!(encoded("NONE"), "a%20b=%5B%22x%22%2C%22y%26%22%5D&n=1&o%5Bk%5D=true");
    }
}
