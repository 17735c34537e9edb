//! What bodies become, and AWS's sentence for each that becomes nothing.

use std::collections::BTreeMap;

use aws::{Error, decode, encode};
use proptest::prelude::*;

aws::structures! { Camel;
    pub struct Request {
        required state_machine_arn: String [length(1, 12)],
        optional max_results: i32 [range(0, 1000)],
        optional secret: String [sensitive().length(0, 3)],
        optional status: Status,
        optional tags: Vec<Tag> [length(0, 2)],
        optional enabled: bool,
        optional r#type: String [length(0, 4)],
        optional labels: BTreeMap<String, i32> [length(0, 2)],
    }
    pub struct Tag {
        required key: String [length(1, 3).pattern("[a-z]+", |key| key.bytes().all(|b| b.is_ascii_lowercase()))],
        optional value: String,
    }
}

aws::structures! { Pascal;
    pub struct Table {
        required table_name: String [length(3, 255)],
    }
}

aws::string_enums! {
    pub enum Status { Succeeded = "SUCCEEDED", TimedOut = "TIMED_OUT" }
}

fn message(body: impl AsRef<[u8]>) -> String {
    let error = decode::<Request>(body.as_ref()).expect_err("is refused");
    assert_eq!((error.status, &*error.code), (400, "ValidationException"), "{error}");
    error.message.expect("has a message")
}

fn serialization(body: impl AsRef<[u8]>) -> String {
    let error = decode::<Request>(body.as_ref()).expect_err("is refused");
    assert_eq!((error.status, &*error.code), (400, "SerializationException"), "{error}");
    error.message.expect("has a message")
}

#[test]
fn reads_members_by_their_wire_names_and_ignores_unknown_ones() {
    let body = br#"{"stateMachineArn":"arn","unknown":[[{}]],"maxResults":7,"status":"TIMED_OUT",
        "tags":[{"key":"a","value":null}],"enabled":true,"type":"x","labels":{"a":1}}"#;
    let request: Request = decode(body).expect("decodes");
    assert_eq!(
        request,
        Request {
            state_machine_arn: "arn".into(),
            max_results: Some(7),
            secret: None,
            status: Some(Status::TimedOut),
            tags: Some(vec![Tag { key: "a".into(), value: None }]),
            enabled: Some(true),
            r#type: Some("x".into()),
            labels: Some(BTreeMap::from([("a".into(), 1)])),
        }
    );
}

