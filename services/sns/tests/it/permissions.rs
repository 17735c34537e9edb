use serde_json::{Value, json};

use crate::house::Room;

#[tokio::test]
async fn a_permission_is_a_statement_of_the_policy() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let add = json!({
        "TopicArn": topic, "Label": "friends", "AWSAccountId": ["111111111111"], "ActionName": ["Publish"],
    });
    room.call("AddPermission", add.clone()).await;
    let policy = async || -> Value {
        let shown = room.call("GetTopicAttributes", json!({"TopicArn": topic})).await;
        let text = shown["Attributes"]["Policy"].as_str().expect("is a text").to_owned();
        serde_json::from_str(&text).expect("is JSON")
    };
    assert_eq!(
        policy().await["Statement"][1],
        json!({
            "Sid": "friends", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": "SNS:Publish", "Resource": topic,
        })
    );
    let twice = room.refusal("AddPermission", add).await;
    assert_eq!(twice.1, "Invalid parameter: Statement already exists");
    let fly =
        json!({"TopicArn": topic, "Label": "x", "AWSAccountId": ["1"], "ActionName": ["Fly"]});
    assert_eq!(room.refusal("AddPermission", fly).await.0, "InvalidParameterException");

    let remove = json!({"TopicArn": topic, "Label": "friends"});
    room.call("RemovePermission", remove.clone()).await;
    assert_eq!(policy().await["Statement"].as_array().map(Vec::len), Some(1));
    assert_eq!(room.refusal("RemovePermission", remove).await.0, "NotFoundException");
}
