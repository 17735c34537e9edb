use serde_json::{Value, json};

use crate::house::{Room, arn, redrive, text};

#[tokio::test]
async fn a_queue_is_created_once_and_found_by_name() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({"DelaySeconds": "1"})).await;
    assert_eq!(url, "https://sqs.us-east-1.amazonaws.com/000000000000/orders");
    assert_eq!(room.queue("orders", json!({"DelaySeconds": "1"})).await, url);
    assert_eq!(room.queue("orders", json!({})).await, url);
    let other = json!({"QueueName": "orders", "Attributes": {"DelaySeconds": "2"}});
    assert_eq!(
        room.refusal("CreateQueue", other).await,
        (
            "QueueNameExists".to_owned(),
            "A queue already exists with the same name and a different value for attribute DelaySeconds".to_owned()
        )
    );
    let found = room.call("GetQueueUrl", json!({"QueueName": "orders"})).await;
    assert_eq!(text(&found["QueueUrl"]), url);
    let missing = room.ask("GetQueueUrl", json!({"QueueName": "nothing"})).await.expect_err("no");
    assert_eq!(missing.code, "QueueDoesNotExist");
    assert_eq!(missing.query_code, Some("AWS.SimpleQueueService.NonExistentQueue"));
    assert_eq!(missing.message.as_deref(), Some("The specified queue does not exist."));
}

#[tokio::test]
async fn a_url_is_read_whatever_its_host() {
    let room = Room::open().await;
    room.queue("orders", json!({})).await;
    room.send("http://localhost:4566/000000000000/orders", "hello").await;
    room.send("orders", "a name alone will do").await;
    let nowhere = json!({"QueueUrl": "http://localhost/orders"});
    let refused = room.refusal("PurgeQueue", nowhere).await;
    assert_eq!(refused.0, "QueueDoesNotExist");
    let refused = room.refusal("PurgeQueue", json!({})).await;
    let sentence = "The request must contain the parameter QueueUrl.".to_owned();
    assert_eq!(refused, ("MissingRequiredParameterException".to_owned(), sentence));
}

#[tokio::test]
async fn attributes_have_defaults_and_are_changed() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let all = async || {
        let body = json!({"QueueUrl": url, "AttributeNames": ["All"]});
        room.call("GetQueueAttributes", body).await["Attributes"].take()
    };
    assert_eq!(
        all().await,
        json!({
            "QueueArn": arn("orders"),
            "CreatedTimestamp": "1700000000",
            "LastModifiedTimestamp": "1700000000",
            "ApproximateNumberOfMessages": "0",
            "ApproximateNumberOfMessagesNotVisible": "0",
            "ApproximateNumberOfMessagesDelayed": "0",
            "DelaySeconds": "0",
            "MaximumMessageSize": "1048576",
            "MessageRetentionPeriod": "345600",
            "ReceiveMessageWaitTimeSeconds": "0",
            "VisibilityTimeout": "30",
            "SqsManagedSseEnabled": "true",
        })
    );
    room.pass(5);
    let body = json!({"QueueUrl": url, "Attributes": {"VisibilityTimeout": "7"}});
    room.call("SetQueueAttributes", body).await;
    let changed = all().await;
    assert_eq!(changed["VisibilityTimeout"], "7");
    assert_eq!(changed["LastModifiedTimestamp"], "1700000005");
    let some = json!({"QueueUrl": url, "AttributeNames": ["DelaySeconds", "Policy"]});
    let some = room.call("GetQueueAttributes", some).await;
    assert_eq!(some, json!({"Attributes": {"DelaySeconds": "0"}}));
    let none = room.call("GetQueueAttributes", json!({"QueueUrl": url})).await;
    assert_eq!(none, json!({}));
    for (name, value, code) in [
        ("VisibilityTimeout", "-1", "InvalidAttributeValue"),
        ("QueueArn", "x", "InvalidAttributeName"),
        ("FifoQueue", "true", "InvalidAttributeName"),
        ("RedrivePolicy", "x", "InvalidParameterValueException"),
    ] {
        let body = json!({"QueueUrl": url, "Attributes": {name: value}});
        assert_eq!(room.refusal("SetQueueAttributes", body).await.0, code, "{name}");
    }
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let room = Room::open().await;
    for (name, attributes) in [
        ("a b", json!({})),
        ("a.fifo", json!({})),
        ("a", json!({"FifoQueue": "true"})),
        ("", json!({})),
    ] {
        let body = json!({"QueueName": name, "Attributes": attributes});
        let refused = room.refusal("CreateQueue", body).await;
        assert_eq!(refused.0, "InvalidParameterValueException", "{name}");
    }
}

