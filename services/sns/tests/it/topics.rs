use serde_json::{Value, json};

use crate::house::{Room, queue_arn, text};

#[tokio::test]
async fn a_topic_is_created_once_and_shown() {
    let room = Room::open().await;
    let arn = room.topic("orders", json!({"DisplayName": "Orders"})).await;
    assert_eq!(arn, "arn:aws:sns:us-east-1:000000000000:orders");
    assert_eq!(room.topic("orders", json!({})).await, arn);
    let other = json!({"Name": "orders", "Attributes": {"DisplayName": "x"}});
    assert_eq!(room.refusal("CreateTopic", other).await.0, "InvalidParameterException");
    room.subscribe(&arn, "a", json!({})).await;
    let body = json!({"TopicArn": arn, "AttributeName": "DisplayName", "AttributeValue": "New"});
    room.call("SetTopicAttributes", body).await;
    let shown = room.call("GetTopicAttributes", json!({"TopicArn": arn})).await;
    let shown = &shown["Attributes"];
    assert_eq!(shown["DisplayName"], "New");
    assert_eq!(
        (&shown["Owner"], &shown["SubscriptionsConfirmed"]),
        (&json!("000000000000"), &json!("1"))
    );
    assert_eq!(room.call("ListTopics", json!({})).await, json!({"Topics": [{"TopicArn": arn}]}));
    room.call("DeleteTopic", json!({"TopicArn": arn})).await;
    room.call("DeleteTopic", json!({"TopicArn": arn})).await;
    let publish = json!({"TopicArn": arn, "Message": "x"});
    let gone = room.refusal("Publish", publish).await;
    assert_eq!(gone, ("NotFoundException".to_owned(), "Topic does not exist".to_owned()));
    assert_eq!(room.call("ListSubscriptions", json!({})).await, json!({"Subscriptions": []}));
}

#[tokio::test]
async fn names_and_attributes_are_checked() {
    let room = Room::open().await;
    for (name, attributes) in [
        ("a b", json!({})),
        ("a.fifo", json!({})),
        ("a", json!({"FifoTopic": "true"})),
        ("a", json!({"Unknown": "x"})),
        ("a", json!({"Policy": "x"})),
    ] {
        let body = json!({"Name": name, "Attributes": attributes});
        assert_eq!(
            room.refusal("CreateTopic", body).await.0,
            "InvalidParameterException",
            "{name}"
        );
    }
}

