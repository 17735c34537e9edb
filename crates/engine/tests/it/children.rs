//! Parallel and Map: histories as AWS recorded them (the reference's worked histories A3 to A7).

use engine::{Command, Input, MapRunOutcome, TaskOutcome};
use json::Value;

use crate::simulated::{Simulated, expect};

fn map(fields: &str, inner: &str) -> String {
    format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,{fields}
            "ItemProcessor":{{"StartAt":"I","States":{{"I":{inner}}}}}}}}}}}"#
    )
}

const TASK: &str = r#"{"Type":"Task","End":true,"TimeoutSeconds":5,
    "Resource":"arn:aws:states:us-east-1:000000000000:activity:a"}"#;

#[test]
fn one_iteration_after_the_other() {
    let definition = map(r#""MaxConcurrency":1,"#, r#"{"Type":"Pass","End":true}"#);
    let execution = Simulated::started(&definition, "[1,2]");
    assert_eq!(execution.outcome(), "[1,2]");
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 MapStateEntered
         3<-2 MapStateStarted
         4<-3 MapIterationStarted
         5<-4 PassStateEntered
         6<-5 PassStateExited
         7<-6 MapIterationSucceeded
         8<-6 MapIterationStarted
         9<-8 PassStateEntered
         10<-9 PassStateExited
         11<-10 MapIterationSucceeded
         12<-11 MapStateSucceeded
         13<-11 MapStateExited
         14<-13 ExecutionSucceeded",
    );
}

#[test]
fn nothing_to_iterate_over_is_an_empty_result() {
    let execution = Simulated::started(&map("", r#"{"Type":"Pass","End":true}"#), "[]");
    assert_eq!(execution.outcome(), "[]");
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 MapStateEntered
         3<-2 MapStateStarted
         4<-3 MapStateSucceeded
         5<-3 MapStateExited
         6<-5 ExecutionSucceeded",
    );
}

#[test]
fn all_iterations_time_out_at_once() {
    let mut execution = Simulated::started(&map("", TASK), "[1,2]");
    let attempts: Vec<u64> = execution.dispatched.iter().map(|task| task.attempt).collect();
    for attempt in attempts {
        execution.feed(Input::TaskStarted { attempt, worker: None });
    }
    execution.wake();
    assert_eq!(execution.outcome(), "failed: States.Timeout / (no cause)");
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 MapStateEntered
         3<-2 MapStateStarted
         4<-3 MapIterationStarted
         5<-3 MapIterationStarted
         6<-4 TaskStateEntered
         7<-6 ActivityScheduled
         8<-5 TaskStateEntered
         9<-8 ActivityScheduled
         10<-7 ActivityStarted
         11<-9 ActivityStarted
         12<-10 ActivityTimedOut
         13<-11 ActivityTimedOut
         14<-12 MapIterationFailed
         15<-12 TaskStateAborted
         16<-12 MapIterationAborted
         17<-12 TaskStateAborted
         18<-12 MapStateFailed
         19<-18 ExecutionFailed",
    );
    execution.check();
}

#[test]
fn each_of_the_tasks_that_time_out_together_is_retried() {
    let task =
        TASK.replacen('{', r#"{"Retry":[{"ErrorEquals":["States.Timeout"],"MaxAttempts":1}],"#, 1);
    let mut execution = Simulated::started(&map("", &task), "[1,2]");
    execution.wake();
    assert!(execution.history().ends_with("11<-9 ActivityTimedOut\n"), "{}", execution.history());
    execution.wake();
    assert_eq!(execution.dispatched.len(), 2, "both delays are over");
    execution.succeed(r#""first""#);
    execution.succeed(r#""second""#);
    assert_eq!(execution.outcome(), r#"["first","second"]"#);
    execution.check();
}

#[test]
fn concurrency_is_kept_and_results_stand_in_order() {
    let mut execution = Simulated::started(&map(r#""MaxConcurrency":2,"#, TASK), "[10,20,30]");
    assert_eq!(execution.dispatched.len(), 2);
    execution.dispatched.swap(0, 1);
    execution.succeed(r#""second""#);
    assert_eq!(execution.dispatched.len(), 2, "the freed place is taken");
    execution.succeed(r#""first""#);
    execution.succeed(r#""third""#);
    assert_eq!(execution.outcome(), r#"["first","second","third"]"#);
    execution.check();
}

#[test]
fn an_item_selector_sees_the_item_and_the_input() {
    let fields = r#""ItemsPath":"$.items","ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","all.$":"$.n"},"#;
    let execution = Simulated::started(
        &map(fields, r#"{"Type":"Pass","End":true}"#),
        r#"{"items":["a"],"n":1}"#,
    );
    assert_eq!(execution.outcome(), r#"[{"i":0,"v":"a","all":1}]"#);
}

#[test]
fn a_failed_branch_fails_the_state_and_is_caught() {
    let execution = Simulated::started(
        r#"{"StartAt":"P","States":{
            "P":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],
                 "Branches":[{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"C"}}}]},
            "C":{"Type":"Pass","End":true}}}"#,
        "{}",
    );
    assert_eq!(execution.outcome(), r#"{"Error":"E","Cause":"C"}"#);
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 ParallelStateEntered
         3<-2 ParallelStateStarted
         4<-3 FailStateEntered
         5<-4 ParallelStateFailed
         6<-5 ParallelStateExited
         7<-6 PassStateEntered
         8<-7 PassStateExited
         9<-8 ExecutionSucceeded",
    );
}

#[test]
fn branches_end_in_any_order_and_nest() {
    let inner = format!(
        r#"{{"StartAt":"Q","States":{{"Q":{{"Type":"Parallel","End":true,"Branches":[{{"StartAt":"T","States":{{"T":{TASK}}}}}]}}}}}}"#
    );
    let definition = format!(
        r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,"Branches":[{inner},{{"StartAt":"U","States":{{"U":{TASK}}}}}]}}}}}}"#
    );
    let mut execution = Simulated::started(&definition, "{}");
    // The outer branch has reached its task before the nested one.
    execution.succeed("2");
    execution.succeed("1");
    assert_eq!(execution.outcome(), "[[1],2]");
    execution.check();
}

