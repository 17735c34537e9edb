use serde_json::{Value, json};

use crate::house::{Room, queue_arn, text};

#[tokio::test]
async fn a_queue_gets_an_envelope_or_the_raw_message() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let attributes = json!({"kind": {"DataType": "String", "StringValue": "new"}});
    let body = json!({
        "TopicArn": topic, "Message": "hello", "Subject": "Hi", "MessageAttributes": attributes,
    });
    let subscription = room.subscribe(&topic, "a", json!({})).await;
    let unsubscribe_url = format!(
        "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription}"
    );
    let published = room.call("Publish", body.clone()).await;
    let call = room.sent(1).await.remove(0);
    assert_eq!(call["operation"], "SendMessage");
    assert_eq!(call["QueueUrl"], "https://sqs.us-east-1.amazonaws.com/000000000000/a");
    let mut envelope: Value = serde_json::from_str(&text(&call["MessageBody"])).expect("is JSON");
    // Whether a signature holds is told with the endpoints that check it.
    for name in ["SignatureVersion", "Signature", "SigningCertURL"] {
        let told = envelope.as_object_mut().expect("is an object").remove(name);
        assert!(told.is_some(), "{name} is told");
    }
    assert_eq!(
        envelope,
        json!({
            "Type": "Notification", "MessageId": published["MessageId"], "TopicArn": topic,
            "Subject": "Hi", "Message": "hello", "Timestamp": "2023-11-14T22:13:20.000Z",
            "UnsubscribeURL": unsubscribe_url,
            "MessageAttributes": {"kind": {"Type": "String", "Value": "new"}},
        })
    );
    let set = json!({
        "SubscriptionArn": room.subscribe(&topic, "a", json!({})).await,
        "AttributeName": "RawMessageDelivery", "AttributeValue": "true",
    });
    room.call("SetSubscriptionAttributes", set).await;
    room.call("Publish", body).await;
    let raw = room.sent(2).await.remove(1);
    assert_eq!((&raw["MessageBody"], &raw["MessageAttributes"]), (&json!("hello"), &attributes));
}

#[tokio::test]
async fn a_function_is_invoked_with_the_event_that_aws_sends() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let function = "arn:aws:lambda:us-east-1:000000000000:function:work";
    let body = json!({"TopicArn": topic, "Protocol": "lambda", "Endpoint": function});
    room.call("Subscribe", body).await;
    room.call("Publish", json!({"TopicArn": topic, "Message": "hello"})).await;
    let call = room.invoked(1).await.remove(0);
    assert_eq!(
        (&call["FunctionName"], &call["InvocationType"]),
        (&json!(function), &json!("Event"))
    );
    assert!(text(&call["Payload"]).starts_with("eyJSZWNvcmRzIjpb"), "the records, in base64");
}

