use serde_json::json;

use crate::house::{Room, arn, bodies, redrive, text};

#[tokio::test]
async fn a_message_that_is_received_too_often_goes_to_the_dead_letter_queue() {
    let room = Room::open().await;
    let dead = room.queue("dead", json!({"VisibilityTimeout": "0"})).await;
    let url = room.queue("orders", redrive("dead", 2)).await;
    let sent = room.send(&url, "poison").await;
    for _ in 0..2 {
        assert_eq!(bodies(&room.receive(&url).await), ["poison"]);
        room.pass(30);
    }
    assert!(room.receive(&url).await.is_empty());
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
    let letter = room.receive(&dead).await.remove(0);
    assert_eq!(letter["MessageId"], sent["MessageId"]);
    let attributes = &letter["Attributes"];
    assert_eq!(attributes["DeadLetterQueueSourceArn"], arn("orders"));
    assert_eq!(attributes["ApproximateReceiveCount"], "3");
    assert_eq!(attributes["SentTimestamp"], "1700000000000");
    let room = room.restart().await;
    assert_eq!((room.counts(&url).await, room.counts(&dead).await), ([0, 0, 0], [1, 0, 0]));
}

#[tokio::test]
async fn a_dead_letter_lets_the_rest_of_its_group_go_on() {
    let room = Room::open().await;
    let dead = room.queue("dead.fifo", json!({"FifoQueue": "true"})).await;
    let mut attributes = redrive("dead.fifo", 1);
    attributes["FifoQueue"] = json!("true");
    let url = room.queue("orders.fifo", attributes).await;
    for body in ["poison", "good"] {
        let body = json!({
            "QueueUrl": url, "MessageBody": body, "MessageGroupId": "a", "MessageDeduplicationId": body,
        });
        room.call("SendMessage", body).await;
    }
    let one = json!({"MaxNumberOfMessages": 1});
    assert_eq!(bodies(&room.receive_with(&url, one).await), ["poison"]);
    room.pass(30);
    assert_eq!(bodies(&room.receive(&url).await), ["good"]);
    let letter = room.receive(&dead).await.remove(0);
    assert_eq!(text(&letter["Body"]), "poison");
    assert_eq!(letter["Attributes"]["MessageGroupId"], "a");
}

#[tokio::test]
async fn without_its_dead_letter_queue_a_message_stays() {
    let room = Room::open().await;
    let dead = room.queue("dead", json!({})).await;
    let url = room.queue("orders", redrive("dead", 1)).await;
    room.send(&url, "a").await;
    room.call("DeleteQueue", json!({"QueueUrl": dead})).await;
    for _ in 0..3 {
        assert_eq!(bodies(&room.receive(&url).await), ["a"]);
        room.pass(30);
    }
}

#[tokio::test]
async fn the_sources_of_a_dead_letter_queue_are_listed() {
    let room = Room::open().await;
    let dead = room.queue("dead", json!({})).await;
    let body = json!({"QueueUrl": dead});
    let none = room.call("ListDeadLetterSourceQueues", body.clone()).await;
    assert_eq!(none, json!({"queueUrls": []}));
    let url = room.queue("orders", redrive("dead", 1)).await;
    let sources = room.call("ListDeadLetterSourceQueues", body).await;
    assert_eq!(sources, json!({"queueUrls": [url]}));
}
