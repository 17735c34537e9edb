//! What caches give, and to whom.

use serde_json::{Value, json};

use crate::house::{Room, authorized};

const SCHEMA: &str = "type Query { secret: String open: String }";

#[tokio::test]
async fn what_one_caller_may_not_see_no_cache_gives_him() {
    for behavior in ["FULL_REQUEST_CACHING", "OPERATION_LEVEL_CACHING"] {
        let room = Room::open().await;
        let (id, _) = room.api(SCHEMA, authorized(&Value::Null)).await;
        for field in ["Query.secret", "Query.open"] {
            room.field(&id, field, "\"$util.autoId()\"").await;
        }
        let cache = json!({
            "apiId": id, "ttl": 60, "apiCachingBehavior": behavior, "type": "SMALL",
        });
        room.call("CreateApiCache", cache).await.unwrap();
        let asked = async |token| room.ask_as(&id, token, "{secret open}").await.1;
        let (high, low) = (asked("high").await, asked("low").await);
        assert!(high["data"]["secret"].is_string(), "{behavior}: {high}");
        assert_eq!(low["data"]["secret"], Value::Null, "{behavior}: {low}");
        assert_eq!(low["errors"].as_array().unwrap().len(), 1, "{behavior}: {low}");
        assert_eq!(asked("high").await, high, "{behavior} keeps what it gave");
    }
}

/// A caching API with fields that give another value whenever they are asked, by whatever keys.
async fn caching(
    schema: &str,
    behavior: &str,
    keys: Option<Value>,
    settings: Value,
) -> (Room, String, String) {
    let room = Room::open().await;
    let (id, key) = room.api(schema, settings).await;
    let mut config = json!({"ttl": 60});
    if let Some(keys) = keys {
        config["cachingKeys"] = keys;
    }
    let resolver = json!({
        "apiId": id, "typeName": "Query", "fieldName": "open", "dataSourceName": "none",
        "requestMappingTemplate": r#"{"version": "2018-05-29", "payload": "$util.autoId()"}"#,
        "responseMappingTemplate": "$util.toJson($ctx.result)", "cachingConfig": config,
    });
    room.call("CreateResolver", resolver).await.unwrap();
    let cache = json!({"apiId": id, "ttl": 60, "apiCachingBehavior": behavior, "type": "SMALL"});
    room.call("CreateApiCache", cache).await.unwrap();
    (room, id, key)
}

const NOTES: &str = "type Query { open(id: ID): String } type Mutation { touch(id: ID): String }";

/// "If you don't specify any caching keys, the defaults are the contents of the `context.arguments`, `context.source`,
/// and `context.identity` maps."
#[tokio::test]
async fn a_resolver_without_keys_keeps_by_arguments_and_identity() {
    let settings = authorized(&Value::Null);
    let (room, id, _) = caching(NOTES, "PER_RESOLVER_CACHING", None, settings).await;
    let asked = async |user, query| room.ask_as(&id, user, query).await.1["data"]["open"].clone();
    let first = asked("user:ann", "{open(id: 1)}").await;
    assert!(first.is_string(), "{first}");
    assert_eq!(asked("user:ann", "{open(id: 1)}").await, first);
    assert_ne!(asked("user:ann", "{open(id: 2)}").await, first);
    assert_ne!(asked("user:bob", "{open(id: 1)}").await, first);
}

/// AWS's own example: the keys are those of `context`, the eviction names them by `ctx.args`.
#[tokio::test]
async fn what_is_evicted_is_asked_again_however_its_keys_are_spelled() {
    for keys in ["context.arguments.id", "$context.arguments.id", "ctx.args.id"] {
        let behavior = "PER_RESOLVER_CACHING";
        let (room, id, key) = caching(NOTES, behavior, Some(json!([keys])), json!({})).await;
        let request = r#"$extensions.evictFromApiCache("Query", "open", {"ctx.args.id": $ctx.args.id})
            {"version": "2018-05-29", "payload": "done"}"#;
        room.resolver(&id, "Mutation.touch", request, "$util.toJson($ctx.result)").await;
        let asked = async |query| room.ask(&id, &key, query).await.1;
        let (first, other) = (asked("{open(id: 1)}").await, asked("{open(id: 2)}").await);
        let touched = asked("mutation {touch(id: 1)}").await;
        let told = json!({"data": {"touch": "done"}, "extensions": {"apiCacheEntriesDeleted": 1}});
        assert_eq!(touched, told, "{keys}");
        assert_ne!(asked("{open(id: 1)}").await, first, "{keys}");
        assert_eq!(asked("{open(id: 2)}").await, other, "{keys}");
        let touched = asked("mutation {touch(id: 3)}").await;
        assert_eq!(touched, json!({"data": {"touch": "done"}}), "nothing was there: {keys}");
    }
}

#[tokio::test]
async fn an_operation_with_other_headers_is_another_one() {
    let (room, id, key) = caching(NOTES, "OPERATION_LEVEL_CACHING", None, json!({})).await;
    let asked = async |header: &str, value: &str| {
        let path = format!("/appsync-api/{id}/graphql");
        let request = http::Request::post(path).header("x-api-key", &key).header(header, value);
        room.send(request, r#"{"query": "{open(id: 1)}"}"#.to_owned()).await.1
    };
    let first = asked("x-tenant", "a").await;
    assert_eq!(asked("x-tenant", "a").await, first);
    assert_ne!(asked("x-tenant", "b").await, first);
    for other in ["ctx.x-tenant", "context.x-tenant", "$x-tenant", "$ctx.x-tenant"] {
        assert_ne!(asked(other, "a").await, first, "{other} is a header of its own");
    }
    let traced = asked("x-amzn-trace-id", "1").await;
    assert_eq!(asked("x-amzn-trace-id", "2").await, traced, "reserved headers tell nothing apart");
}

#[tokio::test]
async fn a_resolver_keeps_for_an_hour_at_most_by_25_keys_at_most() {
    let room = Room::open().await;
    let (id, _) = room.api(SCHEMA, json!({})).await;
    let with = async |caching: Value| {
        let asked = json!({
            "apiId": id, "typeName": "Query", "fieldName": "open", "dataSourceName": "none",
            "cachingConfig": caching,
        });
        room.call("CreateResolver", asked).await
    };
    let keys = |count| vec!["$context.identity.sub"; count];
    for wrong in
        [json!({"ttl": 0}), json!({"ttl": 3601}), json!({"ttl": 1, "cachingKeys": keys(26)})]
    {
        assert_eq!(with(wrong).await.unwrap_err(), "BadRequestException");
    }
    with(json!({"ttl": 3600, "cachingKeys": keys(25)})).await.unwrap();
}
