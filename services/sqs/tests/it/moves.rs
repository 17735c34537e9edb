use serde_json::{Value, json};
use service::Service as _;

use crate::house::{Room, arn, bodies, redrive, text};

/// A queue with a dead-letter queue, and that many messages in the latter.
async fn dead_letters(room: &Room, count: usize) -> [String; 2] {
    let dead = room.queue("dead", json!({})).await;
    let url = room.queue("orders", redrive("dead", 1)).await;
    for number in 0..count {
        room.send(&url, &number.to_string()).await;
    }
    room.receive(&url).await;
    room.pass(30);
    room.receive(&url).await;
    [url, dead]
}

async fn ended(room: &Room) -> Value {
    loop {
        let body = json!({"SourceArn": arn("dead")});
        let task = room.call("ListMessageMoveTasks", body).await["Results"][0].take();
        if task["Status"] != "RUNNING" && task["Status"] != "CANCELLING" {
            return task;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn dead_letters_are_moved_back_as_new_messages() {
    let room = Room::open().await;
    let [url, dead] = dead_letters(&room, 3).await;
    assert_eq!(room.counts(&dead).await, [3, 0, 0]);
    let started = room.call("StartMessageMoveTask", json!({"SourceArn": arn("dead")})).await;
    assert!(!text(&started["TaskHandle"]).is_empty());
    let task = ended(&room).await;
    assert_eq!(
        task,
        json!({
            "Status": "COMPLETED", "SourceArn": arn("dead"), "StartedTimestamp": 1_700_000_030_000_i64,
            "ApproximateNumberOfMessagesMoved": 3, "ApproximateNumberOfMessagesToMove": 3,
        })
    );
    let received = room.receive(&url).await;
    assert_eq!(bodies(&received), ["0", "1", "2"]);
    assert_eq!(received[0]["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(received[0]["Attributes"]["SentTimestamp"], "1700000030000");
    let room = room.restart().await;
    assert_eq!((room.counts(&url).await, room.counts(&dead).await), ([0, 3, 0], [0, 0, 0]));
}

#[tokio::test]
async fn a_task_is_cancelled_and_only_one_runs() {
    let room = Room::open().await;
    let [url, dead] = dead_letters(&room, 3).await;
    let start = json!({"SourceArn": arn("dead"), "MaxNumberOfMessagesPerSecond": 1});
    let started = room.call("StartMessageMoveTask", start.clone()).await;
    let (code, _) = room.refusal("StartMessageMoveTask", start).await;
    assert_eq!(code, "InvalidParameterValueException");
    while room.counts(&url).await == [0, 0, 0] {
        tokio::task::yield_now().await;
    }
    let cancel = json!({"TaskHandle": started["TaskHandle"]});
    let handle = started["TaskHandle"].as_str().expect("a text");
    let meant = room.sqs.resource_arn(&room.ctx(), "CancelMessageMoveTask", handle).await;
    assert_eq!(meant, Some(arn("dead")));
    let cancelled = room.call("CancelMessageMoveTask", cancel.clone()).await;
    assert_eq!(cancelled, json!({"ApproximateNumberOfMessagesMoved": 1}));
    assert_eq!(ended(&room).await["Status"], "CANCELLED");
    assert_eq!(room.counts(&dead).await, [2, 0, 0]);
    assert_eq!(room.refusal("CancelMessageMoveTask", cancel).await.0, "UnsupportedOperation");
}

#[tokio::test]
async fn messages_without_a_source_need_a_destination() {
    let room = Room::open().await;
    let [_, dead] = dead_letters(&room, 0).await;
    room.send(&dead, "stray").await;
    room.call("StartMessageMoveTask", json!({"SourceArn": arn("dead")})).await;
    let task = ended(&room).await;
    assert_eq!(task["Status"], "FAILED");
    assert_eq!(task["FailureReason"], "CouldNotDetermineMessageSource");
    assert_eq!(room.counts(&dead).await, [1, 0, 0]);
    let other = room.queue("other", json!({})).await;
    let start = json!({"SourceArn": arn("dead"), "DestinationArn": arn("other")});
    room.call("StartMessageMoveTask", start).await;
    assert_eq!(ended(&room).await["Status"], "COMPLETED");
    assert_eq!(bodies(&room.receive(&other).await), ["stray"]);
}

#[tokio::test]
async fn only_dead_letter_queues_are_sources() {
    let room = Room::open().await;
    room.queue("orders", json!({})).await;
    for (source, code) in
        [("orders", "InvalidParameterValueException"), ("nothing", "ResourceNotFoundException")]
    {
        let body = json!({"SourceArn": arn(source)});
        assert_eq!(room.refusal("StartMessageMoveTask", body).await.0, code);
    }
}
