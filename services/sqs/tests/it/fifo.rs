use serde_json::{Value, json};

use crate::house::{Room, bodies, text};

async fn send(room: &Room, url: &str, group: &str, id: &str, body: &str) -> Value {
    let body = json!({
        "QueueUrl": url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": id,
    });
    room.call("SendMessage", body).await
}

#[tokio::test]
async fn a_group_keeps_its_order() {
    let room = Room::open().await;
    let url = room.queue("orders.fifo", json!({"FifoQueue": "true"})).await;
    for (group, body) in [("a", "1"), ("b", "2"), ("a", "3")] {
        send(&room, &url, group, body, body).await;
    }
    let one = json!({"MaxNumberOfMessages": 1});
    let first = room.receive_with(&url, one).await.remove(0);
    assert_eq!(
        (&first["Body"], &first["Attributes"]["MessageGroupId"]),
        (&json!("1"), &json!("a"))
    );
    assert_eq!(bodies(&room.receive(&url).await), ["2"], "the third waits for the first");
    room.delete(&url, &first).await;
    assert_eq!(bodies(&room.receive(&url).await), ["3"]);
    room.pass(30);
    let stale = json!({"QueueUrl": url, "ReceiptHandle": first["ReceiptHandle"]});
    room.call("DeleteMessage", stale).await;
}

#[tokio::test]
async fn an_expired_handle_deletes_nothing() {
    let room = Room::open().await;
    let url = room.queue("orders.fifo", json!({"FifoQueue": "true"})).await;
    send(&room, &url, "a", "1", "1").await;
    let message = room.receive(&url).await.remove(0);
    room.pass(30);
    let body = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
    let (code, sentence) = room.refusal("DeleteMessage", body).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert!(sentence.ends_with("Reason: The receipt handle has expired."), "{sentence}");
    assert_eq!(room.counts(&url).await, [1, 0, 0]);
}

#[tokio::test]
async fn a_message_is_sent_once_in_five_minutes() {
    let room = Room::open().await;
    let url = room.queue("orders.fifo", json!({"FifoQueue": "true"})).await;
    let first = send(&room, &url, "a", "same", "first").await;
    room.pass(299);
    let again = send(&room, &url, "b", "same", "again").await;
    assert_eq!(again["MessageId"], first["MessageId"]);
    assert_eq!(again["SequenceNumber"], first["SequenceNumber"]);
    let room = room.restart().await;
    send(&room, &url, "a", "same", "after a restart").await;
    assert_eq!(bodies(&room.receive(&url).await), ["first"]);
    room.pass(1);
    let later = send(&room, &url, "c", "same", "later").await;
    assert_ne!(later["MessageId"], first["MessageId"]);
    assert!(text(&first["SequenceNumber"]) < text(&later["SequenceNumber"]));
    assert_eq!(text(&later["SequenceNumber"]).len(), 20);
}

#[tokio::test]
async fn content_can_stand_for_the_deduplication_id() {
    let room = Room::open().await;
    let attributes = json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"});
    let url = room.queue("orders.fifo", attributes).await;
    for body in ["x", "x", "y"] {
        let body = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": "a"});
        room.call("SendMessage", body).await;
    }
    let received = room.receive(&url).await;
    assert_eq!(bodies(&received), ["x", "y"]);
    assert_eq!(
        received[0]["Attributes"]["MessageDeduplicationId"],
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    );
}

#[tokio::test]
async fn the_scope_of_deduplication_can_be_the_group() {
    let room = Room::open().await;
    let attributes = json!({
        "FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
    });
    let url = room.queue("orders.fifo", attributes).await;
    for group in ["a", "b", "a"] {
        send(&room, &url, group, "same", group).await;
    }
    assert_eq!(bodies(&room.receive(&url).await), ["a", "b"]);
}

#[tokio::test]
async fn what_a_fifo_queue_needs_is_asked_for() {
    let room = Room::open().await;
    let url = room.queue("orders.fifo", json!({"FifoQueue": "true"})).await;
    for (more, sentence) in [
        (
            json!({"MessageGroupId": "a"}),
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        ),
        (
            json!({"MessageDeduplicationId": "a"}),
            "The request must contain the parameter MessageGroupId.",
        ),
        (
            json!({"MessageGroupId": "a", "MessageDeduplicationId": "b", "DelaySeconds": 1}),
            "Value 1 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
        ),
        (
            json!({"MessageGroupId": "a b", "MessageDeduplicationId": "b"}),
            "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
        ),
    ] {
        let mut body = json!({"QueueUrl": url, "MessageBody": "x"});
        body.as_object_mut().expect("is one").extend(more.as_object().expect("is one").clone());
        assert_eq!(room.refusal("SendMessage", body).await.1, sentence);
    }
}

#[tokio::test]
async fn a_receive_attempt_is_given_the_same_again() {
    let room = Room::open().await;
    let url = room.queue("orders.fifo", json!({"FifoQueue": "true"})).await;
    send(&room, &url, "a", "1", "1").await;
    send(&room, &url, "b", "2", "2").await;
    let attempt = json!({"ReceiveRequestAttemptId": "try", "MaxNumberOfMessages": 1});
    let first = room.receive_with(&url, attempt.clone()).await;
    room.pass(20);
    assert_eq!(room.receive_with(&url, attempt.clone()).await, first);
    room.pass(20);
    assert_eq!(bodies(&room.receive(&url).await), ["2"], "it is held anew");
    room.delete(&url, &first[0]).await;
    assert!(room.receive_with(&url, attempt).await.is_empty(), "it was changed");
}
