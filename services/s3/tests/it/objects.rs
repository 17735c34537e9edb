use std::time::Duration;

use aws::sigv4::{Chain, Credentials, Presented};
use http::{HeaderMap, Request, StatusCode};
use serde_json::json;
use service::Caller;

use crate::house::Rooms;

#[tokio::test]
async fn an_archived_object_is_read_once_it_is_restored() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let put = json!({ "Bucket": "bucket", "Key": "k", "Body": "eA==", "StorageClass": "GLACIER" });
    rooms.call("PutObject", put).await;
    let object = json!({ "Bucket": "bucket", "Key": "k" });
    assert_eq!(rooms.refusal("GetObject", object.clone()).await, "InvalidObjectState");
    let mut restore = object.clone();
    restore["RestoreRequest"] = json!({ "Days": 2 });
    rooms.call("RestoreObject", restore).await;
    let found = rooms.call("GetObject", object).await;
    assert_eq!(found["Body"], "eA==");
    let restored = found["Restore"].as_str().expect("says so");
    assert!(restored.contains("Tue, 03 Nov 2026"), "{restored}");
}

#[tokio::test]
async fn a_part_of_an_object_is_partial_content_even_if_it_is_all_of_it() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    rooms.put("bucket", "k", "hello").await;
    for (range, status, body) in [
        ("bytes=0-4", StatusCode::PARTIAL_CONTENT, "hello"),
        ("bytes=1-2", StatusCode::PARTIAL_CONTENT, "el"),
        ("bytes=2-1", StatusCode::OK, "hello"),
        ("lines=1", StatusCode::OK, "hello"),
    ] {
        let request = Request::get("http://s3.localhost/bucket/k").header("range", range);
        let request = request.body("").expect("a request");
        let reply = rooms.send(Caller::root(&rooms.house), request).await;
        assert_eq!((reply.status(), reply.body().as_str()), (status, body), "{range}");
    }
}

#[tokio::test]
async fn a_range_beyond_an_object_is_told_with_its_size() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    rooms.put("bucket", "k", "hello").await;
    let request = Request::get("http://s3.localhost/bucket/k").header("range", "bytes=9-12");
    let reply = rooms.send(Caller::root(&rooms.house), request.body("").expect("a request")).await;
    assert_eq!(reply.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    for element in
        ["<ActualObjectSize>5</ActualObjectSize>", "<RangeRequested>bytes=9-12</RangeRequested>"]
    {
        assert!(reply.body().contains(element), "{element} in {}", reply.body());
    }
}

#[tokio::test]
async fn several_attributes_are_named_in_one_header() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    rooms.put("bucket", "k", "hello").await;
    let request = Request::get("http://s3.localhost/bucket/k?attributes")
        .header("x-amz-object-attributes", "ObjectSize, StorageClass");
    let reply = rooms.send(Caller::root(&rooms.house), request.body("").expect("a request")).await;
    for element in ["<ObjectSize>5</ObjectSize>", "<StorageClass>STANDARD</StorageClass>"] {
        assert!(reply.body().contains(element), "{element} in {}", reply.body());
    }
}

#[tokio::test]
async fn a_tag_is_taken_with_any_of_its_quotes() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let tag = "5d41402abc4b2a76b9719d911017c592";
    for (given, status) in [
        (format!("\"{tag}\""), StatusCode::OK),
        (format!("{tag}\""), StatusCode::OK),
        (tag.to_owned(), StatusCode::OK),
        ("no tag".to_owned(), StatusCode::PRECONDITION_FAILED),
    ] {
        rooms.put("bucket", "k", "hello").await;
        let request = Request::put("http://s3.localhost/bucket/k")
            .header("content-length", 5)
            .header("if-match", &given)
            .body("world")
            .expect("a request");
        let reply = rooms.send(Caller::root(&rooms.house), request).await;
        assert_eq!(reply.status(), status, "{given} {}", reply.body());
    }
}

#[tokio::test]
async fn an_object_of_no_class_that_there_is_cannot_be_put() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let put = json!({ "Bucket": "bucket", "Key": "k", "Body": "eA==", "StorageClass": "COLD" });
    assert_eq!(rooms.refusal("PutObject", put).await, "InvalidStorageClass");
}

#[tokio::test]
async fn an_archived_object_is_copied_once_it_is_restored() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let put = json!({ "Bucket": "bucket", "Key": "k", "Body": "eA==", "StorageClass": "GLACIER" });
    rooms.call("PutObject", put).await;
    let copy = json!({ "Bucket": "bucket", "Key": "copy", "CopySource": "bucket/k" });
    let refused = rooms.refusal("CopyObject", copy.clone()).await;
    assert_eq!(refused, "ObjectNotInActiveTierError");
    let restore = || {
        let xml = "<RestoreRequest><Days>1</Days></RestoreRequest>";
        let request = Request::post("http://s3.localhost/bucket/k?restore");
        request.header("content-length", xml.len()).body(xml).expect("a request")
    };
    let reply = rooms.send(Caller::root(&rooms.house), restore()).await;
    assert_eq!(reply.status(), StatusCode::ACCEPTED);
    let reply = rooms.send(Caller::root(&rooms.house), restore()).await;
    assert_eq!(reply.status(), StatusCode::OK);
    rooms.call("CopyObject", copy).await;
}

