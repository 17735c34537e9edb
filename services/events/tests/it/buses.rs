use serde_json::json;

use crate::house::{NOW, Room};

#[tokio::test]
async fn a_bus_is_created_described_listed_and_deleted() {
    let room = Room::open();
    let arn = "arn:aws:events:us-east-1:000000000000:event-bus/orders";
    let created = room.call("CreateEventBus", json!({"Name": "orders"})).await;
    assert_eq!(created, json!({"EventBusArn": arn}));
    let again = room.refusal("CreateEventBus", json!({"Name": "orders"})).await;
    assert_eq!(again.0, "ResourceAlreadyExistsException");
    let seconds = NOW as f64 / 1000.0;
    assert_eq!(
        room.call("DescribeEventBus", json!({"Name": arn})).await,
        json!({"Name": "orders", "Arn": arn, "CreationTime": seconds, "LastModifiedTime": seconds})
    );
    let listed = room.call("ListEventBuses", json!({})).await;
    assert_eq!(listed["EventBuses"][0]["Name"], "default");
    assert_eq!(listed["EventBuses"][1]["Name"], "orders");
    room.call("DeleteEventBus", json!({"Name": "orders"})).await;
    room.call("DeleteEventBus", json!({"Name": "orders"})).await;
    assert_eq!(
        room.refusal("DescribeEventBus", json!({"Name": "orders"})).await,
        ("ResourceNotFoundException".into(), "Event bus orders does not exist.".into())
    );
    let kept = room.refusal("DeleteEventBus", json!({"Name": "default"})).await;
    assert_eq!(kept.1, "Cannot delete event bus default.");
}

#[tokio::test]
async fn permissions_are_statements_of_a_policy() {
    let room = Room::open();
    let permission =
        json!({"Action": "events:PutEvents", "Principal": "111122223333", "StatementId": "a"});
    room.call("PutPermission", permission.clone()).await;
    room.call("PutPermission", permission).await;
    let bus = room.call("DescribeEventBus", json!({})).await;
    let policy: serde_json::Value = serde_json::from_str(bus["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(
        policy["Statement"],
        json!([{
            "Sid": "a",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "events:PutEvents",
            "Resource": "arn:aws:events:us-east-1:000000000000:event-bus/default",
        }])
    );
    let other = room.refusal("RemovePermission", json!({"StatementId": "b"})).await;
    assert_eq!(other.1, "Statement with the provided id does not exist.");
    room.call("RemovePermission", json!({"StatementId": "a"})).await;
    let none = room.refusal("RemovePermission", json!({"StatementId": "a"})).await;
    assert_eq!(none.1, "EventBus does not have a policy.");
}

#[tokio::test]
async fn buses_and_rules_are_tagged() {
    let room = Room::open();
    room.rule("r", json!([{"Id": "1", "Arn": crate::house::QUEUE}])).await;
    for resource in ["event-bus/default", "rule/r"] {
        let arn = format!("arn:aws:events:us-east-1:000000000000:{resource}");
        let tags = json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]);
        room.call("TagResource", json!({"ResourceARN": arn, "Tags": tags})).await;
        room.call("UntagResource", json!({"ResourceARN": arn, "TagKeys": ["a"]})).await;
        let tags = room.call("ListTagsForResource", json!({"ResourceARN": arn})).await;
        assert_eq!(tags, json!({"Tags": [{"Key": "b", "Value": "2"}]}));
    }
    let nothing = json!({"ResourceARN": "arn:aws:events:us-east-1:000000000000:rule/none"});
    assert_eq!(
        room.refusal("ListTagsForResource", nothing).await,
        (
            "ResourceNotFoundException".into(),
            "Rule none does not exist on EventBus default.".into()
        )
    );
}

#[tokio::test]
async fn services_may_tell_the_default_bus_what_happens() {
    let room = Room::open();
    let bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    assert_eq!(room.policy_for("arn:aws:iam::000000000000:user/u", bus).await, None);
    let policy = room.policy_for("s3.amazonaws.com", bus).await.expect("there is one");
    let policy: serde_json::Value = serde_json::from_str(&policy).expect("JSON");
    assert_eq!(policy["Statement"][0]["Principal"]["Service"], "s3.amazonaws.com");
    let other = room.put_as("s3.amazonaws.com", "aws.s3").await;
    assert_eq!(other["FailedEntryCount"], 0);
    let other = room.put_as("s3.amazonaws.com", "aws.states").await;
    assert_eq!(other["Entries"][0]["ErrorCode"], "NotAuthorizedForSource");
}
