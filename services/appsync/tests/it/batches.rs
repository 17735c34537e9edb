//! Functions that are asked for several calls at once.

use serde_json::{Value, json};

use crate::house::{Room, gathering, meeting};

const SCHEMA: &str = "type Query { items: [Item] } type Item { id: ID field: AWSJSON }";
const CODE: &str =
    "export function request(ctx) { return { operation: 'BatchInvoke', payload: ctx.source.id }; }
    export function response(ctx) { return ctx.result; }";
const AROUND: &str = "export function request(ctx) { return {}; }
    export function response(ctx) { return ctx.prev.result; }";

/// What a function was asked with for the field of each of three items.
async fn asked(room: &Room, (id, key): (&str, &str)) -> Vec<Value> {
    let (status, body) = room.ask(id, key, "{items {field}}").await;
    assert!(status == 200 && body["errors"].is_null(), "{body}");
    let items = body["data"]["items"].as_array().unwrap();
    items.iter().map(|it| serde_json::from_str(it["field"].as_str().unwrap()).unwrap()).collect()
}

async fn room() -> (Room, String, String) {
    room_with(gathering()).await
}

/// An API with three items and that function as a source.
async fn room_with(function: String) -> (Room, String, String) {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    room.field(&id, "Query.items", r#"[{"id": "1"}, {"id": "2"}, {"id": "3"}]"#).await;
    let source = json!({
        "apiId": id, "name": "function", "type": "AWS_LAMBDA",
        "serviceRoleArn": "arn:aws:iam::000000000000:role/any",
        "lambdaConfig": {"lambdaFunctionArn": function},
    });
    room.call("CreateDataSource", source).await.unwrap();
    (room, id, key)
}

fn with_runtime(mut asked: Value) -> Value {
    asked["runtime"] = json!({"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"});
    asked
}

/// "By default, when using `BatchInvoke`, AWS AppSync sends requests to your Lambda function in batches of up to five
/// items": <https://docs.aws.amazon.com/appsync/latest/devguide/tutorial-lambda-resolvers-js.html>.
#[tokio::test]
async fn code_that_asks_for_a_batch_has_one_without_a_size() {
    let (room, id, key) = room().await;
    let resolver = json!({
        "apiId": id, "typeName": "Item", "fieldName": "field", "dataSourceName": "function", "code": CODE,
    });
    room.call("CreateResolver", with_runtime(resolver)).await.unwrap();
    let told = asked(&room, (&id, &key)).await;
    assert_eq!(told, ["1", "2", "3"].map(|item| json!({"of": 3, "item": item})));
}

#[tokio::test]
async fn code_that_speaks_of_batches_and_asks_for_none_asks_for_all_items_at_once() {
    let (room, id, key) = room_with(meeting()).await;
    let code = CODE.replace("'BatchInvoke'", "ctx.source.id ? 'Invoke' : 'BatchInvoke'");
    let resolver = json!({
        "apiId": id, "typeName": "Item", "fieldName": "field", "dataSourceName": "function", "code": code,
    });
    room.call("CreateResolver", with_runtime(resolver)).await.unwrap();
    let told = asked(&room, (&id, &key)).await;
    assert_eq!(told, ["1", "2", "3"].map(|item| json!({"alone": item})));
}

#[tokio::test]
async fn functions_of_pipelines_are_given_lists_if_they_ask_for_batches() {
    let cases = [
        (json!({"code": CODE}), true),
        (json!({"code": CODE, "maxBatchSize": 10}), true),
        (json!({"code": CODE.replace("BatchInvoke", "Invoke"), "maxBatchSize": 10}), false),
    ];
    for (function, gathers) in cases {
        let (room, id, key) = room().await;
        let mut asked_for = json!({"apiId": id, "name": "f", "dataSourceName": "function"});
        asked_for.as_object_mut().unwrap().extend(function.as_object().cloned().unwrap());
        let made = room.call("CreateFunction", with_runtime(asked_for)).await.unwrap();
        let resolver = json!({
            "apiId": id, "typeName": "Item", "fieldName": "field", "kind": "PIPELINE", "code": AROUND,
            "pipelineConfig": {"functions": [made["functionConfiguration"]["functionId"]]},
        });
        room.call("CreateResolver", with_runtime(resolver)).await.unwrap();
        let told = asked(&room, (&id, &key)).await;
        let one = |item| match gathers {
            true => json!({"of": 1, "item": item}),
            false => json!({"alone": item}),
        };
        assert_eq!(told, ["1", "2", "3"].map(one), "{function}");
    }
}

#[tokio::test]
async fn what_a_batch_gave_is_kept_as_what_one_call_gave() {
    let (room, id, key) = room().await;
    let code = CODE.replace("ctx.source.id", "[ctx.source.id, util.autoId()]");
    let resolver = json!({
        "apiId": id, "typeName": "Item", "fieldName": "field", "dataSourceName": "function", "code": code,
        "cachingConfig": {"ttl": 60, "cachingKeys": ["$context.source.id"]},
    });
    room.call("CreateResolver", with_runtime(resolver)).await.unwrap();
    let cache = json!({
        "apiId": id, "ttl": 60, "apiCachingBehavior": "PER_RESOLVER_CACHING", "type": "SMALL",
    });
    room.call("CreateApiCache", cache).await.unwrap();
    let first = asked(&room, (&id, &key)).await;
    assert_eq!(first[0]["of"], 3);
    assert_eq!(asked(&room, (&id, &key)).await, first);
    room.call("FlushApiCache", json!({"apiId": id})).await.unwrap();
    assert_ne!(asked(&room, (&id, &key)).await, first);
}
