//! Resource policies and tags.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use service::{Access, Check, Ctx, Guard, Service};

use crate::house::Room;

#[tokio::test]
async fn a_statement_is_added_shown_and_removed() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    let add = json!({
        "FunctionName": "f",
        "StatementId": "topic",
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
        "SourceArn": "arn:aws:sns:us-east-1:000000000000:t",
        "SourceAccount": "000000000000",
    });
    let added = room.call("AddPermission", add.clone()).await;
    let statement: Value = serde_json::from_str(added["Statement"].as_str().unwrap()).unwrap();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    assert_eq!(
        statement,
        json!({
            "Sid": "topic",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": arn,
            "Condition": {
                "ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:000000000000:t"},
                "StringEquals": {"AWS:SourceAccount": "000000000000"},
            },
        })
    );
    assert_eq!(room.refusal("AddPermission", add).await.0, "ResourceConflictException");
    let got = room.call("GetPolicy", json!({"FunctionName": "f"})).await;
    let policy: Value = serde_json::from_str(got["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy["Statement"], json!([statement]));
    assert_eq!(
        room.lambda().resource_policy(&room.ctx(), arn).await.expect("can be read").as_deref(),
        got["Policy"].as_str(),
        "what the guard reads"
    );
    let remove = json!({"FunctionName": "f", "StatementId": "topic"});
    room.call("RemovePermission", remove.clone()).await;
    assert_eq!(room.refusal("RemovePermission", remove).await.0, "ResourceNotFoundException");
    assert_eq!(
        room.refusal("GetPolicy", json!({"FunctionName": "f"})).await.0,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn tags_are_added_and_taken_away() {
    let room = Room::open().await;
    let arn = room.python("f", "", json!({"Tags": {"a": "1"}})).await["FunctionArn"].clone();
    room.call("TagResource", json!({"Resource": arn, "Tags": {"a": "2", "b": "3"}})).await;
    assert_eq!(
        room.call("ListTags", json!({"Resource": arn})).await["Tags"],
        json!({"a": "2", "b": "3"})
    );
    room.call("UntagResource", json!({"Resource": arn, "TagKeys": ["a"]})).await;
    let function = room.call("GetFunction", json!({"FunctionName": "f"})).await;
    assert_eq!(function["Tags"], json!({"b": "3"}));
}

#[tokio::test]
async fn mappings_bear_tags_too() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    room.queue.replies(|_, _| json!({"QueueUrl": "url"}));
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    let tags =
        |key: &str| json!({"FunctionName": "f", "EventSourceArn": queue, "Tags": {key: "1"}});
    assert_eq!(
        room.refusal("CreateEventSourceMapping", tags("aws:x")).await.0,
        "InvalidParameterValueException"
    );
    let mapping = room.call("CreateEventSourceMapping", tags("a")).await;
    let arn = &mapping["EventSourceMappingArn"];
    room.call("TagResource", json!({"Resource": arn, "Tags": {"b": "2", "c": "3"}})).await;
    room.call("UntagResource", json!({"Resource": arn, "TagKeys": ["b"]})).await;
    let update = json!({"UUID": mapping["UUID"], "Enabled": false});
    room.call("UpdateEventSourceMapping", update).await;
    assert_eq!(
        room.call("ListTags", json!({"Resource": arn})).await["Tags"],
        json!({"a": "1", "c": "3"})
    );
    room.call("DeleteEventSourceMapping", json!({"UUID": mapping["UUID"]})).await;
    assert_eq!(
        room.refusal("ListTags", json!({"Resource": arn})).await.0,
        "ResourceNotFoundException"
    );
}

/// Lets everybody do everything, and lets roles be assumed as long as it is told to.
#[derive(Default)]
struct Trust(AtomicBool);

impl Guard for Trust {
    fn check<'a>(&'a self, _: &'a Ctx, _: &'a dyn Service, _: &'a str, _: &'a [u8]) -> Check<'a> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn check_access(&self, _: &Ctx, _: &Access<'_>) -> Result<(), aws::Error> {
        Ok(())
    }

    fn check_role(&self, ctx: &Ctx, _: &str) -> Result<(), aws::Error> {
        assert_eq!(ctx.caller().arn, "lambda.amazonaws.com");
        match self.0.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(aws::Error::new(403, "AccessDenied", "is not authorized")),
        }
    }
}

#[tokio::test]
async fn a_role_must_trust_the_service_where_policies_count() {
    let trust = Arc::new(Trust::default());
    let room = Room::open_guarded(trust.clone()).await;
    let refused = (
        "InvalidParameterValueException".to_owned(),
        "The role defined for the function cannot be assumed by Lambda.".to_owned(),
    );
    let create = crate::house::python("f", "def handler(event, context):\n    return 1\n");
    assert_eq!(room.refusal("CreateFunction", create.clone()).await, refused);
    trust.0.store(true, Ordering::Relaxed);
    room.call("CreateFunction", create).await;
    trust.0.store(false, Ordering::Relaxed);
    let update = json!({"FunctionName": "f", "Role": crate::house::ROLE});
    assert_eq!(room.refusal("UpdateFunctionConfiguration", update).await, refused);
    // This house has no room of tokens, so that no role can be assumed.
    let (code, message) = room.refusal("Invoke", json!({"FunctionName": "f"})).await;
    assert_eq!((code.as_str(), message), ("AccessDeniedException", refused.1));
}
