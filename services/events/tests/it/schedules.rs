use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{QUEUE, Room};

async fn scheduled(room: &Room, expression: &str) {
    room.call("PutRule", json!({"Name": "tick", "ScheduleExpression": expression})).await;
    let targets = json!([{"Id": "1", "Arn": QUEUE}]);
    room.call("PutTargets", json!({"Rule": "tick", "Targets": targets})).await;
}

#[tokio::test]
async fn a_rule_starts_when_its_time_has_come_also_after_a_crash() {
    let room = Room::open();
    scheduled(&room, "rate(5 minutes)").await;
    assert!(room.work().await.is_empty(), "not yet");
    room.pass(Duration::from_secs(300));
    let room = room.reopened();
    let asked = room.work().await;
    assert_eq!(asked.len(), 1);
    let event: Value =
        serde_json::from_str(asked[0].body["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(event["detail-type"], "Scheduled Event");
    assert_eq!(event["source"], "aws.events");
    assert_eq!(event["time"], "2023-11-14T22:18:20Z");
    assert_eq!(event["resources"], json!(["arn:aws:events:us-east-1:000000000000:rule/tick"]));
    assert!(room.work().await.is_empty(), "once");
    room.pass(Duration::from_secs(1_000));
    assert_eq!(room.work().await.len(), 1, "what was missed is one start");
}

#[tokio::test]
async fn a_rule_that_is_off_or_gone_doesnt_start() {
    let room = Room::open();
    scheduled(&room, "cron(0/5 * * * ? *)").await;
    room.call("DisableRule", json!({"Name": "tick"})).await;
    assert_eq!(room.rows("events.timer"), 0);
    room.pass(Duration::from_secs(600));
    assert!(room.work().await.is_empty());
    room.call("EnableRule", json!({"Name": "tick"})).await;
    room.pass(Duration::from_secs(300));
    assert_eq!(room.work().await.len(), 1);
    room.call("RemoveTargets", json!({"Rule": "tick", "Ids": ["1"]})).await;
    room.call("DeleteRule", json!({"Name": "tick"})).await;
    assert_eq!(room.rows("events.timer"), 0);
}
