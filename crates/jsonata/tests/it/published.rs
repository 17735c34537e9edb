//! The language as published: corners that its own suite leaves alone, each as jsonata 2.0.6 answers.

use base::{Entropy, Timestamp};
use json::Value;
use jsonata::{Call, Expression, Limits, Profile};

use crate::shown;

#[track_caller]
fn check_on(input: &str, source: &str, expected: &str) {
    let outcome = Expression::compile(source, Profile::Plain).and_then(|expression| {
        expression.evaluate(&mut Call {
            input: Some(Value::parse(input).expect("input is JSON")),
            bindings: &|_| None,
            now: Timestamp::from_millis(1_700_000_000_000),
            entropy: &mut Entropy::from_number(7),
            limits: Limits::AWS,
            steps: 0,
        })
    });
    assert_eq!(shown(outcome), expected, "{source} on {input}");
}

#[track_caller]
fn check(source: &str, expected: &str) {
    check_on("{}", source, expected);
}

#[test]
fn the_root_of_an_input_that_is_an_array_is_the_array() {
    check_on("[1,2,3]", "$$[1]", "2");
    check_on("[1,2,3]", "$$[[0..1]]", "[1,2]");
    check_on(r#"[{"k":"p"},{"k":"q"}]"#, "$$[k='q']", r#"{"k":"q"}"#);
    check_on(r#"[{"k":"p"}]"#, "$$[k='p'][]", r#"[{"k":"p"}]"#);
    check_on("[[1,2],[3]]", "$count($$)", "2");
    check_on("[1,2]", "{'all': $$}", r#"{"all":[1,2]}"#);
}

#[test]
fn an_only_descendant_is_no_array_even_if_arrays_are_asked_for() {
    check_on("5", "**[]", "5");
    check_on(r#"{"a":1}"#, "a.**[]", "[1]");
}

#[test]
fn no_context_stands_in_for_arguments_of_a_function_that_was_handed_over() {
    let refused = |name: &str| {
        format!(
            ". T0411: Context value is not a compatible type with argument 1 of function \"{name}\""
        )
    };
    check("3 ~> $power", &refused("power"));
    check("'a,b' ~> $split", &refused("split"));
    check("$map([1], function($x)<s-n:n>{$x})", &refused("map"));
}

#[test]
fn sorting_compares_the_halves_first() {
    check(
        "$sort([3, 1, 2, 5, 4, 9, 7, 8, 6], function($a, $b){$a % 2 = 0})",
        "[3,1,5,9,7,6,8,4,2]",
    );
    check("$sort([3, 1, 2, 5, 4], function($a, $b){true})", "[4,5,2,1,3]");
    check(
        "[3, 1, 2, 2, 'x']^($)",
        ". T2007: Type mismatch when comparing values 2 and \"x\" in order-by clause",
    );
}

#[test]
fn a_match_after_the_last_that_is_asked_for_must_not_be_empty_either() {
    let empty = ". D1004: Regular expression matches zero length string";
    check("$match('aab', /[-a]*/, 1)", empty);
    check("$match('ab', /a/, 1)", r#"{"match":"a","index":0,"groups":[]}"#);
    check("$match('aab', /b*/, 0)", "undefined");
}

#[test]
fn separators_stand_in_integers_where_the_picture_has_them() {
    check("$formatInteger(1234567, '#:###,000')", "\"1:234,567\"");
    check("$formatInteger(5, '0 .')", "\"5 .\"");
    check("$formatInteger(5, '-0-')", "\"-5-\"");
    check("$formatInteger(21, '٠;o')", "\"٢١th\"");
    check("$formatInteger(1234567, '#,##0;o')", "\"1,234,567th\"");
}

#[test]
fn integers_are_read_strictly() {
    check("$parseInteger('xiv', 'I')", "null");
    check("$parseInteger('xiv', 'i')", "14");
    check("$parseInteger('', 'w')", "null");
    check("$parseInteger('-one', 'w')", "null");
    check("$parseInteger('one thousand, two hundred and thirty-four', 'w')", "1234");
}

#[test]
fn dates_that_are_none_are_no_numbers() {
    check("$toMillis('20180323', '[M]')", "null");
    check("$toMillis('13:05 pm', '[h]:[m] [P]') ~> $fromMillis", "\"2023-11-15T01:05:00.000Z\"");
    let digits = ". D3134: The timezone integer format specifier cannot have more than four digits";
    check("$fromMillis(0, '[ZN]')", digits);
    check("$fromMillis(0, '[zw]')", digits);
}
