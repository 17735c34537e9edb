//! Retry and Catch.

use crate::simulated::{Simulated, expect};

fn task(handlers: &str) -> String {
    let caught =
        if handlers.contains("Catch") { r#","Caught":{"Type":"Pass","End":true}"# } else { "" };
    format!(
        r#"{{"StartAt":"T","States":{{
            "T":{{"Type":"Task","Next":"Done","Resource":"arn:aws:states:us-east-1:000000000000:activity:a",{handlers}}},
            "Done":{{"Type":"Succeed"}}{caught}}}}}"#
    )
}

fn delay(execution: &Simulated) -> f64 {
    execution.execution.wake_at().expect("a retry is due").since(execution.now).as_secs_f64()
}

#[test]
fn a_retry_schedules_the_task_again_after_growing_delays() {
    let retry = r#""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":2,"MaxAttempts":3,"BackoffRate":3,"MaxDelaySeconds":10}]"#;
    let mut execution = Simulated::started(&task(retry), "{}");
    for expected in [2.0, 6.0, 10.0] {
        execution.fail("E");
        assert_eq!(delay(&execution), expected);
        execution.wake();
    }
    execution.fail("E");
    assert_eq!(execution.outcome(), "failed: E / because");
    let history = execution.history();
    assert_eq!(history.matches("ActivityScheduled").count(), 4);
    assert_eq!(history.matches("TaskStateEntered").count(), 1);
    assert!(
        history.contains("6<-5 ActivityScheduled"),
        "a retry follows from the failure:\n{history}"
    );
    execution.check();
}

#[test]
fn each_retrier_counts_for_itself_and_the_first_match_decides() {
    let retry = r#""Retry":[{"ErrorEquals":["A"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"MaxAttempts":1}]"#;
    let mut execution = Simulated::started(&task(retry), "{}");
    execution.fail("A");
    execution.wake();
    execution.fail("B");
    execution.wake();
    execution.fail("A");
    assert_eq!(
        execution.outcome(),
        "failed: A / because",
        "A's own retrier is spent; States.ALL isn't asked"
    );
}

#[test]
fn full_jitter_stays_below_the_delay() {
    let retry = r#""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":100,"MaxAttempts":9,"BackoffRate":1,"JitterStrategy":"FULL"}]"#;
    let mut execution = Simulated::started(&task(retry), "{}");
    let delays: Vec<f64> = (0..9)
        .map(|_| {
            execution.fail("E");
            let delay = delay(&execution);
            execution.wake();
            delay
        })
        .collect();
    assert!(delays.iter().all(|delay| (0.0..100.0).contains(delay)), "{delays:?}");
    assert!(delays.windows(2).any(|pair| pair[0] != pair[1]), "{delays:?}");
}

#[test]
fn a_catcher_takes_what_retries_leave() {
    let catch = r#""Catch":[{"ErrorEquals":["E"],"Next":"Caught","ResultPath":"$.error"}]"#;
    let mut execution = Simulated::started(&task(catch), r#"{"kept":1}"#);
    execution.fail("E");
    assert_eq!(execution.outcome(), r#"{"kept":1,"error":{"Error":"E","Cause":"because"}}"#);
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 TaskStateEntered
         3<-2 ActivityScheduled
         4<-3 ActivityStarted
         5<-4 ActivityFailed
         6<-5 TaskStateExited
         7<-6 PassStateEntered
         8<-7 PassStateExited
         9<-8 ExecutionSucceeded",
    );
}

#[test]
fn a_missed_heartbeat_is_caught_by_its_own_name_and_recorded_as_a_timeout() {
    let catch = r#""HeartbeatSeconds":1,"Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"Caught"}]"#;
    let mut execution = Simulated::started(&task(catch), "{}");
    let attempt = execution.dispatched[0].attempt;
    execution.feed(engine::Input::TaskStarted { attempt, worker: None });
    execution.wake();
    assert_eq!(execution.outcome(), r#"{"Error":"States.Timeout","Cause":""}"#);
}

#[test]
fn a_retried_map_starts_over_from_what_failed_inside() {
    let execution = {
        let mut execution = Simulated::started(
            r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"MaxConcurrency":1,
                "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],
                "ItemProcessor":{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}}}}}"#,
            "[1]",
        );
        execution.wake();
        execution
    };
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 MapStateEntered
         3<-2 MapStateStarted
         4<-3 MapIterationStarted
         5<-4 FailStateEntered
         6<-5 MapIterationFailed
         7<-5 MapStateStarted
         8<-7 MapIterationStarted
         9<-8 FailStateEntered
         10<-9 MapIterationFailed
         11<-9 MapStateFailed
         12<-11 ExecutionFailed",
    );
}

#[test]
fn an_execution_timeout_ends_everything() {
    let definition = task(r#""TimeoutSeconds":500"#).replacen('{', r#"{"TimeoutSeconds":5,"#, 1);
    let mut execution = Simulated::started(&definition, "{}");
    execution.wake();
    assert_eq!(execution.outcome(), "timed out: States.Timeout / (no cause)");
    assert!(execution.dispatched.is_empty());
    assert!(execution.history().ends_with("4<-0 ExecutionTimedOut\n"));
}
