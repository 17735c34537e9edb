//! Pollers of queues.

use serde_json::{Value, json};

use crate::house::{Room, lines, until};

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:q";

fn message(id: &str, body: &str) -> Value {
    json!({"MessageId": id, "ReceiptHandle": format!("handle-{id}"), "Body": body, "MD5OfBody": "x", "Attributes": {}})
}

/// A queue that gives these messages once.
fn fill(room: &Room, messages: Vec<Value>) {
    let mut left = Some(messages);
    room.queue.replies(move |operation, _| match operation {
        "GetQueueUrl" => json!({"QueueUrl": "url"}),
        "ReceiveMessage" => {
            left.take().map_or(Value::Null, |messages| json!({"Messages": messages}))
        }
        _ => json!({}),
    });
}

fn deleted(room: &Room) -> Vec<Value> {
    let entries = |body: Value| body["Entries"].as_array().cloned().unwrap_or_default();
    let calls = room.queue.asked("DeleteMessageBatch").into_iter().flat_map(entries);
    calls.map(|entry| entry["ReceiptHandle"].clone()).collect()
}

#[tokio::test]
async fn messages_reach_the_function_and_are_deleted_when_it_has_taken_them() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bodies");
    let code = format!(
        "def handler(event, context):\n    for record in event['Records']:\n        open({file:?}, 'a').write(record['body'] + record['eventSourceARN'] + '\\n')\n"
    );
    room.python("f", &code, json!({})).await;
    fill(&room, vec![message("a", "one"), message("b", "two")]);
    let created = room
        .call("CreateEventSourceMapping", json!({"FunctionName": "f", "EventSourceArn": QUEUE}))
        .await;
    assert_eq!((&created["State"], &created["BatchSize"]), (&json!("Creating"), &json!(10)));
    until(|| (deleted(&room) == ["handle-a", "handle-b"]).then_some(())).await;
    assert_eq!(lines(&file), [format!("one{QUEUE}"), format!("two{QUEUE}")]);
}

#[tokio::test]
async fn reported_messages_stay_and_unwanted_ones_are_dropped() {
    let room = Room::open().await;
    let code = "def handler(event, context):\n    return {'batchItemFailures': [{'itemIdentifier': event['Records'][0]['messageId']}]}\n";
    room.python("f", code, json!({})).await;
    let wanted = r#"{"kind":"wanted"}"#;
    fill(
        &room,
        vec![message("a", wanted), message("b", wanted), message("c", r#"{"kind":"other"}"#)],
    );
    let pattern = r#"{"body":{"kind":["wanted"]}}"#;
    let body = json!({
        "FunctionName": "f",
        "EventSourceArn": QUEUE,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": pattern}]},
    });
    room.call("CreateEventSourceMapping", body).await;
    until(|| (deleted(&room) == ["handle-c", "handle-b"]).then_some(())).await;
}

#[tokio::test]
async fn a_mapping_is_kept_updated_and_deleted() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    let create = json!({"FunctionName": "f", "EventSourceArn": QUEUE, "Enabled": false});
    let created = room.call("CreateEventSourceMapping", create.clone()).await;
    assert_eq!(
        room.refusal("CreateEventSourceMapping", create).await.0,
        "ResourceConflictException"
    );
    let id = json!({"UUID": created["UUID"]});
    assert_eq!(room.call("GetEventSourceMapping", id.clone()).await["State"], "Disabled");
    let update = json!({"UUID": created["UUID"], "BatchSize": 5, "Enabled": true});
    assert_eq!(room.call("UpdateEventSourceMapping", update).await["State"], "Updating");
    let listed = room.call("ListEventSourceMappings", json!({"EventSourceArn": QUEUE})).await;
    assert_eq!(listed["EventSourceMappings"][0]["BatchSize"], 5);
    assert_eq!(listed["EventSourceMappings"][0]["State"], "Enabled");
    assert_eq!(room.call("DeleteEventSourceMapping", id.clone()).await["State"], "Deleting");
    assert_eq!(room.refusal("GetEventSourceMapping", id).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn what_cannot_be_polled_is_refused() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    for more in [
        json!({"EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}),
        json!({"EventSourceArn": QUEUE, "BatchSize": 11}),
        json!({"EventSourceArn": QUEUE, "FilterCriteria": {"Filters": [{"Pattern": "{"}]}}),
    ] {
        let body = crate::house::with(json!({"FunctionName": "f"}), more);
        let refused = room.refusal("CreateEventSourceMapping", body).await;
        assert_eq!(refused.0, "InvalidParameterValueException");
    }
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_refused() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    room.queue.replies(|_, _| {
        json!({"__type": "AWS.SimpleQueueService.NonExistentQueue", "message": "The specified queue does not exist."})
    });
    let body = json!({"FunctionName": "f", "EventSourceArn": QUEUE});
    let (code, message) = room.refusal("CreateEventSourceMapping", body).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert_eq!(
        message,
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. \
         SQS Error Message: The specified queue does not exist."
    );
    let listed = room.call("ListEventSourceMappings", json!({})).await;
    assert_eq!(listed["EventSourceMappings"], json!([]));
}

#[tokio::test]
async fn a_queue_hides_its_messages_as_long_as_the_function_may_take() {
    let room = Room::open().await;
    room.python("f", "", json!({"Timeout": 30})).await;
    room.queue.replies(|operation, _| match operation {
        "GetQueueUrl" => json!({"QueueUrl": "url"}),
        "GetQueueAttributes" => json!({"Attributes": {"VisibilityTimeout": "29"}}),
        _ => json!({}),
    });
    let create = json!({"FunctionName": "f", "EventSourceArn": QUEUE});
    let refused = (
        "InvalidParameterValueException".to_owned(),
        "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds".to_owned(),
    );
    assert_eq!(room.refusal("CreateEventSourceMapping", create.clone()).await, refused);
    let timeout = json!({"FunctionName": "f", "Timeout": 29});
    room.call("UpdateFunctionConfiguration", timeout).await;
    room.call("CreateEventSourceMapping", create).await;
}
