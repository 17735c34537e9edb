//! Subscription filters and metric filters.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::house::{NOW, Room};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

async fn group_with(pattern: &str) -> Room {
    let room = Room::open();
    room.call("CreateLogGroup", json!({"logGroupName": "g"})).await;
    room.call("CreateLogStream", json!({"logGroupName": "g", "logStreamName": "s"})).await;
    room.call("PutSubscriptionFilter", subscription("one", pattern, FUNCTION)).await;
    room
}

fn subscription(name: &str, pattern: &str, destination: &str) -> Value {
    json!({
        "logGroupName": "g", "filterName": name, "filterPattern": pattern,
        "destinationArn": destination,
    })
}

async fn put(room: &Room, messages: &[&str]) {
    let events: Vec<_> =
        messages.iter().map(|message| json!({"timestamp": NOW, "message": message})).collect();
    let body = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events});
    room.call("PutLogEvents", body).await;
}

/// What a function was given, unpacked.
fn data(invocation: &Value) -> Value {
    let decode = |text: &Value| {
        base64::prelude::BASE64_STANDARD.decode(text.as_str().expect("a text")).expect("Base64")
    };
    let payload: Value = serde_json::from_slice(&decode(&invocation["Payload"])).expect("JSON");
    let packed = decode(&payload["awslogs"]["data"]);
    serde_json::from_reader(flate2::read::GzDecoder::new(&*packed)).expect("packed JSON")
}

#[tokio::test]
async fn a_function_gets_the_events_that_match() {
    let room = group_with("ERROR").await;
    room.invoked();
    put(&room, &["ERROR one", "fine", "ERROR two"]).await;
    room.sweep().await;
    let invoked = room.invoked();
    assert_eq!(invoked.len(), 1);
    assert_eq!(
        (&invoked[0]["FunctionName"], &invoked[0]["InvocationType"]),
        (&json!(FUNCTION), &json!("Event"))
    );
    let data = data(&invoked[0]);
    assert_eq!(data["messageType"], "DATA_MESSAGE");
    assert_eq!((&data["owner"], &data["logGroup"]), (&json!("000000000000"), &json!("g")));
    assert_eq!((&data["logStream"], &data["subscriptionFilters"]), (&json!("s"), &json!(["one"])));
    let messages: Vec<_> =
        data["logEvents"].as_array().expect("events").iter().map(|it| &it["message"]).collect();
    assert_eq!(messages, ["ERROR one", "ERROR two"]);

    put(&room, &["fine"]).await;
    room.sweep().await;
    assert!(room.invoked().is_empty());
}

#[tokio::test]
async fn a_subscription_to_nothing_is_refused_and_a_third_one_too() {
    let room = group_with("").await;
    let nowhere = "arn:aws:lambda:us-east-1:000000000000:function:nowhere";
    let refused = room.refusal("PutSubscriptionFilter", subscription("x", "", nowhere)).await;
    assert!(refused.1.starts_with("Could not execute the lambda function."), "{}", refused.1);
    let stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    let refused = room.refusal("PutSubscriptionFilter", subscription("x", "", stream)).await;
    assert_eq!(refused.0, "InvalidParameterException");
    room.call("PutSubscriptionFilter", subscription("two", "", FUNCTION)).await;
    let refused = room.refusal("PutSubscriptionFilter", subscription("three", "", FUNCTION)).await;
    assert_eq!(refused, ("LimitExceededException".into(), "Resource limit exceeded.".into()));
    room.call("PutSubscriptionFilter", subscription("two", "x", FUNCTION)).await;
    let shown = room.call("DescribeSubscriptionFilters", json!({"logGroupName": "g"})).await;
    assert_eq!(shown["subscriptionFilters"][1]["filterPattern"], "x");
    assert_eq!(shown["subscriptionFilters"][0]["distribution"], "ByLogStream");

    let one = json!({"logGroupName": "g", "filterName": "one"});
    room.call("DeleteSubscriptionFilter", one.clone()).await;
    let refused = room.refusal("DeleteSubscriptionFilter", one).await;
    assert_eq!(refused.1, "The specified subscription filter does not exist.");
}

#[tokio::test]
async fn metric_filters_are_kept_until_their_group_goes() {
    let room = group_with("").await;
    let filter = json!({
        "logGroupName": "g", "filterName": "errors", "filterPattern": "{ $.level = \"error\" }",
        "metricTransformations": [
            {"metricName": "Errors", "metricNamespace": "App", "metricValue": "1", "defaultValue": 0.5},
        ],
    });
    room.call("PutMetricFilter", filter).await;
    let shown = room.call("DescribeMetricFilters", json!({"filterNamePrefix": "err"})).await;
    let shown = &shown["metricFilters"][0];
    assert_eq!((&shown["logGroupName"], &shown["creationTime"]), (&json!("g"), &json!(NOW)));
    assert_eq!(shown["metricTransformations"][0]["defaultValue"], 0.5);
    let groups = room.call("DescribeLogGroups", json!({})).await;
    assert_eq!(groups["logGroups"][0]["metricFilterCount"], 1);
    let other = json!({"metricName": "Other", "metricNamespace": "App"});
    assert_eq!(room.call("DescribeMetricFilters", other).await["metricFilters"], json!([]));
    room.call("DeleteLogGroup", json!({"logGroupName": "g"})).await;
    assert_eq!(room.call("DescribeMetricFilters", json!({})).await["metricFilters"], json!([]));
}
