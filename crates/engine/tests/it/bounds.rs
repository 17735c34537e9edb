//! A turn is bounded, a history is bounded, and neither loses anything.

use std::time::Duration;

use engine::{Execution, Input};

use crate::simulated::Simulated;

const LOOP: &str = r#"{"StartAt":"A","States":{
    "A":{"Type":"Pass","Next":"B"},
    "B":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"C"}],"Default":"A"},
    "C":{"Type":"Succeed"}}}"#;

#[test]
fn a_loop_without_end_stops_at_the_history_limit() {
    let execution = Simulated::started(LOOP, "{}");
    let outcome = execution.outcome();
    assert_eq!(
        outcome,
        "failed: States.Runtime / The execution reached the maximum number of history events (25000)."
    );
    let last = execution.events.last().expect("there are events").id;
    assert!((24_999..=25_000).contains(&last), "{last}");
}

/// A state that leads back to itself until its output has a member `stop`.
fn repeated(state: &str) -> String {
    format!(
        r#"{{"StartAt":"A","States":{{"A":{{{state},"Next":"B"}},
            "B":{{"Type":"Choice","Choices":[{{"Variable":"$.stop","IsPresent":true,"Next":"C"}}],"Default":"A"}},
            "C":{{"Type":"Succeed"}}}}}}"#
    )
}

