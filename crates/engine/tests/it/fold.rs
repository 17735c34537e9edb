//! Whatever happens, in whatever order: the fold of the events is the live execution.

use engine::{Execution, Input, TaskOutcome};
use proptest::prelude::*;

use crate::simulated::Simulated;

/// Nested children, retries, catches, waits and timeouts in one definition.
const EVERYTHING: &str = r#"{"StartAt":"P","TimeoutSeconds":500,"States":{
    "P":{"Type":"Parallel","Next":"Last","Retry":[{"ErrorEquals":["Again"],"IntervalSeconds":3,"MaxAttempts":2}],
         "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Last"}],
         "Branches":[
           {"StartAt":"M","States":{"M":{"Type":"Map","End":true,"MaxConcurrency":2,"ItemsPath":"$.items",
             "ItemProcessor":{"StartAt":"T","States":{
               "T":{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:a","TimeoutSeconds":20,
                    "HeartbeatSeconds":7,"Next":"W",
                    "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":1}]},
               "W":{"Type":"Wait","Seconds":4,"End":true}}}}}},
           {"StartAt":"U","States":{"U":{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:b",
             "Assign":{"u.$":"$"},"Next":"V"},"V":{"Type":"Pass","End":true}}}]},
    "Last":{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:c","End":true}}}"#;

#[derive(Clone, Debug)]
enum Step {
    Start(usize),
    Succeed(usize),
    Fail(usize, &'static str),
    Beat(usize),
    Wake,
    Stop,
    Redrive,
}

fn step() -> impl Strategy<Value = Step> {
    let error = prop_oneof![Just("Flaky"), Just("Again"), Just("Other"), Just("States.Runtime")];
    prop_oneof![
        4 => (0..8usize).prop_map(Step::Start),
        6 => (0..8usize).prop_map(Step::Succeed),
        3 => (0..8usize, error).prop_map(|(task, error)| Step::Fail(task, error)),
        1 => (0..8usize).prop_map(Step::Beat),
        4 => Just(Step::Wake),
        1 => Just(Step::Stop),
        2 => Just(Step::Redrive),
    ]
}

fn take(execution: &mut Simulated, step: Step) {
    let attempt = |execution: &Simulated, task: usize| {
        let open = &execution.dispatched;
        (!open.is_empty()).then(|| open[task % open.len()].attempt)
    };
    match step {
        Step::Start(task) => {
            if let Some(attempt) = attempt(execution, task) {
                execution.feed(Input::TaskStarted { attempt, worker: Some("w".into()) });
            }
        }
        Step::Succeed(task) => {
            if let Some(attempt) = attempt(execution, task) {
                execution.feed(Input::TaskEnded {
                    attempt,
                    outcome: TaskOutcome::Succeeded("ok".into()),
                });
            }
        }
        Step::Fail(task, error) => {
            if let Some(attempt) = attempt(execution, task) {
                let failure = asl::Failure::new(error, "because");
                let outcome = TaskOutcome::Failed(engine::event::TaskFailure::Failed, failure);
                execution.feed(Input::TaskEnded { attempt, outcome });
            }
        }
        Step::Beat(task) => {
            if let Some(attempt) = attempt(execution, task) {
                execution.feed(Input::Heartbeat { attempt });
            }
        }
        Step::Wake if execution.execution.wake_at().is_some() => execution.wake(),
        Step::Wake => {}
        Step::Stop => execution.feed(Input::Stop(asl::Failure::default())),
        Step::Redrive => execution.feed(Input::Redrive { deadline: None }),
    }
    let still_open: Vec<u64> = execution.execution.open_attempts().collect();
    execution.dispatched.retain(|task| still_open.contains(&task.attempt));
    execution.check();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn folding_the_events_gives_the_live_execution(steps in prop::collection::vec(step(), 1..40)) {
        let mut execution = Simulated::started(EVERYTHING, r#"{"items":[1,2,3]}"#);
        execution.check();
        for step in steps {
            take(&mut execution, step);
        }
    }
}

#[test]
fn an_execution_that_is_helped_along_always_ends() {
    let mut execution = Simulated::started(EVERYTHING, r#"{"items":[1,2,3]}"#);
    for _ in 0..100 {
        match execution.dispatched.is_empty() {
            false => take(&mut execution, Step::Succeed(0)),
            true if execution.execution.wake_at().is_some() => take(&mut execution, Step::Wake),
            true => break,
        }
        if !execution.execution.is_running() {
            break;
        }
    }
    assert_eq!(execution.outcome(), r#""ok""#);
    assert!(execution.program().timeout_seconds == Some(500));
}

/// What may have become of one stored event.
#[derive(Clone, Debug)]
enum Damage {
    Lost,
    Twice,
    OfTheNext,
    OfAnotherExecution,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Lost),
        Just(Damage::Twice),
        Just(Damage::OfTheNext),
        Just(Damage::OfAnotherExecution)
    ]
}

/// Another program than the one whose events are folded.
const OTHER: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":4,"Next":"follow the events of an execution: the program has no such state"},
    "follow the events of an execution: the program has no such state":{"Type":"Pass","End":true}}}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn events_that_do_not_fit_are_refused_without_a_panic(
        steps in prop::collection::vec(step(), 1..20),
        place in any::<prop::sample::Index>(),
        damage in damage(),
    ) {
        let mut execution = Simulated::started(EVERYTHING, r#"{"items":[1,2,3]}"#);
        for step in steps {
            take(&mut execution, step);
        }
        let mut events = execution.events.clone();
        let other = Simulated::started(OTHER, "{}");
        let place = place.index(events.len());
        match damage {
            Damage::Lost => drop(events.remove(place)),
            Damage::Twice => events.insert(place, events[place].clone()),
            Damage::OfTheNext => events.swap(place, (place + 1) % execution.events.len()),
            Damage::OfAnotherExecution => {
                events[place] = other.events[place % other.events.len()].clone();
            }
        }
        drop(Execution::fold(execution.program(), &events));
        drop(execution.rendered(&events));
        prop_assert!(Execution::fold(other.program(), &execution.events).is_err());
    }
}

#[test]
fn a_record_of_another_program_is_refused() {
    let execution = Simulated::started(EVERYTHING, r#"{"items":[1,2,3]}"#);
    let other = Simulated::started(OTHER, "{}");
    let refused = Execution::fold(other.program(), &execution.events).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "follow the events of an execution: no Parallel state has started"
    );
    let refused = other.rendered(&execution.events).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "follow the events of an execution: the program has no such state"
    );
    let waiting = Execution::fold(other.program(), &other.events).expect("fits");
    let refused = waiting.check(execution.program()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "follow the events of an execution: a frame does what its state doesn't do"
    );
}
