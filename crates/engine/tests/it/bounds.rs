//! A turn is bounded, a history is bounded, and neither loses anything.

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

#[test]
fn a_turn_that_is_full_goes_on_in_the_next_one() {
    let mut execution = Simulated::new(LOOP);
    execution.limits.turn_steps_max = 3;
    execution.limits.history_events_max = 100;
    execution.start("{}");
    assert!(execution.outcome().starts_with("failed"));
    execution.check();
}
