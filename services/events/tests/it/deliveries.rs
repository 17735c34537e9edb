use std::time::Duration;

use aws::Error;
use serde_json::{Value, json};

use crate::house::{QUEUE, Room};

fn body(asked: &crate::house::Asked) -> Value {
    let body = asked.body["MessageBody"].as_str().expect("a message has a body");
    serde_json::from_str(body).expect("the body is JSON")
}

#[tokio::test]
async fn an_event_reaches_the_targets_of_rules_that_want_it() {
    let room = Room::open();
    room.rule("r", json!([{"Id": "1", "Arn": QUEUE}])).await;
    let other = json!({"Name": "other", "EventPattern": r#"{"source": ["bank"]}"#});
    room.call("PutRule", other).await;
    let target = json!({"Rule": "other", "Targets": [{"Id": "1", "Arn": QUEUE}]});
    room.call("PutTargets", target).await;
    let id = room.put(r#"{"total": 5}"#).await;
    let asked = room.work().await;
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].room, &*asked[0].operation), ("sqs", "SendMessage"));
    assert_eq!(asked[0].body["QueueUrl"], "https://sqs.us-east-1.amazonaws.com/000000000000/queue");
    assert_eq!(asked[0].caller, "events.amazonaws.com");
    assert_eq!(
        body(&asked[0]),
        json!({
            "version": "0",
            "id": id,
            "detail-type": "Order",
            "source": "shop",
            "account": "000000000000",
            "time": "2023-11-14T22:13:20Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {"total": 5},
        })
    );
    assert_eq!(room.rows("events.delivery"), 0);
}

