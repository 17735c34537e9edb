//! Timers: waits, timeouts, retries, retention.

use std::time::Duration;

use runner::ExecutionError;

use crate::world::{World, pass, said};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(start_paused = true)]
async fn a_wait_ends_on_time() {
    let world = World::new().await;
    world.define("m", r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":30,"End":true}}}"#);
    let arn = world.start("m", "e", "{}").await;
    let described = world.ended(&arn).await;
    let took = described.stop_date.unwrap().since(described.start_date);
    assert_eq!(took.as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_months_ends_on_time() {
    let world = World::new().await;
    world.define(
        "m",
        r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":8640000,"End":true}}}"#,
    );
    let arn = world.start("m", "e", "{}").await;
    pass(99 * DAY).await;
    assert_eq!(said(&world.describe(&arn).await), "RUNNING");
    pass(2 * DAY).await;
    assert_eq!(said(&world.describe(&arn).await), "SUCCEEDED {}");
}

#[tokio::test(start_paused = true)]
async fn thousands_of_waits_end_in_their_order() {
    let world = World::new().await;
    world.define(
        "m",
        r#"{"StartAt":"W","States":{
        "W":{"Type":"Wait","SecondsPath":"$.seconds","End":true}}}"#,
    );
    let mut arns = Vec::new();
    for index in 0..3_000_u64 {
        let seconds = 1 + index * 7919 % 3_000;
        let input = format!(r#"{{"seconds":{seconds}}}"#);
        arns.push((seconds, world.start("m", &format!("e{index}"), &input).await));
    }
    for (seconds, arn) in arns {
        let described = world.ended(&arn).await;
        let took = described.stop_date.unwrap().since(described.start_date);
        assert_eq!(took.as_secs(), seconds, "{arn}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_times_out() {
    let world = World::new().await;
    world.define(
        "m",
        r#"{"TimeoutSeconds":5,"StartAt":"W","States":{
        "W":{"Type":"Wait","Seconds":30,"End":true}}}"#,
    );
    let arn = world.start("m", "e", "{}").await;
    let described = world.ended(&arn).await;
    assert_eq!(said(&described), "TIMED_OUT States.Timeout: ");
    assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_missing_room_fails_by_its_name_and_is_retried() {
    let world = World::new().await;
    world.define("m", r#"{"StartAt":"T","States":{"T":{"Type":"Task",
        "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
        "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":10,"MaxAttempts":2,"BackoffRate":2}],
        "End":true}}}"#);
    let arn = world.start("m", "e", "{}").await;
    let described = world.ended(&arn).await;
    assert_eq!(
        said(&described),
        "FAILED Lambda.SdkClientException: Freehold has no lambda room and no endpoint for it: \
         set [endpoints.lambda] in the configuration to send this task to AWS or to a compatible server."
    );
    assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 30);
    let history = world.history(&arn).await;
    assert_eq!(history.matches("TaskScheduled").count(), 3, "{history}");
    assert_eq!(history.matches("TaskFailed").count(), 3, "{history}");
}

#[tokio::test(start_paused = true)]
async fn a_closed_execution_is_forgotten_after_its_retention() {
    let world = World::new().await;
    world.define("m", r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#);
    let arn = world.start("m", "e", "{}").await;
    pass(89 * DAY).await;
    assert_eq!(said(&world.describe(&arn).await), "SUCCEEDED {}");
    assert!(world.try_start("m", "e", "{}").await.is_err(), "the name is taken");
    pass(2 * DAY).await;
    let described = world.runner.describe(&arn).await.map(|described| described.name);
    assert!(matches!(described, Err(ExecutionError::DoesNotExist)), "{described:?}");
    let left = world.rows();
    assert!(left.iter().all(|key| !key.contains(":execution:")), "{left:?}");
    world.start("m", "e", "{}").await;
}
