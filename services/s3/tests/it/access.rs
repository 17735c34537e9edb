use std::sync::Arc;

use http::{Request, StatusCode};
use serde_json::json;
use service::Caller;

use crate::house::{ACCOUNT, Notes, Rooms};

#[tokio::test]
async fn a_guard_learns_the_owner_and_the_policy_of_a_bucket() {
    let notes = Arc::new(Notes::default());
    let rooms = Rooms::guarded_by(&notes);
    rooms.bucket("bucket").await;
    let statement = json!({
        "Effect": "Deny", "Principal": { "AWS": ACCOUNT }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
    });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let put = json!({ "Bucket": "bucket", "Policy": policy.to_string() });
    rooms.call("PutBucketPolicy", put).await;
    rooms.put("bucket", "k", "x").await;
    rooms.call("GetObject", json!({ "Bucket": "bucket", "Key": "k" })).await;
    let asked = notes.last();
    assert_eq!(asked.action, "s3:GetObject");
    assert_eq!(asked.resource, "arn:aws:s3:::bucket/k");
    assert_eq!(asked.owner.as_deref(), Some(ACCOUNT));
    assert_eq!(asked.policy, Some(policy));
}

#[tokio::test]
async fn a_guarded_bucket_begins_closed_to_the_public_and_without_lists() {
    let notes = Arc::new(Notes::default());
    let rooms = Rooms::guarded_by(&notes);
    rooms.bucket("bucket").await;
    let acl = json!({ "Bucket": "bucket", "ACL": "public-read" });
    assert_eq!(rooms.refusal("PutBucketAcl", acl).await, "AccessControlListNotSupported");
    let open = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [open] }).to_string();
    let put = json!({ "Bucket": "bucket", "Policy": policy });
    assert_eq!(rooms.refusal("PutBucketPolicy", put.clone()).await, "AccessDenied");
    rooms.call("DeletePublicAccessBlock", json!({ "Bucket": "bucket" })).await;
    rooms.call("PutBucketPolicy", put).await;
    let status = rooms.call("GetBucketPolicyStatus", json!({ "Bucket": "bucket" })).await;
    assert_eq!(status["PolicyStatus"]["IsPublic"], true);
}

#[tokio::test]
async fn the_list_of_an_object_is_weighed_with_the_policy() {
    let notes = Arc::new(Notes::default());
    let rooms = Rooms::guarded_by(&notes);
    let create = json!({ "Bucket": "bucket", "ObjectOwnership": "BucketOwnerPreferred" });
    rooms.call("CreateBucket", create).await;
    rooms.call("DeletePublicAccessBlock", json!({ "Bucket": "bucket" })).await;
    let put = json!({ "Bucket": "bucket", "Key": "k", "Body": "eA==", "ACL": "public-read" });
    rooms.call("PutObject", put).await;
    let request = Request::get("http://s3.localhost/bucket/k").body("").expect("a request");
    let reply = rooms.send(Caller::anonymous(), request).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let policy = notes.last().policy.expect("is there");
    let principals: Vec<_> = policy["Statement"]
        .as_array()
        .expect("statements")
        .iter()
        .map(|statement| statement["Principal"].clone())
        .collect();
    assert!(principals.contains(&json!("*")), "{policy}");
}

#[tokio::test]
async fn a_policy_about_something_else_is_malformed() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let policy = |action: &str, resource: &str| {
        let statement =
            json!({ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource });
        json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
    };
    for text in [
        "nonsense".to_owned(),
        "{}".to_owned(),
        policy("sqs:SendMessage", "arn:aws:s3:::bucket/*"),
        policy("s3:GetObject", "arn:aws:s3:::other/*"),
    ] {
        let put = json!({ "Bucket": "bucket", "Policy": text });
        assert_eq!(rooms.refusal("PutBucketPolicy", put).await, "MalformedPolicy", "{text}");
    }
}

#[tokio::test]
async fn what_comes_with_an_object_needs_rights_of_its_own() {
    let notes = Arc::new(Notes::default());
    let rooms = Rooms::guarded_by(&notes);
    let create = json!({ "Bucket": "bucket", "ObjectOwnership": "BucketOwnerPreferred", "ObjectLockEnabledForBucket": true });
    rooms.call("CreateBucket", create).await;
    notes.actions();
    let put = json!({
        "Bucket": "bucket", "Key": "k", "Body": "eA==", "Tagging": "a=b", "ACL": "private",
        "ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": 1_800_000_000,
        "ObjectLockLegalHoldStatus": "ON",
    });
    let version = rooms.call("PutObject", put).await["VersionId"].clone();
    let rights = [
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:PutObjectAcl",
        "s3:PutObjectRetention",
        "s3:PutObjectLegalHold",
    ];
    assert_eq!(notes.actions(), rights);
    let copy = json!({ "Bucket": "bucket", "Key": "c", "CopySource": "bucket/k" });
    rooms.call("CopyObject", copy).await;
    let rights = ["s3:PutObject", "s3:GetObject", "s3:GetObjectTagging", "s3:PutObjectTagging"];
    assert_eq!(notes.actions(), rights);
    let of_version = json!({ "Bucket": "bucket", "Key": "k", "VersionId": version });
    rooms.call("GetObjectTagging", of_version).await;
    assert_eq!(notes.actions(), ["s3:GetObjectVersionTagging"]);
}
