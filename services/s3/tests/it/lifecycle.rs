use std::time::Duration;

use serde_json::{Value, json};

use crate::house::Rooms;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn with_rule(rooms: &Rooms, rule: Value) {
    let configuration = json!({ "Rules": [rule] });
    let put = json!({ "Bucket": "bucket", "LifecycleConfiguration": configuration });
    rooms.call("PutBucketLifecycleConfiguration", put).await;
}

async fn keys(rooms: &Rooms) -> Vec<String> {
    let list = rooms.call("ListObjectsV2", json!({ "Bucket": "bucket" })).await;
    let found = list["Contents"].as_array().cloned().unwrap_or_default();
    found.iter().map(|object| object["Key"].as_str().expect("a key").to_owned()).collect()
}

#[tokio::test]
async fn objects_expire_at_the_midnight_after_their_days() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    with_rule(
        &rooms,
        json!({ "Status": "Enabled", "Filter": { "Prefix": "tmp/" }, "Expiration": { "Days": 1 } }),
    )
    .await;
    rooms.put("bucket", "tmp/a", "x").await;
    rooms.put("bucket", "kept", "x").await;
    rooms.clock.advance(DAY);
    rooms.s3.age().await;
    assert_eq!(keys(&rooms).await, ["kept", "tmp/a"], "it is not midnight yet");
    rooms.clock.advance(DAY / 2);
    rooms.s3.age().await;
    assert_eq!(keys(&rooms).await, ["kept"]);
    assert_eq!(rooms.files(), 1);
}

#[tokio::test]
async fn older_versions_go_but_for_those_that_are_to_be_kept() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let versioning =
        json!({ "Bucket": "bucket", "VersioningConfiguration": { "Status": "Enabled" } });
    rooms.call("PutBucketVersioning", versioning).await;
    with_rule(
        &rooms,
        json!({
            "Status": "Enabled",
            "Filter": {},
            "NoncurrentVersionExpiration": { "NoncurrentDays": 1, "NewerNoncurrentVersions": 1 },
        }),
    )
    .await;
    for body in ["1", "2", "3", "4"] {
        rooms.put("bucket", "k", body).await;
    }
    rooms.clock.advance(DAY * 2);
    rooms.s3.age().await;
    let found = rooms.call("ListObjectVersions", json!({ "Bucket": "bucket" })).await;
    assert_eq!(found["Versions"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn uploads_that_nobody_completes_are_given_up() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    with_rule(
        &rooms,
        json!({
            "Status": "Enabled",
            "Filter": {},
            "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 },
        }),
    )
    .await;
    rooms.call("CreateMultipartUpload", json!({ "Bucket": "bucket", "Key": "k" })).await;
    rooms.clock.advance(DAY * 2);
    rooms.s3.age().await;
    let uploads = rooms.call("ListMultipartUploads", json!({ "Bucket": "bucket" })).await;
    assert_eq!(uploads["Uploads"], json!(null));
}

#[tokio::test]
async fn a_rule_without_a_filter_or_an_action_is_refused() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    for rule in [
        json!({ "Status": "Enabled", "Expiration": { "Days": 1 } }),
        json!({ "Status": "Enabled", "Filter": {} }),
        json!({ "Status": "Enabled", "Filter": {}, "Expiration": { "Days": 0 } }),
        json!({ "Status": "On", "Filter": {}, "Expiration": { "Days": 1 } }),
    ] {
        let configuration = json!({ "Rules": [rule] });
        let put = json!({ "Bucket": "bucket", "LifecycleConfiguration": configuration });
        assert!(rooms.ask("PutBucketLifecycleConfiguration", put).await.is_err(), "{rule}");
    }
}
