use super::{around, check_jsonata, check_state, compiled, findings};
use asl::program::ExecutionType;
use asl::{Options, Severity, compile};

const TASK: &str = r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f""#;

fn check_task(fields: &str, errors: &[&str]) {
    check_state(&format!("{{{TASK}, {fields}}}"), errors);
}

#[test]
fn numbers_keep_within_their_bounds() {
    for (fields, error) in [
        (r#""TimeoutSeconds": 0"#, "Minimum value is 1 @TimeoutSeconds"),
        (r#""TimeoutSeconds": 100000000"#, "Maximum value is 99999999 @TimeoutSeconds"),
        (r#""TimeoutSeconds": "60""#, "Expected value of type Integer @TimeoutSeconds"),
        (r#""TimeoutSeconds": 1.5"#, "Expected value of type Integer @TimeoutSeconds"),
        (
            r#""TimeoutSeconds": 5, "HeartbeatSeconds": 5"#,
            "HeartbeatSeconds must be smaller than TimeoutSeconds @HeartbeatSeconds",
        ),
        (
            r#""TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t""#,
            "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]",
        ),
    ] {
        check_task(&format!("{fields}, \"End\": true"), &[error]);
    }
    check_jsonata(&format!(r#"{{{TASK}, "TimeoutSeconds": "{{% 1 + 1 %}}", "End": true}}"#), &[]);
}

#[test]
fn waits_wait_in_one_way() {
    let one = "[SecondsPath, Seconds, TimestampPath, Timestamp]";
    check_state(
        r#"{"Type": "Wait", "End": true}"#,
        &[&format!("This object should have only one of the following fields: {one}")],
    );
    check_state(
        r#"{"Type": "Wait", "Seconds": 1, "Timestamp": "2016-03-14T01:59:00Z", "End": true}"#,
        &[&format!("There should only be one of the following fields: {one}")],
    );
    check_state(
        r#"{"Type": "Wait", "Seconds": -1, "End": true}"#,
        &["Minimum value is 0 @Seconds"],
    );
    for text in [
        "2016-13-05T21:29:29Z",
        "2016-12-05 21:29:29Z",
        "2016-12-05T21:29:29",
        "2016-12-05T21:29:29+0100",
        "2016-12-05T21:29:60Z",
        "x",
    ] {
        check_state(
            &format!(r#"{{"Type": "Wait", "Timestamp": "{text}", "End": true}}"#),
            &["String does not match RFC3339 timestamp @Timestamp"],
        );
    }
    check_state(
        r#"{"Type": "Wait", "Timestamp": "2016-12-05T21:29:29.5+01:00", "End": true}"#,
        &[],
    );
}

#[test]
fn fails_give_an_error_and_a_cause_in_one_way() {
    check_state(
        r#"{"Type": "Fail", "Error": "E", "ErrorPath": "$.e", "CausePath": "e"}"#,
        &[
            "There should only be one of the following fields: [Error, ErrorPath]",
            "Value must be a valid JSONPath. @CausePath",
        ],
    );
    check_state(r#"{"Type": "Fail", "CausePath": "States.UUID()"}"#, &[]);
    check_state(
        r#"{"Type": "Fail", "CausePath": "States.Array(1)"}"#,
        &["Value must be a valid JSONPath. @CausePath"],
    );
}

#[test]
fn retriers_name_errors_and_keep_within_bounds() {
    let check = |retry: &str, errors: &[&str]| {
        check_task(&format!(r#""Retry": [{retry}], "End": true"#), errors);
    };
    check("{}", &["These fields are required: [ErrorEquals] @Retry[0]"]);
    check(r#"{"ErrorEquals": []}"#, &["Value cannot be empty @Retry[0]/ErrorEquals"]);
    check(
        r#"{"ErrorEquals": ["A"], "IntervalSeconds": 0, "MaxAttempts": 0, "BackoffRate": 1, "JitterStrategy": "FULL", "Comment": ""}"#,
        &[],
    );
    for (field, error) in [
        (r#""MaxAttempts": -1"#, "Minimum value is 0 @Retry[0]/MaxAttempts"),
        (r#""BackoffRate": 0.9"#, "Minimum value is 1.0 @Retry[0]/BackoffRate"),
        (r#""MaxDelaySeconds": 31622401"#, "Maximum value is 31622400 @Retry[0]/MaxDelaySeconds"),
        (
            r#""IntervalSeconds": 9, "MaxDelaySeconds": 9"#,
            "MaxDelaySeconds must be greater than IntervalSeconds @Retry[0]/MaxDelaySeconds",
        ),
        (
            r#""JitterStrategy": "SOME""#,
            "Value should be one of the following: [NONE, FULL] @Retry[0]/JitterStrategy",
        ),
        (r#""Next": "X""#, "Field 'Next' is not supported @Retry[0]"),
    ] {
        check(&format!(r#"{{"ErrorEquals": ["A"], {field}}}"#), &[error]);
    }
}

#[test]
fn the_wildcard_stands_alone_and_last() {
    let error = "States.ALL must appear alone and at end of list";
    check_task(
        r#""Retry": [{"ErrorEquals": ["States.ALL", "A"]}], "End": true"#,
        &[&format!("{error} @Retry[0]/ErrorEquals")],
    );
    check_task(
        r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Y"}, {"ErrorEquals": ["A"], "Next": "Y"}], "End": true"#,
        &[&format!("{error} @Catch[0]/ErrorEquals")],
    );
}

#[test]
fn catchers_lead_somewhere_and_keep_to_the_language() {
    check_task(
        r#""Catch": [{"ErrorEquals": ["A"]}], "End": true"#,
        &["These fields are required: [Next] @Catch[0]"],
    );
    check_task(
        r#""Catch": [{"ErrorEquals": ["A"], "Next": "Y", "Output": 1}], "End": true"#,
        &[
            "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage @Catch[0]",
        ],
    );
}

#[test]
fn choices_decide_by_one_thing() {
    let check = |rule: &str, errors: &[&str]| {
        check_state(
            &format!(r#"{{"Type": "Choice", "Choices": [{rule}], "Default": "Y"}}"#),
            errors,
        );
    };
    let one = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
    check_state(
        r#"{"Type": "Choice", "Choices": [], "Default": "Y"}"#,
        &["Value cannot be empty @Choices"],
    );
    check(r#"{"Next": "Y"}"#, &[&format!("{one} @Choices[0]")]);
    check(
        r#"{"Variable": "$.a", "IsNull": true}"#,
        &["These fields are required: [Next] @Choices[0]"],
    );
    check(
        r#"{"Not": {"Variable": "$.a", "IsNull": true, "Next": "Y"}, "Next": "Y"}"#,
        &["Field 'Next' is not supported @Choices[0]/Not"],
    );
    check(r#"{"And": [], "Next": "Y"}"#, &["Value cannot be empty @Choices[0]/And"]);
    check(
        r#"{"And": [{"Variable": "$.a", "IsNull": 1}], "Next": "Y"}"#,
        &["Expected value of type Boolean @Choices[0]/And[0]/IsNull"],
    );
    check(
        r#"{"Variable": "States.ArrayLength($.a)", "NumericEquals": 0, "Next": "Y"}"#,
        &[
            "Value is not a Reference Path: Reference path didn't start with '$' @Choices[0]/Variable",
        ],
    );
    check(
        r#"{"Variable": "$.a", "TimestampEquals": "yesterday", "Next": "Y"}"#,
        &["String does not match RFC3339 timestamp @Choices[0]/TimestampEquals"],
    );
    let two = compiled(&around(
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "Y"}]}"#,
    ));
    let found = findings(&two, Severity::Error);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("There should only be one of the following fields: [StringEquals,"));
}

#[test]
fn paths_are_paths() {
    for field in ["InputPath", "OutputPath"] {
        check_state(
            &format!(r#"{{"Type": "Pass", "{field}": "a.b", "End": true}}"#),
            &[&format!("Value must be a valid JSONPath. @{field}")],
        );
        check_state(&format!(r#"{{"Type": "Pass", "{field}": null, "End": true}}"#), &[]);
    }
    for path in ["$.a[*]", "$..a"] {
        check_state(
            &format!(r#"{{"Type": "Pass", "ResultPath": "{path}", "End": true}}"#),
            &["Value is not a Reference Path: '[' must be followed by ' or '[' @ResultPath"],
        );
    }
    check_state(
        r#"{"Type": "Wait", "SecondsPath": "$.a[*]", "End": true}"#,
        &["Value is not a Reference Path: '[' must be followed by ' or '[' @SecondsPath"],
    );
    check_state(
        r#"{"Type": "Pass", "Parameters": {"a.$": "ipsum"}, "End": true}"#,
        &[
            "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call @Parameters",
        ],
    );
    check_state(
        r#"{"Type": "Pass", "Parameters": {"in": {"a": 1, "a.$": "$.a"}}, "End": true}"#,
        &["There should only be one of the following fields: [a, a.$] @Parameters/in"],
    );
}

#[test]
fn variables_have_good_names() {
    let check = |name: &str, errors: &[&str]| {
        check_state(
            &format!(r#"{{"Type": "Pass", "Assign": {{"{name}": 1}}, "End": true}}"#),
            errors,
        );
    };
    check(
        "states",
        &["RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. @Assign/states"],
    );
    let bad = "the variable name contains invalid characters.";
    for name in ["top-level", "1st", "a.b", "a b", "_a"] {
        check(
            name,
            &[&format!(
                "INVALID_VARIABLE_NAME: Invalid variable name '{name}': {bad} @Assign/{name}"
            )],
        );
    }
    let long = "a".repeat(81);
    check(
        &long,
        &[&format!(
            "INVALID_VARIABLE_NAME: Invalid variable name '{long}': the variable name exceeds the 80-character limit allowed by the service. @Assign/{long}"
        )],
    );
    for name in ["größe", "a_1", "名前"] {
        check(name, &[]);
    }
}

#[test]
fn inner_machines_do_not_assign_what_has_a_value_outside() {
    let workflow = |name: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Assign": {{"before": 1}}, "Next": "P"}},
            "P": {{"Type": "Parallel", "Assign": {{"own": 1}}, "Next": "Z", "Branches": [
                {{"StartAt": "B", "States": {{"B": {{"Type": "Pass", "Assign": {{"{name}": 2}}, "End": true}}}}}}]}},
            "Z": {{"Type": "Pass", "Assign": {{"after": 1}}, "End": true}}}}}}"#
        )
    };
    super::check(
        &workflow("before"),
        &[
            "DUPLICATE_VARIABLE_NAME: The variable name 'before' was already defined in a parent scope. at /States/P/Branches[0]/States/B/Assign/before",
        ],
    );
    for name in ["own", "after", "other"] {
        super::check(&workflow(name), &[]);
    }
}

#[test]
fn variables_outside_a_distributed_map_are_out_of_its_processors_sight() {
    let workflow = |mode: &str, inner: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Assign": {{"x": 1}}, "Next": "M"}},
            "M": {{"Type": "Map", "End": true, "ItemSelector": {{"own.$": "$x"}}, "ItemProcessor": {{
                "ProcessorConfig": {{{mode}}},
                "StartAt": "B", "States": {{"B": {inner}}}}}}}}}}}"#
        )
    };
    let distributed = r#""Mode": "DISTRIBUTED", "ExecutionType": "STANDARD""#;
    let at = "/States/M/ItemProcessor/States/B";
    let refusal = |place: &str| {
        format!(
            "SCHEMA_VALIDATION_FAILED: The variable 'x' is assigned outside the Distributed Map, where its processor can't reference it. at {at}/{place}"
        )
    };
    for (inner, place) in [
        (r#"{"Type": "Pass", "Parameters": {"v.$": "$x.y"}, "End": true}"#, "Parameters"),
        (
            r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $x + $x %}", "End": true}"#,
            "Output",
        ),
        (
            r#"{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "C", "States": {
                "C": {"Type": "Pass", "InputPath": "$x", "End": true}}}]}"#,
            "Branches[0]/States/C/InputPath",
        ),
    ] {
        super::check(&workflow(distributed, inner), &[&refusal(place)]);
        super::check(&workflow(r#""Mode": "INLINE""#, inner), &[]);
    }
    for inner in [
        r#"{"Type": "Pass", "Parameters": {"v.$": "$nowhere"}, "End": true}"#,
        r#"{"Type": "Parallel", "Assign": {"x": 2}, "End": true, "Branches": [{"StartAt": "C", "States": {
            "C": {"Type": "Pass", "InputPath": "$x", "End": true}}}]}"#,
    ] {
        super::check(&workflow(distributed, inner), &[]);
    }
}

#[test]
fn warns_of_what_looks_computed_and_is_not() {
    let check = |state: &str, warning: &str| {
        let compiled = compiled(&around(state));
        let warnings = findings(&compiled, Severity::Warning);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with(warning), "{warnings:?}");
        assert!(compiled.program.is_some());
    };
    check(
        r#"{"Type": "Pass", "Parameters": {"a": ["x", {"b": "$.b"}]}, "End": true}"#,
        "NO_DOLLAR",
    );
    check(
        r#"{"Type": "Pass", "Result": {"a": "States.UUID()"}, "End": true}"#,
        "PASS_RESULT_IS_STATIC",
    );
    check(r#"{"Type": "Fail", "Cause": "$.cause"}"#, "NO_PATH");
}

#[test]
fn what_is_stored_is_held_to_the_rules_of_its_time() {
    let template = |call: &str| {
        format!(r#"{{"Type": "Pass", "Parameters": {{"a.$": "{call}"}}, "End": true}}"#)
    };
    let broken = r"States.Format('{}\\n', $.a)";
    for state in [
        template(broken),
        format!(r#"{{"Type": "Fail", "CausePath": "{broken}"}}"#),
        r#"{"Type": "Wait", "Timestamp": "2016-12-05T21:29:29+0100", "End": true}"#.to_owned(),
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "TimestampEquals": "2016-12-05T21:29:60Z", "Next": "Y"}]}"#
            .to_owned(),
    ] {
        let text = around(&state);
        assert!(compiled(&text).program.is_none(), "{state}");
        let stored = compile(&text, &Options::stored(ExecutionType::Standard));
        assert!(stored.program.is_some(), "{state}: {:?}", stored.diagnostics);
    }
    // What was refused ever since still is.
    let text = around(&template("States.Nope()"));
    assert!(compile(&text, &Options::stored(ExecutionType::Standard)).program.is_none());
}
