//! Asynchronous events: retries, destinations, dead letters, restarts.

use serde_json::{Value, json};

use crate::house::{Ground, Room, blob, lines, quick, until};

fn event(name: &str, payload: &Value) -> Value {
    json!({"FunctionName": name, "InvocationType": "Event", "Payload": blob(payload)})
}

fn failing(file: &std::path::Path) -> String {
    format!(
        "def handler(event, context):\n    open({file:?}, 'a').write(context.aws_request_id + '\\n')\n    raise ValueError('never')\n"
    )
}

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failed";

#[tokio::test]
async fn an_event_that_fails_is_tried_three_times_and_then_told() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    let dead = "arn:aws:sqs:us-east-1:000000000000:dead";
    room.python("f", &failing(&file), json!({"DeadLetterConfig": {"TargetArn": dead}})).await;
    let config =
        json!({"FunctionName": "f", "DestinationConfig": {"OnFailure": {"Destination": QUEUE}}});
    room.call("PutFunctionEventInvokeConfig", config).await;
    assert_eq!(room.call("Invoke", event("f", &json!({"n": 1}))).await, json!({"StatusCode": 202}));
    let sent = until(|| Some(room.queue.asked("SendMessage")).filter(|sent| sent.len() == 2)).await;
    let ids = lines(&file);
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]), "one event, one request id: {ids:?}");
    let record: Value = serde_json::from_str(sent[0]["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestPayload"], json!({"n": 1}));
    assert_eq!(record["responsePayload"]["errorType"], "ValueError");
    assert_eq!(sent[1]["MessageBody"], r#"{"n":1}"#, "a dead letter is the event alone");
    assert_eq!(sent[1]["MessageAttributes"]["ErrorMessage"]["StringValue"], "never");
}

#[tokio::test]
async fn retries_are_as_many_as_configured() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    room.python("f", &failing(&file), json!({})).await;
    let config = json!({
        "FunctionName": "f",
        "MaximumRetryAttempts": 0,
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
    });
    room.call("PutFunctionEventInvokeConfig", config).await;
    room.call("Invoke", event("f", &json!({}))).await;
    until(|| room.queue.asked("SendMessage").pop()).await;
    assert_eq!(lines(&file).len(), 1);
}

#[tokio::test]
async fn success_is_told_where_it_is_wanted() {
    let room = Room::open().await;
    room.python("f", "def handler(event, context):\n    return 'fine'\n", json!({})).await;
    let config =
        json!({"FunctionName": "f", "DestinationConfig": {"OnSuccess": {"Destination": QUEUE}}});
    room.call("PutFunctionEventInvokeConfig", config).await;
    room.call("Invoke", event("f", &json!({}))).await;
    let sent = until(|| room.queue.asked("SendMessage").pop()).await;
    let record: Value = serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["responsePayload"], "fine");
}

#[tokio::test]
async fn an_event_waits_for_concurrency() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    let code = format!("def handler(event, context):\n    open({file:?}, 'a').write('run\\n')\n");
    room.python("f", &code, json!({})).await;
    let none = json!({"FunctionName": "f", "ReservedConcurrentExecutions": 0});
    room.call("PutFunctionConcurrency", none).await;
    room.call("Invoke", event("f", &json!({}))).await;
    crate::house::pause().await;
    assert_eq!(lines(&file).len(), 0);
    room.call("DeleteFunctionConcurrency", json!({"FunctionName": "f"})).await;
    until(|| (lines(&file).len() == 1).then_some(())).await;
}

#[tokio::test]
async fn an_accepted_event_outlives_the_house() {
    let ground = Ground::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    {
        let room = Room::open_on(&ground, quick()).await;
        let code = format!(
            "import time\ndef handler(event, context):\n    open({file:?}, 'a').write('run\\n')\n    time.sleep(event['sleep'])\n    open({file:?}, 'a').write('end\\n')\n"
        );
        room.python("f", &code, json!({"Timeout": 60})).await;
        room.call("Invoke", event("f", &json!({"sleep": 0.5}))).await;
        until(|| (!lines(&file).is_empty()).then_some(())).await;
    }
    let _room = Room::open_on(&ground, quick()).await;
    until(|| lines(&file).contains(&"end".to_owned()).then_some(())).await;
    assert_eq!(lines(&file), ["run", "run", "end"]);
}

#[tokio::test]
async fn a_configuration_is_updated_listed_and_deleted() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    let name = json!({"FunctionName": "f"});
    assert_eq!(
        room.refusal("GetFunctionEventInvokeConfig", name.clone()).await.0,
        "ResourceNotFoundException"
    );
    room.call(
        "PutFunctionEventInvokeConfig",
        json!({"FunctionName": "f", "MaximumRetryAttempts": 1}),
    )
    .await;
    let more = json!({"FunctionName": "f", "MaximumEventAgeInSeconds": 60});
    room.call("UpdateFunctionEventInvokeConfig", more).await;
    let config = room.call("GetFunctionEventInvokeConfig", name.clone()).await;
    assert_eq!(
        (&config["MaximumRetryAttempts"], &config["MaximumEventAgeInSeconds"]),
        (&json!(1), &json!(60))
    );
    let listed = room.call("ListFunctionEventInvokeConfigs", name.clone()).await;
    assert_eq!(listed["FunctionEventInvokeConfigs"], json!([config]));
    room.call("DeleteFunctionEventInvokeConfig", name.clone()).await;
    room.refusal("GetFunctionEventInvokeConfig", name).await;
}
