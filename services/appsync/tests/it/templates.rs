//! How templates and the errors of data sources meet, in both versions; hostile requests.

use serde_json::{Value, json};

use crate::house::Room;

const SCHEMA: &str =
    "type Query { a: String b: String node: Node } type Node { node: Node name: String }";

/// The reply to `{a}` whose source answers `null` or fails, with templates of that version.
async fn answered(request: &str, response: &str) -> Value {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    room.resolver(&id, "Query.a", request, response).await;
    room.ask(&id, &key, "{a}").await.1
}

#[tokio::test]
async fn the_first_version_skips_the_response_template_when_there_is_no_result() {
    let response = "\"never\"";
    let first = answered(r#"{"version": "2017-02-28"}"#, response).await;
    assert_eq!(first, json!({"data": {"a": null}}));
    let second = answered(r#"{"version": "2018-05-29"}"#, response).await;
    assert_eq!(second, json!({"data": {"a": "never"}}));
}

#[tokio::test]
async fn a_template_returns_early_without_asking_the_source() {
    let reply = answered("#return(\"early\")", "\"late\"").await;
    assert_eq!(reply, json!({"data": {"a": "early"}}));
}

#[tokio::test]
async fn a_template_that_is_no_json_says_so() {
    let reply = answered("nonsense", "\"late\"").await;
    let error = &reply["errors"][0];
    assert_eq!(error["errorType"], "MappingTemplate", "{reply}");
    assert!(
        error["message"].as_str().unwrap().starts_with("Unable to convert nonsense"),
        "{reply}"
    );
}

#[tokio::test]
async fn hostile_requests_get_an_answer() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({"queryDepthLimit": 5})).await;
    let deep = format!("{{{}name{}}}", "node {".repeat(10_000), "}".repeat(10_000));
    let wide = format!("{{{}}}", "a ".repeat(100_000));
    let cycle = "{...A} fragment A on Query {...B} fragment B on Query {...A}";
    for query in [&*deep, &*wide, cycle, "{node {node {node {node {node {name}}}}}}"] {
        let (status, body) = room.ask(&id, &key, query).await;
        assert!((400..500).contains(&status) || status == 200, "{status}");
        assert!(body["errors"].is_array() || body["data"].is_object(), "{body}");
    }
    let (status, body) = room.post(&id, &key, "x".repeat(10 << 20)).await;
    assert_eq!(
        (status, &body["errors"][0]["errorType"]),
        (413, &json!("RequestEntityTooLargeException"))
    );
}