#[tokio::test]
async fn queues_are_listed_by_prefix_and_page() {
    let room = Room::open().await;
    for name in ["b-2", "a-1", "a-3", "a-2"] {
        room.queue(name, json!({})).await;
    }
    let names = |reply: &Value| -> Vec<String> {
        let urls = reply["QueueUrls"].as_array().into_iter().flatten();
        urls.map(|url| text(url).rsplit('/').next().unwrap_or_default().to_owned()).collect()
    };
    let all = room.call("ListQueues", json!({})).await;
    assert_eq!(names(&all), ["a-1", "a-2", "a-3", "b-2"]);
    let first = room.call("ListQueues", json!({"QueueNamePrefix": "a", "MaxResults": 2})).await;
    assert_eq!(names(&first), ["a-1", "a-2"]);
    let next = json!({"QueueNamePrefix": "a", "MaxResults": 2, "NextToken": first["NextToken"]});
    let second = room.call("ListQueues", next).await;
    assert_eq!((names(&second), second.get("NextToken")), (vec!["a-3".to_owned()], None));
    assert_eq!(room.call("ListQueues", json!({"QueueNamePrefix": "z"})).await, json!({}));
}

#[tokio::test]
async fn a_deleted_queue_is_gone_with_its_messages() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    room.send(&url, "lost").await;
    room.call("DeleteQueue", json!({"QueueUrl": url})).await;
    let send = json!({"QueueUrl": url, "MessageBody": "x"});
    assert_eq!(room.refusal("SendMessage", send).await.0, "QueueDoesNotExist");
    room.queue("orders", json!({})).await;
    assert_eq!(room.counts(&url).await, [0, 0, 0]);
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let tags = async || room.call("ListQueueTags", json!({"QueueUrl": url})).await;
    assert_eq!(tags().await, json!({}));
    room.call("TagQueue", json!({"QueueUrl": url, "Tags": {"a": "1", "b": "2"}})).await;
    room.call("TagQueue", json!({"QueueUrl": url, "Tags": {"a": "3"}})).await;
    room.call("UntagQueue", json!({"QueueUrl": url, "TagKeys": ["b", "c"]})).await;
    assert_eq!(tags().await, json!({"Tags": {"a": "3"}}));
    let body = json!({"QueueName": "tagged", "tags": {"x": "y"}});
    let tagged = room.call("CreateQueue", body).await;
    let listed = room.call("ListQueueTags", json!({"QueueUrl": tagged["QueueUrl"]})).await;
    assert_eq!(listed, json!({"Tags": {"x": "y"}}));
}

#[tokio::test]
async fn permissions_are_statements_of_the_policy() {
    let room = Room::open().await;
    let url = room.queue("orders", json!({})).await;
    let add = json!({
        "QueueUrl": url, "Label": "send", "AWSAccountIds": ["111122223333"], "Actions": ["SendMessage"],
    });
    room.call("AddPermission", add.clone()).await;
    let ask = json!({"QueueUrl": url, "AttributeNames": ["Policy"]});
    let shown = room.call("GetQueueAttributes", ask.clone()).await;
    let policy: Value =
        serde_json::from_str(&text(&shown["Attributes"]["Policy"])).expect("is JSON");
    assert_eq!(
        policy["Statement"],
        json!([{
            "Sid": "send",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "SQS:SendMessage",
            "Resource": arn("orders"),
        }])
    );
    let (code, sentence) = room.refusal("AddPermission", add).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert_eq!(sentence, "Value send for parameter Label is invalid. Reason: Already exists.");
    let remove = json!({"QueueUrl": url, "Label": "send"});
    room.call("RemovePermission", remove.clone()).await;
    assert_eq!(room.call("GetQueueAttributes", ask).await, json!({}));
    let (_, sentence) = room.refusal("RemovePermission", remove).await;
    assert_eq!(
        sentence,
        "Value send for parameter Label is invalid. Reason: can't find label on existing policy."
    );
}

#[tokio::test]
async fn a_dead_letter_queue_has_to_be_there_of_one_kind_and_willing() {
    let room = Room::open().await;
    room.queue("dead", json!({"RedriveAllowPolicy": r#"{"redrivePermission":"denyAll"}"#})).await;
    room.queue("dead.fifo", json!({"FifoQueue": "true"})).await;
    for (target, reason) in [
        ("nothing", "Dead letter target does not exist."),
        ("dead.fifo", "Dead-letter queue must be same type of queue as the source."),
        ("dead", "allow policy doesn't allow this source queue."),
    ] {
        let body = json!({"QueueName": "orders", "Attributes": redrive(target, 1)});
        let (code, sentence) = room.refusal("CreateQueue", body).await;
        assert_eq!(code, "InvalidParameterValueException");
        assert!(sentence.ends_with(reason), "{sentence}");
    }
}
