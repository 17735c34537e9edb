//! Sources that never answer.

use std::time::Duration;

use appsync::Limits;
use serde_json::{Value, json};

use crate::house::{Room, hanging};

const SCHEMA: &str = "
type Query { well: String unit: String told: String direct: String pipeline: String batch: String early: Node }
type Node { unit: String }
";
const ASKED: &str = r#"{"version": "2018-05-29", "operation": "Invoke", "payload": {}}"#;
const RAISED: &str = "$util.error($ctx.error.message, $ctx.error.type)";

/// An API whose source `slow` never answers and whose requests have a moment.
async fn api() -> (Room, String, String) {
    let moment = Duration::from_millis(100);
    let limits = Limits { request: moment, last_words: 20 * moment, ..Limits::default() };
    let room = Room::within(limits).await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    let source = json!({
        "apiId": id, "name": "slow", "type": "AWS_LAMBDA",
        "serviceRoleArn": "arn:aws:iam::000000000000:role/source",
        "lambdaConfig": {"lambdaFunctionArn": hanging()},
    });
    room.call("CreateDataSource", source).await.unwrap();
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
