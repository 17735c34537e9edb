use asl::compile::DEFINITION_BYTES_MAX;
use asl::{Options, compile, invalid_definition};

use super::{check, compiled};

#[test]
fn says_where_the_text_stops_being_json() {
    let source = "[Source: (String)\"{\"StartAt\" 1}\"; line: 1, column: 13]";
    let message = "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value";
    check(
        r#"{"StartAt" 1}"#,
        &[&format!("INVALID_JSON_DESCRIPTION: {message}\n at {source} at {source}")],
    );
}

#[test]
fn refuses_names_that_are_repeated() {
    let text = "{\"StartAt\": \"A\",\n\"StartAt\": \"B\", \"States\": {}}";
    let compiled = compiled(text);
    let [found] = &compiled.diagnostics[..] else { panic!("{:?}", compiled.diagnostics) };
    assert!(found.message.starts_with("Duplicate field 'StartAt'\n at [Source: (String)\""));
    assert!(found.message.ends_with("; line: 2, column: 10]"));
    assert_eq!((found.position.line, found.position.column), (2, 1));
}

#[test]
fn refuses_what_is_no_object() {
    check("[]", &["Definition must be a valid JSON object at /"]);
    check("\"x\"", &["Definition must be a valid JSON object at /"]);
}

#[test]
fn refuses_an_empty_text() {
    for text in ["", " \n", "null"] {
        check(text, &["MISSING_DESCRIPTION: State machine definition must not be empty at null"]);
    }
}

#[test]
fn refuses_deep_nesting_without_overflowing_the_stack() {
    let deep = |open: &str, close: &str, core: &str, depth| {
        format!(
            r#"{{"StartAt":"X","States":{{"X":{{"Type":"Pass","End":true,"Parameters":{}{core}{}}}}}}}"#,
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let refusal = compiled(&deep("[", "]", "1", 2000)).diagnostics.remove(0);
    assert!(refusal.message.starts_with("Document nesting depth (1001) exceeds the maximum"));
    assert_eq!(compiled(&deep("[", "]", "1", 900)).diagnostics, []);
    assert_eq!(compiled(&deep(r#"{"a":"#, "}", "1", 900)).diagnostics, []);
}

#[test]
fn refuses_deeply_nested_machines_and_rules() {
    let mut machine = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#.to_owned();
    for depth in 0..120 {
        machine = format!(
            r#"{{"StartAt":"S{depth}","States":{{"S{depth}":{{"Type":"Parallel","Branches":[{machine}],"End":true}}}}}}"#
        );
    }
    let found = compiled(&machine).diagnostics;
    assert!(found.iter().any(|found| found.code.name() == "TOO_DEEPLY_NESTED"), "{found:?}");

    let rule = format!(
        r#"{}{{"Variable":"$.x","IsNull":true}}{}"#,
        r#"{"Not":"#.repeat(900),
        "}".repeat(900)
    );
    let rule = rule.replacen('{', r#"{"Next":"Y","#, 1);
    let text = super::around(&format!(r#"{{"Type":"Choice","Choices":[{rule}],"Default":"Y"}}"#));
    let found = compiled(&text).diagnostics;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].code.name(), "TOO_DEEPLY_NESTED");
}

#[test]
fn refuses_more_than_a_mebibyte_unless_the_limit_is_lifted() {
    let blank = " ".repeat(DEFINITION_BYTES_MAX);
    let text = format!("{}{blank}", super::around(r#"{"Type": "Succeed"}"#));
    assert!(invalid_definition(&compiled(&text).diagnostics).is_some());
    let options = Options { definition_bytes_max: usize::MAX, ..Options::default() };
    assert_eq!(compile(&text, &options).diagnostics, []);
}

#[test]
fn joins_errors_as_aws_does_and_leaves_warnings_out() {
    // Joined as reported by AWS in localstack/localstack#11978.
    let text = r#"{"StartAt": "pass1", "States": {
        "pass1": {"Type": "Pass", "Result": "$.x", "Next": "pass3"},
        "pass2": {"Type": "Pass", "End": true}}}"#;
    let message = "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, MISSING_TRANSITION_TARGET: State \"pass2\" is not reachable. at /States/pass2'";
    assert_eq!(invalid_definition(&compiled(text).diagnostics).as_deref(), Some(message));
}
