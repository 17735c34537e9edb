//! The intrinsic functions: a call, an input, what comes out.

use asl::intrinsic::{Function, Intrinsic};
use asl::{Fault, error_name};
use json::Value;
use proptest::prelude::*;

use crate::scope::in_scope;

fn evaluate(call: &str, input: &str) -> Result<Value, Fault> {
    let intrinsic = Intrinsic::parse(call).unwrap_or_else(|error| panic!("{call}: {error:?}"));
    in_scope(input, |scope| intrinsic.evaluate(scope))
}

fn check(call: &str, input: &str, expected: &str) {
    let found = evaluate(call, input).unwrap_or_else(|fault| panic!("{call}: {fault:?}"));
    assert_eq!(found.to_string(), crate::scope::value(expected).to_string(), "{call} of {input}");
}

fn check_fault(call: &str, input: &str, error: &str, what: &str) {
    let fault = evaluate(call, input).expect_err(call);
    let cause = format!("The function '{call}' had the following error: {what}");
    assert_eq!((fault.error, fault.cause), (error, cause), "{call} of {input}");
}

fn check_failure(call: &str, input: &str, what: &str) {
    check_fault(call, input, error_name::INTRINSIC_FAILURE, what);
}

fn check_missing(call: &str, input: &str, argument: &str) {
    let what = format!(
        "The JsonPath argument for the field '{argument}' could not be found in the input '{input}'"
    );
    check_fault(call, input, error_name::RUNTIME, &what);
}

