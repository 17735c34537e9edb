//! The first line as a path, over the JSON that follows.

use asl::path::{Path, ReferencePath};
use json::Value;

use crate::text;

/// What a path is read from if no JSON follows it.
const DOCUMENT: &str = r#"{"a":{"b":[1,2.50,"3",null,true,{"a":[]}],"a b":"x","é":{"b":-0.0}},
    "b":[[1],[2],[[3,{"b":1e3}]]],"c":"text","":{"":0},"length":9}"#;

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    let (path, document) = text::head_and_rest(&text);
    let document =
        Value::parse(document).unwrap_or_else(|_| Value::parse(DOCUMENT).expect("it is JSON"));
    match Path::parse(path) {
        Ok(parsed) => check(&parsed, path, &document),
        Err(error) => assert!(error.position <= path.len(), "{error:?}"),
    }
    if let Ok(reference) = ReferencePath::parse(path) {
        assert!(Path::parse(path).is_ok(), "a reference path is a path");
        if let Ok(written) = reference.write(&document, "written".into()) {
            written.to_string();
            let read = reference.path().read(&written);
            assert_eq!(read, Ok("written".into()), "what was written is there");
        }
    }
}

fn check(parsed: &Path, text: &str, document: &Value) {
    assert_eq!(parsed.text(), text);
    match parsed.read(document) {
        Ok(value) => assert_eq!(value.to_string().len(), value.text_len()),
        Err(miss) => assert!(!miss.message.is_empty()),
    }
    assert!(!parsed.to_string().is_empty());
    parsed.features();
}
