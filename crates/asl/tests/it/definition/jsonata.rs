use super::{check_jsonata, check_state};

fn check_output(expression: &str, errors: &[&str]) {
    let text = format!("{{% {expression} %}}").replace('\\', "\\\\").replace('"', "\\\"");
    check_jsonata(
        &format!(r#"{{"Type": "Pass", "Output": {{"v": "{text}"}}, "End": true}}"#),
        errors,
    );
}

#[test]
fn expressions_must_parse() {
    // Measured with ValidateStateMachineDefinition: floci-io/floci#2745.
    for (expression, message) in [
        ("a[1,2)", r#"Expected "]", got ",""#),
        ("\"unterminated", "String literal must be terminated by a matching quote"),
        ("1 +", "Unexpected end of expression"),
        ("{\"a\":}", r#"The symbol "}" cannot be used as a unary operator"#),
        ("$x :=", "Unexpected end of expression"),
        ("$match(\"a\", /abc", "No terminating / in regular expression"),
        ("phone %.other", r#"The symbol "." cannot be used as a unary operator"#),
        ("", "Unexpected end of expression"),
    ] {
        check_output(expression, &[&format!("INVALID_JSONATA_EXPRESSION: {message} @Output/v")]);
    }
}

#[test]
fn expressions_do_not_read_what_is_not_there() {
    // Measured likewise: floci-io/floci#2670, #2745.
    let top = |name: &str| {
        format!(
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '{name}' at the top level is not supported. @Output/v"
        )
    };
    check_output("phone[0]", &[&top("phone")]);
    check_output("$.phone", &[&top("$")]);
    check_output("aaa + bbb", &[&top("aaa"), &top("bbb")]);
    check_output(
        "$$",
        &["UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported. @Output/v"],
    );
    // Documented, in words that aren't recorded.
    check_output(
        "$eval('1')",
        &["UNSUPPORTED_JSONATA_EXPRESSION: Function '$eval' is not supported. @Output/v"],
    );
    for good in [
        "$states.input.phone",
        "$states.input.items[phone > 3]",
        "$map($states.input.a, function($x){ $x.phone })",
        "$phone",
        "$states",
    ] {
        check_output(good, &[]);
    }
}

#[test]
fn states_offer_what_their_place_has() {
    let missing = |name: &str, place: &str| {
        format!("UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.{name}' does not exist. @{place}")
    };
    check_output("$states.errorOutput", &[&missing("errorOutput", "Output/v")]);
    let task =
        r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true"#;
    check_jsonata(&format!(r#"{{{task}, "Output": "{{% $states.result %}}"}}"#), &[]);
    for field in ["Output", "Assign"] {
        let value = match field {
            "Assign" => r#"{"e": "{% $states.errorOutput %}"}"#,
            _ => r#""{% $states.errorOutput %}""#,
        };
        check_jsonata(
            &format!(
                r#"{{{task}, "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "Y", "{field}": {value}}}]}}"#
            ),
            &[],
        );
    }
}

#[test]
fn strings_that_open_like_expressions_close_like_them() {
    let error = "JSONata string must start with {% and end with %}";
    check_jsonata(
        r#"{"Type": "Pass", "Output": {"a": ["{% 1"]}, "End": true}"#,
        &[&format!("{error} @Output/a[0]")],
    );
    check_jsonata(
        r#"{"Type": "Choice", "Choices": [{"Condition": "true", "Next": "Y"}]}"#,
        &[&format!("{error} @Choices[0]/Condition")],
    );
    check_jsonata(
        r#"{"Type": "Choice", "Choices": [{"Condition": true, "Next": "Y"}], "Default": "Y"}"#,
        &[],
    );
}

#[test]
fn a_jsonpath_state_keeps_expressions_as_texts() {
    check_state(r#"{"Type": "Pass", "Parameters": {"v": "{% phone %}"}, "End": true}"#, &[]);
}