#[test]
fn a_loop_that_wraps_its_input_stops_before_the_stack_does() {
    let wrapping = format!("{}{}{}", r#"{"a":"#.repeat(300), r#"{"b.$":"$"}"#, "}".repeat(300));
    for state in [
        format!(r#""Type":"Pass","Parameters":{wrapping}"#),
        format!(
            r#""Type":"Pass","ResultPath":null,"Assign":{{"v":{}}}"#,
            wrapping.replace(r#""$""#, r#""$v""#)
        ),
        r#""Type":"Pass","Parameters":{"a.$":"States.Array(States.Array(States.Array($)))"}"#
            .to_owned(),
    ] {
        let definition = repeated(&state).replace(
            r#""StartAt":"A","States":{"#,
            r#""StartAt":"V","States":{
            "V":{"Type":"Pass","Assign":{"v":0},"Next":"A"},"#,
        );
        let execution = Simulated::started(&definition, "{}");
        let outcome = execution.outcome();
        assert!(outcome.ends_with("The result nests deeper than 1000 levels."), "{outcome}");
        execution.check();
    }
}

#[test]
fn what_repeats_a_payload_beyond_the_limit_is_never_written_out() {
    let many: Vec<String> = (0..10_000).map(|i| format!(r#""m{i}.$":"$""#)).collect();
    let many = format!("{{{}}}", many.join(","));
    let machine = r#"{"StartAt":"D","States":{"D":{"Type":"Pass","End":true}}}"#;
    let input = format!(r#"{{"items":[1],"text":"{}"}}"#, "x".repeat(200_000));
    for state in [
        format!(r#""Type":"Pass","Parameters":{many}"#),
        format!(r#""Type":"Pass","Assign":{many}"#),
        format!(r#""Type":"Parallel","Parameters":{many},"Branches":[{machine}]"#),
        format!(
            r#""Type":"Map","ItemsPath":"$.items","ItemSelector":{many},"ItemProcessor":{machine}"#
        ),
    ] {
        let execution = Simulated::started(&repeated(&state), &input);
        let outcome = execution.outcome();
        assert!(outcome.starts_with("failed: States.DataLimitExceeded"), "{outcome}");
        execution.check();
    }
}

#[test]
fn what_a_catcher_makes_of_a_failure_keeps_to_the_limits() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,
        "Catch":[{"ErrorEquals":["E"],"ResultPath":"$.error","Next":"B"}],
        "Branches":[{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","CausePath":"$.text"}}}]},
        "B":{"Type":"Pass","End":true}}}"#;
    let input = format!(r#"{{"text":"{}"}}"#, "x".repeat(200_000));
    let execution = Simulated::started(definition, &input);
    assert!(execution.outcome().starts_with("failed: States.DataLimitExceeded"));
    execution.check();
}

#[test]
fn a_turn_that_is_full_goes_on_in_the_next_one() {
    let mut execution = Simulated::new(LOOP);
    execution.limits.turn_steps_max = 3;
    execution.limits.history_events_max = 100;
    execution.start("{}");
    assert!(execution.outcome().starts_with("failed"));
    execution.check();
}

/// It counts, for some thousand steps a state, as far as a variable says.
const COUNTS: &str = r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{
    "A":{"Type":"Pass","Assign":{"n":"{% $count([1..1000].($ * 2)) %}"},"Next":"B"},
    "B":{"Type":"Pass","Output":"{% $count([1..1000].($ * 2)) + $n %}","Next":"C"},
    "C":{"Type":"Succeed"}}}"#;

#[test]
fn a_turn_is_cut_once_its_expressions_have_worked_enough() {
    let mut execution = Simulated::new(COUNTS);
    execution.limits.turn_work_enough = 1_000;
    let start = execution.start_input("{}");
    execution.cut(start, usize::MAX);
    assert_eq!(execution.execution.last_event_id(), 3, "the first state is left");
    execution.feed(Input::Continue);
    assert_eq!(execution.outcome(), "2000");
    execution.check();
}

#[test]
fn a_turn_that_works_more_than_it_may_has_not_happened() {
    let mut execution = Simulated::new(COUNTS);
    execution.limits.turn_work_max = 3_000;
    let start = execution.start_input("{}");
    assert_eq!(execution.turn_if_short(start.clone()), Err(start.clone()));
    assert_eq!(execution.execution, Execution::new());
    execution.limits.turn_work_max = 1_000_000;
    let decision = execution.turn_if_short(start).expect("it is short");
    execution.events.extend(decision.events);
    assert_eq!(execution.outcome(), "2000");
    execution.check();
}

#[test]
fn the_expressions_of_a_state_are_bounded_together() {
    let mut execution = Simulated::new(COUNTS);
    execution.limits.turn_work_max = 3_000;
    execution.start("{}");
    let outcome = execution.outcome();
    assert!(outcome.starts_with("failed: States.QueryEvaluationError"), "{outcome}");
    assert!(outcome.contains("Expression evaluation timeout"), "{outcome}");
    execution.check();
}

#[test]
fn paths_and_intrinsic_functions_work_too() {
    let input = format!(r#"{{"items":[{}1]}}"#, "1,".repeat(4_000));
    for state in [
        r#""Type":"Pass","Parameters":{"all.$":"$..*"}"#,
        r#""Type":"Pass","Parameters":{"all.$":"States.ArrayUnique($.items)"}"#,
    ] {
        let mut execution = Simulated::new(&repeated(state));
        execution.limits.turn_work_max = 3_000;
        let start = execution.start_input(&input);
        assert!(execution.turn_if_short(start).is_err(), "{state}");
    }
}

#[test]
fn a_loop_that_never_waits_is_timed_out() {
    let mut execution = Simulated::new(&LOOP.replacen('{', r#"{"TimeoutSeconds":10,"#, 1));
    let start = execution.start_input("{}");
    execution.cut(start, 20);
    execution.now = execution.now.after(Duration::from_secs(10));
    execution.feed(Input::Continue);
    assert_eq!(execution.outcome(), "timed out: States.Timeout / (no cause)");
    execution.check();
}

#[test]
fn one_assign_holds_no_more_than_a_payload() {
    let definition = |bytes: usize| {
        let value = "x".repeat(bytes - 2);
        format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","Assign":{{"v":"{value}"}},"End":true}}}}}}"#
        )
    };
    assert_eq!(Simulated::started(&definition(262_144), "{}").outcome(), "{}");
    let outcome = Simulated::started(&definition(262_145), "{}").outcome();
    assert!(outcome.starts_with("failed: States.DataLimitExceeded"), "{outcome}");
}
