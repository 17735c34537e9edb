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
