//! Any text as JSON, held against serde_json.

use json::{Kind, Value};

use crate::text;

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
    match (Value::parse(&text), theirs) {
        (Ok(value), Ok(theirs)) => {
            assert_eq!(read_by_serde(&value), theirs);
            check(&value);
        }
        (Ok(value), Err(error)) => {
            assert!(is_theirs_alone(&error), "serde_json alone refuses it: {error}");
            check(&value);
        }
        (Err(error), Ok(_)) => panic!("serde_json alone takes it: {error}"),
        (Err(error), Err(_)) => {
            assert!(!error.message.is_empty());
            assert!(error.offset <= text.len(), "{error:?}");
        }
    }
}

/// What serde_json doesn't take because it has other bounds.
fn is_theirs_alone(error: &serde_json::Error) -> bool {
    ["recursion limit exceeded", "number out of range"]
        .iter()
        .any(|bound| error.to_string().starts_with(bound))
}

fn read_by_serde(value: &Value) -> serde_json::Value {
    serde_json::from_str(&value.to_string()).expect("what we write is JSON")
}

fn check(value: &Value) {
    let text = value.to_string();
    assert_eq!(value.text_len(), text.len());
    let again = Value::parse(&text).expect("what we write we read");
    assert_eq!(again.to_string(), text, "a compact text stays as it is");
    assert_eq!(again, *value);
    let grown = grown(value);
    assert_eq!(grown, *value);
    assert_eq!(grown.to_string(), text, "a tree is written as the text was");
    assert_eq!(value.clone().detached().to_string(), text);
}

/// The same value as a tree of its own.
fn grown(value: &Value) -> Value {
    assert!(value.len() == value.items().count().max(value.entries().count()));
    match value.kind() {
        Kind::Array => {
            let last = value.len().checked_sub(1);
            assert_eq!(last.and_then(|last| value.at(last)), value.items().last());
            Value::array(value.items().map(|item| grown(&item)))
        }
        Kind::Object => {
            for (key, member) in value.entries().take(20) {
                assert!(value.get(key).is_some_and(|found| found.is_same(&member)));
            }
            Value::object(value.entries().map(|(key, member)| (key, grown(&member))))
        }
        Kind::String => value.as_str().expect("it is a string").into(),
        Kind::Number => value.as_number().expect("it is a number").into(),
        Kind::Bool => value.as_bool().expect("it is a boolean").into(),
        Kind::Null => Value::NULL,
    }
}
