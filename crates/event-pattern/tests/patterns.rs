//! What patterns match and what is no pattern, case by case.

use event_pattern::Pattern;
use json::Value;

fn matches(pattern: &str, event: &str) -> bool {
    let pattern = Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    pattern.matches(&Value::parse(event).expect("the event is JSON"))
}

fn refusal(pattern: &str) -> String {
    Pattern::parse(pattern).expect_err("is refused").to_string()
}

/// The cases of a matcher: a list of values that it wants, and of those that it doesn't.
fn check(matcher: &str, wanted: &[&str], unwanted: &[&str]) {
    let pattern = format!(r#"{{"a": [{matcher}]}}"#);
    for value in wanted {
        assert!(matches(&pattern, &format!(r#"{{"a": {value}}}"#)), "{matcher} wants {value}");
    }
    for value in unwanted {
        assert!(!matches(&pattern, &format!(r#"{{"a": {value}}}"#)), "{matcher} refuses {value}");
    }
}

#[test]
fn scalars_match_themselves() {
    check(r#""x""#, &[r#""x""#, r#"["y","x"]"#], &[r#""X""#, "null", "{}", "[]"]);
    check("300", &["300", "300.0", "3.0e2"], &["301", r#""300""#]);
    check("null", &["null"], &[r#""null""#, "false"]);
    check("true", &["true"], &["false", r#""true""#]);
    check(r#""x", "y""#, &[r#""y""#], &[r#""z""#]);
}

#[test]
fn texts_match_by_their_parts() {
    check(r#"{"prefix": "ab"}"#, &[r#""abc""#, r#""ab""#], &[r#""Abc""#, "1"]);
    check(r#"{"prefix": {"equals-ignore-case": "ab"}}"#, &[r#""ABc""#], &[r#""xab""#]);
    check(r#"{"suffix": ".png"}"#, &[r#""a.png""#], &[r#""a.PNG""#]);
    check(r#"{"suffix": {"equals-ignore-case": ".png"}}"#, &[r#""a.PNG""#], &[r#""a.gif""#]);
    check(r#"{"equals-ignore-case": "Éa"}"#, &[r#""éA""#], &[r#""ea""#]);
    check(r#"{"wildcard": "a*z"}"#, &[r#""az""#, r#""abcz""#], &[r#""azb""#]);
}

#[test]
fn anything_but_wants_another_value() {
    check(r#"{"anything-but": "x"}"#, &[r#""y""#, "1", r#"["x","y"]"#], &[r#""x""#, r#"["x"]"#]);
    check(r#"{"anything-but": [1, 2]}"#, &["3", r#""1""#], &["1", "2.0"]);
    check(r#"{"anything-but": {"prefix": "ab"}}"#, &[r#""b""#, "5"], &[r#""abc""#]);
    check(r#"{"anything-but": {"prefix": ["a", "b"]}}"#, &[r#""c""#], &[r#""ax""#, r#""bx""#]);
    check(r#"{"anything-but": {"suffix": ["a", "b"]}}"#, &[r#""c""#], &[r#""xa""#]);
    check(r#"{"anything-but": {"equals-ignore-case": ["A"]}}"#, &[r#""b""#], &[r#""a""#]);
    check(r#"{"anything-but": {"wildcard": "*/lib/*"}}"#, &[r#""x""#], &[r#""a/lib/b""#]);
    assert!(!matches(r#"{"a": [{"anything-but": "x"}]}"#, "{}"), "an absent value is none");
}

#[test]
fn numbers_match_by_range() {
    check(r#"{"numeric": ["=", 5]}"#, &["5", "5.0"], &["6", r#""5""#]);
    check(r#"{"numeric": [">", 0, "<=", 5]}"#, &["5", "0.1"], &["0", "5.1"]);
    check(r#"{"numeric": ["<", -3.5]}"#, &["-4"], &["-3.5"]);
    check(r#"{"numeric": [">=", 2]}"#, &["2", "1e9"], &["1"]);
}

#[test]
fn existence_is_of_leaves() {
    check(r#"{"exists": true}"#, &["1", "null", r#""""#], &["{\"b\": 1}", "[]"]);
    check(r#"{"exists": false}"#, &["{}"], &["1", "null"]);
    assert!(matches(r#"{"a": {"b": [{"exists": false}]}}"#, "{}"));
    assert!(matches(r#"{"a": {"b": [{"exists": false}, "x"]}}"#, r#"{"a": {"b": "x"}}"#));
    assert!(!matches(r#"{"a": {"b": [{"exists": false}]}}"#, r#"{"a": {"b": 1}}"#));
}

#[test]
fn addresses_match_by_block() {
    check(r#"{"cidr": "10.0.0.0/24"}"#, &[r#""10.0.0.7""#], &[r#""10.0.1.7""#, r#""x""#]);
}

#[test]
fn all_members_and_one_choice_have_to_match() {
    let pattern = r#"{"source": ["s"], "$or": [{"a": [1]}, {"b": {"c": ["x"]}}]}"#;
    assert!(matches(pattern, r#"{"source": "s", "a": 1}"#));
    assert!(matches(pattern, r#"{"source": "s", "b": {"c": "x"}}"#));
    assert!(!matches(pattern, r#"{"source": "s", "a": 2, "b": {"c": "y"}}"#));
    assert!(!matches(pattern, r#"{"a": 1}"#));
}

#[test]
fn an_or_that_is_no_choice_is_a_member() {
    assert!(matches(r#"{"$or": ["x"]}"#, r#"{"$or": "x"}"#));
    assert!(matches(r#"{"$or": [{"prefix": "x"}, {"prefix": "y"}]}"#, r#"{"$or": "yes"}"#));
}

#[test]
fn the_members_of_a_listed_object_match_together() {
    let people = r#"{"p": [{"first": "A", "last": "B"}, {"first": "C", "last": "D"}]}"#;
    assert!(matches(r#"{"p": {"first": ["A"], "last": ["B"]}}"#, people));
    assert!(!matches(r#"{"p": {"first": ["A"], "last": ["D"]}}"#, people));
}

#[test]
fn what_is_no_pattern_is_refused_in_the_words_of_aws() {
    for (pattern, sentence) in [
        ("[]", "Filter is not an object"),
        ("{}", "Empty Event patterns are not allowed"),
        (r#"{"a": "x"}"#, r#""a" must be an object or an array"#),
        (r#"{"a": []}"#, "Empty arrays are not allowed"),
        (r#"{"a": {}}"#, "Empty objects are not allowed"),
        (r#"{"a": [[1]]}"#, "Match value must be String, number, true, false, or null"),
        (r#"{"a": [{"like": "x"}]}"#, "Unrecognized match type like"),
        (r#"{"a": [{"prefix": "x", "suffix": "y"}]}"#, "Only one key allowed in match expression"),
        (r#"{"a": [{"prefix": 1}]}"#, "prefix match pattern must be a string"),
        (r#"{"a": [{"exists": "yes"}]}"#, "exists match pattern must be either true or false."),
        (r#"{"a": [{"numeric": ["<", "x"]}]}"#, "Value of < must be numeric"),
        (r#"{"a": [{"numeric": [">", 5, "<", 5]}]}"#, "Bottom must be less than top"),
        (r#"{"a": [{"numeric": ["<", 5, "<", 6]}]}"#, "Bad numeric range operator"),
        (r#"{"a": [{"numeric": ["~", 5]}]}"#, "Unrecognized numeric range operator: ~"),
        (r#"{"a": [{"cidr": "10.0.0.1"}]}"#, "Malformed CIDR, one '/' required: 10.0.0.1"),
        (r#"{"a": [{"anything-but": []}]}"#, "Empty arrays are not allowed"),
    ] {
        assert_eq!(refusal(pattern), sentence, "{pattern}");
    }
}

#[test]
fn a_deep_pattern_is_read_within_the_stack() {
    let deep = format!("{}[1]{}", r#"{"a":"#.repeat(900), "}".repeat(900));
    assert!(!matches(&deep, "{}"));
}
