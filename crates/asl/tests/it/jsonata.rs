//! JSONata in fields and templates: what it sees, and how AWS tells its failures.

use asl::choice::Condition;
use asl::program::{Items, Quantity, Text};
use asl::{Expression, Fault, QueryLanguage, Template, error_name};
use json::Value;

use crate::scope::{in_scope, value};

const JSONATA: QueryLanguage = QueryLanguage::Jsonata;

fn template(text: &str) -> Template {
    let compiled = Template::compile(&value(text), JSONATA, "Output");
    compiled.unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn evaluate(text: &str, input: &str) -> Result<Value, Fault> {
    let template = template(text);
    in_scope(input, |scope| template.evaluate(scope))
}

fn check(text: &str, input: &str, expected: &str) {
    let found = evaluate(text, input).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    assert_eq!(found.to_string(), value(expected).to_string(), "{text} of {input}");
}

fn assert_fault<T: std::fmt::Debug>(found: Result<T, Fault>, location: &str, cause: &str) {
    let fault = found.expect_err(cause);
    assert_eq!(
        (fault.error, fault.cause.as_str(), fault.location.as_deref()),
        (error_name::QUERY_EVALUATION_ERROR, cause, Some(location))
    );
}

fn expression(source: &str, field: &str) -> Expression {
    let compiled = Expression::compile(&format!("{{% {source} %}}"), JSONATA, field);
    compiled.unwrap_or_else(|problems| panic!("{source}: {problems:?}"))
}

#[test]
fn texts_in_delimiters_are_expressions_at_any_depth() {
    check(
        r#"{"a":"{% $states.input.x + 1 %}","b":["{%$name%}",{"c":"{% $list[0] %}"}],"d":1.0}"#,
        r#"{"x":1}"#,
        r#"{"a":2,"b":["Ann",{"c":1}],"d":1.0}"#,
    );
    check(r#""{% $states.input %}""#, r#"{"x":1.50}"#, r#"{"x":1.50}"#);
    check(
        r#"{"a":" {% 1 %}","b":"{% 1 %} ","c.$":"$.x"}"#,
        "{}",
        r#"{"a":" {% 1 %}","b":"{% 1 %} ","c.$":"$.x"}"#,
    );
}

#[test]
fn states_has_what_the_scope_has() {
    check(r#""{% $states.result.r %}""#, "{}", "1");
    check(r#""{% $states.context.State.Name %}""#, "{}", r#""S""#);
    check(r#""{% $keys($states) %}""#, "{}", r#"["input","result","context"]"#);
    let fault = evaluate(r#""{% $states.errorOutput %}""#, "{}");
    assert_fault(
        fault,
        "Output",
        "The JSONata expression '$states.errorOutput' specified for the field 'Output' returned nothing (undefined).",
    );
}

#[test]
fn failures_name_the_expression_and_its_field() {
    // Recorded: assign_reference_variables_undefined_reference.
    assert_fault(
        evaluate(r#"{"result":"{% $doesNotExist %}"}"#, "{}"),
        "Output/result",
        "The JSONata expression '$doesNotExist' specified for the field 'Output/result' returned nothing (undefined).",
    );
    // Recorded: math_operations_jsonata_math_random_seeded.
    assert_fault(
        evaluate(r#"{"l":[0,"{% $randomSeeded(1) %}"]}"#, "{}"),
        "Output/l[1]",
        "The JSONata expression '$randomSeeded(1)' specified for the field 'Output/l[1]' threw an error during evaluation. T1006: Attempted to invoke a non-function",
    );
    assert_fault(
        evaluate(r#""{% function($x){ $x } %}""#, "{}"),
        "Output",
        "The JSONata expression 'function($x){ $x }' specified for the field 'Output' returned an unsupported result type.",
    );
}

#[test]
fn problems_are_all_told_with_their_place() {
    let text = r#"{"a":"{% phone %}","b":["{% x + y %}"],"c":"{% 1 + %}","d":"{% $$ %}"}"#;
    let problems = Template::compile(&value(text), JSONATA, "Arguments").expect_err("are wrong");
    let told: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {} at {}", problem.code, problem.message, problem.location))
        .collect();
    assert_eq!(
        told,
        [
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at Arguments/a",
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'x' at the top level is not supported. at Arguments/b[0]",
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'y' at the top level is not supported. at Arguments/b[0]",
            "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at Arguments/c",
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported. at Arguments/d",
        ]
    );
}

#[test]
fn references_are_known_without_evaluation() {
    let expression = expression("$states.input.a & $b & $sum($c) & ($d := 1; $d)", "Output");
    assert_eq!(expression.variables(), ["b", "c"]);
    assert_eq!(expression.states_members(), ["input"]);
    assert_eq!(expression.language(), JSONATA);
    assert_eq!(expression.source(), "$states.input.a & $b & $sum($c) & ($d := 1; $d)");
}

#[test]
fn conditions_must_be_boolean() {
    let matches = |source: &str| {
        let condition = Condition::Jsonata(expression(source, "Choices[0]/Condition"));
        in_scope(r#"{"n":1}"#, |scope| condition.matches(scope))
    };
    assert_eq!(matches("$states.input.n = 1"), Ok(true));
    assert_eq!(matches("$flag and $states.input.n = 2"), Ok(false));
    assert_fault(
        matches("$states.input.n"),
        "Choices[0]/Condition",
        "The JSONata expression '$states.input.n' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
    );
}

#[test]
fn quantities_and_texts_must_be_of_their_type() {
    let quantity = |source: &str, field: &str| {
        let quantity = Quantity::Computed(expression(source, field));
        in_scope("{}", |scope| quantity.evaluate(scope))
    };
    assert_eq!(quantity("$variable := 1", "MaxConcurrency"), Ok(1.0));
    assert_eq!(quantity("2.5", "ToleratedFailurePercentage"), Ok(2.5));
    assert_fault(
        quantity("'5'", "Seconds"),
        "Seconds",
        "The JSONata expression ''5'' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: \"5\"",
    );
    assert_fault(
        quantity("101", "ToleratedFailurePercentage"),
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentage must be between 0 and 100.",
    );
    let cause = Text::Computed(expression("1", "Cause"));
    assert_fault(
        in_scope("{}", |scope| cause.evaluate(scope)),
        "Cause",
        "The JSONata expression '1' specified for the field 'Cause' returned an unexpected result type. Expected 'string', but was 'number' for value: 1",
    );
    // Recorded: wait_timestamp_jsonata.
    let timestamp = Text::Computed(expression("'2016-12-05T21:29:29'", "Timestamp"));
    assert_fault(
        in_scope("{}", |scope| timestamp.instant(scope)),
        "Timestamp",
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05T21:29:29",
    );
}

#[test]
fn items_are_arrays_or_a_written_out_object() {
    let items = |text: &str| {
        let compiled = Template::compile(&value(text), JSONATA, "Items");
        let items = Items::Template(compiled.unwrap_or_else(|problems| panic!("{problems:?}")));
        in_scope("{}", |scope| items.evaluate(JSONATA, scope)).map(Option::unwrap_or_default)
    };
    assert_eq!(items(r#"[1,"{% $number('2') %}",3]"#), Ok(value("[1,2,3]")));
    assert_eq!(items(r#""{% $list %}""#), Ok(value("[1,2,3]")));
    assert_eq!(items(r#"{"a":"{% 1 %}"}"#), Ok(value(r#"{"a":1}"#)));
    // Recorded: map_state_items_eval_jsonata_variable_sampling_fail_object, …_fail_string.
    assert_fault(
        items(r#""{% {'foo':'bar'} %}""#),
        "Items",
        r#"The JSONata expression '{'foo':'bar'}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {"foo":"bar"}"#,
    );
    assert_fault(
        items(r#""{% 'string' %}""#),
        "Items",
        r#"The JSONata expression ''string'' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: "string""#,
    );
}
