use serde_json::json;

use crate::house::{Room, bodies, text};

#[tokio::test]
async fn a_message_is_received_with_everything_about_it() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let attributes = json!({
        "kind": {"DataType": "String", "StringValue": "order"},
        "blob": {"DataType": "Binary", "BinaryValue": "AAEC"},
    });
    let sent = room
        .call(
            "SendMessage",
            json!({
                "QueueUrl": url, "MessageBody": "hello", "MessageAttributes": attributes,
                "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}},
            }),
        )
        .await;
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    room.pass(2);
    let received = room.receive(&url).await;
    let message = &received[0];
    assert_eq!(message["MessageId"], sent["MessageId"]);
    assert_eq!(message["MD5OfBody"], sent["MD5OfMessageBody"]);
    assert_eq!(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(message["MessageAttributes"], attributes);
    assert_eq!(
        message["Attributes"],
        json!({
            "SenderId": "000000000000",
            "SentTimestamp": "1700000000000",
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": "1700000002000",
            "AWSTraceHeader": "Root=1",
        })
    );
}

#[tokio::test]
async fn only_what_is_asked_for_is_shown() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({"VisibilityTimeout": "0"})).await;
    let value = |text: &str| json!({"DataType": "String", "StringValue": text});
    let body = json!({
        "QueueUrl": url, "MessageBody": "x",
        "MessageAttributes": {"a.b": value("1"), "a.c": value("2"), "d": value("3")},
    });
    room.call("SendMessage", body).await;
    for (wanted, shown) in [
        (json!([]), json!(null)),
        (json!(["a.*"]), json!({"a.b": value("1"), "a.c": value("2")})),
        (json!(["d", "e"]), json!({"d": value("3")})),
    ] {
        let more = json!({"MessageAttributeNames": wanted, "AttributeNames": ["SenderId"]});
        let message = room.receive_with(&url, more).await.remove(0);
        assert_eq!(message["MessageAttributes"], shown);
        assert_eq!(message["Attributes"], json!({"SenderId": "000000000000"}));
    }
}

#[tokio::test]
async fn a_held_message_is_hidden_until_its_time_or_its_end() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    room.send(&url, "a").await;
    let first = room.receive(&url).await.remove(0);
    assert_eq!(room.counts(&url).await, [0, 1, 0]);
    room.pass(29);
    assert!(room.receive(&url).await.is_empty());
    room.pass(1);
    let second = room.receive(&url).await.remove(0);
    assert_eq!(second["Attributes"]["ApproximateReceiveCount"], "2");
    assert_ne!(second["ReceiptHandle"], first["ReceiptHandle"]);
    room.delete(&url, &second).await;
    room.delete(&url, &second).await;
    room.pass(30);
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
}

#[tokio::test]
async fn visibility_is_changed_while_a_message_is_held() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    room.send(&url, "a").await;
    let message = room.receive(&url).await.remove(0);
    let change = |seconds: i32| json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": seconds});
    room.call("ChangeMessageVisibility", change(100)).await;
    room.pass(99);
    assert!(room.receive(&url).await.is_empty());
    room.call("ChangeMessageVisibility", change(0)).await;
    let refused = room.refusal("ChangeMessageVisibility", change(5)).await;
    assert_eq!(refused.0, "MessageNotInflight");
    assert_eq!(room.counts(&url).await, [1, 0, 0]);
    room.delete(&url, &message).await;
    let (code, sentence) = room.refusal("ChangeMessageVisibility", change(5)).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert!(sentence.ends_with(
        "Reason: Message does not exist or is not available for visibility timeout change."
    ));
    assert_eq!(
        room.refusal("ChangeMessageVisibility", change(43_201)).await.0,
        "InvalidParameterValueException"
    );
    let foreign = json!({"QueueUrl": url, "ReceiptHandle": "x"});
    assert_eq!(room.refusal("DeleteMessage", foreign).await.0, "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn a_delayed_message_comes_later() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({"DelaySeconds": "10"})).await;
    room.send(&url, "by queue").await;
    let body = json!({"QueueUrl": url, "MessageBody": "own", "DelaySeconds": 0});
    room.call("SendMessage", body).await;
    assert_eq!(room.counts(&url).await, [1, 0, 1]);
    assert_eq!(bodies(&room.receive(&url).await), ["own"]);
    room.pass(10);
    assert_eq!(bodies(&room.receive(&url).await), ["by queue"]);
}

#[tokio::test]
async fn old_messages_go() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({"MessageRetentionPeriod": "60"})).await;
    room.send(&url, "old").await;
    room.pass(30);
    room.send(&url, "new").await;
    room.pass(30);
    assert_eq!(bodies(&room.receive(&url).await), ["new"]);
    room.pass(30);
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
    let room = room.restart().await;
    assert_eq!(room.counts(&url).await, [0, 0, 0], "nor is it on the disk");
}

#[tokio::test]
async fn a_purged_queue_is_empty() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    room.send(&url, "a").await;
    room.receive(&url).await;
    room.send(&url, "b").await;
    room.call("PurgeQueue", json!({"QueueUrl": url})).await;
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
    let room = room.restart().await;
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_poll_waits_for_a_message() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let (received, _) =
        tokio::join!(room.receive_with(&url, json!({"WaitTimeSeconds": 20})), async {
            tokio::task::yield_now().await;
            room.send(&url, "late").await
        });
    assert_eq!(bodies(&received), ["late"]);
}

#[tokio::test]
async fn a_poll_learns_that_its_queue_is_deleted() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let poll = json!({"QueueUrl": url, "WaitTimeSeconds": 20});
    let (refused, _) = tokio::join!(room.refusal("ReceiveMessage", poll), async {
        tokio::task::yield_now().await;
        room.call("DeleteQueue", json!({"QueueUrl": url})).await
    });
    assert_eq!(refused.0, "QueueDoesNotExist");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({"MaximumMessageSize": "1024"})).await;
    let long = "x".repeat(1025);
    for (more, code, sentence) in [
        (
            json!({}),
            "MissingRequiredParameterException",
            "The request must contain the parameter MessageBody.",
        ),
        (
            json!({"MessageBody": long}),
            "InvalidParameterValueException",
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
        ),
        (
            json!({"MessageBody": "\u{1}"}),
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        ),
        (
            json!({"MessageBody": "x", "DelaySeconds": 901}),
            "InvalidParameterValueException",
            "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
        ),
        (
            json!({"MessageBody": "x", "MessageDeduplicationId": "a"}),
            "InvalidParameterValueException",
            "Value a for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.",
        ),
    ] {
        let mut body = json!({"QueueUrl": url});
        body.as_object_mut().expect("is one").extend(more.as_object().expect("is one").clone());
        assert_eq!(room.refusal("SendMessage", body).await, (code.to_owned(), sentence.to_owned()));
    }
    let poll = json!({"QueueUrl": url, "WaitTimeSeconds": 21});
    assert_eq!(
        room.refusal("ReceiveMessage", poll).await.1,
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    );
    assert!(room.receive(&url).await.is_empty());
}

#[tokio::test]
async fn a_group_on_a_standard_queue_orders_nothing() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    for body in ["a", "b"] {
        let body = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": "tenant"});
        room.call("SendMessage", body).await;
    }
    let one = json!({"MaxNumberOfMessages": 1});
    let first = room.receive_with(&url, one.clone()).await.remove(0);
    assert_eq!(text(&first["Attributes"]["MessageGroupId"]), "tenant");
    assert_eq!(bodies(&room.receive_with(&url, one).await), ["b"]);
}
