use serde_json::{Value, json};

use crate::house::{PASS, ROLE, Room, text};

#[tokio::test]
async fn tags_are_added_replaced_and_removed() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let activity = text(&room.call("CreateActivity", json!({"name": "pack"})).await["activityArn"]);
    for arn in [machine, activity] {
        let list = async || {
            room.call("ListTagsForResource", json!({"resourceArn": arn})).await["tags"].clone()
        };
        let tag = async |tags: Value| {
            let body = json!({"resourceArn": arn, "tags": tags});
            assert_eq!(room.call("TagResource", body).await, json!({}));
        };
        tag(json!([])).await;
        assert_eq!(list().await, json!([]));
        tag(json!([{"key": "a", "value": "1"}, {"key": "b", "value": ""}])).await;
        tag(json!([{"key": "a", "value": "2"}, {"key": "a", "value": "3"}])).await;
        assert_eq!(list().await, json!([{"key": "a", "value": "3"}, {"key": "b", "value": ""}]));
        room.call("UntagResource", json!({"resourceArn": arn, "tagKeys": ["a", "unknown"]})).await;
        assert_eq!(list().await, json!([{"key": "b", "value": ""}]));
    }
}

#[tokio::test]
async fn a_machine_is_created_with_tags() {
    let room = Room::open().await;
    let tags = json!([{"key": "a", "value": "1"}]);
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "tags": tags});
    let created = room.call("CreateStateMachine", body).await;
    let of = json!({"resourceArn": created["stateMachineArn"]});
    assert_eq!(room.call("ListTagsForResource", of).await, json!({"tags": tags}));
}

#[tokio::test]
async fn only_machines_and_activities_have_tags() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    room.call("PublishStateMachineVersion", json!({"stateMachineArn": machine})).await;
    let version = format!("{machine}:1");
    let error = room.ask("TagResource", json!({"resourceArn": version, "tags": []})).await;
    let error = error.unwrap_err();
    assert_eq!(error.code, "ResourceNotFound");
    assert_eq!(error.message.unwrap(), format!("Resource not found: '{version}'"));
    assert_eq!(error.fields, [("resourceName", json!(version))]);
    let execution = json!({"resourceArn": machine.replace("stateMachine:", "execution:")});
    assert_eq!(room.refusal("ListTagsForResource", execution).await.0, "InvalidArn");
}

#[tokio::test]
async fn fifty_tags_are_enough() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let tags = |count: usize| -> Value {
        (0..count).map(|number| json!({"key": format!("k{number}"), "value": "v"})).collect()
    };
    let tag = |tags: Value| room.ask("TagResource", json!({"resourceArn": machine, "tags": tags}));
    assert_eq!(tag(tags(51)).await.unwrap_err().code, "TooManyTags");
    tag(tags(50)).await.expect("are allowed");
    let one_more = json!([{"key": "another", "value": "v"}]);
    assert_eq!(tag(one_more).await.unwrap_err().code, "TooManyTags");
    let reserved = json!([{"key": "aws:k", "value": "v"}]);
    assert_eq!(tag(reserved).await.unwrap_err().code, "ValidationException");
}