#[tokio::test]
async fn only_who_wants_a_message_gets_it() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    room.subscribe(&topic, "new", json!({"FilterPolicy": r#"{"kind": ["new"]}"#})).await;
    let by_body = json!({"FilterPolicy": r#"{"total": [{"numeric": [">", 5]}]}"#, "FilterPolicyScope": "MessageBody"});
    room.subscribe(&topic, "large", by_body).await;
    for (message, kind) in [(r#"{"total": 9}"#, "old"), (r#"{"total": 1}"#, "new"), ("x", "old")] {
        let body = json!({
            "TopicArn": topic, "Message": message,
            "MessageAttributes": {"kind": {"DataType": "String", "StringValue": kind}},
        });
        room.call("Publish", body).await;
    }
    let sent = room.sent(2).await;
    let mut queues: Vec<_> = sent.iter().map(|it| text(&it["QueueUrl"])).collect();
    queues.sort();
    assert!(queues[0].ends_with("large") && queues[1].ends_with("new"), "{queues:?}");
}

#[tokio::test]
async fn each_protocol_has_its_own_text() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    room.subscribe(&topic, "a", json!({"RawMessageDelivery": "true"})).await;
    let message = json!({"default": "for all", "sqs": "for queues"}).to_string();
    let body = json!({"TopicArn": topic, "Message": message, "MessageStructure": "json"});
    room.call("Publish", body).await;
    assert_eq!(room.sent(1).await[0]["MessageBody"], "for queues");
    let body = json!({"TopicArn": topic, "Message": "{}", "MessageStructure": "json"});
    let (_, sentence) = room.refusal("Publish", body).await;
    assert_eq!(
        sentence,
        "Invalid parameter: Message Structure - No default entry in JSON message body"
    );
}

#[tokio::test]
async fn trouble_is_tried_again_and_a_refusal_goes_to_the_dead_letter_queue() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    room.subscribe(&topic, "flaky", json!({"RawMessageDelivery": "true"})).await;
    let policy = json!({"deadLetterTargetArn": queue_arn("dead")}).to_string();
    room.subscribe(&topic, "gone", json!({"RawMessageDelivery": "true", "RedrivePolicy": policy}))
        .await;
    room.call("Publish", json!({"TopicArn": topic, "Message": "hello"})).await;
    let mut queues: Vec<_> = room.sent(2).await.iter().map(|it| text(&it["QueueUrl"])).collect();
    queues.sort();
    assert!(queues[0].ends_with("/dead") && queues[1].ends_with("/flaky"), "{queues:?}");
}

#[tokio::test]
async fn a_fifo_topic_numbers_its_messages_and_sends_each_once() {
    let room = Room::open().await;
    let attributes = json!({"FifoTopic": "true", "ContentBasedDeduplication": "true"});
    let topic = room.topic("orders.fifo", attributes).await;
    room.subscribe(&topic, "a.fifo", json!({"RawMessageDelivery": "true"})).await;
    let publish =
        |message: &str| json!({"TopicArn": topic, "Message": message, "MessageGroupId": "g"});
    let first = room.call("Publish", publish("1")).await;
    assert_eq!(room.call("Publish", publish("1")).await, first);
    let second = room.call("Publish", publish("2")).await;
    assert!(text(&first["SequenceNumber"]) < text(&second["SequenceNumber"]));
    let sent = room.sent(2).await;
    let bodies: Vec<_> = sent.iter().map(|it| text(&it["MessageBody"])).collect();
    assert_eq!(bodies, ["1", "2"]);
    assert_eq!(sent[0]["MessageGroupId"], "g");
    assert_eq!(text(&sent[0]["MessageDeduplicationId"]).len(), 64);
    room.pass(300);
    room.call("Publish", publish("1")).await;
    room.sent(3).await;
    let without_group = json!({"TopicArn": topic, "Message": "x"});
    assert_eq!(room.refusal("Publish", without_group).await.0, "InvalidParameterException");
}

#[tokio::test]
async fn entries_of_a_batch_succeed_and_fail_by_themselves() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    room.subscribe(&topic, "a", json!({})).await;
    let entries = json!([{"Id": "a", "Message": "x"}, {"Id": "b", "Message": ""}]);
    let body = json!({"TopicArn": topic, "PublishBatchRequestEntries": entries});
    let reply = room.call("PublishBatch", body).await;
    assert_eq!(reply["Successful"][0]["Id"], "a");
    assert_eq!(reply["Failed"][0]["Code"], "InvalidParameter");
    room.sent(1).await;
    let twice = json!([{"Id": "a", "Message": "x"}, {"Id": "a", "Message": "y"}]);
    let body = json!({"TopicArn": topic, "PublishBatchRequestEntries": twice});
    assert_eq!(room.refusal("PublishBatch", body).await.0, "BatchEntryIdsNotDistinctException");
}

#[tokio::test]
async fn an_attempt_that_asks_again_publishes_nothing_again() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    room.subscribe(&topic, "a", json!({})).await;
    let body = json!({"TopicArn": topic, "Message": "once"});
    let ask = async || room.ask_as(room.ctx().with_attempt("try"), "Publish", body.clone()).await;
    assert_eq!(ask().await, ask().await);
    room.call("Publish", json!({"TopicArn": topic, "Message": "last"})).await;
    room.sent(2).await;
}

#[tokio::test]
async fn a_batch_publishes_a_deduplication_id_once() {
    let room = Room::open().await;
    let topic = room.topic("orders.fifo", json!({"FifoTopic": "true"})).await;
    room.subscribe(&topic, "a.fifo", json!({"RawMessageDelivery": "true"})).await;
    let entry = |id: &str, key: &str| json!({"Id": id, "Message": id, "MessageGroupId": "g", "MessageDeduplicationId": key});
    let entries = json!([entry("a", "1"), entry("b", "1"), entry("c", "2")]);
    let body = json!({"TopicArn": topic, "PublishBatchRequestEntries": entries});
    let reply = room.call("PublishBatch", body).await;
    let published = &reply["Successful"];
    assert_eq!(published[0]["MessageId"], published[1]["MessageId"]);
    assert_ne!(published[0]["MessageId"], published[2]["MessageId"]);
    let bodies: Vec<_> = room.sent(2).await.iter().map(|it| text(&it["MessageBody"])).collect();
    assert_eq!(bodies, ["a", "c"]);
}

#[tokio::test]
async fn a_group_waits_for_its_first_message_that_is_tried_again() {
    let room = Room::open().await;
    let topic = room.topic("orders.fifo", json!({"FifoTopic": "true"})).await;
    room.subscribe(&topic, "flaky.fifo", json!({"RawMessageDelivery": "true"})).await;
    // More trouble than is tried again at once.
    room.trouble(5);
    for message in ["1", "2", "3"] {
        let body = json!({
            "TopicArn": topic, "Message": message, "MessageGroupId": "g", "MessageDeduplicationId": message,
        });
        room.call("Publish", body).await;
    }
    let body = json!({
        "TopicArn": topic, "Message": "other", "MessageGroupId": "h", "MessageDeduplicationId": "4",
    });
    while room.trouble_left() > 1 {
        tokio::task::yield_now().await;
    }
    room.trouble(0);
    room.call("Publish", body).await;
    assert_eq!(room.sent(1).await[0]["MessageBody"], "other", "no group waits for another");
    room.pass(1);
    let body = json!({
        "TopicArn": topic, "Message": "5", "MessageGroupId": "g", "MessageDeduplicationId": "5",
    });
    room.call("Publish", body).await;
    let sent = room.sent(5).await;
    let bodies: Vec<_> = sent.iter().map(|it| text(&it["MessageBody"])).collect();
    assert_eq!(bodies[1..], ["1", "2", "3", "5"]);
}

#[tokio::test]
async fn endpoints_are_called_by_the_service_for_the_topic() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    room.subscribe(&topic, "a", json!({})).await;
    room.call("Publish", json!({"TopicArn": topic, "Message": "x"})).await;
    let call = room.sent(1).await.remove(0);
    assert_eq!((&call["caller"], &call["source"]), (&json!("sns.amazonaws.com"), &json!(topic)));
}

#[tokio::test]
async fn a_dead_letter_waits_until_its_queue_is_well() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let policy = json!({"deadLetterTargetArn": queue_arn("flaky")}).to_string();
    room.subscribe(&topic, "gone", json!({"RedrivePolicy": policy})).await;
    room.trouble(1);
    room.call("Publish", json!({"TopicArn": topic, "Message": "hello"})).await;
    while room.trouble_left() > 0 {
        tokio::task::yield_now().await;
    }
    room.pass(20);
    room.subscribe(&topic, "another", json!({})).await;
    let dead = room.sent(1).await.remove(0);
    assert!(text(&dead["QueueUrl"]).ends_with("/flaky"), "{dead}");
}
