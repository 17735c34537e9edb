use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::house::Rooms;

/// A body of two parts, and what completing it gives.
async fn uploaded(rooms: &Rooms, create: Value) -> Value {
    let complete = begun(rooms, create).await;
    rooms.call("CompleteMultipartUpload", complete).await
}

/// A body of two parts, and what completes it.
async fn begun(rooms: &Rooms, create: Value) -> Value {
    let upload = rooms.call("CreateMultipartUpload", create).await;
    let mut parts = Vec::new();
    for (number, body) in [(1, "a".repeat(5 * 1024 * 1024)), (2, "b".to_owned())] {
        let part = json!({
            "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "PartNumber": number,
            "Body": BASE64_STANDARD.encode(body),
        });
        let part = rooms.call("UploadPart", part).await;
        parts.push(json!({ "PartNumber": number, "ETag": part["ETag"] }));
    }
    json!({
        "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "MultipartUpload": { "Parts": parts },
    })
}

#[tokio::test]
async fn a_full_object_checksum_is_that_of_the_whole_object() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({
        "Bucket": "bucket", "Key": "k", "ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT",
    });
    let completed = uploaded(&rooms, create).await;
    let whole = format!("{}b", "a".repeat(5 * 1024 * 1024));
    let put = rooms.put("bucket", "whole", &whole).await;
    assert_eq!(completed["ChecksumCRC32"], put["ChecksumCRC32"]);
    assert_eq!(completed["ChecksumType"], "FULL_OBJECT");
}

#[tokio::test]
async fn a_composite_checksum_tells_the_number_of_parts() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({ "Bucket": "bucket", "Key": "k", "ChecksumAlgorithm": "CRC32" });
    let completed = uploaded(&rooms, create).await;
    let sum = completed["ChecksumCRC32"].as_str().expect("has one");
    assert!(sum.ends_with("-2"), "{sum}");
}

#[tokio::test]
async fn a_hash_cannot_be_one_of_the_whole_object() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({
        "Bucket": "bucket", "Key": "k", "ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT",
    });
    assert_eq!(rooms.refusal("CreateMultipartUpload", create).await, "InvalidRequest");
}

#[tokio::test]
async fn an_upload_that_is_completed_again_is_as_it_was() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let mut complete = begun(&rooms, json!({ "Bucket": "bucket", "Key": "k" })).await;
    let first = rooms.call("CompleteMultipartUpload", complete.clone()).await;
    complete["IfNoneMatch"] = json!("*");
    let again = rooms.call("CompleteMultipartUpload", complete.clone()).await;
    assert_eq!(again["ETag"], first["ETag"]);
    rooms.call("DeleteObject", json!({ "Bucket": "bucket", "Key": "k" })).await;
    let refused = rooms.refusal("CompleteMultipartUpload", complete).await;
    assert_eq!(refused, "NoSuchUpload");
}

#[tokio::test]
async fn a_part_with_another_checksum_than_its_upload_is_refused() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({ "Bucket": "bucket", "Key": "k", "ChecksumAlgorithm": "SHA256" });
    let upload = rooms.call("CreateMultipartUpload", create).await;
    let mut part = json!({
        "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "PartNumber": 1, "Body": "aGVsbG8=",
    });
    let refused = rooms.ask("UploadPart", part.clone()).await.expect_err("is of another type");
    assert_eq!(refused.code, "InvalidRequest");
    assert_eq!(
        refused.message.as_deref(),
        Some(
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32"
        ),
    );
    part["ChecksumAlgorithm"] = json!("SHA256");
    let taken = rooms.call("UploadPart", part).await;
    assert_eq!(taken["ChecksumSHA256"], "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
}

#[tokio::test]
async fn attributes_tell_a_bare_tag_and_a_checksum_without_the_number_of_parts() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({ "Bucket": "bucket", "Key": "k", "ChecksumAlgorithm": "CRC32" });
    let completed = uploaded(&rooms, create).await;
    let ask = json!({ "Bucket": "bucket", "Key": "k", "ObjectAttributes": ["ETag", "Checksum"] });
    let told = rooms.call("GetObjectAttributes", ask).await;
    let whole = |value: &Value| value.as_str().expect("is a text").to_owned();
    assert_eq!(whole(&completed["ETag"]), format!("\"{}\"", whole(&told["ETag"])));
    let sum = whole(&told["Checksum"]["ChecksumCRC32"]);
    assert_eq!(whole(&completed["ChecksumCRC32"]), format!("{sum}-2"));
}

