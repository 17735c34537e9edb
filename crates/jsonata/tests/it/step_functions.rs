//! Expected values were measured on AWS where reference §4.5 or a comment says so.

use std::thread;

use base::{Entropy, Timestamp};
use json::Value;
use jsonata::{Call, Expression, Limits, Outcome, Profile};

use crate::{check, evaluate, evaluate_with, shown};

#[test]
fn reads_what_states_bind() {
    let input = r#"{"customer":{"city":"Bern"},"items":[{"n":1.0},{"n":2}],"one":[{"n":3}]}"#;
    let read = |source| shown(evaluate_with(source, input, Limits::AWS));
    assert_eq!(read("$states.input.customer.city"), r#""Bern""#);
    assert_eq!(
        read("$states.input.items.n"),
        "[1.0,2]",
        "numbers that are passed on keep their text"
    );
    assert_eq!(read("$states.input.items[0]"), r#"{"n":1.0}"#);
    assert_eq!(read("$states.input.one.n"), "3", "a sequence of one item is that item");
    assert_eq!(read("$states.input.one.n[]"), "[3]");
    assert_eq!(read("$sum($states.input.items.n)"), "3");
    assert_eq!(read("$states.input.missing"), "undefined");
    assert_eq!(read("$unassigned"), "undefined");
    assert_eq!(read("$variable := 1"), "1", "recorded as a value of MaxConcurrency");
    assert_eq!(
        read("$map($states.input.items, function($v) { $v.n = 1 ? 'pass' : 'failed' })"),
        r#"["pass","failed"]"#
    );
}

#[test]
fn partitions_arrays() {
    check("$partition([1,2,3,4], 2)", "[[1,2],[3,4]]");
    check("$partition([1,2,3,4,5], 2.9)", "[[1,2],[3,4],[5]]");
    check("$partition([1,2,3])", "[[1,2,3]]");
    check("$partition([], 2)", "undefined");
    check("$partition([1,2,3], 0)", "undefined");
    check("$partition([1,2,3], -0.5)", "undefined");
    check("$partition([1,2,3], -1)", ". D3137: Second argument must be zero or greater");
}

#[test]
fn makes_ranges() {
    check("$range(0, 6, 2)", "[0,2,4,6]");
    check("$range(10, 0, -2)", "[10,8,6,4,2,0]");
    check("$range(-1.7, 2, 1)", "[-1,0,1,2]");
    check("$range(5, 1, -1.5)", "[5,4,3,2,1]");
    // Recorded: intrinsic_functions/array_jsonata_array_range.
    check("$range(0, 10, 3)", "[0,3,6,9]");
    check("$range(1, 9, 9)", "1");
    for nothing in ["$range(5, 1, 1)", "$range(1, 5, 0)", "$range(1, 5)"] {
        check(nothing, "undefined");
    }
    check(
        "$range(1)",
        ". T0410: Argument 2 of function \"range\" does not match function signature",
    );
    check("$count($range(1, 200000, 1))", "200000");
    check("$count($range(-9223372036854775808, 9223372036854775807, 9223372036854775807))", "3");
}

#[test]
fn hashes_utf_8() {
    check("$hash('input', 'SHA-1')", r#""140f86aae51ab9e1cda9b4254fe98a74eb54c1a1""#);
    check("$hash('ñ', 'MD5')", r#""94e9342ecbb1458b6043ecd3bfcbc192""#);
    check("$length($hash('', 'SHA-512'))", "128");
    check("$hash('a')", "undefined");
    assert!(shown(evaluate("$hash('a', 'md5')")).starts_with(". D3137: "));
    check(
        "$hash(42, 'MD5')",
        ". T0410: Argument 1 of function \"hash\" does not match function signature",
    );
}

#[test]
fn draws_javas_random_numbers_from_a_seed() {
    check("$random(42)", "0.7275636800328681");
    check("$random(0.9) = $random(0)", "true");
    check("$random(7)", "0.7306990420600421");
    check("$random() = $random()", "false");
    check(
        "$random(1, 2)",
        ". T0410: Argument 2 of function \"random\" does not match function signature",
    );
}

#[test]
fn parses_json_as_aws_does() {
    check(
        r#"$parse('{"b":1.0,"a":[1e2,1.5,9223372036854775807,9223372036854775808]}')"#,
        r#"{"b":1,"a":[100,1.5,9223372036854775807,9223372036854776000]}"#,
    );
    check("$exists($parse('null'))", "true");
    // Recorded: intrinsic_functions/json_manipulation_jsonata_parse.
    check("$parse('-0')", "0");
    check("$parse()", "undefined");
    check(
        "$parse(null)",
        ". T0410: Argument 1 of function \"parse\" does not match function signature",
    );
    check(r#"$map(['{"a":1}', '{"a":2}'], $parse).a"#, "[1,2]");
    for invalid in ["", " ", "{} {}", "[1,2] [3]", "{\"a\":1,\"a\":2}", "1e400", "nope"] {
        let told = shown(evaluate(&format!("$parse('{invalid}')")));
        assert!(told.starts_with(". D3137: Invalid JSON"), "{invalid}: {told}");
    }
}

#[test]
fn has_no_eval() {
    check("$eval('1+1')", ". T1006: Attempted to invoke a non-function");
    check("$randomSeeded(1)", ". T1006: Attempted to invoke a non-function");
}

#[test]
fn shows_errors_in_the_words_of_the_reference_implementation() {
    check("$abs('a')", ". T0410: Argument 1 of function \"abs\" does not match function signature");
    check("$sum(['a'])", ". T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"");
    check("1 + {}", ". T2002: The right side of the \"+\" operator must evaluate to a number");
    check(
        "1 < 'a'",
        ". T2009: The values 1 and \"a\" either side of operator \"<\" must be of the same data type",
    );
    check("$sqrt(-1)", ". D3060: The sqrt function cannot be applied to a negative number: -1");
    check("$error('no more')", ". D3137: no more");
    check(
        "$formatNumber(1, 'x')",
        ". D3086: The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character",
    );
}

#[test]
fn refuses_what_is_not_an_expression_at_all() {
    let message =
        |source| Expression::compile(source, Profile::StepFunctions).expect_err(source).message;
    assert_eq!(message("1 +"), "Unexpected end of expression");
    assert_eq!(message("$x :="), "Unexpected end of expression");
    assert_eq!(message("$a[1,2)"), "Expected \"]\", got \",\"");
    assert_eq!(message("{'a':}"), "The symbol \"}\" cannot be used as a unary operator");
    assert_eq!(message("'open"), "String literal must be terminated by a matching quote");
    assert_eq!(message("$match('a', /abc"), "No terminating / in regular expression");
    assert_eq!(message("$a ?? 1"), "The symbol \"?\" cannot be used as a unary operator");
    assert_eq!(
        message("$match('a', /(?a)/)"),
        "The regular expression \"(?a)\" is not supported: it isn't well-formed"
    );
}

#[test]
fn regular_expressions_look_around_and_refer_back() {
    check(r"$contains('Passw0rd', /^(?=.*\d)(?=.*[A-Z]).{8,}$/)", "true");
    check(r"$replace('1 EUR, 2 USD', /\d+(?= EUR)/, '?')", r#""? EUR, 2 USD""#);
    check(r"$match('aa b cc', /(\w)\1/).match", r#"["aa","cc"]"#);
}

#[test]
fn names_numbers_that_json_has_none_for() {
    check("1/0", r#""Infinity""#);
    check("[-1/0, 0/0]", r#"["-Infinity","NaN"]"#);
    check("{'k': 1/0}", r#"{"k":"Infinity"}"#);
    check("$parseInteger('abc', '0')", r#""NaN""#);
}

#[test]
fn keeps_the_digits_of_whole_numbers_in_texts() {
    check("$string(1e20)", r#""100000000000000000000""#);
    check("$string(1e21)", r#""1e+21""#);
    check("$string(1/3)", r#""0.333333333333333""#);
    check(r#"$string($parse('{"n":9223372036854775807}').n)"#, r#""9223372036854775807""#);
}

#[test]
fn tells_functions_from_values() {
    check("$sum", "unsupported function");
    check("function($x){$x}", "unsupported function");
    check("/a/", "unsupported function");
    check("{'f': $sum}", "unsupported function");
}

#[test]
fn time_stands_still_during_an_evaluation() {
    check("$now()", r#""2018-03-23T10:33:36.617Z""#);
    check("$millis()", "1521801216617");
    check("$now('[Y0001]-[M01]-[D01]', '+1400')", r#""2018-03-24""#);
    check("$fromMillis($millis(), '[H01]:[m01] [z]', '-0330')", r#""07:03 GMT-03:30""#);
}

#[test]
fn the_same_entropy_gives_the_same_values() {
    assert_eq!(shown(evaluate("$uuid()")), shown(evaluate("$uuid()")));
    check("$length($uuid()) = 36 and $uuid() != $uuid()", "true");
    check(
        "$uuid('seed')",
        ". T0410: Argument 1 of function \"uuid\" does not match function signature",
    );
}

#[test]
fn one_expression_serves_many_threads() {
    let expression =
        Expression::compile("$states.input.n * $n & /[0-9]+/('a12').match", Profile::StepFunctions)
            .expect("compiles");
    thread::scope(|scope| {
        for thread in 0..4_i64 {
            let expression = &expression;
            scope.spawn(move || {
                let states =
                    Value::object([("input", Value::object([("n", Value::from(thread))]))]);
                let outcome = expression.evaluate(&mut Call {
                    input: None,
                    bindings: &|name| match name {
                        "states" => Some(states.clone()),
                        "n" => Some(Value::from(10)),
                        _ => None,
                    },
                    now: Timestamp::default(),
                    entropy: &mut Entropy::from_number(1),
                    limits: Limits::AWS,
                    steps: 0,
                });
                let expected = Outcome::Value(format!("{}12", thread * 10).into());
                assert_eq!(outcome, Ok(expected));
            });
        }
    });
}
