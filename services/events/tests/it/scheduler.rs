//! The room of EventBridge Scheduler.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{QUEUE, Room};

const ROLE: &str = "arn:aws:iam::000000000000:role/r";

fn schedule(name: &str, expression: &str, more: Value) -> Value {
    let mut body = json!({
        "Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": QUEUE, "RoleArn": ROLE, "Input": "{\"a\":1}"},
    });
    for (member, value) in more.as_object().expect("members") {
        body[member] = value.clone();
    }
    body
}

#[tokio::test]
async fn a_schedule_starts_again_and_again_as_its_role() {
    let room = Room::open();
    let made = room.schedule("CreateSchedule", schedule("s", "rate(5 minutes)", json!({}))).await;
    let arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/s";
    assert_eq!(made, Ok(json!({"ScheduleArn": arn})));
    assert!(room.work().await.is_empty());
    for _ in 0..2 {
        room.pass(Duration::from_secs(300));
        let asked = room.work().await;
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].body["MessageBody"], "{\"a\":1}");
        assert_eq!(asked[0].caller, ROLE);
    }
    let shown = room.schedule("GetSchedule", json!({"Name": "s"})).await.expect("is shown");
    assert_eq!((&shown["State"], &shown["Arn"]), (&json!("ENABLED"), &json!(arn)));
    assert_eq!(shown["Target"]["RetryPolicy"]["MaximumRetryAttempts"], 185);
    room.schedule("DeleteSchedule", json!({"Name": "s"})).await.expect("is deleted");
    room.pass(Duration::from_secs(300));
    assert!(room.work().await.is_empty());
    let gone = room.schedule("GetSchedule", json!({"Name": "s"})).await.expect_err("is gone");
    assert_eq!(gone.to_string(), "ResourceNotFoundException: Schedule s does not exist.");
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn a_schedule_for_once_may_delete_itself() {
    let room = Room::open();
    // The tests begin at 22:13:20.
    let once = schedule(
        "once",
        "at(2023-11-14T23:20:00)",
        json!({"ScheduleExpressionTimezone": "Europe/London", "ActionAfterCompletion": "DELETE"}),
    );
    room.schedule("CreateSchedule", once).await.expect("is made");
    let kept = schedule("kept", "at(2023-11-14T22:20:00)", json!({}));
    room.schedule("CreateSchedule", kept).await.expect("is made");
    let room = room.reopened();
    room.pass(Duration::from_secs(410));
    assert_eq!(room.work().await.len(), 1);
    room.pass(Duration::from_secs(3_600));
    assert_eq!(room.work().await.len(), 1);
    room.pass(Duration::from_hours(48));
    assert!(room.work().await.is_empty());
    let listed = room.schedule("ListSchedules", json!({})).await.expect("is listed");
    let names: Vec<_> =
        listed["Schedules"].as_array().expect("a list").iter().map(|it| &it["Name"]).collect();
    assert_eq!(names, ["kept"]);
}

#[tokio::test]
async fn any_operation_of_a_service_can_be_a_target() {
    let room = Room::open();
    let target = json!({
        "Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution", "RoleArn": ROLE,
        "Input": "{\"stateMachineArn\":\"m\",\"name\":\"<aws.scheduler.scheduled-time>\"}",
    });
    let body = schedule("s", "rate(1 minute)", json!({"Target": target}));
    room.schedule("CreateSchedule", body).await.expect("is made");
    room.pass(Duration::from_secs(60));
    let asked = room.work().await;
    assert_eq!((asked[0].room, &*asked[0].operation), ("states", "StartExecution"));
    assert_eq!(asked[0].body, json!({"stateMachineArn": "m", "name": "2023-11-14T22:14:20Z"}));
}

#[tokio::test]
async fn a_group_goes_with_its_schedules() {
    let room = Room::open();
    let tags = json!([{"Key": "a", "Value": "b"}]);
    let made = room
        .schedule("CreateScheduleGroup", json!({"Name": "g", "Tags": tags}))
        .await
        .expect("made");
    let arn = json!("arn:aws:scheduler:us-east-1:000000000000:schedule-group/g");
    assert_eq!(made["ScheduleGroupArn"], arn);
    let listed = room.schedule("ListTagsForResource", json!({"ResourceArn": arn})).await;
    assert_eq!(listed.expect("listed")["Tags"], tags);
    let in_group = schedule("s", "rate(1 minute)", json!({"GroupName": "g"}));
    room.schedule("CreateSchedule", in_group.clone()).await.expect("is made");
    let twice = room.schedule("CreateSchedule", in_group.clone()).await.expect_err("is there");
    assert_eq!(twice.to_string(), "ConflictException: Schedule s already exists.");
    room.schedule("DeleteScheduleGroup", json!({"Name": "g"})).await.expect("is deleted");
    room.pass(Duration::from_secs(60));
    assert!(room.work().await.is_empty());
    let refused = room.schedule("CreateSchedule", in_group).await.expect_err("has no group");
    assert_eq!(refused.to_string(), "ResourceNotFoundException: Schedule group g does not exist.");
}

#[tokio::test]
async fn what_cant_be_a_schedule_is_refused() {
    let room = Room::open();
    for (expression, more) in
        [("every day", json!({})), ("rate(1 minutes)", json!({})), ("at(2030-01-01)", json!({}))]
    {
        let refused = room.schedule("CreateSchedule", schedule("s", expression, more)).await;
        let expected = format!("ValidationException: Invalid Schedule Expression {expression}.");
        assert_eq!(refused.expect_err("is refused").to_string(), expected);
    }
    let zone = json!({"ScheduleExpressionTimezone": "Mars/Olympus"});
    let on_mars = schedule("s", "cron(0 9 * * ? *)", zone);
    let refused = room.schedule("CreateSchedule", on_mars).await.expect_err("is refused");
    let expected = "ValidationException: Invalid Schedule Expression Timezone Mars/Olympus.";
    assert_eq!(refused.to_string(), expected);
}