#[test]
fn format_fills_in_values_as_java_prints_them() {
    // Recorded: generic_format_1, generic_format_2.
    check("States.Format('a {}.', $.v)", r#"{"v":""}"#, r#""a .""#);
    check("States.Format('a {}.', $.v)", r#"{"v":null}"#, r#""a null.""#);
    check("States.Format('a {}.', $.v)", r#"{"v":1.1}"#, r#""a 1.1.""#);
    check("States.Format('a {}.', $.v)", r#"{"v":"{\"Arg1\": 1}"}"#, r#""a {\"Arg1\": 1}.""#);
    check(
        "States.Format('{} {}', $.v, $.v)",
        r#"{"v":{"Arg1":1,"Arg2":[]}}"#,
        r#""{Arg1=1, Arg2=[]} {Arg1=1, Arg2=[]}""#,
    );
    check("States.Format('no more')", "{}", r#""no more""#);
    check("States.Format('{}{}', true, null)", "{}", r#""truenull""#);
    check("States.Format($.t, 1)", r#"{"t":"n={}"}"#, r#""n=1""#);
    check(r"States.Format('\{\} \'{}\' \\', 1)", "{}", r#""{} '1' \\""#);
    check("States.Format('{}, {} ({})', $name, $$.State.Name, $list[1])", "{}", r#""Ann, S (2)""#);
    check_failure(
        "States.Format('{} {}', 1)",
        "{}",
        "The number of arguments does not match the number of occurrences of {}",
    );
    check_failure(
        "States.Format('{}', 1, 2)",
        "{}",
        "The number of arguments does not match the number of occurrences of {}",
    );
    // Reported: aws/aws-cdk#29261.
    for call in [r"States.Format('{} \\{ 1 \\}', 1)", r"States.Format('{\}')"] {
        let what = "Invalid template in States.Format: matching '}' not found for '{'.";
        check_failure(call, "{}", what);
    }
    check_failure(
        r"States.Format($.t)",
        r#"{"t":"\\{}"}"#,
        "Invalid template in States.Format: matching '{' not found for '}'.",
    );
    check_failure(
        "States.Format($.v, 1)",
        r#"{"v":1}"#,
        "Argument 1 must be a string, but was number",
    );
}

#[test]
fn a_call_that_repeats_a_long_value_fails_before_it_is_written_out() {
    let input = format!(r#"{{"v":"{}"}}"#, "x".repeat(100_000));
    let braces = "{}".repeat(200);
    let repeated = "$.v, ".repeat(199);
    for call in [
        format!("States.Format('{braces}', {repeated}$.v)"),
        format!("States.JsonToString(States.Array({repeated}$.v))"),
        format!("States.ArrayUnique(States.Array({repeated}$.v))"),
    ] {
        check_failure(&call, &input, "The arguments are longer than 10485760 bytes");
    }
}

#[test]
fn json_goes_to_text_and_back() {
    check("States.StringToJson($.t)", r#"{"t":"{\"a\": [1, 2.50]}"}"#, r#"{"a":[1,2.50]}"#);
    check(
        r#"States.StringToJson('{"text":"An \\"escaped double quote\\" here"}')"#,
        "{}",
        r#"{"text":"An \"escaped double quote\" here"}"#,
    );
    check("States.StringToJson('[1,2]')", "{}", "[1,2]");
    // Recorded: json_to_string.
    check("States.JsonToString($.v)", r#"{"v":null}"#, r#""null""#);
    check("States.JsonToString($.v)", r#"{"v":"HelloWorld"}"#, r#""\"HelloWorld\"""#);
    check(
        "States.JsonToString($.v)",
        r#"{"v":{"Arg1": 1, "Arg2": []}}"#,
        r#""{\"Arg1\":1,\"Arg2\":[]}""#,
    );
    check("States.JsonToString($)", "[1.0]", r#""[1.0]""#);
    let fault = evaluate("States.StringToJson('no')", "{}").expect_err("isn't JSON");
    assert_eq!(fault.error, error_name::INTRINSIC_FAILURE);
}

#[test]
fn arrays_are_made_and_taken_apart() {
    check("States.Array()", "{}", "[]");
    check(
        "States.Array('a', 1, null, $.v, States.Array(true))",
        r#"{"v":{"x":1}}"#,
        r#"["a",1,null,{"x":1},[true]]"#,
    );
    check("States.ArrayPartition($.v, 2)", r#"{"v":[0,1,2]}"#, "[[0,1],[2]]");
    check("States.ArrayPartition($.v, 1.5)", r#"{"v":[0,1,2]}"#, "[[0,1],[2]]");
    check("States.ArrayPartition($.v, 4)", r#"{"v":[]}"#, "[]");
    check("States.ArrayContains($.v, 3)", r#"{"v":[1,2,3]}"#, "true");
    check("States.ArrayContains($.v, $.w)", r#"{"v":[{"a":1}],"w":{"a":2}}"#, "false");
    check("States.ArrayRange(1, 9, 2)", "{}", "[1,3,5,7,9]");
    check("States.ArrayRange(0, 10, 3)", "{}", "[0,3,6,9]");
    check("States.ArrayRange(3, 1, -1)", "{}", "[3,2,1]");
    check("States.ArrayRange(3, 1, 1)", "{}", "[]");
    check("States.ArrayGetItem($.v, 5)", r#"{"v":[1,2,3,4,5,6,7,8,9]}"#, "6");
    check("States.ArrayLength($.v)", r#"{"v":[1,2,3]}"#, "3");
    check("States.ArrayLength($.v[*].nope)", r#"{"v":[1,2]}"#, "0");
    check(
        "States.ArrayUnique($.v)",
        r#"{"v":[1,2,2,"1",1.0,{"a":1,"b":2},{"b":2,"a":1},[1],[1]]}"#,
        r#"[1,2,"1",{"a":1,"b":2},[1]]"#,
    );
    check_failure(
        "States.ArrayPartition($, 0)",
        "[1]",
        "The chunk size must be a positive integer",
    );
    check_failure(
        "States.ArrayPartition($, -1)",
        "[1]",
        "The chunk size must be a positive integer",
    );
    check_failure("States.ArrayRange(1, 2, 0)", "{}", "The step must not be 0");
    check_failure("States.ArrayRange(1, 1001, 1)", "{}", "The range has more than 1000 items");
    check_failure(
        "States.ArrayGetItem($, 1)",
        "[1]",
        "The index 1 is out of bounds for an array of 1 items",
    );
    check_failure(
        "States.ArrayGetItem($, -1)",
        "[1]",
        "The index -1 is out of bounds for an array of 1 items",
    );
    check_failure("States.ArrayLength('a')", "{}", "Argument 1 must be an array, but was string");
    assert_eq!(evaluate("States.ArrayRange(1, 1000, 1)", "{}").map(|range| range.len()), Ok(1000));
}

#[test]
fn texts_are_coded_hashed_and_split() {
    check("States.Base64Encode('Data to encode')", "{}", r#""RGF0YSB0byBlbmNvZGU=""#);
    check("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "{}", r#""Data to encode""#);
    check("States.Base64Decode('RGF0YSB0byBlbmNvZGU')", "{}", r#""Data to encode""#);
    check("States.Base64Encode('')", "{}", r#""""#);
    check(
        "States.Hash('input data', 'SHA-1')",
        "{}",
        r#""aaff4a450a104cd177d28d18d74485e8cae074b7""#,
    );
    check("States.Hash('', 'MD5')", "{}", r#""d41d8cd98f00b204e9800998ecf8427e""#);
    check(
        "States.Hash($.v, 'SHA-256')",
        r#"{"v":{"a":1}}"#,
        r#""015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862""#,
    );
    // Recorded: string_split.
    check("States.StringSplit($.v, ',')", r#"{"v":", , ,"}"#, r#"[" "," "]"#);
    check(
        "States.StringSplit($.v, '.+,=')",
        r#"{"v":"This.is+a,test=string"}"#,
        r#"["This","is","a","test","string"]"#,
    );
    check("States.StringSplit('a', '')", "{}", r#"["a"]"#);
    check_failure(
        "States.Hash('a', 'SHA-3')",
        "{}",
        "'SHA-3' is not a supported hashing algorithm",
    );
    let long = format!(r#"{{"v":"{}"}}"#, "x".repeat(10_001));
    for call in ["States.Base64Encode($.v)", "States.Base64Decode($.v)", "States.Hash($.v, 'MD5')"]
    {
        check_failure(call, &long, "The input has more than 10000 characters");
    }
    let fault = evaluate("States.Base64Decode('!')", "{}").expect_err("isn't Base64");
    assert_eq!(fault.error, error_name::INTRINSIC_FAILURE);
}

#[test]
fn objects_merge_at_their_top() {
    // Recorded: json_merge.
    check(
        "States.JsonMerge($.fst, $.snd, false)",
        r#"{"fst":{"a":{"a1":1,"a2":2},"b":2,"d":3},"snd":{"a":{"a3":1,"a4":2},"c":3,"d":4}}"#,
        r#"{"a":{"a3":1,"a4":2},"b":2,"d":4,"c":3}"#,
    );
    check_failure(
        "States.JsonMerge($, $, true)",
        "{}",
        "Deep merging is not supported: the third argument must be false",
    );
    check_failure(
        "States.JsonMerge($, 1, false)",
        "{}",
        "Argument 2 must be an object, but was number",
    );
    check_failure(
        "States.JsonMerge($, $, 'false')",
        "{}",
        "Argument 3 must be a boolean, but was string",
    );
}

#[test]
fn numbers_are_rounded_before_they_are_added() {
    // Recorded: math_add.
    for (first, second, sum) in [
        ("-9", "3", "-6"),
        ("1.49", "1.5", "3"),
        ("1.5", "1.51", "4"),
        ("-1.49", "-1.5", "-2"),
        ("-1.5", "-1.51", "-3"),
        ("1.49", "-1.49", "0"),
        ("2.5", "0", "3"),
        ("-0.5", "0.5", "1"),
        ("-2.5", "0", "-2"),
        ("-3.5", "0", "-3"),
    ] {
        check(&format!("States.MathAdd({first}, {second})"), "{}", sum);
    }
    // Not recorded.
    check("States.MathAdd(2147483647, 1)", "{}", "2147483648");
    check_failure(
        "States.MathAdd(2147483648, 0)",
        "{}",
        "2147483648 is not between -2147483648 and 2147483647",
    );
    check_failure("States.MathAdd('1', 0)", "{}", "Argument 1 must be a number, but was string");
}

#[test]
fn random_numbers_stay_in_their_range_and_repeat_with_a_seed() {
    for _ in 0..100 {
        let number = evaluate("States.MathRandom(5, 8)", "{}").expect("is a number");
        assert!((5..8).contains(&number.as_i64().expect("is an integer")));
    }
    check("States.MathRandom(0, 10, 42)", "{}", "0");
    check("States.MathRandom(100, 116, 42)", "{}", "111");
    check_failure(
        "States.MathRandom(3, 3)",
        "{}",
        "The start number must be less than the end number",
    );
}

#[test]
fn uuids_are_drawn_from_the_entropy_of_the_scope() {
    let uuid = evaluate("States.UUID()", "{}").expect("is a text").to_string();
    assert_eq!((uuid.len(), uuid.as_bytes()[15]), (38, b'4'), "{uuid}");
    assert_eq!(
        evaluate("States.UUID()", "{}").expect("is a text").to_string(),
        uuid,
        "same entropy"
    );
}

/// Captured from AWS: floci-io/floci, `AslExecutorIntrinsicMissingArgumentTest`.
#[test]
fn an_argument_without_a_value_is_a_runtime_error() {
    check_missing("States.Format('{}', $.nope)", r#"{"other":1}"#, "$.nope");
    check_missing("States.Format('{}',$.nope)", r#"{"other":1}"#, "$.nope");
    check_missing("States.Format('{} {}', $.other, $.a.b)", r#"{"other":1}"#, "$.a.b");
    check_missing("States.Format('{}', States.Format('{}', $.nope))", r#"{"other":1}"#, "$.nope");
    check_missing("States.Format('{}', $.items[5])", r#"{"items":[1,2]}"#, "$.items[5]");
    check_missing("States.Format('{}', $.items[5].x)", r#"{"items":[1]}"#, "$.items[5].x");
    check_fault(
        "States.Format('{}', $.other[0])",
        r#"{"other":1}"#,
        error_name::RUNTIME,
        "Filter: [0] can only be applied to arrays. Current context is: 1",
    );
    check_fault(
        "States.Format('{}', $$.Nope.Deep)",
        r#"{"other":1}"#,
        error_name::RUNTIME,
        r#"The JsonPath argument for the field '$.Nope.Deep' could not be found in the input '{"other":1}'"#,
    );
}

#[test]
fn calls_nest_and_take_paths_of_any_form() {
    check(
        "States.ArrayGetItem(States.StringSplit('a-b', '-'), States.MathAdd(States.ArrayLength(States.StringSplit('a-b', '-')), -1))",
        "{}",
        r#""b""#,
    );
    check(
        "States.Array($.a[?(@.x == 'b,c)' && (@.y < 3))].y, $['d, e)'], $.a.length())",
        r#"{"a":[{"x":"b,c)","y":1}],"d, e)":2}"#,
        "[[1],2,1]",
    );
    check(" States.Array( $.a , 1 ) ", r#"{"a":0}"#, "[0,1]");
}

#[test]
fn texts_that_are_no_calls_are_refused() {
    for text in [
        "",
        "States",
        "States.Array",
        "States.Array(",
        "States.Array(1",
        "States.Array(1 2)",
        "States.Array(1,)",
        "States.Array(1))",
        "States.Nope()",
        "Array()",
        "States.Array(a)",
        "States.Array('a)",
        "States.Array(\"a\")",
        "States.Array($.)",
        "States.UUID(1)",
        "States.Hash('a')",
        "States.Format()",
        "States.MathRandom(1)",
        "States.ArrayLength()",
        "States.ArrayRange(1, 2)",
    ] {
        assert!(Intrinsic::parse(text).is_err(), "{text}");
    }
}

#[test]
fn escapes_that_are_none_are_told() {
    let is_well_escaped = |text| Intrinsic::parse(text).expect("is a call").is_well_escaped();
    assert!(is_well_escaped(r"States.Array('\\n', States.Format('\'\{{}\}', 'n'), $.n, 1)"));
    // Reported: aws/aws-cdk#27304.
    for text in [
        r"States.Format('Hello\n{}', $.name)",
        r#"States.StringToJson('"An \"escaped double quote\" here"')"#,
        r"States.Array(1, States.Array('\\', '\\\n'))",
    ] {
        assert!(!is_well_escaped(text), "{text}");
    }
}

#[test]
fn calls_nest_ten_deep_at_most() {
    let nested = |depth: usize| format!("{}1{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(Intrinsic::parse(&nested(10)).is_ok());
    assert!(Intrinsic::parse(&nested(11)).is_err());
}

#[test]
fn there_are_eighteen_functions_and_each_is_found_by_its_name() {
    assert_eq!(Function::ALL.len(), 18);
    for function in Function::ALL {
        let arguments = ["", "1", "1, 1", "1, 1, 1"];
        let mut calls = arguments.iter().map(|a| format!("States.{}({a})", function.name()));
        let parsed = calls.find_map(|call| Intrinsic::parse(&call).ok());
        assert_eq!(parsed.map(|intrinsic| intrinsic.function()), Some(function));
    }
}

proptest! {
    #[test]
    fn no_text_makes_parsing_or_evaluating_panic(
        text in prop_oneof![
            any::<String>(),
            "States\\.(Format|Array|MathAdd|ArrayRange|Hash|StringSplit|ArrayPartition|MathRandom)\\((('[^']{0,4}'|-?[0-9]{1,20}|\\$|\\$\\.a|null|States\\.UUID\\(\\)), ?){0,3}(1|\\$\\$|'x')\\)",
        ],
    ) {
        if let Ok(intrinsic) = Intrinsic::parse(&text) {
            let _ = in_scope(r#"{"a":[1]}"#, |scope| intrinsic.evaluate(scope));
        }
    }
}
