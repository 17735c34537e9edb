//! What each scalar accepts and gives, both ways.

use crate::world::{World, run, schema, value};

/// What comes out for a value of a resolver, or the reason why nothing does.
fn out(scalar: &str, json: &str) -> String {
    let schema = schema(&format!("type Query {{ it: {scalar} }}"));
    let world = World::default().value("Query.it", json);
    let answer = value(&run(&schema, "{ it }", "{}", &world));
    match answer.get("errors") {
        Some(errors) => {
            let message = errors.at(0).and_then(|error| error.get("message"));
            message.expect("an error has one").as_str().expect("a text").to_owned()
        }
        None => {
            answer.get("data").and_then(|data| data.get("it")).expect("it is there").to_string()
        }
    }
}

/// Whether a text is accepted as a variable.
fn accepts(scalar: &str, text: &str) -> bool {
    let schema = schema(&format!("type Query {{ it(in: {scalar}): String }}"));
    let world = World::default().value("Query.it", "\"yes\"");
    let variables = json::Value::object([("in", text)]).to_string();
    let query = format!("query Q($in: {scalar}) {{ it(in: $in) }}");
    run(&schema, &query, &variables, &world).contains("yes")
}

#[test]
fn the_default_scalars_give_what_graphql_java_does() {
    assert_eq!(out("Int", "12"), "12");
    assert_eq!(out("Int", "12.0"), "12");
    assert_eq!(out("Int", "\"12\""), "12");
    assert_eq!(
        out("Int", "2147483648"),
        "Can't serialize value (/it) : Expected type 'Int' but was 'Long'."
    );
    assert_eq!(
        out("Int", "1.5"),
        "Can't serialize value (/it) : Expected type 'Int' but was 'Double'."
    );
    assert_eq!(out("Float", "\"1.5\""), "1.5");
    assert_eq!(
        out("Float", "{}"),
        "Can't serialize value (/it) : Expected type 'Float' but was 'LinkedHashMap'."
    );
    assert_eq!(out("Boolean", "\"TRUE\""), "true");
    assert_eq!(out("Boolean", "0"), "false");
    assert_eq!(out("ID", "7"), "\"7\"");
    assert_eq!(
        out("ID", "true"),
        "Can't serialize value (/it) : Expected type 'ID' but was 'Boolean'."
    );
    assert_eq!(out("String", "7"), "\"7\"");
    assert_eq!(out("String", r#"{"a":[1,"x"]}"#), "\"{a=[1, x]}\"");
}

#[test]
fn json_goes_out_as_text() {
    assert_eq!(out("AWSJSON", r#"{"a":1}"#), r#""{\"a\":1}""#);
    assert_eq!(out("AWSJSON", "\"a\""), r#""\"a\"""#);
}

#[test]
fn a_timestamp_has_64_bits() {
    assert_eq!(out("AWSTimestamp", "1600000000000"), "1600000000000");
    assert_eq!(out("AWSTimestamp", "0"), "0");
    assert_eq!(
        out("AWSTimestamp", "\"0\""),
        "Can't serialize value (/it) : Unable to serialize `0` as a valid timestamp."
    );
}

#[test]
fn a_date_time_needs_its_zone() {
    // Seen on AWS: amplify-js#5963 and others.
    assert_eq!(
        out("AWSDateTime", "\"2020-05-23T06:4:37.000Z\""),
        "Can't serialize value (/it) : Unable to serialize `2020-05-23T06:4:37.000Z` as a valid DateTime Object."
    );
    for good in [
        "-2017-01-01T00:00Z",
        "-9999-01-01T00:00Z",
        "1970-01-01T12:00:00.2Z",
        "1970-01-01T12:00:00.123456789Z",
        "2024-02-29T23:59:59+05:30",
        "2024-02-29T23:59:59-07:00:30",
    ] {
        assert!(accepts("AWSDateTime", good), "{good}");
    }
    for bad in [
        "2026-05-06T00:00:00.000",
        "2024-05-12T07:49:46+0000",
        "2023-02-29T00:00Z",
        "2024-01-01T24:00Z",
        "2024-01-01 12:00Z",
        "2024-01-01T12:00:00.1234567890Z",
        "2024-1-01T12:00Z",
        "12024-01-01T12:00Z",
        "2024-01-01T12:00+19:00",
    ] {
        assert!(!accepts("AWSDateTime", bad), "{bad}");
    }
}

#[test]
fn dates_and_times_may_have_one() {
    for good in ["1970-01-01", "1970-01-01Z", "1970-01-01-07:00", "1970-01-01+05:30", "-2017-05-01"]
    {
        assert!(accepts("AWSDate", good), "{good}");
    }
    for bad in ["1970-13-01", "1970-01-32", "70-01-01", "1970-01-01T00:00Z", "1970-01-01+5"] {
        assert!(!accepts("AWSDate", bad), "{bad}");
    }
    for good in ["12:30", "12:30Z", "12:30:24-07:00", "12:30:24.500+05:30", "12:00:00.123456789"] {
        assert!(accepts("AWSTime", good), "{good}");
    }
    for bad in ["24:00", "12:60", "12", "12:30:", "12:30:24."] {
        assert!(!accepts("AWSTime", bad), "{bad}");
    }
}

#[test]
fn addresses_and_numbers() {
    for good in ["a@b", "jeff@amazon.com", "\"a b\"@x.org", "a.b+c@[127.0.0.1]"] {
        assert!(accepts("AWSEmail", good), "{good}");
    }
    for bad in ["a", "@b", "a@", "a b@c", "a..b@c", "a@-b"] {
        assert!(!accepts("AWSEmail", bad), "{bad}");
    }
    for good in [
        "https://www.amazon.com/",
        "http://localhost/",
        "ftp://user:x@host:21/a?b//c#d",
        "http://[::1]:80/",
    ] {
        assert!(accepts("AWSURL", good), "{good}");
    }
    for bad in
        ["amazon.com", "www.amazon.com", "http://x/a//b", "http://", "http://a b/", "mailto:a@b"]
    {
        assert!(!accepts("AWSURL", bad), "{bad}");
    }
    for good in ["+1 206-555-0100", "206 555 0100", "(206) 555-0100", "+4930123456", "12065550100"]
    {
        assert!(accepts("AWSPhone", good), "{good}");
    }
    // The first was seen on AWS: amplify-flutter#822.
    for bad in ["1110004444", "555", "+", "206555010x", "+1206555010"] {
        assert!(!accepts("AWSPhone", bad), "{bad}");
    }
    for good in ["123.12.34.56", "10.0.0.0/8", "1a2b:3c4b::1", "::/0"] {
        assert!(accepts("AWSIPAddress", good), "{good}");
    }
    for bad in ["123.12.34", "10.0.0.0/33", "10.0.0.0/", "::/129", "x"] {
        assert!(!accepts("AWSIPAddress", bad), "{bad}");
    }
}

#[test]
fn an_enum_gives_its_names_only() {
    let schema = schema("type Query { it: Kind all: [Kind!] } enum Kind { A B }");
    let world = World::default().value("Query.it", "\"C\"").value("Query.all", r#"["A","B"]"#);
    assert_eq!(
        run(&schema, "{ it all }", "{}", &world),
        r#"{"data":{"it":null,"all":["A","B"]},"errors":[{"path":["it"],"locations":null,"message":"Can't serialize value (/it) : Invalid input for Enum 'Kind'."}]}"#
    );
}
