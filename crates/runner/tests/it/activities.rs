//! Workers and the tasks of activities.

use std::time::Duration;

use asl::Failure;
use futures_util::future::join_all;
use json::Value;
use runner::{TaskEnd, TokenError};

use crate::world::{World, activity_arn, pass, said};

pub(crate) fn definition(fields: &str) -> String {
    format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{}",{fields}"End":true}}}}}}"#,
        activity_arn("a")
    )
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_worker_gets_the_task_and_ends_it() {
    let world = World::new().await;
    world.define("m", &definition(""));
    let arn = world.start("m", "e", r#"{"x":1}"#).await;
    let task = world.runner.activity_task(&activity_arn("a"), Some("w"), MINUTE).await;
    let task = task.unwrap().unwrap();
    assert_eq!(task.input, r#"{"x":1}"#);
    world.runner.end_task(&task.token, TaskEnd::Succeeded(Value::from(7))).await.unwrap();
    assert_eq!(said(&world.describe(&arn).await), "SUCCEEDED 7");
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 TaskStateEntered\n3<-2 ActivityScheduled\n4<-3 ActivityStarted\n\
         5<-4 ActivitySucceeded\n6<-5 TaskStateExited\n7<-6 ExecutionSucceeded"
    );
    let again = world.runner.end_task(&task.token, TaskEnd::Succeeded(Value::NULL)).await;
    assert!(matches!(again, Err(TokenError::TimedOut)), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_were_never_issued_are_refused() {
    let world = World::new().await;
    for (token, expected) in [("garbage", "read the task token"), ("AAAA", "read the task token")] {
        let refused = world.runner.heartbeat(token).await.unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiting_worker_is_woken_by_the_next_task() {
    let world = World::new().await;
    world.define("m", &definition(""));
    let arn = activity_arn("a");
    let poll = world.runner.activity_task(&arn, None, MINUTE);
    let start = async {
        pass(Duration::from_secs(10)).await;
        assert_eq!(world.runner.activity_workers(&arn), 1);
        world.start("m", "e", "{}").await
    };
    let before = world.house.now();
    let (task, _) = tokio::join!(poll, start);
    assert!(task.unwrap().is_some());
    assert_eq!(world.house.now().since(before).as_secs(), 10);
    assert_eq!(world.runner.activity_workers(&arn), 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_waits_in_vain_gets_nothing() {
    let world = World::new().await;
    let before = world.house.now();
    let task = world.runner.activity_task(&activity_arn("a"), None, MINUTE).await.unwrap();
    assert_eq!(task, None);
    assert_eq!(world.house.now().since(before), MINUTE);
}

#[tokio::test(start_paused = true)]
async fn every_task_goes_to_one_worker_in_the_order_of_time() {
    let world = World::new().await;
    world.define("m", &definition(""));
    for index in 0..50 {
        world.start("m", &format!("e{index}"), &index.to_string()).await;
        pass(Duration::from_millis(1)).await;
    }
    let arn = activity_arn("a");
    let polls = (0..50).map(|_| world.runner.activity_task(&arn, None, MINUTE));
    let mut inputs: Vec<u32> = Vec::new();
    for task in join_all(polls).await {
        inputs.push(task.unwrap().unwrap().input.parse().unwrap());
    }
    assert_eq!(inputs, (0..50).collect::<Vec<u32>>());
    let more = world.runner.activity_task(&arn, None, Duration::ZERO).await.unwrap();
    assert_eq!(more, None);
}

#[tokio::test(start_paused = true)]
async fn a_task_of_a_stopped_execution_is_not_handed_out() {
    let world = World::new().await;
    world.define("m", &definition(""));
    let stopped = world.start("m", "e", "1").await;
    pass(Duration::from_millis(1)).await;
    world.start("m", "f", "2").await;
    world.runner.stop(&stopped, Failure::default()).await.unwrap();
    let task = world.runner.activity_task(&activity_arn("a"), None, MINUTE).await.unwrap();
    assert_eq!(task.unwrap().input, "2");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_goes_away_while_it_waits_takes_nothing_with_it() {
    let world = World::new().await;
    world.define("m", &definition(""));
    let arn = activity_arn("a");
    let poll = world.runner.activity_task(&arn, None, MINUTE);
    let gone = tokio::time::timeout(Duration::from_secs(1), poll).await;
    assert!(gone.is_err());
    world.start("m", "e", "1").await;
    let task = world.runner.activity_task(&arn, None, MINUTE).await.unwrap();
    assert_eq!(task.unwrap().input, "1");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_keep_a_task_alive() {
    let world = World::new().await;
    world.define("m", &definition(r#""HeartbeatSeconds":10,"TimeoutSeconds":1000,"#));
    let arn = world.start("m", "e", "{}").await;
    let task = world.runner.activity_task(&activity_arn("a"), None, MINUTE).await;
    let task = task.unwrap().unwrap();
    for _ in 0..5 {
        pass(Duration::from_secs(8)).await;
        world.runner.heartbeat(&task.token).await.unwrap();
    }
    let described = world.ended(&arn).await;
    assert_eq!(said(&described), "FAILED States.Timeout: ");
    assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 50);
    let late = world.runner.heartbeat(&task.token).await;
    assert!(matches!(late, Err(TokenError::TimedOut)), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_is_retried_with_another_token() {
    let world = World::new().await;
    world.define(
        "m",
        &definition(r#""Retry":[{"ErrorEquals":["Oops"],"IntervalSeconds":3,"MaxAttempts":1}],"#),
    );
    let arn = world.start("m", "e", "{}").await;
    let activity = activity_arn("a");
    let first = world.runner.activity_task(&activity, None, MINUTE).await.unwrap().unwrap();
    let oops = TaskEnd::Failed(Failure::new("Oops", "no"));
    world.runner.end_task(&first.token, oops).await.unwrap();
    let second = world.runner.activity_task(&activity, None, MINUTE).await.unwrap().unwrap();
    assert_ne!(first.token, second.token);
    world.runner.end_task(&second.token, TaskEnd::Succeeded(Value::NULL)).await.unwrap();
    assert_eq!(said(&world.describe(&arn).await), "SUCCEEDED null");
}

#[tokio::test(start_paused = true)]
async fn an_activity_that_does_not_exist_fails_the_state() {
    let world = World::new().await;
    let definition = definition("").replace("activity:a", "activity:deleted");
    world.define("m", &definition);
    let arn = world.start("m", "e", "{}").await;
    let said = said(&world.describe(&arn).await);
    assert!(said.ends_with("activity:deleted does not exist."), "{said}");
}
