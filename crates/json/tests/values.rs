//! What a value keeps, what it drops, and what it refuses.

use json::{DEPTH_MAX, Kind, Object, Value};
use proptest::prelude::*;

fn parse(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    Value::parse(text).expect_err(text).message
}

#[test]
fn compacts_white_space_and_keeps_number_text_and_key_order() {
    let text = " { \"z\" : [ 1.0 , 1e3,-0, 12345678901234567890123 ] ,\n \"a\" : null } ";
    assert_eq!(parse(text).to_string(), r#"{"z":[1.0,1e3,-0,12345678901234567890123],"a":null}"#);
}

#[test]
fn writes_only_the_escapes_that_are_needed() {
    let value = parse(r#""\u0041\/\u00e9\u0001\ud83d\ude00\n\"""#);
    assert_eq!(value.as_str(), Some("A/é\u{1}😀\n\""));
    assert_eq!(value.to_string(), "\"A/é\\u0001😀\\n\\\"\"");
}

#[test]
fn reads_members_and_items_without_building_a_tree() {
    let value = parse(r#"{"a":{"b":[10,{"c":"d"},true]},"e\n":[]}"#);
    let items = value.get("a").and_then(|a| a.get("b")).expect("is there");
    assert_eq!(items.len(), 3);
    assert_eq!(items.at(0).and_then(|n| n.as_i64()), Some(10));
    assert_eq!(items.at(1).and_then(|o| o.get("c")).as_ref().and_then(Value::as_str), Some("d"));
    assert_eq!(items.at(3), None);
    assert_eq!(value.entries().map(|(key, _)| key.to_owned()).collect::<Vec<_>>(), ["a", "e\n"]);
    assert_eq!(value.get("e\n").map(|v| (v.kind(), v.len())), Some((Kind::Array, 0)));
    assert_eq!(value.get("missing"), None);
}

#[test]
fn the_last_of_equal_keys_wins_in_the_place_of_the_first() {
    assert_eq!(parse(r#"{"a":1,"b":{"c":2,"c":3},"a":4}"#).to_string(), r#"{"a":4,"b":{"c":3}}"#);
    let many: String = (0..20).map(|i| format!("\"k{i}\":{i},")).collect();
    let value = parse(&format!("{{{many}\"k3\":\"last\"}}"));
    assert_eq!((value.len(), value.get("k3")), (20, Some("last".into())));
}

#[test]
fn setting_a_member_leaves_the_original_alone() {
    let before = parse(r#"{"a":1,"b":2}"#);
    let after = before.with("a", "new").with("c", true);
    assert_eq!(before.to_string(), r#"{"a":1,"b":2}"#);
    assert_eq!(after.to_string(), r#"{"a":"new","b":2,"c":true}"#);
}

#[test]
fn equality_is_by_meaning() {
    assert_eq!(parse(r#"{"a":1.0,"b":[2]}"#), parse(r#"{"b":[2],"a":1}"#));
    assert_ne!(parse("[1,2]"), parse("[2,1]"));
    assert_ne!(parse("1"), parse("\"1\""));
}

#[test]
fn refuses_what_is_not_json_in_jacksons_words() {
    assert_eq!(
        refusal("not"),
        "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
    );
    assert_eq!(
        refusal("{'a':1}"),
        "Unexpected character (''' (code 39)): was expecting double-quote to start field name"
    );
    assert_eq!(
        refusal("{\"a\" 1}"),
        "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"
    );
    assert_eq!(refusal(""), "No content to map due to end-of-input");
    for text in [
        "{",
        "[1",
        "[1,]",
        "{\"a\" 1}",
        "{\"a\":}",
        "01",
        "1.",
        "-",
        "1e",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"a",
        "\"a\\",
        "1 2",
        "{\"a\":1,}",
        "]",
        "\"\t\"",
        "+1",
        "nul",
        "{1:2}",
    ] {
        refusal(text);
    }
}

#[test]
fn refuses_nesting_beyond_the_limit_and_survives_it() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Value::parse(&nested(DEPTH_MAX)).is_ok());
    assert!(refusal(&nested(DEPTH_MAX + 1)).starts_with("Document nesting depth (1001) exceeds"));
    refusal(&"[".repeat(1_000_000));
}

#[test]
fn what_was_written_is_read_however_deep_it_nests() {
    let deep = (0..2 * DEPTH_MAX).fold(Value::NULL, |inner, _| Value::array([inner]));
    let text = deep.to_string();
    assert!(Value::parse(&text).is_err());
    let read = Value::parse_written(&text).expect("we wrote it");
    assert_eq!(read.to_string(), text);
}

#[test]
fn a_value_that_repeats_another_is_measured_no_further_than_asked() {
    let long = Value::from("x".repeat(1_000));
    // Written out, it would fill the memory of any machine.
    let repeated = (0..20).fold(long, |inner, _| Value::array(vec![inner; 100]));
    assert_eq!(repeated.text_len_within(1_000_000), None);
}

#[test]
fn large_objects_are_compared_whatever_their_order() {
    let object = |numbers: &mut dyn Iterator<Item = u32>| {
        let members: Vec<String> = numbers.map(|i| format!("\"k{i}\":{i}")).collect();
        parse(&format!("{{{}}}", members.join(",")))
    };
    // Looked up one after the other in the text, so many would take minutes.
    let (up, down) = (object(&mut (0..20_000)), object(&mut (0..20_000).rev()));
    assert_eq!(up, down);
    assert_ne!(up, down.with("k7", "other"));
}

#[test]
fn a_detached_value_no_longer_pins_its_text() {
    let large = parse(&format!(r#"{{"small":{{"a":1}},"large":"{}"}}"#, "x".repeat(1000)));
    let small = large.get("small").expect("is there");
    assert!(small.is_same(&small.clone()));
    let detached = small.clone().detached();
    assert!(!detached.is_same(&small));
    assert_eq!(detached, small);
}

#[test]
fn large_objects_find_replace_and_remove_their_members() {
    let mut object: Object = (0..100i64).map(|i| (format!("k{i}"), i)).collect();
    assert_eq!(object.insert("k50", "x"), Some(50.into()));
    assert_eq!(object.remove("k10"), Some(10.into()));
    assert_eq!(object.get("k99"), Some(&99.into()));
    assert_eq!((object.len(), object.get("k10")), (99, None));
}

#[test]
fn computed_numbers_are_written_as_ecmascript_writes_them() {
    let text = |n: f64| json::Number::from_f64(n).expect("finite").to_string();
    assert_eq!(text(3.0), "3");
    assert_eq!(text(0.1 + 0.2), "0.30000000000000004");
    assert_eq!(text(1e21), "1e+21");
    assert_eq!(text(1e20), "100000000000000000000");
    assert_eq!(text(1.5e-7), "1.5e-7");
    assert!(json::Number::from_f64(f64::NAN).is_none());
}

/// The same value, put together from parts.
fn grown(value: &Value) -> Value {
    match value.kind() {
        Kind::Array => Value::array(value.items().map(|item| grown(&item))),
        Kind::Object => Value::object(value.entries().map(|(key, member)| (key, grown(&member)))),
        Kind::String => value.as_str().expect("it is one").into(),
        Kind::Null | Kind::Bool | Kind::Number => value.clone(),
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn means_what_serde_json_reads(expected in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&expected) } else { serde_json::to_string(&expected) };
        let value = parse(&text.expect("writes"));
        let read: serde_json::Value = serde_json::from_str(&value.to_string()).expect("reads back");
        prop_assert_eq!(&read, &expected);
        prop_assert_eq!(value.text_len(), value.to_string().len());
        let grown = grown(&value);
        let length = grown.to_string().len();
        prop_assert_eq!(grown.text_len(), length, "a value that was put together is measured");
        prop_assert_eq!(grown.text_len_within(length), Some(length));
        prop_assert_eq!(grown.text_len_within(length - 1), None);
    }

    #[test]
    fn accepts_exactly_what_serde_json_accepts(text in "[\\[\\]{}:,\"\\\\0-9eE+.\\- atrufnl]{0,12}") {
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(Value::parse(&text).is_ok(), theirs);
    }
}
