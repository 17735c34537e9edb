use serde_json::{Value, json};

use crate::house::{Room, arn, text};

#[tokio::test]
async fn an_activity_is_created_described_and_deleted() {
    let room = Room::open().await;
    let created = room.call("CreateActivity", json!({"name": "pack"})).await;
    let tagged = json!({"name": "pack", "tags": [{"key": "a", "value": "b"}]});
    assert_eq!(room.call("CreateActivity", tagged).await, created, "whatever the tags");
    let of = json!({"activityArn": created["activityArn"]});
    assert_eq!(
        room.call("DescribeActivity", of.clone()).await,
        json!({
            "activityArn": arn("activity:pack"),
            "name": "pack",
            "creationDate": created["creationDate"],
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        })
    );
    assert_eq!(room.call("DeleteActivity", of.clone()).await, json!({}));
    assert_eq!(room.call("DeleteActivity", of.clone()).await, json!({}));
    let gone = (
        "ActivityDoesNotExist".to_owned(),
        format!("Activity Does Not Exist: '{}'", arn("activity:pack")),
    );
    assert_eq!(room.refusal("DescribeActivity", of.clone()).await, gone);
    assert_eq!(room.refusal("GetActivityTask", of).await, gone);
}

#[tokio::test]
async fn another_encryption_is_another_activity() {
    let room = Room::open().await;
    room.call("CreateActivity", json!({"name": "pack"})).await;
    let encryption = json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/key"});
    let body = json!({"name": "pack", "encryptionConfiguration": encryption});
    assert_eq!(room.refusal("CreateActivity", body).await.0, "ActivityAlreadyExists");
}

#[tokio::test]
async fn refuses_names_and_arns_that_are_none() {
    let room = Room::open().await;
    assert_eq!(
        room.refusal("CreateActivity", json!({"name": "activity\u{1f}"})).await,
        ("InvalidName".into(), "Invalid Name: 'activity\u{1f}'".into())
    );
    for operation in ["DescribeActivity", "DeleteActivity", "GetActivityTask"] {
        assert_eq!(
            room.refusal(operation, json!({"activityArn": "no_an_activity_arn"})).await,
            ("InvalidArn".into(), "Invalid Arn: 'Invalid ARN prefix: no_an_activity_arn'".into())
        );
    }
}

#[tokio::test]
async fn activities_are_listed_by_name_in_pages() {
    let room = Room::open().await;
    for name in ["b", "a", "c"] {
        room.call("CreateActivity", json!({"name": name})).await;
    }
    let page = room.call("ListActivities", json!({"maxResults": 2})).await;
    let names = |page: &Value| -> String {
        page["activities"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
    };
    assert_eq!(names(&page), "ab");
    let rest = room.call("ListActivities", json!({"nextToken": page["nextToken"]})).await;
    assert_eq!((names(&rest), &rest["nextToken"]), ("c".into(), &Value::Null));
    let other = json!({"nextToken": page["nextToken"], "stateMachineArn": arn("stateMachine:a")});
    assert_eq!(room.refusal("ListStateMachineVersions", other).await.0, "InvalidToken");
}