#[tokio::test]
async fn what_cannot_be_done_with_a_mark_of_deletion_is_told_with_the_method() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let on = json!({ "Bucket": "bucket", "VersioningConfiguration": { "Status": "Enabled" } });
    rooms.call("PutBucketVersioning", on).await;
    rooms.put("bucket", "k", "hello").await;
    let deleted = rooms.call("DeleteObject", json!({ "Bucket": "bucket", "Key": "k" })).await;
    let version = deleted["VersionId"].as_str().expect("has one");
    let request = Request::get(format!("http://s3.localhost/bucket/k?versionId={version}"));
    let reply = rooms.send(Caller::root(&rooms.house), request.body("").expect("a request")).await;
    assert_eq!(reply.status(), StatusCode::METHOD_NOT_ALLOWED);
    for element in ["<Method>GET</Method>", "<ResourceType>DeleteMarker</ResourceType>"] {
        assert!(reply.body().contains(element), "{element} in {}", reply.body());
    }
}

/// The chain of a request that was signed with a key.
fn chain(secret: &str) -> Chain {
    let mut headers = HeaderMap::new();
    let authorization = "AWS4-HMAC-SHA256 Credential=K/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    headers.insert("authorization", authorization.parse().expect("a value"));
    headers.insert("x-amz-date", "20130524T000000Z".parse().expect("a value"));
    let credentials = Credentials {
        access_key_id: "K".into(),
        secret_access_key: secret.into(),
        session_token: None,
    };
    Presented::of(&headers, "").expect("presents").chain(&credentials)
}

/// AWS's example: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.
fn example(body: &str, chain: Chain) -> Request<&str> {
    let request = Request::put("http://s3.localhost/bucket/k")
        .header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        .header("x-amz-decoded-content-length", "66560");
    let mut request = request.body(body).expect("a request");
    request.extensions_mut().insert(chain);
    request
}

#[tokio::test]
async fn chunks_are_held_against_their_signatures() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let body = format!(
        "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n{}\r\n\
         400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n{}\r\n\
         0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
        "a".repeat(65_536),
        "a".repeat(1_024)
    );
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let root = || Caller::root(&rooms.house);
    let reply = rooms.send(root(), example(&body, chain(secret))).await;
    assert_eq!(reply.status(), StatusCode::OK, "{}", reply.body());

    let other = body.replacen("aaaa", "aaab", 1);
    let unsigned = body.replace("chunk-signature=0055", "chunk-signature=0056");
    for (body, secret) in [(&other, secret), (&unsigned, secret), (&body, "another")] {
        let reply = rooms.send(root(), example(body, chain(secret))).await;
        assert_eq!(reply.status(), StatusCode::FORBIDDEN);
        assert!(reply.body().contains("SignatureDoesNotMatch"), "{}", reply.body());
    }
    assert_eq!(rooms.files(), 1, "what was refused leaves nothing");
}

#[tokio::test]
async fn a_copy_is_made_only_if_what_is_there_is_as_it_says() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    rooms.put("bucket", "from", "hello").await;
    let tag = rooms.put("bucket", "to", "old").await["ETag"].as_str().expect("a tag").to_owned();
    for (header, value, key, status, condition) in [
        ("if-none-match", "*", "to", 412, "<Condition>If-None-Match</Condition>"),
        ("if-match", "\"other\"", "to", 412, "<Condition>If-Match</Condition>"),
        ("if-match", "\"other\"", "new", 404, "<Code>NoSuchKey</Code>"),
        ("if-none-match", "*", "new", 200, ""),
        ("if-match", &*tag, "to", 200, ""),
        (
            "x-amz-copy-source-if-match",
            "\"other\"",
            "to",
            412,
            "<Condition>x-amz-copy-source-If-Match</Condition>",
        ),
    ] {
        let request = Request::put(format!("http://s3.localhost/bucket/{key}"))
            .header("x-amz-copy-source", "bucket/from")
            .header(header, value);
        let request = request.body("").expect("a request");
        let reply = rooms.send(Caller::root(&rooms.house), request).await;
        assert_eq!(reply.status(), status, "{header} {key}");
        assert!(reply.body().contains(condition), "{}", reply.body());
    }
}

#[tokio::test]
async fn lists_and_copies_tell_whole_seconds_as_heads_do() {
    let rooms = Rooms::open();
    rooms.clock.advance(Duration::from_millis(789));
    rooms.bucket("bucket").await;
    rooms.put("bucket", "k", "hello").await;
    let listed = rooms.call("ListObjectsV2", json!({ "Bucket": "bucket" })).await;
    let head = rooms.call("HeadObject", json!({ "Bucket": "bucket", "Key": "k" })).await;
    assert_eq!(listed["Contents"][0]["LastModified"], head["LastModified"]);
    let copy = json!({ "Bucket": "bucket", "Key": "c", "CopySource": "bucket/k" });
    let copied = rooms.call("CopyObject", copy).await;
    assert_eq!(copied["CopyObjectResult"]["LastModified"], head["LastModified"]);
}

/// The SDK for JavaScript writes the checksum of an empty body into its links.
#[tokio::test]
async fn the_checksum_in_a_link_is_not_looked_at() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let link = "http://s3.localhost/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261101T120000Z&X-Amz-Expires=60\
                &X-Amz-Signature=0&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&x-amz-meta-a=1";
    let request = Request::put(link).header("content-length", 5).body("hello").expect("a request");
    let reply = rooms.send(Caller::root(&rooms.house), request).await;
    assert_eq!(reply.status(), StatusCode::OK, "{}", reply.body());
    let head = rooms.call("HeadObject", json!({ "Bucket": "bucket", "Key": "k" })).await;
    assert_eq!(head["Metadata"], json!({ "a": "1" }));
}
