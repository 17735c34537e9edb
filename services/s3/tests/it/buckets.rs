use http::{Request, StatusCode};
use serde_json::json;
use service::Caller;

use crate::house::Rooms;

#[tokio::test]
async fn a_bucket_that_goes_takes_its_unfinished_uploads_with_it() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let upload = json!({ "Bucket": "bucket", "Key": "k" });
    let upload = rooms.call("CreateMultipartUpload", upload).await;
    let part = json!({
        "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "PartNumber": 1, "Body": "eA==",
    });
    rooms.call("UploadPart", part).await;
    assert_eq!(rooms.files(), 1);
    rooms.call("DeleteBucket", json!({ "Bucket": "bucket" })).await;
    assert_eq!(rooms.files(), 0);
    rooms.bucket("bucket").await;
    let uploads = rooms.call("ListMultipartUploads", json!({ "Bucket": "bucket" })).await;
    assert_eq!(uploads["Uploads"], json!(null));
}

#[tokio::test]
async fn a_name_that_no_bucket_can_have_is_refused() {
    let rooms = Rooms::open();
    for name in ["ab", "Upper", "under_score", "-dash", "192.168.0.1", "two..dots"] {
        assert_eq!(
            rooms.refusal("CreateBucket", json!({ "Bucket": name })).await,
            "InvalidBucketName",
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_a_bucket_was_told_comes_back() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let missing = [
        ("GetBucketWebsite", "NoSuchWebsiteConfiguration"),
        ("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        ("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
        ("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
        ("GetBucketPolicyStatus", "NoSuchBucketPolicy"),
    ];
    for (operation, code) in missing {
        assert_eq!(rooms.refusal(operation, json!({ "Bucket": "bucket" })).await, code);
    }
    let website = json!({ "IndexDocument": { "Suffix": "index.html" } });
    let put = json!({ "Bucket": "bucket", "WebsiteConfiguration": website });
    rooms.call("PutBucketWebsite", put).await;
    let found = rooms.call("GetBucketWebsite", json!({ "Bucket": "bucket" })).await;
    assert_eq!(found["IndexDocument"]["Suffix"], "index.html");
    rooms.call("DeleteBucketWebsite", json!({ "Bucket": "bucket" })).await;
    let found = rooms.refusal("GetBucketWebsite", json!({ "Bucket": "bucket" })).await;
    assert_eq!(found, "NoSuchWebsiteConfiguration");
}

#[tokio::test]
async fn a_bucket_of_somebody_else_than_expected_is_refused() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let ask = |owner: &str| json!({ "Bucket": "bucket", "ExpectedBucketOwner": owner });
    rooms.call("GetBucketLocation", ask("000000000000")).await;
    assert_eq!(rooms.refusal("GetBucketLocation", ask("111111111111")).await, "AccessDenied");
}

#[tokio::test]
async fn a_refusal_says_what_it_is_about() {
    let rooms = Rooms::open();
    let request =
        Request::get("http://s3.localhost/no-such-bucket/key").body("").expect("a request");
    let reply = rooms.send(Caller::root(&rooms.house), request).await;
    assert_eq!(reply.status(), StatusCode::NOT_FOUND);
    for element in [
        "<Code>NoSuchBucket</Code>",
        "<BucketName>no-such-bucket</BucketName>",
        "<RequestId>request-1</RequestId>",
    ] {
        assert!(reply.body().contains(element), "{element} in {}", reply.body());
    }
}

#[tokio::test]
async fn every_refusal_has_a_message() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let long = format!("/bucket/{}", "k".repeat(1025));
    for (method, path, body, message) in [
        ("GET", "/Bucket_", "", "The specified bucket is not valid."),
        ("GET", &long, "", "Your key is too long"),
        ("PUT", "/bucket?cors", "<CORSCon", "The XML you provided was not well-formed or did not"),
        ("POST", "/bucket?delete", "", "Request Body is empty"),
    ] {
        let uri = format!("http://s3.localhost{path}");
        let request = Request::builder().method(method).uri(uri);
        let request = request.header("content-length", body.len()).body(body).expect("a request");
        let reply = rooms.send(Caller::root(&rooms.house), request).await;
        assert_eq!(reply.status(), StatusCode::BAD_REQUEST, "{path}");
        assert!(reply.body().contains(&format!("<Message>{message}")), "{path} {}", reply.body());
    }
}

#[tokio::test]
async fn outside_us_east_1_a_bucket_is_made_in_the_region_that_it_names() {
    let rooms = Rooms::in_region("eu-west-1");
    let create = |location: &str| json!({ "Bucket": "bucket", "CreateBucketConfiguration": { "LocationConstraint": location } });
    let refused = "IllegalLocationConstraintException";
    assert_eq!(rooms.refusal("CreateBucket", json!({ "Bucket": "bucket" })).await, refused);
    for location in ["us-east-1", "eu-central-1"] {
        assert_eq!(rooms.refusal("CreateBucket", create(location)).await, refused, "{location}");
    }
    rooms.call("CreateBucket", create("eu-west-1")).await;
}

#[tokio::test]
async fn the_endpoint_of_us_east_1_makes_buckets_everywhere() {
    let rooms = Rooms::open();
    let create = |location: &str| json!({ "Bucket": "bucket", "CreateBucketConfiguration": { "LocationConstraint": location } });
    let refused = rooms.refusal("CreateBucket", create("us-east-1")).await;
    assert_eq!(refused, "InvalidLocationConstraint");
    rooms.call("CreateBucket", create("eu-central-1")).await;
    let found = rooms.call("GetBucketLocation", json!({ "Bucket": "bucket" })).await;
    assert_eq!(found["LocationConstraint"], "eu-central-1");
}

#[tokio::test]
async fn a_bucket_without_tags_has_no_tag_set() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let put = |xml: &'static str| {
        let request = Request::put("http://s3.localhost/bucket?tagging");
        request.header("content-length", xml.len()).body(xml).expect("a request")
    };
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    let reply = rooms.send(Caller::root(&rooms.house), put(tags)).await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    let none = put("<Tagging><TagSet></TagSet></Tagging>");
    let reply = rooms.send(Caller::root(&rooms.house), none).await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    let found = rooms.refusal("GetBucketTagging", json!({ "Bucket": "bucket" })).await;
    assert_eq!(found, "NoSuchTagSet");
}

#[tokio::test]
async fn a_block_of_public_access_says_something() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let put = |block: serde_json::Value| json!({ "Bucket": "bucket", "PublicAccessBlockConfiguration": block });
    let refused = rooms.refusal("PutPublicAccessBlock", put(json!({}))).await;
    assert_eq!(refused, "InvalidRequest");
    rooms.call("PutPublicAccessBlock", put(json!({ "BlockPublicAcls": true }))).await;
}

#[tokio::test]
async fn the_reply_about_a_bucket_has_a_type() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let request = Request::head("http://s3.localhost/bucket").body("").expect("a request");
    let reply = rooms.send(Caller::root(&rooms.house), request).await;
    assert_eq!(reply.headers()["content-type"], "application/xml");
}

#[tokio::test]
async fn replication_without_versions_is_refused_by_the_name_of_its_bucket() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let body = "<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status><Destination>\
                <Bucket>arn:aws:s3:::other</Bucket></Destination></Rule></ReplicationConfiguration>";
    let request = Request::put("http://s3.localhost/bucket?replication")
        .header("content-length", body.len())
        .body(body)
        .expect("a request");
    let reply = rooms.send(Caller::root(&rooms.house), request).await;
    assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
    assert!(reply.body().contains("<BucketName>bucket</BucketName>"), "{}", reply.body());
}
