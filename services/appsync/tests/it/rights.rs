//! Directives of the schema decide who sees what.

use serde_json::{Value, json};

use crate::house::Room;

const SCHEMA: &str = "
type Query { plain: String keyed: String @aws_api_key signed: String @aws_iam both: Thing other: Hidden }
type Thing @aws_api_key @aws_iam { name: String staff: String @aws_iam }
type Hidden { name: String }
";

async fn seen(default: &str, additional: &str, query: &str) -> (Value, Vec<String>) {
    let room = Room::open().await;
    let settings = json!({
        "authenticationType": default,
        "additionalAuthenticationProviders": [{"authenticationType": additional}],
    });
    let (id, key) = room.api(SCHEMA, settings).await;
    for field in ["plain", "keyed", "signed"] {
        room.field(&id, &format!("Query.{field}"), "\"x\"").await;
    }
    room.field(&id, "Query.both", r#"{"name": "n", "staff": "s"}"#).await;
    room.field(&id, "Query.other", r#"{"name": "n"}"#).await;
    let (status, body) = room.ask(&id, &key, query).await;
    assert_eq!(status, 200, "{body}");
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let message = |error: &Value| error["message"].as_str().unwrap().to_owned();
    (body["data"].clone(), errors.iter().map(message).collect())
}

#[tokio::test]
async fn what_has_no_mark_is_for_the_default_way_in() {
    let (data, errors) = seen("API_KEY", "AWS_IAM", "{plain keyed signed}").await;
    assert_eq!(data, json!({"plain": "x", "keyed": "x", "signed": null}));
    assert_eq!(errors, ["Not Authorized to access signed on type Query"]);
    let (data, errors) = seen("AWS_IAM", "API_KEY", "{plain keyed signed}").await;
    assert_eq!(data, json!({"plain": null, "keyed": "x", "signed": null}));
    assert_eq!(errors.len(), 2);
}

#[tokio::test]
async fn marks_of_a_field_win_over_those_of_its_type() {
    let (data, _) = seen("API_KEY", "AWS_IAM", "{both {name staff}}").await;
    assert_eq!(data, json!({"both": {"name": "n", "staff": null}}));
}

#[tokio::test]
async fn a_type_without_marks_is_closed_to_additional_ways_in() {
    let (data, _) = seen("AWS_IAM", "API_KEY", "{other {name}}").await;
    assert_eq!(data, json!({"other": null}));
}
