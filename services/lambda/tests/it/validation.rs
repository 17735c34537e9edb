//! What is refused.

use serde_json::{Value, json};

use crate::house::{Room, python, with};

#[tokio::test]
async fn functions_that_cannot_be_made_are_refused() {
    let room = Room::open().await;
    let invalid = "InvalidParameterValueException";
    for (more, code) in [
        (json!({"Runtime": "java21"}), invalid),
        (json!({"Runtime": null}), invalid),
        (json!({"PackageType": "Image"}), invalid),
        (json!({"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:l:1"]}), invalid),
        (json!({"Code": {}}), invalid),
        (json!({"Code": {"ZipFile": "bm90IGEgemlw"}}), invalid),
        (json!({"Code": {"ZipFile": "?"}}), invalid),
        (json!({"Code": {"S3Bucket": "freehold-local", "S3Key": "relative"}}), invalid),
        (json!({"Code": {"S3Bucket": "no-such-room", "S3Key": "k"}}), invalid),
        (json!({"Environment": {"Variables": {"AWS_REGION": "x"}}}), invalid),
        (json!({"Environment": {"Variables": {"BIG": "x".repeat(5000)}}}), invalid),
        (json!({"Environment": {"Variables": {"1A": "x"}}}), "ValidationException"),
        (json!({"LoggingConfig": {"LogFormat": "JSON"}}), invalid),
        (json!({"DeadLetterConfig": {"TargetArn": "arn:aws:s3:::b"}}), invalid),
        (json!({"FunctionName": "a b"}), "ValidationException"),
        (json!({"Timeout": 901}), "ValidationException"),
        (json!({"MemorySize": 64}), "ValidationException"),
        (json!({"Role": "me"}), "ValidationException"),
    ] {
        let refused = room.refusal("CreateFunction", with(python("f", ""), more.clone())).await;
        assert_eq!(refused.0, code, "{more}");
    }
    assert_eq!(room.call("ListFunctions", json!({})).await["Functions"], json!([]));
}

#[tokio::test]
async fn payloads_that_are_no_json_or_too_large_are_refused() {
    use base64::Engine as _;
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    let invoke = |bytes: &[u8], kind: &str| {
        let payload = base64::engine::general_purpose::STANDARD.encode(bytes);
        json!({"FunctionName": "f", "Payload": payload, "InvocationType": kind})
    };
    let code = |body: Value| room.refusal("Invoke", body);
    assert_eq!(code(invoke(b"{", "RequestResponse")).await.0, "InvalidRequestContentException");
    assert_eq!(code(invoke(b"{", "Event")).await.0, "InvalidRequestContentException");
    let large = vec![b' '; 1024 * 1024 + 1];
    let refused = code(invoke(&large, "Event")).await;
    assert_eq!(refused.0, "RequestTooLargeException");
    assert_eq!(
        refused.1,
        "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
    );
    assert_eq!(code(invoke(b"{}", "Later")).await.0, "ValidationException");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let room = Room::open().await;
    let text = "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody";
    for operation in
        ["GetFunction", "GetFunctionConfiguration", "DeleteFunction", "PublishVersion", "GetPolicy"]
    {
        let refused = room.refusal(operation, json!({"FunctionName": "nobody"})).await;
        assert_eq!(refused, ("ResourceNotFoundException".into(), text.into()), "{operation}");
    }
    let refused = room.refusal("Invoke", json!({"FunctionName": "nobody"})).await;
    assert_eq!(refused, ("ResourceNotFoundException".into(), format!("{text}:$LATEST")));
}

#[tokio::test]
async fn two_qualifiers_have_to_agree() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    let body = json!({"FunctionName": "f:1", "Qualifier": "2"});
    assert_eq!(room.refusal("GetFunction", body).await.0, "InvalidParameterValueException");
}
