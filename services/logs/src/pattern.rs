//! Filter patterns: which log events a search, a test or a subscription wants.
//!
//! Three languages in one member: terms (`ERROR -"time out"`), conditions on JSON (`{ $.status >= 500 }`)
//! and conditions on blank-separated fields (`[ip, user, status = 4*]`).
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

mod fields;
mod json;
mod scan;
mod terms;

use crate::errors::Error;

use fields::Fields;
use json::Condition;
use terms::Terms;

/// A filter pattern, ready to be held against messages.
#[derive(Debug)]
pub(crate) enum Pattern {
    Everything,
    Terms(Terms),
    Json(Condition),
    Fields(Fields),
}

/// A pattern that can't be read; AWS says no more than that it is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invalid;

impl From<Invalid> for Error {
    fn from(Invalid: Invalid) -> Self {
        Error::parameter("Invalid filter pattern")
    }
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        match text.chars().next() {
            None => Ok(Pattern::Everything),
            Some('{') => Condition::parse(text).map(Pattern::Json),
            Some('[') => Fields::parse(text).map(Pattern::Fields),
            Some(_) => Terms::parse(text).map(Pattern::Terms),
        }
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Pattern::Everything => true,
            Pattern::Terms(terms) => terms.matches(message),
            Pattern::Json(condition) => condition.matches(message),
            Pattern::Fields(fields) => fields.matches(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, wanted: &[&str], unwanted: &[&str]) {
        let read = Pattern::parse(pattern).unwrap_or_else(|_| panic!("{pattern} is a pattern"));
        for message in wanted {
            assert!(read.matches(message), "{pattern} wants {message}");
        }
        for message in unwanted {
            assert!(!read.matches(message), "{pattern} refuses {message}");
        }
    }

    #[test]
    fn terms_are_wanted_chosen_or_unwanted() {
        check("", &["anything", ""], &[]);
        check("ERROR", &["[ERROR] x", "ERRORS"], &["error"]);
        check("ERROR ARG", &["ARG then ERROR"], &["ERROR"]);
        check(r#""time out""#, &["a time out b"], &["time  out"]);
        check(r#""a \"b\"""#, &[r#"x a "b""#], &["a b"]);
        check("?ERROR ?WARN", &["WARN", "ERROR"], &["INFO"]);
        check("ERROR -EXIT", &["ERROR"], &["ERROR EXIT"]);
        check("-EXIT", &["ERROR"], &["EXIT"]);
        check(r#"ERROR -"a b""#, &["ERROR ab"], &["ERROR a b"]);
        check("?ERROR ARG", &["ARG"], &["ERROR"]);
        check("%a[0-9]+b%", &["xa12b"], &["ab"]);
    }

    #[test]
    fn conditions_look_into_json() {
        check(r#"{ $.a = "x" }"#, &[r#"{"a":"x"}"#], &[r#"{"a":"y"}"#, "{}", "no json"]);
        check("{ $.a = x* }", &[r#"{"a":"xyz"}"#], &[r#"{"a":"ax"}"#]);
        check(r#"{$.a != "x"}"#, &[r#"{"a":"y"}"#], &[r#"{"a":"x"}"#, "{}"]);
        check("{ $.a.b[1] >= 2.5 }", &[r#"{"a":{"b":[0,3]}}"#], &[r#"{"a":{"b":[3,0]}}"#]);
        check("{ $.a = 1 }", &[r#"{"a":1.0}"#], &[r#"{"a":2}"#]);
        check("{ $.a IS TRUE }", &[r#"{"a":true}"#], &[r#"{"a":"true"}"#]);
        check("{ $.a IS NULL }", &[r#"{"a":null}"#], &["{}"]);
        check("{ $.a NOT EXISTS }", &["{}"], &[r#"{"a":null}"#]);
        check("{ $.a EXISTS }", &[r#"{"a":null}"#], &["{}"]);
        check(
            r#"{ ($.a = 1 || $.a = 2) && $.b = "*" }"#,
            &[r#"{"a":2,"b":"x"}"#],
            &[r#"{"a":2}"#, r#"{"a":3,"b":"x"}"#],
        );
        check("{ $.a = 1 || $.b = 1 && $.c = 1 }", &[r#"{"a":1}"#], &[r#"{"b":1}"#]);
        check("{ $.a[*].b = 1 }", &[r#"{"a":[{"b":0},{"b":1}]}"#], &[r#"{"a":[]}"#]);
        check(r#"{ $.['a.b'] = 1 }"#, &[r#"{"a.b":1}"#], &[r#"{"a":{"b":1}}"#]);
        check("{ $.ip = %^10[.]% }", &[r#"{"ip":"10.1"}"#], &[r#"{"ip":"110.1"}"#]);
    }

    #[test]
    fn fields_are_separated_by_blanks() {
        let line = r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /a b" 404 1534"#;
        check("[ip, id, user, time, request, status, bytes]", &[line], &["a b"]);
        check("[ip, id, user, time, request, status = 4*, bytes > 1000]", &[line], &[]);
        check("[..., status = 404, bytes]", &[line], &["x 200 3"]);
        check("[ip, ..., bytes < 10]", &["a b 9"], &[line]);
        check(r#"[ip, id, user, time, request = "GET*", ...]"#, &[line], &["a b c d e f"]);
        check("[level = ERROR || level = WARN, text]", &["WARN x"], &["INFO x"]);
        check("[a != x && a != y]", &["z"], &["x", "y"]);
    }

    #[test]
    fn what_cant_be_read_is_invalid() {
        for pattern in [
            "{ $.a }",
            "{ a = 1 }",
            "{ $.a = 1",
            "{ ($.a = 1 }",
            "[a",
            "\"open",
            "[..., a, ...]",
            "%(%",
            "{ $.a >< 1 }",
        ] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
        let deep = format!("{{ {}$.a = 1 }}", "(".repeat(5_000));
        assert!(Pattern::parse(&deep).is_err());
    }
}