#[test]
fn a_distributed_map_waits_for_its_run() {
    let definition = map(r#""Label":"L","#, r#"{"Type":"Pass","End":true}"#).replace(
        r#""ItemProcessor":{"#,
        r#""ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#,
    );
    let mut execution = Simulated::started(&definition, "[1,2]");
    let Some(Command::StartMapRun(start)) = execution.commands.pop() else {
        panic!("{:?}", execution.commands)
    };
    assert!(start.map_run_arn.starts_with("arn:aws:states:us-east-1:000000000000:mapRun:m/L:"));
    assert_eq!(start.inputs, [Value::from(1), Value::from(2)]);
    let outcome = MapRunOutcome::Succeeded(Value::array(["a".into(), "b".into()]));
    execution.feed(Input::MapRunEnded { attempt: start.attempt, outcome });
    assert_eq!(execution.outcome(), r#"["a","b"]"#);
    expect(
        &execution,
        "1<-0 ExecutionStarted
         2<-0 MapStateEntered
         3<-2 MapStateStarted
         4<-3 MapRunStarted
         5<-4 MapRunSucceeded
         6<-5 MapStateSucceeded
         7<-5 MapStateExited
         8<-7 ExecutionSucceeded",
    );
}

#[test]
fn a_late_answer_to_an_aborted_branch_has_no_effect() {
    let definition = format!(
        r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,
            "Branches":[{{"StartAt":"T","States":{{"T":{TASK}}}}},{{"StartAt":"U","States":{{"U":{TASK}}}}}]}}}}}}"#
    );
    let mut execution = Simulated::started(&definition, "{}");
    let other = execution.dispatched[1].attempt;
    execution.fail("Boom");
    assert_eq!(execution.outcome(), "failed: Boom / because");
    let before = execution.events.len();
    execution
        .feed(Input::TaskEnded { attempt: other, outcome: TaskOutcome::Succeeded(Value::NULL) });
    assert_eq!(execution.events.len(), before);
}

fn distributed(fields: &str) -> String {
    let processor =
        r#""ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#;
    map(fields, r#"{"Type":"Pass","End":true}"#).replace(r#""ItemProcessor":{"#, processor)
}

fn map_run_inputs(fields: &str, input: &str) -> Vec<String> {
    let mut execution = Simulated::started(&distributed(fields), input);
    match execution.commands.pop() {
        Some(Command::StartMapRun(start)) => start.inputs.iter().map(Value::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_is_as_large_as_its_bytes_allow() {
    // `{"Items":["a","b"]}` has 19 bytes.
    let inputs = |bytes| {
        map_run_inputs(
            &format!(r#""ItemBatcher":{{"MaxInputBytesPerBatch":{bytes}}},"#),
            r#"["a","b","c"]"#,
        )
    };
    assert_eq!(inputs(19), [r#"{"Items":["a","b"]}"#, r#"{"Items":["c"]}"#]);
    assert_eq!(inputs(18).len(), 3);
}

#[test]
fn the_items_of_a_distributed_map_know_their_source() {
    let selector = r#""ItemSelector":{"s.$":"$$.Map.Item.Source"},"#;
    assert_eq!(map_run_inputs(selector, "[1]"), [r#"{"s":"STATE_DATA"}"#]);
}
