//! Express executions.

use std::sync::Arc;
use std::time::Duration;

use engine::Outcome;
use json::Value;
use runner::MachineType;

use crate::world::{World, pass, start_of};

const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":30,"End":true}}}"#;

async fn run(world: &World, definition: &str, input: &str) -> runner::Finished {
    let machine = world.define_as("x", MachineType::Express, definition);
    world.runner.run_express(start_of(&machine, "e", input)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_synchronous_execution_never_touches_the_store() {
    let world = World::new().await;
    let before = world.store.commits();
    let finished = run(&world, WAIT, r#"{"a":1}"#).await;
    assert_eq!(finished.outcome, Outcome::Succeeded(Value::parse(r#"{"a":1}"#).unwrap()));
    assert_eq!(finished.stop_date.since(finished.start_date).as_secs(), 30);
    assert_eq!(finished.events.len(), 5, "with the record of ours that it waits");
    assert_eq!(world.store.commits(), before);
}

const PASS: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;

/// Counts for some hundred thousand steps.
const COUNTS: &str = r#"{"QueryLanguage":"JSONata","StartAt":"C","States":{"C":{"Type":"Pass","End":true,
    "Output":"{% ($f := function($n) { $n > 0 ? $f($n - 1) : 'done' }; $f(20000)) %}"}}}"#;

#[tokio::test]
async fn an_expression_that_computes_long_keeps_nobody_waiting() {
    let world = Arc::new(World::new().await);
    let long = tokio::spawn({
        let world = Arc::clone(&world);
        async move { run(&world, COUNTS, "{}").await }
    });
    // Once for it to begin, and again for it to leave this core.
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let short = run(&world, PASS, "1").await;
    assert_eq!(short.outcome, Outcome::Succeeded(Value::from(1)));
    assert!(!long.is_finished());
    assert_eq!(long.await.unwrap().outcome, Outcome::Succeeded("done".into()));
}

#[tokio::test(start_paused = true)]
async fn five_minutes_are_all_it_has() {
    let world = World::new().await;
    let finished = run(&world, &WAIT.replace("30", "3000"), "{}").await;
    assert!(matches!(finished.outcome, Outcome::TimedOut(_)), "{:?}", finished.outcome);
    assert_eq!(finished.stop_date.since(finished.start_date).as_secs(), 300);
}

#[tokio::test(start_paused = true)]
async fn tasks_run_side_by_side() {
    let world = World::new().await;
    world.define("child", WAIT);
    let branch = |name: &str| {
        format!(
            r#"{{"StartAt":"{name}","States":{{"{name}":{{"Type":"Task",
                "Resource":"arn:aws:states:::states:startExecution",
                "Parameters":{{"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child",
                "Name":"{name}"}},"End":true}}}}}}"#
        )
    };
    let definition = format!(
        r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","Branches":[{},{}],"End":true}}}}}}"#,
        branch("a"),
        branch("b")
    );
    let finished = run(&world, &definition, "{}").await;
    let Outcome::Succeeded(output) = finished.outcome else { panic!("{:?}", finished.outcome) };
    assert_eq!(output.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_asynchronous_execution_leaves_nothing_behind() {
    let world = World::new().await;
    let machine = world.define_as("x", MachineType::Express, WAIT);
    let rows =
        |world: &World| world.rows().into_iter().filter(|key| key.starts_with("express")).count();
    world.runner.start_express(start_of(&machine, "e", "{}")).await.unwrap();
    assert_eq!(rows(&world), 1);
    pass(Duration::from_secs(31)).await;
    assert_eq!(rows(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_loop_without_end_ends_after_five_minutes_and_keeps_its_memory() {
    let world = World::new().await;
    let items = format!("[{}0]", "0,".repeat(99));
    let finished = run(
        &world,
        r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Next":"B"},
            "B":{"Type":"Map","ItemsPath":"$","ItemProcessor":{"StartAt":"C","States":{
                "C":{"Type":"Pass","End":true}}},"Next":"D"},
            "D":{"Type":"Choice","Choices":[{"Variable":"$.none","IsPresent":true,"Next":"E"}],"Default":"A"},
            "E":{"Type":"Succeed"}}}"#,
        &items,
    )
    .await;
    assert!(matches!(finished.outcome, Outcome::TimedOut(_)), "{:?}", finished.outcome);
    assert_eq!(finished.events.len(), 25_000);
}

/// Goes round and never waits, neither for time nor for a task.
const BUSY: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
    "B":{"Type":"Choice","Choices":[{"Variable":"$.none","IsPresent":true,"Next":"C"}],"Default":"A"},
    "C":{"Type":"Succeed"}}}"#;

#[tokio::test(start_paused = true)]
async fn a_loop_that_never_waits_ends_in_time_too() {
    for (definition, seconds) in
        [(BUSY.to_owned(), 300), (BUSY.replacen('{', r#"{"TimeoutSeconds":1,"#, 1), 1)]
    {
        let world = World::new().await;
        let later = async {
            tokio::time::advance(Duration::from_secs(seconds)).await;
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        };
        let finished = tokio::select! {
            // It has begun before time passes.
            biased;
            finished = run(&world, &definition, "{}") => finished,
            () = later => panic!("it still runs"),
        };
        assert!(matches!(finished.outcome, Outcome::TimedOut(_)), "{:?}", finished.outcome);
        assert_eq!(finished.stop_date.since(finished.start_date).as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_never_waits_doesnt_keep_another_from_its_tasks() {
    let world = World::new().await;
    world.define("child", WAIT);
    let definition = format!(
        r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,"Branches":[
            {{"StartAt":"T","States":{{"T":{{"Type":"Task",
                "Resource":"arn:aws:states:::states:startExecution",
                "Parameters":{{"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child",
                "Name":"e"}},"Next":"F"}},"F":{{"Type":"Fail","Error":"Done"}}}}}},{BUSY}]}}}}}}"#
    );
    let finished = run(&world, &definition, "{}").await;
    let Outcome::Failed(failure) = finished.outcome else { panic!("{:?}", finished.outcome) };
    assert_eq!(failure.error.as_deref(), Some("Done"));
}
