//! Sources that never answer.

use std::time::Duration;

use appsync::Limits;
use http::Request;
use serde_json::{Value, json};

use crate::house::{Room, hanging};

const SCHEMA: &str = "
type Query { well: String unit: String told: String direct: String pipeline: String batch: String early: Node }
type Node { unit: String }
";
const ASKED: &str = r#"{"version": "2018-05-29", "operation": "Invoke", "payload": {}}"#;
const RAISED: &str = "$util.error($ctx.error.message, $ctx.error.type)";

/// A room whose requests have a moment.
async fn hasty() -> Room {
    let moment = Duration::from_millis(100);
    Room::within(Limits { request: moment, last_words: 20 * moment, ..Limits::default() }).await
}

/// Gives an API the source `slow`, which never answers.
async fn slow_source(room: &Room, id: &str) {
    let source = json!({
        "apiId": id, "name": "slow", "type": "AWS_LAMBDA",
        "serviceRoleArn": "arn:aws:iam::000000000000:role/source",
        "lambdaConfig": {"lambdaFunctionArn": hanging()},
    });
    room.call("CreateDataSource", source).await.unwrap();
}

/// An API with that source.
async fn api() -> (Room, String, String) {
    let room = hasty().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    slow_source(&room, &id).await;
    room.field(&id, "Query.well", "\"fine\"").await;
    (room, id, key)
}

async fn resolver(room: &Room, id: &str, field: &str, members: Value) {
    let (type_name, field_name) = field.split_once('.').unwrap();
    let mut asked = json!({"apiId": id, "typeName": type_name, "fieldName": field_name});
    asked.as_object_mut().unwrap().extend(members.as_object().cloned().unwrap());
    room.call("CreateResolver", asked).await.unwrap();
}

#[tokio::test]
async fn a_source_that_hangs_costs_its_field_and_no_other() {
    let (room, id, key) = api().await;
    let with = |response: &str| {
        json!({
            "dataSourceName": "slow", "requestMappingTemplate": ASKED,
            "responseMappingTemplate": response,
        })
    };
    resolver(&room, &id, "Query.unit", with(RAISED)).await;
    resolver(&room, &id, "Query.told", with("$util.toJson($ctx.error.type)")).await;
    resolver(&room, &id, "Query.direct", json!({"dataSourceName": "slow"})).await;
    let batch = json!({"dataSourceName": "slow", "maxBatchSize": 2});
    resolver(&room, &id, "Query.batch", batch).await;
    let function = json!({
        "apiId": id, "name": "ask", "dataSourceName": "slow",
        "requestMappingTemplate": ASKED, "responseMappingTemplate": RAISED,
    });
    let function = room.call("CreateFunction", function).await.unwrap();
    let functions = [&function["functionConfiguration"]["functionId"]];
    let pipeline = json!({
        "kind": "PIPELINE", "pipelineConfig": {"functions": functions},
        "requestMappingTemplate": "{}", "responseMappingTemplate": "$util.toJson($ctx.result)",
    });
    resolver(&room, &id, "Query.pipeline", pipeline).await;

    let query = "{well unit told direct pipeline batch}";
    let (status, body) = room.ask(&id, &key, query).await;
    assert_eq!(status, 200, "{body}");
    let timeout = "Lambda:ExecutionTimeoutException";
    let data = json!({
        "well": "fine", "unit": null, "told": timeout, "direct": null, "pipeline": null, "batch": null,
    });
    assert_eq!(body["data"], data, "{body}");
    let errors = body["errors"].as_array().unwrap();
    let mut paths: Vec<_> = errors.iter().map(|error| error["path"][0].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["batch", "direct", "pipeline", "unit"]);
    for error in errors {
        assert_eq!(
            (&error["message"], &error["errorType"]),
            (&json!("Execution timed out."), &json!(timeout))
        );
    }
}

#[tokio::test]
async fn a_handler_of_events_that_hangs_is_answered_for() {
    let room = hasty().await;
    let (id, key) = room.event_api().await;
    slow_source(&room, &id).await;
    let slow = json!({"behavior": "DIRECT", "integration": {"dataSourceName": "slow"}});
    let namespace = json!({"apiId": id, "name": "chat", "handlerConfigs": {"onPublish": slow}});
    room.call("CreateChannelNamespace", namespace).await.unwrap();
    let event = json!({"channel": "/chat/a", "events": ["1"]}).to_string();
    let request = Request::post(format!("/appsync-api/{id}/event")).header("x-api-key", &key);
    let published = tokio::time::timeout(Duration::from_secs(10), room.send(request, event)).await;
    let (status, body) = published.unwrap();
    assert_eq!((status, &body["errors"][0]["message"]), (400, &json!("Execution timed out.")));
}

/// QuickJS asks whether to go on every 10,000 steps, however long each takes.
const ENDLESS: &str = "export function request(ctx) {
    const a = 'a'; const text = a.padEnd(16000000); let n = 0;
    for (const i of new Array(9000).fill(1)) { n = n + text.toUpperCase().length; }
    return { payload: n };
}";

#[tokio::test]
async fn code_that_hangs_costs_its_field_and_no_other() {
    let moment = Duration::from_millis(200);
    let limits = Limits { request: moment, last_words: moment, ..Limits::default() };
    let room = Room::within(limits).await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    room.field(&id, "Query.well", "\"fine\"").await;
    let runtime = json!({"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"});
    let endless = json!({"dataSourceName": "none", "runtime": runtime, "code": ENDLESS});
    resolver(&room, &id, "Query.unit", endless).await;
    let (status, body) = room.ask(&id, &key, "{well unit}").await;
    assert_eq!((status, &body["data"]), (200, &json!({"well": "fine", "unit": null})), "{body}");
    assert_eq!(body["errors"][0]["errorType"], "ExecutionTimeout", "{body}");
}
