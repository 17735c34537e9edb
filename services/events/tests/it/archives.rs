//! Archives, and replays of what they keep.

use serde_json::json;

use crate::house::{NOW, QUEUE, Room};

const BUS: &str = "arn:aws:events:us-east-1:000000000000:event-bus/default";

async fn archive(room: &Room, pattern: Option<&str>) -> String {
    let mut body = json!({"ArchiveName": "orders", "EventSourceArn": BUS});
    if let Some(pattern) = pattern {
        body["EventPattern"] = json!(pattern);
    }
    let made = room.call("CreateArchive", body).await;
    made["ArchiveArn"].as_str().expect("it has an ARN").to_owned()
}

#[tokio::test]
async fn an_archive_keeps_what_it_wants_by_a_rule_that_nobody_else_changes() {
    let room = Room::open();
    let arn = archive(&room, Some(r#"{"source":["shop"]}"#)).await;
    assert_eq!(arn, "arn:aws:events:us-east-1:000000000000:archive/orders");
    room.put(r#"{"n":1}"#).await;
    room.put_of("other", r#"{"n":2}"#).await;
    let shown = room.call("DescribeArchive", json!({"ArchiveName": "orders"})).await;
    assert_eq!(shown["EventCount"], 1);
    assert_eq!(shown["EventPattern"], r#"{"source":["shop"]}"#);

    let listed = room.call("ListRules", json!({})).await;
    assert_eq!(listed["Rules"][0]["Name"], "Events-Archive-orders");
    let rule = room.call("DescribeRule", json!({"Name": "Events-Archive-orders"})).await;
    assert_eq!(rule["ManagedBy"], "prod.vhs.events.aws.internal");
    assert_eq!(rule["EventPattern"], r#"{"source":["shop"],"replay-name":[{"exists":false}]}"#);
    let refused = room.refusal("DeleteRule", json!({"Name": "Events-Archive-orders"})).await;
    assert_eq!(refused.0, "ManagedRuleException");

    room.call("DeleteArchive", json!({"ArchiveName": "orders"})).await;
    let rules = room.call("ListRules", json!({})).await;
    assert_eq!(rules["Rules"], json!([]));
    let gone = room.refusal("DescribeArchive", json!({"ArchiveName": "orders"})).await;
    assert_eq!(
        (&*gone.0, &*gone.1),
        ("ResourceNotFoundException", "Archive orders does not exist.")
    );
}

#[tokio::test]
async fn an_archive_of_a_bus_in_another_region_is_refused() {
    let room = Room::open();
    let bus = BUS.replace("us-east-1", "eu-central-1");
    let body = json!({"ArchiveName": "orders", "EventSourceArn": bus});
    let (code, message) = room.refusal("CreateArchive", body).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(message, "Event bus default does not exist.");
}

#[tokio::test]
async fn a_replay_brings_events_again_and_is_not_archived_itself() {
    let room = Room::open();
    let arn = archive(&room, None).await;
    room.rule("r", json!([{"Id": "q", "Arn": QUEUE}])).await;
    room.put(r#"{"n":1}"#).await;
    room.put_of("elsewhere", r#"{"n":2}"#).await;
    assert_eq!(room.work().await.len(), 1);

    let from = NOW / 1000 - 60;
    let body = json!({
        "ReplayName": "again", "EventSourceArn": arn, "EventStartTime": from,
        "EventEndTime": from + 120, "Destination": {"Arn": BUS},
    });
    let started = room.call("StartReplay", body.clone()).await;
    assert_eq!(started["State"], "STARTING");
    let asked = room.work().await;
    assert_eq!(asked.len(), 1);
    let message = asked[0].body["MessageBody"].as_str().expect("a text");
    let message: serde_json::Value = serde_json::from_str(message).expect("JSON");
    assert_eq!((&message["replay-name"], &message["detail"]), (&json!("again"), &json!({"n": 1})));
    let shown = room.call("DescribeReplay", json!({"ReplayName": "again"})).await;
    assert_eq!(shown["State"], "COMPLETED");
    let shown = room.call("DescribeArchive", json!({"ArchiveName": "orders"})).await;
    assert_eq!(shown["EventCount"], 2);
    let twice = room.refusal("StartReplay", body).await;
    assert_eq!(twice.0, "ResourceAlreadyExistsException");
    let over = room.refusal("CancelReplay", json!({"ReplayName": "again"})).await;
    assert_eq!(over.0, "IllegalStatusException");
}

#[tokio::test]
async fn a_replay_may_be_for_some_rules_only() {
    let room = Room::open();
    let arn = archive(&room, None).await;
    for name in ["one", "two"] {
        let input = format!("\"{name}\"");
        room.rule(name, json!([{"Id": "q", "Arn": QUEUE, "Input": input}])).await;
    }
    room.put("{}").await;
    assert_eq!(room.work().await.len(), 2);
    let from = NOW / 1000 - 60;
    let rule = "arn:aws:events:us-east-1:000000000000:rule/two";
    room.call(
        "StartReplay",
        json!({
            "ReplayName": "again", "EventSourceArn": arn, "EventStartTime": from,
            "EventEndTime": from + 120, "Destination": {"Arn": BUS, "FilterArns": [rule]},
        }),
    )
    .await;
    let asked = room.work().await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body["MessageBody"], "\"two\"");
}

#[tokio::test]
async fn what_happens_in_the_house_comes_to_the_default_bus() {
    let room = Room::open();
    let pattern = r#"{"source":["aws.states"]}"#;
    room.call("PutRule", json!({"Name": "r", "EventPattern": pattern})).await;
    let targets = json!([{"Id": "q", "Arn": QUEUE}]);
    room.call("PutTargets", json!({"Rule": "r", "Targets": targets})).await;
    let event = json!({
        "version": "0", "id": "1", "detail-type": "t", "source": "aws.states",
        "account": "000000000000", "time": "2023-11-14T22:13:20Z", "region": "us-east-1",
        "resources": [], "detail": {"status": "RUNNING"},
    });
    room.tell(&event.to_string());
    let asked = room.work().await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body["MessageBody"], event.to_string());
    assert!(room.is_heard());
    assert_eq!(room.rows("service.happened"), 0);
}

#[tokio::test]
async fn nothing_is_told_in_a_house_where_nobody_listens() {
    let room = Room::open();
    assert!(room.is_heard());
    room.work().await;
    assert!(!room.is_heard());
    room.rule("r", json!([{"Id": "q", "Arn": QUEUE}])).await;
    assert!(room.is_heard());
}
