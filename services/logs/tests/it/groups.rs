use serde_json::json;

use crate::house::{NOW, Room};

#[tokio::test]
async fn a_group_is_created_described_and_deleted() {
    let room = Room::open();
    let group = json!({"logGroupName": "/app", "tags": {"a": "b"}});
    room.call("CreateLogGroup", group.clone()).await;
    assert_eq!(
        room.refusal("CreateLogGroup", group).await,
        ("ResourceAlreadyExistsException".into(), "The specified log group already exists".into())
    );
    let described = room.call("DescribeLogGroups", json!({"logGroupNamePrefix": "/a"})).await;
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/app";
    assert_eq!(
        described,
        json!({"logGroups": [{
            "logGroupName": "/app",
            "creationTime": NOW,
            "metricFilterCount": 0,
            "arn": format!("{arn}:*"),
            "logGroupArn": arn,
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
            "deletionProtectionEnabled": false,
        }]})
    );
    let tags = room.call("ListTagsForResource", json!({"resourceArn": arn})).await;
    assert_eq!(tags, json!({"tags": {"a": "b"}}));
    room.call("DeleteLogGroup", json!({"logGroupName": "/app"})).await;
    assert_eq!(
        room.refusal("DeleteLogGroup", json!({"logGroupName": "/app"})).await,
        ("ResourceNotFoundException".into(), "The specified log group does not exist.".into())
    );
    assert_eq!(room.rows(), 0, "nothing is left");
}

#[tokio::test]
async fn groups_are_listed_in_pages() {
    let room = Room::open();
    for name in ["b", "a", "c", "other"] {
        room.call("CreateLogGroup", json!({"logGroupName": name})).await;
    }
    let first = room.call("DescribeLogGroups", json!({"limit": 3})).await;
    assert_eq!(first["logGroups"].as_array().unwrap().len(), 3);
    let rest = json!({"limit": 3, "nextToken": first["nextToken"]});
    let rest = room.call("DescribeLogGroups", rest).await;
    assert_eq!(rest["logGroups"][0]["logGroupName"], "other");
    assert!(rest.get("nextToken").is_none());
    let bad = room.refusal("DescribeLogGroups", json!({"nextToken": "x"})).await;
    assert_eq!(bad.0, "InvalidParameterException");
}

#[tokio::test]
async fn what_breaks_the_model_has_the_code_of_this_service() {
    let room = Room::open();
    let (code, sentence) = room.refusal("CreateLogGroup", json!({"logGroupName": "a b"})).await;
    assert_eq!(code, "InvalidParameterException");
    assert_eq!(
        sentence,
        r"1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
    );
    let query = room.refusal("StartQuery", json!({"queryString": "fields @message"})).await;
    assert_eq!(query.0, "InvalidParameterException");
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let room = Room::open();
    room.call("CreateLogGroup", json!({"logGroupName": "g"})).await;
    room.call("TagLogGroup", json!({"logGroupName": "g", "tags": {"a": "1", "b": "2"}})).await;
    room.call("UntagLogGroup", json!({"logGroupName": "g", "tags": ["a", "z"]})).await;
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:g:*";
    room.call("TagResource", json!({"resourceArn": arn, "tags": {"c": "3"}})).await;
    let tags = room.call("ListTagsLogGroup", json!({"logGroupName": "g"})).await;
    assert_eq!(tags, json!({"tags": {"b": "2", "c": "3"}}));
}

#[tokio::test]
async fn resource_policies_are_kept() {
    let room = Room::open();
    room.call("PutResourcePolicy", json!({"policyName": "p", "policyDocument": "{}"})).await;
    let all = room.call("DescribeResourcePolicies", json!({})).await;
    assert_eq!(all["resourcePolicies"][0]["policyDocument"], "{}");
    room.call("DeleteResourcePolicy", json!({"policyName": "p"})).await;
    let gone = room.refusal("DeleteResourcePolicy", json!({"policyName": "p"})).await;
    assert_eq!(gone.1, "Policy with name [p] does not exist");
}
