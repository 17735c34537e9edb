use serde_json::{Value, json};

use crate::house::{Room, bodies};

#[tokio::test]
async fn entries_succeed_and_fail_by_themselves() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let entries = json!([
        {"Id": "a", "MessageBody": "first"},
        {"Id": "b", "MessageBody": "x", "DelaySeconds": 1000},
        {"Id": "c", "MessageBody": "third"},
    ]);
    let sent = room.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await;
    let ids = |list: &Value| -> Vec<Value> {
        list.as_array().into_iter().flatten().map(|entry| entry["Id"].clone()).collect()
    };
    assert_eq!(ids(&sent["Successful"]), ["a", "c"]);
    assert_eq!(
        sent["Failed"],
        json!([{
            "Id": "b", "SenderFault": true, "Code": "InvalidParameterValue",
            "Message": "Value 1000 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
        }])
    );
    let received = room.receive(&url).await;
    assert_eq!(bodies(&received), ["first", "third"]);
    let change = json!([
        {"Id": "1", "ReceiptHandle": received[0]["ReceiptHandle"], "VisibilityTimeout": 0},
        {"Id": "2", "ReceiptHandle": "x", "VisibilityTimeout": 0},
    ]);
    let body = json!({"QueueUrl": url, "Entries": change});
    let changed = room.call("ChangeMessageVisibilityBatch", body).await;
    assert_eq!(changed["Successful"], json!([{"Id": "1"}]));
    assert_eq!(changed["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
    let delete: Value = (received.iter().enumerate())
        .map(|(id, it)| json!({"Id": id.to_string(), "ReceiptHandle": it["ReceiptHandle"]}))
        .collect();
    let deleted =
        room.call("DeleteMessageBatch", json!({"QueueUrl": url, "Entries": delete})).await;
    assert_eq!(deleted, json!({"Successful": [{"Id": "0"}, {"Id": "1"}]}));
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_batch_has_one_to_ten_entries_with_ids_of_their_own() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let entries = |ids: &[&str]| -> Value {
        ids.iter().map(|id| json!({"Id": id, "MessageBody": "x"})).collect()
    };
    let eleven: Vec<String> = (0..11).map(|id| id.to_string()).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    for (entries, code, sentence) in [
        (
            entries(&[]),
            "EmptyBatchRequest",
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        ),
        (
            entries(&eleven),
            "TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 11.",
        ),
        (entries(&["a", "a"]), "BatchEntryIdsNotDistinct", "Id a repeated."),
        (
            entries(&["a b"]),
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
        ),
    ] {
        let body = json!({"QueueUrl": url, "Entries": entries});
        let refused = room.refusal("SendMessageBatch", body).await;
        assert_eq!(refused, (code.to_owned(), sentence.to_owned()));
    }
    let half = "x".repeat(600_000);
    let entries = json!([{"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": half}]);
    let body = json!({"QueueUrl": url, "Entries": entries});
    let (code, sentence) = room.refusal("SendMessageBatch", body).await;
    assert_eq!(code, "BatchRequestTooLong");
    assert_eq!(
        sentence,
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes."
    );
}
