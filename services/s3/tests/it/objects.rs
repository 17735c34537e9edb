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
