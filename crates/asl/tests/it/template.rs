//! Payload templates, and fields that want a value of one type.

use asl::path::ReferencePath;
use asl::program::{Items, Quantity, ResultPath, Selection, Text};
use asl::{Expression, Fault, QueryLanguage, Template, error_name};

use crate::scope::{in_scope, value};

fn template(text: &str) -> Template {
    let compiled = Template::compile(&value(text), QueryLanguage::JsonPath, "Parameters");
    compiled.unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn check(text: &str, input: &str, expected: &str) {
    let template = template(text);
    let found = in_scope(input, |scope| template.evaluate(scope));
    let found = found.unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    assert_eq!(found.to_string(), value(expected).to_string(), "{text} of {input}");
}

fn assert_fault<T: std::fmt::Debug>(found: Result<T, Fault>, error: &str, cause: &str) {
    let fault = found.expect_err(cause);
    assert_eq!((fault.error, fault.cause.as_str(), fault.location), (error, cause, None));
}

fn check_fault(text: &str, input: &str, cause: &str) {
    let template = template(text);
    assert_fault(in_scope(input, |scope| template.evaluate(scope)), error_name::RUNTIME, cause);
}

fn expression(text: &str, field: &str) -> Expression {
    let compiled = Expression::compile(text, QueryLanguage::JsonPath, field);
    compiled.unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

#[test]
fn keys_that_end_in_a_dollar_are_replaced() {
    check(
        r#"{"a":1.0,"b.$":"$.x","c":{"d.$":"$$.State.Name","e":["$.x",{"f.$":"$name"}]},"g.$":"States.Array($.x)"}"#,
        r#"{"x":2.50}"#,
        r#"{"a":1.0,"b":2.50,"c":{"d":"S","e":["$.x",{"f":"Ann"}]},"g":[2.50]}"#,
    );
    check(
        r#"{"all.$":"$","many.$":"$.l[*].v"}"#,
        r#"{"l":[{"v":1},{}]}"#,
        r#"{"all":{"l":[{"v":1},{}]},"many":[1]}"#,
    );
    check(r#""$.x""#, "{}", r#""$.x""#);
    check(
        r#"{"x":"{% $.y %}","y":"States.UUID()"}"#,
        "{}",
        r#"{"x":"{% $.y %}","y":"States.UUID()"}"#,
    );
    check("[]", "{}", "[]");
}

#[test]
fn a_template_names_its_expressions_and_their_variables() {
    let template = template(r#"{"a":{"b.$":"$x.y"},"c.$":"States.Format($t, $.v, $z[0])","d":1}"#);
    let sources: Vec<&str> = template.expressions().map(Expression::source).collect();
    assert_eq!(sources, ["$x.y", "States.Format($t, $.v, $z[0])"]);
    let variables: Vec<&str> = template.expressions().flat_map(Expression::variables).collect();
    assert_eq!(variables, ["x", "t", "z"]);
    let locations: Vec<&str> = template.expressions().map(Expression::location).collect();
    assert_eq!(locations, ["Parameters/a", "Parameters"]);
}

#[test]
fn what_is_neither_path_nor_call_is_refused() {
    let text = r#"{"a.$":"x","b":[{"c.$":1}],"d.$":"$.fine"}"#;
    let problems = Template::compile(&value(text), QueryLanguage::JsonPath, "Parameters");
    let problems = problems.expect_err("two keys are wrong");
    let told: Vec<(&str, &str)> =
        problems.iter().map(|problem| (&*problem.location, &*problem.message)).collect();
    assert_eq!(
        told,
        [
            (
                "Parameters",
                "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call"
            ),
            (
                "Parameters/b[0]",
                "The value for the field 'c.$' must be a valid JSONPath or a valid intrinsic function call"
            ),
        ]
    );
}

#[test]
fn a_path_without_a_value_fails_in_the_words_of_aws() {
    // Captured from AWS: floci-io/floci, AslExecutorUnresolvableJsonPathTest.
    check_fault(
        r#"{"outer":{"missing.$":"$.a.b.c"}}"#,
        r#"{"a":{"x":1}}"#,
        r#"The JSONPath '$.a.b.c' specified for the field 'missing.$' could not be found in the input '{"a":{"x":1}}'"#,
    );
    check_fault(
        r#"{"v.$":"$.other.x"}"#,
        r#"{"other":1}"#,
        r#"The JSONPath '$.other.x' specified for the field 'v.$' could not be found in the input '{"other":1}'"#,
    );
    // Recorded: invalid_jsonpath_INVALID_JSONPATH_IN_STRING_EXPR_CONTEXTPATH.
    check_fault(
        r#"{"value.$":"$$.Execution.Input.no_such_jsonpath"}"#,
        "{}",
        r#"The JSONPath '$$.Execution.Input.no_such_jsonpath' specified for the field 'value.$' could not be found in the input '{"Execution":{"Id":"e","Input":{"x":[1]}},"State":{"Name":"S"}}'"#,
    );
    check_fault(
        r#"{"v.$":"$"}"#,
        "null",
        "Unable to apply Path transformation to null or empty input.",
    );
    check_fault(
        r#"{"v.$":"$.l.sum()"}"#,
        r#"{"l":[]}"#,
        "Invalid path '$.l.sum()' : Aggregation function attempted to calculate value using empty array",
    );
}

#[test]
fn an_index_beyond_the_end_is_null() {
    check(r#"{"idx.$":"$.items[5]"}"#, r#"{"items":[1,2]}"#, r#"{"idx":null}"#);
    check(r#"{"idx.$":"$.items[99999999999999999999]"}"#, r#"{"items":[1]}"#, r#"{"idx":null}"#);
}

#[test]
fn the_deepest_templates_are_compiled_and_evaluated() {
    let depth = json::DEPTH_MAX - 1;
    let nest =
        |inner: &str| format!("{}{inner}{}", r#"{"a":["#.repeat(depth / 2), "]}".repeat(depth / 2));
    check(&nest(r#"{"b.$":"$.x"}"#), r#"{"x":1}"#, &nest(r#"{"b":1}"#));
}

#[test]
fn selections_pass_the_message_of_jayway_on() {
    let select = |path: &str, input: &str| {
        let selection = Selection::At(expression(path, "InputPath"));
        in_scope(input, |scope| selection.evaluate(scope))
    };
    assert_eq!(select("$.a", r#"{"a":[1]}"#), Ok(value("[1]")));
    assert_eq!(select("$$.State.Name", "{}"), Ok("S".into()));
    assert_eq!(select("$list", "{}"), Ok(value("[1,2,3]")));
    // Recorded: invalid_jsonpath_ST_INVALID_JSONPATH_IN_INPUTPATH, catch_states_runtime.
    assert_fault(
        select("$.NoSuchInputPath", "{}"),
        error_name::RUNTIME,
        "Invalid path '$.NoSuchInputPath' : No results for path: $['NoSuchInputPath']",
    );
    assert_fault(
        select("$.no.such.result.path", "{}"),
        error_name::RUNTIME,
        "Invalid path '$.no.such.result.path' : Missing property in path $['no']",
    );
    assert_eq!(in_scope("[1]", |scope| Selection::Whole.evaluate(scope)), Ok(value("[1]")));
    assert_eq!(in_scope("[1]", |scope| Selection::Nothing.evaluate(scope)), Ok(value("{}")));
}

#[test]
fn result_paths_write_into_the_input() {
    let apply = |path: &str, input: &str| {
        let path = ResultPath::At(ReferencePath::parse(path).expect(path));
        path.apply(&value(input), value("1")).map(|output| output.to_string())
    };
    assert_eq!(apply("$.x.y", r#"{"a":1}"#), Ok(r#"{"a":1,"x":{"y":1}}"#.into()));
    assert_eq!(apply("$.a", "{}"), Ok(r#"{"a":1}"#.into()));
    assert_eq!(apply("$.a", r#"{"a":{"b":2},"c":3}"#), Ok(r#"{"a":1,"c":3}"#.into()));
    assert_eq!(
        apply("$.a.b['c d']", r#"{"x":0,"a":{"y":0}}"#),
        Ok(r#"{"x":0,"a":{"y":0,"b":{"c d":1}}}"#.into())
    );
    assert_eq!(
        apply("$.a[1].b", r#"{"a":[0,{"b":0,"c":0}]}"#),
        Ok(r#"{"a":[0,{"b":1,"c":0}]}"#.into())
    );
    for (path, input) in [
        ("$.a", "[1]"),
        ("$.a", r#""text""#),
        ("$.a.b", r#"{"a":1}"#),
        ("$.a[1]", r#"{"a":[0]}"#),
        ("$[0]", "{}"),
        ("$.x[0]", "{}"),
    ] {
        assert_fault(
            apply(path, input),
            error_name::REFERENCE_PATH_CONFLICT,
            &format!("Unable to apply ReferencePath {path} to input {input}"),
        );
    }
    let kept = ResultPath::Discard.apply(&value("[2]"), value("1"));
    assert_eq!(kept, Ok(value("[2]")));
    assert_eq!(ResultPath::Replace.apply(&value("[2]"), value("1")), Ok(value("1")));
}

#[test]
fn reference_paths_name_one_place() {
    for text in ["$", "$.a", "$['a'][0].b", "$.a-b"] {
        assert!(ReferencePath::parse(text).is_ok(), "{text}");
    }
    for (text, message) in [
        ("a", "Reference path didn't start with '$'"),
        ("$.a[*]", "'[' must be followed by ' or '['"),
        ("$.a[?(@.b)]", "'[' must be followed by ' or '['"),
        ("$.", "Path must not end with a '.' or '..'"),
    ] {
        assert_eq!(
            ReferencePath::parse(text).map_err(|error| error.message).err(),
            Some(message.into())
        );
    }
}

fn quantity(field: &str, input: &str) -> Result<f64, Fault> {
    let quantity = Quantity::Computed(expression("$.v", field));
    in_scope(input, |scope| quantity.evaluate(scope))
}

#[test]
fn quantities_are_numbers_within_the_range_of_their_field() {
    assert_eq!(quantity("SecondsPath", r#"{"v":5}"#), Ok(5.0));
    assert_eq!(quantity("ToleratedFailurePercentagePath", r#"{"v":1.1}"#), Ok(1.1));
    // Recorded: map_state_reference_in_tolerated_failure_path.
    assert_eq!(quantity("ToleratedFailureCountPath", r#"{"v":"1"}"#), Ok(1.0));
    assert_eq!(in_scope("{}", |scope| Quantity::Literal(2.0).evaluate(scope)), Ok(2.0));
    assert_eq!(quantity("TimeoutSecondsPath", r#"{"v":99999999}"#), Ok(99_999_999.0));
    for (field, value, cause) in [
        // Recorded: wait_base_wait_seconds_path, logs_base_wait_seconds_path.
        (
            "SecondsPath",
            "1.5",
            "The SecondsPath parameter cannot be parsed as a long value: $.v == 1.5",
        ),
        ("SecondsPath", "-1", "The SecondsPath parameter references a negative value: $.v == -1"),
        ("SecondsPath", "3000000000", "Wait state delay is too long."),
        // Not recorded: the words are ours.
        (
            "TimeoutSecondsPath",
            "0",
            "The TimeoutSecondsPath parameter references a value that is not between 1 and 99999999: $.v == 0",
        ),
        (
            "TimeoutSecondsPath",
            "100000000",
            "The TimeoutSecondsPath parameter references a value that is not between 1 and 99999999: $.v == 100000000",
        ),
        (
            "HeartbeatSecondsPath",
            "9999999999999999999",
            "The HeartbeatSecondsPath parameter cannot be parsed as a long value: $.v == 9999999999999999999",
        ),
        ("MaxItemsPerBatchPath", "-1", "field MaxItemsPerBatch must be positive"),
        // Recorded: max_concurrency_path, map_state_tolerated_failure_….
        (
            "MaxConcurrencyPath",
            r#""NoNumber""#,
            "The MaxConcurrencyPath field refers to value \"NoNumber\" which is not a valid integer: $.v",
        ),
        (
            "MaxConcurrencyPath",
            "{}",
            "The MaxConcurrencyPath field refers to value \"{}\" which is not a valid integer: $.v",
        ),
        ("ToleratedFailureCountPath", "-1", "ToleratedFailureCount cannot be negative."),
        (
            "ToleratedFailurePercentagePath",
            r#""NoNumber""#,
            "The ToleratedFailurePercentagePath field refers to value \"NoNumber\" which is not a valid float: $.v",
        ),
        (
            "ToleratedFailurePercentagePath",
            "-1.1",
            "ToleratedFailurePercentage must be between 0 and 100.",
        ),
        (
            "ToleratedFailurePercentagePath",
            "100.1",
            "ToleratedFailurePercentage must be between 0 and 100.",
        ),
    ] {
        let input = format!(r#"{{"v":{value}}}"#);
        assert_fault(quantity(field, &input), error_name::RUNTIME, cause);
    }
    assert_fault(
        quantity("SecondsPath", "{}"),
        error_name::RUNTIME,
        "The SecondsPath parameter does not reference an input value: $.v",
    );
    assert_fault(
        quantity("TimeoutSecondsPath", "{}"),
        error_name::RUNTIME,
        "The JSONPath '$.v' specified for the field 'TimeoutSecondsPath' could not be found in the input '{}'",
    );
}

#[test]
fn texts_of_a_fail_state_are_read() {
    let text = |source: &str, input: &str| {
        let text = Text::Computed(expression(source, "ErrorPath"));
        in_scope(input, |scope| text.evaluate(scope))
    };
    assert_eq!(text("$.e", r#"{"e":"x"}"#).as_deref(), Ok("x"));
    assert_eq!(text("States.Format('e-{}', $.e)", r#"{"e":1}"#).as_deref(), Ok("e-1"));
    assert_fault(
        text("$.ErrorX", "{}"),
        error_name::RUNTIME,
        "The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could not be found in the input '{}'",
    );
}

#[test]
fn instants_of_a_wait_are_read() {
    let instant = |input: &str| {
        let text = Text::Computed(expression("$.t", "TimestampPath"));
        in_scope(input, |scope| text.instant(scope)).map(|instant| instant.as_millis())
    };
    assert_eq!(instant(r#"{"t":"2024-01-01T00:00:01.000000Z"}"#), Ok(1_704_067_201_000));
    assert_fault(
        instant("{}"),
        error_name::RUNTIME,
        "The TimestampPath parameter does not reference an input value: $.t",
    );
    // Recorded: wait_timestamp_path.
    for text in [
        "2016-13-05T21:29:29Z",
        "05-12-2016T21:29:29Z",
        "2016-12-05 21:29:29Z",
        "2016-12-05T21:29:29",
    ] {
        assert_fault(
            instant(&format!(r#"{{"t":"{text}"}}"#)),
            error_name::RUNTIME,
            &format!(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == {text}"
            ),
        );
    }
    // Recorded: wait_timestamp_too_far_in_future_boundary (24,856 days); a day less is not too far.
    assert!(instant(r#"{"t":"2092-01-18T00:00:00Z"}"#).is_ok());
    assert_fault(
        instant(r#"{"t":"2092-01-20T00:00:00Z"}"#),
        error_name::RUNTIME,
        "Wait state delay is too long.",
    );
    let literal = Text::Literal("2024-01-01T00:00:00Z".into());
    assert!(in_scope("{}", |scope| literal.instant(scope)).is_ok());
}

#[test]
fn items_must_be_an_array() {
    let items = |items: Items, language: QueryLanguage, input: &str| {
        in_scope(input, |scope| items.evaluate(language, scope)).map(Option::unwrap_or_default)
    };
    let at = |path: &str, input: &str| {
        items(Items::Path(expression(path, "ItemsPath")), QueryLanguage::JsonPath, input)
    };
    assert_eq!(items(Items::Input, QueryLanguage::JsonPath, "[1]"), Ok(value("[1]")));
    assert_eq!(at("$.a", r#"{"a":[1]}"#), Ok(value("[1]")));
    assert_eq!(at("$list", "{}"), Ok(value("[1,2,3]")));
    assert_eq!(at("$$.Execution.Input.x", "{}"), Ok(value("[1]")));
    let runtime = error_name::RUNTIME;
    assert_fault(
        items(Items::Input, QueryLanguage::JsonPath, "{}"),
        runtime,
        "Reference path \"$\" must point to array.",
    );
    // Recorded: state_map_context_object.
    assert_fault(
        at("$$.Execution.Input", "{}"),
        runtime,
        "Reference path \"$.Execution.Input\" must point to array.",
    );
    assert_fault(at("$$", "{}"), runtime, "Reference path \"$\" must point to array.");
    assert_fault(
        at("$.discovery.objects", r#"{"discovery":{"statusCode":500}}"#),
        error_name::REFERENCE_PATH_CONFLICT,
        r#"Unable to apply step "objects" to input {"discovery":{"statusCode":500}}"#,
    );
    // Recorded: map_state_items_input_types_object.
    assert_fault(
        items(Items::Input, QueryLanguage::Jsonata, r#"{"foo":"bar"}"#),
        error_name::QUERY_EVALUATION_ERROR,
        r#"Map state input must be an array but was: {"foo":"bar"}"#,
    );
}