#[tokio::test]
async fn how_deliveries_are_logged_is_kept_for_every_protocol() {
    let room = Room::open().await;
    let role = "arn:aws:iam::000000000000:role/logs";
    let arn = room.topic("orders", json!({"HTTPSuccessFeedbackSampleRate": "0"})).await;
    let set = |name: &str, value: &str| json!({"TopicArn": arn, "AttributeName": name, "AttributeValue": value});
    for protocol in ["Application", "Firehose", "HTTP", "Lambda", "SQS"] {
        for (name, value) in [
            ("SuccessFeedbackRoleArn", role),
            ("FailureFeedbackRoleArn", role),
            ("SuccessFeedbackSampleRate", "100"),
        ] {
            let name = format!("{protocol}{name}");
            room.call("SetTopicAttributes", set(&name, value)).await;
            let shown = room.call("GetTopicAttributes", json!({"TopicArn": arn})).await;
            assert_eq!(shown["Attributes"][&name], value, "{name}");
        }
    }
    for (name, value) in
        [("SQSSuccessFeedbackSampleRate", "101"), ("MailSuccessFeedbackSampleRate", "1")]
    {
        let refused = room.refusal("SetTopicAttributes", set(name, value)).await;
        assert_eq!(refused.0, "InvalidParameterException", "{name}");
    }
    for name in ["SQSSuccessFeedbackRoleArn", "DeliveryPolicy", "KmsMasterKeyId"] {
        room.call("SetTopicAttributes", set(name, "")).await;
        let shown = room.call("GetTopicAttributes", json!({"TopicArn": arn})).await;
        assert_eq!(shown["Attributes"].get(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_subscription_is_made_once_changed_and_ended() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let arn = room.subscribe(&topic, "a", json!({"RawMessageDelivery": "true"})).await;
    assert_eq!(room.subscribe(&topic, "a", json!({"RawMessageDelivery": "true"})).await, arn);
    let set = |name: &str, value: &str| json!({"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value});
    room.call("SetSubscriptionAttributes", set("FilterPolicy", r#"{"a": ["b"]}"#)).await;
    let shown = room.call("GetSubscriptionAttributes", json!({"SubscriptionArn": arn})).await;
    let shown = &shown["Attributes"];
    assert_eq!(shown["Endpoint"], json!(queue_arn("a")));
    assert_eq!(shown["FilterPolicyScope"], "MessageAttributes");
    assert_eq!(shown["RawMessageDelivery"], "true");
    for (name, value) in [
        ("RawMessageDelivery", "yes"),
        ("FilterPolicy", "x"),
        ("FilterPolicyScope", "Body"),
        ("RedrivePolicy", "{}"),
        ("Unknown", "x"),
    ] {
        let refused = room.refusal("SetSubscriptionAttributes", set(name, value)).await;
        assert_eq!(refused.0, "InvalidParameterException", "{name}");
    }
    let by_topic = room.call("ListSubscriptionsByTopic", json!({"TopicArn": topic})).await;
    assert_eq!(by_topic["Subscriptions"][0]["SubscriptionArn"], json!(arn));
    room.call("Unsubscribe", json!({"SubscriptionArn": arn})).await;
    let gone = room.refusal("GetSubscriptionAttributes", json!({"SubscriptionArn": arn})).await;
    assert_eq!(gone.1, "Subscription does not exist");
}

#[tokio::test]
async fn a_subscription_by_mail_waits_for_a_confirmation() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let body = json!({"TopicArn": topic, "Protocol": "email", "Endpoint": "a@example.com"});
    assert_eq!(room.call("Subscribe", body).await["SubscriptionArn"], "pending confirmation");
    room.call("Publish", json!({"TopicArn": topic, "Message": "hello"})).await;
    let listed = room.call("ListSubscriptions", json!({})).await;
    assert_eq!(listed["Subscriptions"][0]["SubscriptionArn"], "PendingConfirmation");
}

#[tokio::test]
async fn what_cannot_be_reached_is_refused_clearly() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    for (protocol, endpoint, sentence) in [
        (
            "sms",
            "+15550100",
            "Invalid parameter: Protocol Reason: Freehold doesn't deliver to endpoints of the protocol sms.",
        ),
        ("email", "nobody", "Invalid parameter: Email address"),
        ("sqs", "orders", "Invalid parameter: SQS endpoint ARN"),
        (
            "pigeon",
            "x",
            "Invalid parameter: Amazon SNS does not support this protocol string: pigeon",
        ),
    ] {
        let body = json!({"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint});
        let refused = room.refusal("Subscribe", body).await;
        assert_eq!(refused, ("InvalidParameterException".to_owned(), sentence.to_owned()));
    }
    let publish = |value: &str| {
        let attributes = json!({"n": {"DataType": "Number", "StringValue": value}});
        json!({"TopicArn": topic, "Message": "x", "MessageAttributes": attributes})
    };
    let (code, sentence) = room.refusal("Publish", publish("many")).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert_eq!(
        sentence,
        "Invalid parameter: Could not cast message attribute 'n' value to number."
    );
    room.call("Publish", publish("-1.5e3")).await;
    let body = json!({"PhoneNumber": "+1", "Message": "x"});
    assert_eq!(room.refusal("Publish", body).await.0, "InvalidParameterException");
}

#[tokio::test]
async fn lists_go_on_page_by_page() {
    let room = Room::open().await;
    for number in 0..101 {
        room.topic(&format!("topic-{number:03}"), json!({})).await;
    }
    let first = room.call("ListTopics", json!({})).await;
    let count = |page: &Value| page["Topics"].as_array().map(Vec::len);
    assert_eq!(count(&first), Some(100));
    let next = room.call("ListTopics", json!({"NextToken": first["NextToken"]})).await;
    assert!(text(&next["Topics"][0]["TopicArn"]).ends_with("topic-100"));
    assert_eq!(next.get("NextToken"), None);
    let bad = room.refusal("ListTopics", json!({"NextToken": "x"})).await;
    assert_eq!(bad.1, "Invalid parameter: NextToken");
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let room = Room::open().await;
    let arn = room.topic("orders", json!({})).await;
    let tags = json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]);
    room.call("TagResource", json!({"ResourceArn": arn, "Tags": tags})).await;
    room.call("UntagResource", json!({"ResourceArn": arn, "TagKeys": ["b"]})).await;
    let listed = room.call("ListTagsForResource", json!({"ResourceArn": arn})).await;
    assert_eq!(listed, json!({"Tags": [{"Key": "a", "Value": "1"}]}));
    let unknown = json!({"ResourceArn": format!("{arn}x")});
    let refused = room.refusal("ListTagsForResource", unknown).await;
    assert_eq!(refused.0, "ResourceNotFoundException");
}
