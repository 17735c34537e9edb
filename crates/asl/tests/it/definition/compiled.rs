use asl::program::{Next, ROOT, StateKind};
use asl::{Options, compile_state, processor_definition};

use super::compiled;

#[test]
fn states_and_machines_point_to_each_other() {
    let text = r#"{"StartAt": "B", "TimeoutSeconds": 9, "States": {
        "A": {"Type": "Succeed"},
        "B": {"Type": "Parallel", "Next": "A", "Branches": [
            {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}},
            {"StartAt": "D", "States": {"D": {"Type": "Pass", "Next": "E"}, "E": {"Type": "Succeed"}}}]}}}"#;
    let program = compiled(text).program.unwrap();
    assert_eq!(program.timeout_seconds, Some(9));
    let start = program[ROOT].start_at;
    assert_eq!(&*program[start].name, "B");
    let StateKind::Parallel(parallel) = &program[start].kind else { panic!("not a Parallel") };
    let Next::State(next) = parallel.next else { panic!("ends") };
    assert_eq!(&*program[next].name, "A");
    let names: Vec<&str> = parallel
        .branches
        .iter()
        .map(|branch| {
            assert_eq!(program[*branch].parent, Some(start));
            &*program[program[*branch].start_at].name
        })
        .collect();
    assert_eq!(names, ["C", "D"]);
    assert_eq!(program.find("E").map(|id| program[id].machine), Some(parallel.branches[1]));
}

#[test]
fn diagnostics_say_line_and_column() {
    let text = "{\n  \"StartAt\": \"X\",\n  \"States\": {\n    \"X\": {\"Type\": \"Wait\", \"Seconds\": -1, \"End\": true}\n  }\n}";
    let found = compiled(text).diagnostics.remove(0);
    assert_eq!((found.position.line, found.position.column), (4, 38));
}

#[test]
fn a_lone_state_is_called_statename() {
    let check = |text: &str| compile_state(text, None, &Options::default());
    let refused = check(r#"{"Type": "Parallel", "Branches": [], "End": true}"#);
    assert_eq!(
        asl::invalid_definition(&refused.compiled.diagnostics).as_deref(),
        Some(
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'"
        )
    );
    assert_eq!(refused.state, None);

    let tested = check(
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Elsewhere"}], "Default": "Beyond"}"#,
    );
    let (program, state) = (tested.compiled.program.unwrap(), tested.state.unwrap());
    let StateKind::Choice(choice) = &program[state].kind else { panic!("not a Choice") };
    assert_eq!(&*program[choice.rules[0].next].name, "Elsewhere");
    assert_eq!(choice.default.map(|id| &*program[id].name), Some("Beyond"));
}

#[test]
fn a_lone_state_speaks_its_own_language() {
    let text = r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": 1, "Next": "N"}"#;
    let tested = compile_state(text, None, &Options::default());
    assert_eq!(tested.compiled.diagnostics, []);
}

#[test]
fn a_state_is_found_by_name_wherever_it_stands() {
    let text = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "Label": "l",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P", "States": {"P": {"Type": "Succeed"}}}}}}"#;
    let tested = compile_state(text, Some("P"), &Options::default());
    let program = tested.compiled.program.unwrap();
    assert_eq!(tested.state.map(|id| &*program[id].name), Some("P"));
    assert_eq!(compile_state(text, Some("Q"), &Options::default()).state, None);
    assert_eq!(program.find_labeled("l").map(|id| &*program[id].name), Some("M"));
    assert_eq!(program.find_labeled("k"), None);
    let processor = processor_definition(text, "M").unwrap();
    assert!(processor.starts_with(r#"{"ProcessorConfig""#) && processor.ends_with("}}"));
    assert_eq!(processor_definition(text, "P"), None);
}

#[test]
fn a_branch_is_checked_even_when_its_state_is_tested_alone() {
    let text = r#"{"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}]}"#;
    let found = compile_state(text, None, &Options::default()).compiled.diagnostics;
    assert_eq!(
        found[0].to_string(),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/StateName/Branches[0]/States/A/Next"
    );
}
