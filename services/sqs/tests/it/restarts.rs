use serde_json::json;

use crate::house::{Room, bodies};

#[tokio::test]
async fn queues_messages_and_holds_outlive_the_process() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({"VisibilityTimeout": "40"})).await;
    room.call("TagQueue", json!({"QueueUrl": url, "Tags": {"a": "1"}})).await;
    for body in ["held", "deleted", "ready"] {
        room.send(&url, body).await;
    }
    let received = room.receive_with(&url, json!({"MaxNumberOfMessages": 2})).await;
    room.delete(&url, &received[1]).await;
    let room = room.restart().await;
    assert_eq!(room.counts(&url).await, [1, 1, 0]);
    let tags = room.call("ListQueueTags", json!({"QueueUrl": url})).await;
    assert_eq!(tags, json!({"Tags": {"a": "1"}}));
    assert_eq!(bodies(&room.receive(&url).await), ["ready"]);
    room.pass(40);
    let again = room.receive(&url).await;
    assert_eq!(bodies(&again), ["held", "ready"]);
    assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
    room.delete(&url, &received[0]).await;
    assert_eq!(room.counts(&url).await, [0, 1, 0], "handles outlive it too");
}

#[tokio::test]
async fn an_attempt_that_asks_again_sends_nothing_again() {
    let mut room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let send = json!({"QueueUrl": url, "MessageBody": "once"});
    let batch = json!({"QueueUrl": url, "Entries": [{"Id": "a", "MessageBody": "once too"}]});
    for (operation, body) in [("SendMessage", send), ("SendMessageBatch", batch)] {
        let ctx = room.ctx().with_attempt(operation);
        let first = room.ask_as(ctx, operation, body.clone()).await;
        room = room.restart().await;
        let ctx = room.ctx().with_attempt(operation);
        assert_eq!(room.ask_as(ctx, operation, body.clone()).await, first);
        let ctx = room.ctx().with_attempt(format!("another {operation}"));
        assert_ne!(room.ask_as(ctx, operation, body).await, first);
        room = room.restart().await;
    }
    assert_eq!(room.counts(&url).await, [4, 0, 0]);
}