#[test]
fn writes_only_the_members_that_are_there() {
    let tag = Tag { key: "k".into(), value: None };
    assert_eq!(encode(&tag).expect("encodes"), r#"{"key":"k"}"#);
    let table = Table { table_name: "orders".into() };
    assert_eq!(encode(&table).expect("encodes"), r#"{"TableName":"orders"}"#);
}

#[test]
fn names_a_required_member_that_is_missing_or_null() {
    let null = "1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: \
        Member must not be null";
    assert_eq!(message("{}"), null);
    assert_eq!(message(""), null);
    assert_eq!(message(r#"{"stateMachineArn":null}"#), null);
    let error = decode::<Table>(b"{}").expect_err("is refused");
    assert!(
        error.to_string().contains("at 'tableName'"),
        "{error}: constraint texts are camelCase"
    );
}

#[test]
fn words_each_constraint_as_aws_does() {
    let text = |member: &str| message(format!(r#"{{"stateMachineArn":"a",{member}}}"#));
    assert_eq!(
        text(r#""maxResults":1001"#),
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: \
        Member must have value less than or equal to 1000"
    );
    assert_eq!(
        text(r#""maxResults":-1"#),
        "1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: \
        Member must have value greater than or equal to 0"
    );
    assert_eq!(
        text(r#""status":"DONE""#),
        "1 validation error detected: Value 'DONE' at 'status' failed to satisfy constraint: \
        Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT]"
    );
    assert_eq!(
        text(r#""secret":"hidden""#),
        "1 validation error detected: Value at 'secret' failed to satisfy constraint: \
        Member must have length less than or equal to 3"
    );
    assert_eq!(
        text(r#""tags":[{"key":"a"},{"key":"É"}]"#),
        "1 validation error detected: Value 'É' at 'tags.2.member.key' failed to satisfy constraint: \
        Member must satisfy regular expression pattern: [a-z]+"
    );
    assert_eq!(
        text(r#""type":"tests""#),
        "1 validation error detected: Value 'tests' at 'type' failed to satisfy constraint: \
        Member must have length less than or equal to 4"
    );
    assert_eq!(
        text(r#""labels":{"a":null}"#),
        "1 validation error detected: Value null at 'labels.a.member' failed to satisfy constraint: \
        Member must not be null"
    );
    assert_eq!(
        text(r#""tags":[null]"#),
        "1 validation error detected: Value null at 'tags.1.member' failed to satisfy constraint: \
        Member must not be null"
    );
    assert_eq!(
        text(r#""tags":[{"key":"a","value":"b"},{"key":"c"},{"key":"d"}]"#),
        "1 validation error detected: Value '[Tag(key=a, value=b), Tag(key=c), Tag(key=d)]' at 'tags' \
        failed to satisfy constraint: Member must have length less than or equal to 2"
    );
}

#[test]
fn counts_every_violation() {
    assert_eq!(
        message(r#"{"stateMachineArn":"","tags":[{"key":"LONG"}]}"#),
        "3 validation errors detected: Value '' at 'stateMachineArn' failed to satisfy constraint: \
        Member must have length greater than or equal to 1; \
        Value 'LONG' at 'tags.1.member.key' failed to satisfy constraint: \
        Member must have length less than or equal to 3; \
        Value 'LONG' at 'tags.1.member.key' failed to satisfy constraint: \
        Member must satisfy regular expression pattern: [a-z]+"
    );
}

#[test]
fn counts_characters_not_bytes() {
    assert!(decode::<Request>("{\"stateMachineArn\":\"ÉÉÉÉÉÉÉÉÉÉÉÉ\"}".as_bytes()).is_ok());
}

#[test]
fn refuses_wrong_types() {
    let member = |member: &str| serialization(format!(r#"{{"stateMachineArn":{member}}}"#));
    assert_eq!(member("5"), "NUMBER_VALUE can not be converted to a String");
    assert_eq!(member("true"), "TRUE_VALUE can not be converted to a String");
    assert_eq!(member("{}"), "Start of structure or map found where not expected.");
    assert_eq!(member("[]"), "Start of list found where not expected");
    assert_eq!(
        serialization(r#"{"maxResults":"5"}"#),
        "STRING_VALUE can not be converted to an Integer"
    );
    assert_eq!(
        serialization(r#"{"maxResults":99999999999}"#),
        "NUMBER_VALUE can not be converted to an Integer"
    );
    assert_eq!(
        serialization(r#"{"tags":{}}"#),
        "Start of structure or map found where not expected."
    );
    assert_eq!(serialization(r#"{"tags":[["a"]]}"#), "Start of list found where not expected");
    for body in ["[]", "5", "null", r#""text""#] {
        serialization(body);
    }
}

#[test]
fn refuses_what_is_not_json() {
    for body in ["{", "not json", r#"{"a":1}}"#, "{\"a\":\"\u{1}\"}", r#"{"a":1,}"#] {
        assert!(
            serialization(body).starts_with("Could not parse request body into json"),
            "{body}"
        );
    }
    assert_eq!(
        decode::<Request>(b"{\"stateMachineArn\":\"\xff\"}"),
        Err(Error::serialization("Invalid UTF-8 in the request body"))
    );
    let deep = format!(r#"{{"unknown":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(message(deep).contains("'stateMachineArn'"), "ignored however deep");
}

proptest! {
    #[test]
    fn no_body_breaks_us(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Err(error) = decode::<Request>(&body) {
            prop_assert_eq!(error.status, 400);
        }
    }

    #[test]
    fn no_member_breaks_us(
        member in "stateMachineArn|maxResults|secret|status|tags|enabled|labels|type|unknown",
        value in r#"null|true|-?[0-9]{1,20}|[0-9]\.[0-9]e[0-9]{1,3}|"\\?[ -~]{0,5}"|\[.{0,9}\]|\{"key":.{0,9}\}"#,
    ) {
        let body = format!(r#"{{"{member}":{value}}}"#);
        if let Err(error) = decode::<Request>(body.as_bytes()) {
            prop_assert!(["ValidationException", "SerializationException"].contains(&&*error.code));
        }
    }

    #[test]
    fn reads_back_what_it_writes(arn in ".{1,12}", count in 0..=1000, value in prop::option::of(".{0,9}")) {
        let request = Request {
            state_machine_arn: arn,
            max_results: Some(count),
            secret: None,
            status: Some(Status::Succeeded),
            tags: Some(vec![Tag { key: "k".into(), value }]),
            enabled: Some(false),
            labels: None,
            r#type: None,
        };
        prop_assert_eq!(decode::<Request>(&encode(&request).expect("encodes")), Ok(request));
    }
}
