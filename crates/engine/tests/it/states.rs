//! One state after the other: Pass, Choice, Wait, Succeed, Fail.

use crate::simulated::{Simulated, expect};

#[test]
fn the_first_state_has_no_cause() {
    let execution = Simulated::started(
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"a":1},"Next":"B"},"B":{"Type":"Succeed"}}}"#,
        "{}",
    );
    assert_eq!(execution.outcome(), r#"{"a":1}"#);
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 PassStateEntered
         3<-2 PassStateExited
         4<-3 SucceedStateEntered
         5<-4 SucceedStateExited
         6<-5 ExecutionSucceeded",
    );
}

#[test]
fn a_chain_of_pure_states_is_one_turn() {
    let states: String =
        (0..50).map(|i| format!(r#""S{i}":{{"Type":"Pass","Next":"S{}"}},"#, i + 1)).collect();
    let definition =
        format!(r#"{{"StartAt":"S0","States":{{{states}"S50":{{"Type":"Succeed"}}}}}}"#);
    let mut execution = Simulated::new(&definition);
    execution.start("{}");
    assert!(execution.commands.is_empty(), "it wasn't cut");
    assert_eq!(execution.outcome(), "{}");
}

#[test]
fn a_wait_is_over_when_it_is_due_and_not_before() {
    let mut execution = Simulated::started(
        r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":10,"End":true}}}"#,
        r#"{"kept":true}"#,
    );
    let due = execution.execution.wake_at().expect("it waits");
    assert_eq!(due.since(execution.now).as_secs(), 10);
    execution.feed(engine::Input::Wake);
    assert_eq!(execution.outcome(), "running", "woken too early");
    execution.wake();
    assert_eq!(execution.outcome(), r#"{"kept":true}"#);
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 WaitStateEntered
         3<-2 WaitStateExited
         4<-3 ExecutionSucceeded",
    );
}

#[test]
fn a_fail_state_has_no_exit() {
    let execution = Simulated::started(
        r#"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"C"}}}"#,
        "{}",
    );
    assert_eq!(execution.outcome(), "failed: E / C");
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 FailStateEntered
         3<-2 ExecutionFailed",
    );
}

#[test]
fn a_choice_goes_where_its_first_match_leads() {
    let definition = r#"{"StartAt":"C","States":{
        "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":10,"Next":"Small"},
                                        {"Variable":"$.n","NumericLessThan":100,"Next":"Medium"}]},
        "Small":{"Type":"Pass","Result":"small","End":true},
        "Medium":{"Type":"Pass","Result":"medium","End":true}}}"#;
    assert_eq!(Simulated::started(definition, r#"{"n":5}"#).outcome(), r#""small""#);
    assert_eq!(Simulated::started(definition, r#"{"n":50}"#).outcome(), r#""medium""#);
    let unmatched = Simulated::started(definition, r#"{"n":500}"#);
    assert!(
        unmatched.outcome().starts_with("failed: States.NoChoiceMatched"),
        "{}",
        unmatched.outcome()
    );
}

#[test]
fn the_cause_of_a_failed_path_names_the_state_and_its_event() {
    let execution = Simulated::started(
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","InputPath":"$.no","End":true}}}"#,
        "{}",
    );
    let outcome = execution.outcome();
    let expected = "failed: States.Runtime / An error occurred while executing the state 'B' (entered at the event id #4).";
    assert!(outcome.starts_with(expected), "{outcome}");
}

#[test]
fn variables_are_seen_from_the_next_state_on() {
    let execution = Simulated::started(
        r#"{"StartAt":"A","States":{
            "A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"Swap"},
            "Swap":{"Type":"Pass","Assign":{"x.$":"$y","y.$":"$x"},"Next":"Read"},
            "Read":{"Type":"Pass","Parameters":{"x.$":"$x","y.$":"$y"},"End":true}}}"#,
        "{}",
    );
    assert_eq!(execution.outcome(), r#"{"x":2,"y":1}"#);
}

#[test]
fn a_failed_expression_is_reported_before_the_failure() {
    let execution = Simulated::started(
        r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":"{% $nothing %}","End":true}}}"#,
        "{}",
    );
    assert!(
        execution.outcome().starts_with("failed: States.QueryEvaluationError"),
        "{}",
        execution.outcome()
    );
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 PassStateEntered
         3<-0 EvaluationFailed
         4<-3 ExecutionFailed",
    );
}
