use super::{check, check_state};

const NO_END: &str = "MISSING_END_STATE: Workflow has no terminal state at null";

#[test]
fn tells_of_targets_that_do_not_exist() {
    check(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "NOPE"}}}"#,
        &["MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next", NO_END],
    );
    check(
        r#"{"StartAt": "aws_own.run_step", "States": {"run_step": {"Type": "Succeed"}}}"#,
        &[
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: aws_own.run_step at /StartAt",
            "MISSING_TRANSITION_TARGET: State \"run_step\" is not reachable. at /States/run_step",
        ],
    );
    check(
        r#"{"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "G1"}],
                "Default": "G2"},
            "T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "G3"}]}}}"#,
        &[
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: G2 at /States/C/Default",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: G1 at /States/C/Choices[0]/Next",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: G3 at /States/T/Catch[0]/Next",
            "MISSING_TRANSITION_TARGET: State \"T\" is not reachable. at /States/T",
        ],
    );
}

#[test]
fn a_workflow_without_end_is_told_of_before_states_out_of_reach() {
    let loop_and = |more: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Next": "B"}}, "B": {{"Type": "Pass", "Next": "A"}}{more}}}}}"#
        )
    };
    check(&loop_and(""), &[NO_END]);
    check(&loop_and(r#", "U": {"Type": "Pass", "Next": "A"}"#), &[NO_END]);
    check(
        &loop_and(r#", "C": {"Type": "Pass", "End": true}"#),
        &["MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C"],
    );
}

#[test]
fn machines_inside_need_no_end_but_no_state_out_of_reach_either() {
    check_state(
        r#"{"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}}"#,
        &[],
    );
    check_state(
        r#"{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "W", "States": {
            "W": {"Type": "Succeed"}, "G": {"Type": "Succeed"}}}]}"#,
        &["MISSING_TRANSITION_TARGET: State \"G\" is not reachable. @Branches[0]/States/G"],
    );
}

#[test]
fn transitions_do_not_cross_into_other_machines() {
    check_state(
        r#"{"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}},
            {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]}"#,
        &["MISSING_TRANSITION_TARGET: Missing 'Next' target: B @Branches[0]/States/A/Next"],
    );
}

#[test]
fn names_are_unique_in_the_whole_workflow_and_short() {
    check_state(
        r#"{"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}},
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}"#,
        &["DUPLICATE_STATE_NAME: Duplicate State name: A @Branches[1]/States/A"],
    );
    let name = "é".repeat(81);
    check(
        &format!(r#"{{"StartAt": "{name}", "States": {{"{name}": {{"Type": "Succeed"}}}}}}"#),
        &[&format!(
            "INVALID_STATE_NAME: The state name '{name}' exceeds the 80-character limit allowed by the service at /States/{name}"
        )],
    );
    let name = "é".repeat(80);
    check(
        &format!(r#"{{"StartAt": "{name}", "States": {{"{name}": {{"Type": "Succeed"}}}}}}"#),
        &[],
    );
}

#[test]
fn a_state_has_next_or_end_and_not_both() {
    check(
        r#"{"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "Y"},
            "Y": {"Type": "Pass", "End": false}, "Z": {"Type": "Succeed"}}}"#,
        &[
            "This object should have only one of the following fields: [Next, End] at /States/Y",
            "MISSING_TRANSITION_TARGET: State \"Z\" is not reachable. at /States/Z",
        ],
    );
    check_state(
        r#"{"Type": "Pass", "Next": "Y", "End": true}"#,
        &["There should only be one of the following fields: [Next, End]"],
    );
    check_state(r#"{"Type": "Pass", "Next": "Y", "End": false}"#, &[]);
}
