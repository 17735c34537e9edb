use std::time::Duration;

use serde_json::{Value, json};

use crate::house::Rooms;

async fn locking() -> Rooms {
    let rooms = Rooms::open();
    let create = json!({ "Bucket": "bucket", "ObjectLockEnabledForBucket": true });
    rooms.call("CreateBucket", create).await;
    rooms
}

fn version(put: &Value) -> Value {
    json!({ "Bucket": "bucket", "Key": "k", "VersionId": put["VersionId"] })
}

#[tokio::test]
async fn a_version_under_retention_stays_until_its_time() {
    let rooms = locking().await;
    let rule = json!({ "DefaultRetention": { "Mode": "COMPLIANCE", "Days": 1 } });
    let configuration = json!({ "ObjectLockEnabled": "Enabled", "Rule": rule });
    let put = json!({ "Bucket": "bucket", "ObjectLockConfiguration": configuration });
    rooms.call("PutObjectLockConfiguration", put).await;
    let put = rooms.put("bucket", "k", "x").await;
    assert_eq!(rooms.refusal("DeleteObject", version(&put)).await, "AccessDenied");
    let marked = rooms.call("DeleteObject", json!({ "Bucket": "bucket", "Key": "k" })).await;
    assert_eq!(marked["DeleteMarker"], true);
    rooms.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
    rooms.call("DeleteObject", version(&put)).await;
}

#[tokio::test]
async fn governance_can_be_bypassed_and_compliance_cannot() {
    let rooms = locking().await;
    let put = rooms.put("bucket", "k", "x").await;
    let retain = |mode: &str| {
        let mut request = version(&put);
        request["Retention"] = json!({ "Mode": mode, "RetainUntilDate": 1_800_000_000 });
        request
    };
    rooms.call("PutObjectRetention", retain("GOVERNANCE")).await;
    assert_eq!(rooms.refusal("DeleteObject", version(&put)).await, "AccessDenied");
    rooms.call("PutObjectRetention", retain("COMPLIANCE")).await;
    let mut bypass = version(&put);
    bypass["BypassGovernanceRetention"] = json!(true);
    assert_eq!(rooms.refusal("DeleteObject", bypass).await, "AccessDenied");
    assert_eq!(rooms.refusal("PutObjectRetention", retain("GOVERNANCE")).await, "AccessDenied");
}

#[tokio::test]
async fn a_legal_hold_keeps_a_version_until_it_is_lifted() {
    let rooms = locking().await;
    let put = rooms.put("bucket", "k", "x").await;
    let hold = |status: &str| {
        let mut request = version(&put);
        request["LegalHold"] = json!({ "Status": status });
        request
    };
    rooms.call("PutObjectLegalHold", hold("ON")).await;
    assert_eq!(rooms.refusal("DeleteObject", version(&put)).await, "AccessDenied");
    rooms.call("PutObjectLegalHold", hold("OFF")).await;
    rooms.call("DeleteObject", version(&put)).await;
}

#[tokio::test]
async fn a_bucket_without_locks_takes_none() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let put = json!({ "Bucket": "bucket", "Key": "k", "ObjectLockLegalHoldStatus": "ON" });
    assert_eq!(rooms.refusal("PutObject", put).await, "InvalidRequest");
}
