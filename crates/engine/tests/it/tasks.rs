//! Tasks: what is scheduled, started, ended, timed out.

use engine::{Input, TaskOutcome};
use json::Value;

use crate::simulated::{Simulated, expect};

const ACTIVITY: &str = r#"{"StartAt":"T","States":{"T":{"Type":"Task","End":true,"TimeoutSeconds":60,"HeartbeatSeconds":10,
    "Resource":"arn:aws:states:us-east-1:000000000000:activity:a"}}}"#;

#[test]
fn an_activity_goes_through_its_events() {
    let mut execution = Simulated::started(ACTIVITY, r#"{"x":1}"#);
    assert_eq!(execution.dispatched[0].parameters.to_string(), r#"{"x":1}"#);
    execution.succeed(r#"{"y":2}"#);
    assert_eq!(execution.outcome(), r#"{"y":2}"#);
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 TaskStateEntered
         3<-2 ActivityScheduled
         4<-3 ActivityStarted
         5<-4 ActivitySucceeded
         6<-5 TaskStateExited
         7<-6 ExecutionSucceeded",
    );
}

#[test]
fn a_callback_is_submitted_before_it_succeeds() {
    let mut execution = Simulated::started(
        r#"{"StartAt":"T","States":{"T":{"Type":"Task","End":true,
            "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}}}}}"#,
        "{}",
    );
    let task = execution.dispatched[0].clone();
    let body = task.parameters.get("MessageBody").and_then(|body| body.get("token"));
    assert_eq!(body.as_ref().and_then(Value::as_str), Some(task.token.as_str()));
    execution.feed(Input::TaskStarted { attempt: task.attempt, worker: None });
    for outcome in [TaskOutcome::Submitted("sent".into()), TaskOutcome::Succeeded("done".into())] {
        execution.feed(Input::TaskEnded { attempt: task.attempt, outcome });
    }
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 TaskStateEntered
         3<-2 TaskScheduled
         4<-3 TaskStarted
         5<-4 TaskSubmitted
         6<-5 TaskSucceeded
         7<-6 TaskStateExited
         8<-7 ExecutionSucceeded",
    );
}

#[test]
fn a_heartbeat_counts_from_the_start_and_from_each_beat() {
    let mut execution = Simulated::started(ACTIVITY, "{}");
    let attempt = execution.dispatched[0].attempt;
    let seconds = |execution: &Simulated| {
        execution.execution.wake_at().map(|at| at.since(execution.now).as_secs())
    };
    assert_eq!(seconds(&execution), Some(60), "before it starts, only the timeout counts");
    execution.feed(Input::TaskStarted { attempt, worker: Some("w".into()) });
    assert_eq!(seconds(&execution), Some(10));
    execution.now = execution.now.after(std::time::Duration::from_secs(8));
    execution.feed(Input::Heartbeat { attempt });
    assert_eq!(seconds(&execution), Some(10));
    execution.wake();
    assert_eq!(execution.outcome(), "failed: States.Timeout / (no cause)");
    assert!(execution.history().contains("5<-4 ActivityTimedOut"), "{}", execution.history());
    execution.check();
}

#[test]
fn what_comes_after_the_end_has_no_effect() {
    let mut execution = Simulated::started(ACTIVITY, "{}");
    let attempt = execution.dispatched[0].attempt;
    execution.succeed("1");
    let before = execution.events.len();
    for input in [
        Input::TaskStarted { attempt, worker: None },
        Input::TaskEnded { attempt, outcome: TaskOutcome::Succeeded("late".into()) },
        Input::Heartbeat { attempt },
        Input::Wake,
        Input::Stop(asl::Failure::default()),
    ] {
        execution.feed(input);
    }
    assert_eq!(execution.events.len(), before);
}

#[test]
fn an_activity_is_started_once() {
    let mut execution = Simulated::started(ACTIVITY, "{}");
    let attempt = execution.dispatched[0].attempt;
    for worker in ["first", "second"] {
        execution.feed(Input::TaskStarted { attempt, worker: Some(worker.into()) });
    }
    assert_eq!(execution.history().matches("ActivityStarted").count(), 1);
}

#[test]
fn a_missing_activity_fails_the_state_at_once() {
    let execution = Simulated::started(&ACTIVITY.replace("activity:a", "activity:missing"), "{}");
    let outcome = execution.outcome();
    assert!(outcome.contains(
        "The activity arn:aws:states:us-east-1:000000000000:activity:missing does not exist."
    ));
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 TaskStateEntered
         3<-2 ExecutionFailed",
    );
}

#[test]
fn a_result_beyond_the_limit_fails_the_task() {
    let mut execution = Simulated::started(ACTIVITY, "{}");
    execution.succeed(&format!("\"{}\"", "x".repeat(262_144)));
    assert!(
        execution.outcome().starts_with("failed: States.DataLimitExceeded"),
        "{}",
        execution.outcome()
    );
}

#[test]
fn stopping_cancels_what_is_open() {
    let mut execution = Simulated::started(ACTIVITY, "{}");
    execution.feed(Input::Stop(asl::Failure::new("E", "C")));
    assert!(execution.dispatched.is_empty(), "the task was cancelled");
    assert_eq!(execution.outcome(), "aborted: E / C");
    assert!(execution.history().ends_with("4<-0 ExecutionAborted\n"), "{}", execution.history());
}

#[test]
fn a_timeout_out_of_range_fails_the_state_before_its_task_is_scheduled() {
    let definition = ACTIVITY.replace(r#""TimeoutSeconds":60"#, r#""TimeoutSecondsPath":"$.t""#);
    for seconds in ["0", "100000000"] {
        let execution = Simulated::started(&definition, &format!(r#"{{"t":{seconds}}}"#));
        assert!(execution.dispatched.is_empty());
        assert_eq!(
            execution.outcome(),
            format!(
                "failed: States.Runtime / An error occurred while executing the state 'T' (entered at the event id #2). The TimeoutSecondsPath parameter references a value that is not between 1 and 99999999: $.t == {seconds}"
            )
        );
    }
    let execution = Simulated::started(&definition, r#"{"t":99999999}"#);
    assert_eq!(execution.dispatched[0].timeout_seconds, Some(99_999_999));
}
