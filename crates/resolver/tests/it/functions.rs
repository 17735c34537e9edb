use json::Value;
use resolver::{CacheEviction, Context, Effects, LogLevel};

use crate::{call, call_in, check};

#[test]
fn values_take_dynamodbs_types() {
    check("dynamodb.toDynamoDB", "null", r#"{"NULL":null}"#);
    check("dynamodb.toDynamoDB", "[1, \"a\", true]", r#"{"L":[{"N":1},{"S":"a"},{"BOOL":true}]}"#);
    check("dynamodb.toBinarySet", r#"["Zm9v"]"#, r#"{"BS":["Zm9v"]}"#);
    let object = call("dynamodb.toS3Object", r#""k", "b", "r""#).expect("answers");
    let text = object.get("S").expect("a string").to_string();
    check("dynamodb.fromS3ObjectJson", &text, r#"{"key":"k","bucket":"b","region":"r"}"#);
}

#[test]
fn checks_tell_null_empty_and_blank() {
    check("isNullOrEmpty", "\"\"", "true");
    check("isNullOrEmpty", "\" \"", "false");
    check("isNullOrEmpty", "{}", "true");
    check("isNullOrBlank", "\" \"", "true");
    check("defaultIfNullOrBlank", "\" \", \"d\"", "\"d\"");
    check("defaultIfNull", "0, 1", "0");
    check("typeOf", "[]", "\"List\"");
    check("typeOf", "1.5", "\"Number\"");
}

#[test]
fn texts_are_encoded_as_java_does() {
    check("urlEncode", "\"a b&ü\"", "\"a+b%26%C3%BC\"");
    check("urlDecode", "\"a+b%26\"", "\"a b&\"");
    check("base64Encode", "\"hello\"", "\"aGVsbG8=\"");
    check("base64Decode", "\"aGVsbG8=\"", "\"hello\"");
    check("escapeJavaScript", r#""it's""#, r#""it\\'s""#);
    check("matches", r#""a*b", "aaab""#, "true");
    check("matches", r#""a*b", "aaabc""#, "false");
    check("str.toReplace", r#""a.b.c", ".", "-""#, "\"a-b-c\"");
    check("str.normalize", r#""é", "nfc""#, "\"é\"");
}

#[test]
fn what_is_no_json_parses_to_null() {
    check("parseJson", r#""[1]""#, "[1]");
    check("parseJson", "\"word\"", "null");
    check("parseJson", "null", "null");
}

#[test]
fn ids_have_their_forms() {
    let text =
        |name: &str| call(name, "").expect("answers").as_str().unwrap_or_default().to_owned();
    assert_eq!(text("autoId").len(), 36);
    // The first ten digits are the time.
    assert_eq!(&text("autoUlid")[..10], "01C5P7XAC5");
    assert_eq!(text("autoUlid").len(), 26);
    assert_eq!(text("autoKsuid").len(), 27);
}

#[test]
fn lists_and_maps_are_copied_in_part() {
    check("list.copyAndRetainAll", "[1, 2, 3], [2, 3, 4]", "[2,3]");
    check("list.copyAndRemoveAll", "[1, 2, 3], [2, 3, 4]", "[1]");
    check("map.copyAndRetainAllKeys", r#"{"a": 1, "b": 2}, ["a", "c"]"#, r#"{"a":1}"#);
    check("map.copyAndRemoveAllKeys", r#"{"a": 1, "b": 2}, ["a", "c"]"#, r#"{"b":2}"#);
    check("list.sortList", r#"[3, 1, 2], true, """#, "[3,2,1]");
    check("list.sortList", r#"[{"a": "y"}, {"a": "x"}], false, "a""#, r#"[{"a":"x"},{"a":"y"}]"#);
    check("list.sortList", r#"[3, "a"], false, """#, r#"[3,"a"]"#);
}

#[test]
fn numbers_round_half_up() {
    check("math.roundNum", "10.5", "11");
    check("math.roundNum", "-10.5", "-10");
    check("math.minVal", "10, 3", "3");
    let drawn = call("math.randomWithinRange", "5, 8").expect("answers").as_i64();
    assert!(drawn.is_some_and(|number| (5..8).contains(&number)), "{drawn:?}");
}

#[test]
fn errors_carry_type_data_and_info() {
    let failure = call("error", r#""m", "T", {"a": 1}, "i""#).expect_err("it throws");
    assert_eq!(failure.message, "m");
    assert_eq!(failure.error_type.as_deref(), Some("T"));
    assert_eq!(failure.data.to_string(), r#"{"a":1}"#);
    assert_eq!(failure.error_info.to_string(), "\"i\"");
    assert_eq!(call("error", "\"m\"").expect_err("it throws").error_type, None);
    let invalid = call("validate", "false, \"m\"").expect_err("it throws");
    assert_eq!(invalid.error_type.as_deref(), Some("CustomTemplateException"));
    assert!(call("validate", "true, \"m\"").is_ok());
    assert!(call("unauthorized", "").expect_err("it throws").is_unauthorized());
}

#[test]
fn effects_are_collected() {
    let (context, mut effects) = (Context::default(), Effects::default());
    let mut call = |name: &str, arguments: &str| {
        call_in(&context, &mut effects, name, arguments).expect("answers");
    };
    call("appendError", "\"a\", \"T\"");
    call("log.info", "\"{} and {}\", 1, {\"a\": 2}");
    call("http.addResponseHeader", "\"X-One\", 1");
    call("http.addResponseHeaders", r#"{"x-one": "2", "x-amz-id": "no"}"#);
    call(
        "http.addResponseHeaders",
        r#"{"Content-Length": "1", "date": "x", "access-control-allow-origin": "x"}"#,
    );
    call("http.addResponseHeader", &format!("\"big\", \"{}\"", "x".repeat(4096)));
    call("extensions.evictFromApiCache", r#""Query", "get", {"context.arguments.id": 1}"#);
    call("extensions.invalidateSubscriptions", r#"{"subscriptionField": "f", "payload": {}}"#);
    assert_eq!(effects.errors[0].message, "a");
    assert_eq!(effects.logs[0].message, r#"1 and {"a":2}"#);
    assert_eq!(effects.logs[0].level, LogLevel::Info);
    assert_eq!(effects.response_headers, [("x-one".to_owned(), "2".to_owned())]);
    let keys = Value::object([("context.arguments.id", 1)].map(|(key, id)| (key, Value::from(id))));
    let eviction = CacheEviction { type_name: "Query".into(), field_name: "get".into(), keys };
    assert_eq!(effects.evictions, [eviction]);
    assert_eq!(effects.invalidations.len(), 1);
}

#[test]
fn the_identity_tells_the_way_of_authorization() {
    let auth_type = |identity: &str| {
        let identity = Value::parse(identity).expect("JSON");
        Context { identity, ..Context::default() }.auth_type()
    };
    assert_eq!(auth_type("null"), "API Key Authorization");
    assert_eq!(
        auth_type(r#"{"accountId": "1", "userArn": "a", "username": "u"}"#),
        "IAM Authorization"
    );
    assert_eq!(
        auth_type(r#"{"sub": "s", "username": "u", "claims": {}}"#),
        "User Pool Authorization"
    );
    assert_eq!(
        auth_type(r#"{"sub": "s", "issuer": "i", "claims": {}}"#),
        "Open ID Connect Authorization"
    );
    assert_eq!(auth_type(r#"{"resolverContext": {}}"#), "Lambda Authorization");
}

#[test]
fn headers_of_the_connection_are_not_copied() {
    check(
        "http.copyHeaders",
        r#"{"Host": "h", "x-a": "1", "content-length": 3}"#,
        r#"{"x-a":"1"}"#,
    );
}

#[test]
fn xml_becomes_a_map() {
    let posts = r#""<posts n='2'><post>a</post><post>1</post><last/></posts>""#;
    check("xml.toMap", posts, r#"{"posts":{"n":"2","post":["a","1"],"last":""}}"#);
    check("xml.toJsonString", posts, r#""{\"posts\":{\"n\":2,\"post\":[\"a\",1],\"last\":\"\"}}""#);
    check("xml.toMap", r#""<a>&lt;&#65;<![CDATA[<b>]]></a>""#, r#"{"a":"<A<b>"}"#);
    assert!(call("xml.toMap", "\"<a><b></a>\"").is_err());
    assert!(call("xml.toMap", "\"<a>\"").is_err());
}