#[tokio::test]
async fn parts_and_what_is_made_of_them_tell_how_they_are_encrypted() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({
        "Bucket": "bucket", "Key": "k", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key",
    });
    let upload = rooms.call("CreateMultipartUpload", create).await;
    let part = json!({
        "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "PartNumber": 1, "Body": "aGVsbG8=",
    });
    let part = rooms.call("UploadPart", part).await;
    let parts = json!({ "Parts": [{ "PartNumber": 1, "ETag": part["ETag"] }] });
    let complete = json!({
        "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "MultipartUpload": parts,
    });
    for told in [part, rooms.call("CompleteMultipartUpload", complete).await] {
        assert_eq!(told["ServerSideEncryption"], "aws:kms");
        assert_eq!(told["SSEKMSKeyId"], "key");
    }
}

#[tokio::test]
async fn numbers_of_a_list_of_parts_are_refused_by_their_names() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    let create = json!({ "Bucket": "bucket", "Key": "k" });
    let upload = rooms.call("CreateMultipartUpload", create).await;
    for (member, argument) in
        [("MaxParts", "max-parts"), ("PartNumberMarker", "part-number-marker")]
    {
        let negative = format!("Argument {argument} must be an integer between 0 and 2147483647");
        let large = format!("Provided {argument} not an integer or within integer range");
        for (number, message) in [(-42_i64, negative), (2_147_483_689, large)] {
            let mut list =
                json!({ "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"] });
            list[member] = json!(number);
            let refused = rooms.ask("ListParts", list).await.expect_err("is no such number");
            assert_eq!(refused.code, "InvalidArgument");
            assert_eq!(refused.message, Some(message));
        }
    }
}

#[tokio::test]
async fn a_copied_part_has_the_checksum_of_its_upload() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    rooms.put("bucket", "source", "hello").await;
    let create = json!({ "Bucket": "bucket", "Key": "k", "ChecksumAlgorithm": "SHA256" });
    let upload = rooms.call("CreateMultipartUpload", create).await;
    let copy = json!({
        "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "PartNumber": 1,
        "CopySource": "bucket/source",
    });
    let copied = rooms.call("UploadPartCopy", copy).await;
    // Of `hello`: its SHA-256, in base64.
    let sum = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    assert_eq!(copied["CopyPartResult"]["ChecksumSHA256"], sum);
    let listed = rooms.call("ListMultipartUploads", json!({ "Bucket": "bucket" })).await;
    assert_eq!(listed["Uploads"][0]["ChecksumAlgorithm"], "SHA256");
}

#[tokio::test]
async fn a_part_is_copied_of_bytes_that_are_all_there() {
    let rooms = Rooms::open();
    rooms.bucket("bucket").await;
    rooms.put("bucket", "from", "hello").await;
    let upload =
        rooms.call("CreateMultipartUpload", json!({ "Bucket": "bucket", "Key": "k" })).await;
    let copy = |range: &str| {
        json!({
            "Bucket": "bucket", "Key": "k", "UploadId": upload["UploadId"], "PartNumber": 1,
            "CopySource": "bucket/from", "CopySourceRange": range,
        })
    };
    for range in ["bytes=0-5", "bytes=5-9", "bytes=1-", "bytes=-2", "0-1", "bytes=3-1"] {
        assert_eq!(
            rooms.refusal("UploadPartCopy", copy(range)).await,
            "InvalidArgument",
            "{range}"
        );
    }
    let error = rooms.ask("UploadPartCopy", copy("bytes=0-5")).await.expect_err("is refused");
    let message = "Range specified is not valid for source object of size: 5";
    assert_eq!(error.message.as_deref(), Some(message));
    rooms.call("UploadPartCopy", copy("bytes=1-4")).await;
}