#[tokio::test]
async fn every_kind_of_target_is_asked_in_its_own_words() {
    let room = Room::open();
    let arn =
        |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:000000000000:{rest}");
    let role = "arn:aws:iam::000000000000:role/r";
    room.rule(
        "r",
        json!([
            {"Id": "a", "Arn": arn("sns", "topic"), "Input": "{\"a\":1}"},
            {"Id": "b", "Arn": arn("lambda", "function:f"), "InputPath": "$.detail"},
            {"Id": "c", "Arn": arn("states", "stateMachine:m"), "RoleArn": role},
            {"Id": "d", "Arn": arn("logs", "log-group:/g:*")},
            {"Id": "e", "Arn": arn("sqs", "q.fifo"), "SqsParameters": {"MessageGroupId": "g"}},
        ]),
    )
    .await;
    let id = room.put(r#"{"x":1}"#).await;
    let mut asked = room.work().await;
    asked.sort_by_key(|asked| (asked.room, asked.operation.clone()));
    let operations: Vec<_> = asked.iter().map(|it| (it.room, &*it.operation)).collect();
    assert_eq!(
        operations,
        [
            ("lambda", "Invoke"),
            ("logs", "CreateLogStream"),
            ("logs", "PutLogEvents"),
            ("sns", "Publish"),
            ("sqs", "SendMessage"),
            ("states", "StartExecution"),
        ]
    );
    assert_eq!(
        asked[0].body,
        json!({"FunctionName": arn("lambda", "function:f"), "InvocationType": "Event", "Payload": "eyJ4IjoxfQ=="})
    );
    assert_eq!(asked[2].body["logGroupName"], "/g");
    assert_eq!(asked[3].body, json!({"TopicArn": arn("sns", "topic"), "Message": "{\"a\":1}"}));
    assert_eq!(asked[4].body["MessageGroupId"], "g");
    assert_eq!(asked[4].body["MessageDeduplicationId"], id);
    assert_eq!(asked[5].caller, role);
    assert!(asked[5].body["name"].as_str().unwrap().starts_with(&id));
}

#[tokio::test]
async fn a_delivery_outlives_a_crash_and_is_asked_with_the_same_attempt() {
    let room = Room::open();
    room.rule("r", json!([{"Id": "1", "Arn": QUEUE}])).await;
    room.put("{}").await;
    let room = room.reopened();
    room.refuse([Error::internal()]);
    let first = room.work().await;
    assert_eq!(first.len(), 1);
    assert!(room.work().await.is_empty(), "the next attempt is later");
    room.pass(Duration::from_secs(2));
    let second = room.work().await;
    assert_eq!(second.len(), 1);
    assert_eq!(first[0].attempt, second[0].attempt);
    assert_eq!(room.rows("events.delivery"), 0);
}

#[tokio::test]
async fn what_is_refused_for_good_goes_to_the_dead_letter_queue() {
    let room = Room::open();
    let dead = format!("{QUEUE}-dead");
    let function = "arn:aws:lambda:us-east-1:000000000000:function:f";
    room.rule("r", json!([{"Id": "1", "Arn": function, "DeadLetterConfig": {"Arn": dead}}])).await;
    room.refuse([Error::client("ResourceNotFoundException", "Function not found: f")]);
    let id = room.put("{}").await;
    let asked = room.work().await;
    assert_eq!(asked.len(), 2);
    assert_eq!(body(&asked[1])["id"], id);
    let attributes = &asked[1].body["MessageAttributes"];
    let value = |name: &str| attributes[name]["StringValue"].clone();
    assert_eq!(value("RULE_ARN"), "arn:aws:events:us-east-1:000000000000:rule/r");
    assert_eq!(value("TARGET_ARN"), function);
    assert_eq!(value("ERROR_CODE"), "ResourceNotFoundException");
    assert_eq!(value("ERROR_MESSAGE"), "Function not found: f");
    assert_eq!(value("RETRY_ATTEMPTS"), "0");
    assert_eq!(value("EXHAUSTED_RETRY_CONDITION"), Value::Null);
}

#[tokio::test]
async fn a_retry_policy_bounds_the_attempts() {
    let room = Room::open();
    let dead = format!("{QUEUE}-dead");
    room.rule(
        "r",
        json!([{
            "Id": "1",
            "Arn": QUEUE,
            "RetryPolicy": {"MaximumRetryAttempts": 1},
            "DeadLetterConfig": {"Arn": dead},
        }]),
    )
    .await;
    room.refuse([Error::throttling(), Error::throttling()]);
    room.put("{}").await;
    assert_eq!(room.work().await.len(), 1);
    room.pass(Duration::from_secs(5));
    let asked = room.work().await;
    assert_eq!(asked.len(), 2, "the retry, and the burial");
    let attributes = &asked[1].body["MessageAttributes"];
    assert_eq!(attributes["EXHAUSTED_RETRY_CONDITION"]["StringValue"], "MaximumRetryAttempts");
    assert_eq!(attributes["RETRY_ATTEMPTS"]["StringValue"], "1");
}

#[tokio::test]
async fn an_event_goes_on_from_bus_to_bus_and_not_in_circles() {
    let room = Room::open();
    room.call("CreateEventBus", json!({"Name": "b"})).await;
    let bus = |name: &str| format!("arn:aws:events:us-east-1:000000000000:event-bus/{name}");
    room.rule("r", json!([{"Id": "1", "Arn": bus("b")}])).await;
    let pattern = r#"{"source": ["shop"]}"#;
    room.call("PutRule", json!({"Name": "s", "EventBusName": "b", "EventPattern": pattern})).await;
    let targets = json!([{"Id": "1", "Arn": QUEUE}, {"Id": "2", "Arn": bus("default")}]);
    room.call("PutTargets", json!({"Rule": "s", "EventBusName": "b", "Targets": targets})).await;
    let id = room.put("{}").await;
    let asked = room.work().await;
    assert_eq!(asked.len(), 3, "each time round, until it ends");
    assert!(asked.iter().all(|asked| body(asked)["id"] == id));
    assert_eq!(room.rows("events.delivery"), 0);
}

#[tokio::test]
async fn entries_are_taken_or_refused_one_by_one() {
    let room = Room::open();
    let entry =
        |source: &str, detail: &str| json!({"Source": source, "DetailType": "d", "Detail": detail});
    let entries = json!([
        entry("s", "{}"),
        entry("s", "[1]"),
        entry("aws.s3", "{}"),
        {"Source": "s", "Detail": "{}"},
        {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "nowhere"},
    ]);
    let reply = room.call("PutEvents", json!({"Entries": entries})).await;
    assert_eq!(reply["FailedEntryCount"], 3);
    let code = |at: usize| reply["Entries"][at]["ErrorCode"].clone();
    assert_eq!(code(0), Value::Null);
    assert_eq!(code(1), "MalformedDetail");
    assert_eq!(code(2), "NotAuthorizedForSource");
    assert_eq!(
        reply["Entries"][3],
        json!({
            "ErrorCode": "InvalidArgument",
            "ErrorMessage": "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
        })
    );
    assert_eq!(code(4), Value::Null, "as on AWS");
    let large = json!({"Entries": [entry("s", &format!("\"{}\"", "x".repeat(1_048_576)))]});
    let (_, sentence) = room.refusal("PutEvents", large).await;
    assert_eq!(sentence, "Total size of the entries in the request is over the limit.");
    let (code, _) = room.refusal("PutEvents", json!({"Entries": []})).await;
    assert_eq!(code, "ValidationException");
}

#[tokio::test]
async fn an_attempt_that_asks_again_gets_the_same_answer_and_no_second_event() {
    let room = Room::open();
    room.rule("r", json!([{"Id": "1", "Arn": QUEUE}])).await;
    let entries = json!({"Entries": [{"Source": "shop", "DetailType": "d", "Detail": "{}"}]});
    let first = room.ask_for("task 1", "PutEvents", entries.clone()).await.unwrap();
    let room = room.reopened();
    let second = room.ask_for("task 1", "PutEvents", entries.clone()).await.unwrap();
    assert_eq!(first, second);
    let third = room.ask_for("task 2", "PutEvents", entries).await.unwrap();
    assert_ne!(first, third);
    assert_eq!(room.work().await.len(), 2);
    room.pass(Duration::from_hours(25));
    room.reopened().work().await;
}
