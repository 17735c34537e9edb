//! What is refused before a database is asked.

use rds_data::Limits;
use serde_json::json;

use crate::house::{CLUSTER, Room, refusal};

/// Nobody listens there.
const NOWHERE: &str = "postgresql://ann@127.0.0.1:1/shop";

#[tokio::test]
async fn a_database_that_cannot_be_reached_may_be_asked_again() {
    let room = Room::new(NOWHERE, Limits::default());
    let (status, code, sentence) = refusal(room.execute("SELECT 1").await);
    assert_eq!((status, code.as_str()), (504, "DatabaseUnavailableException"));
    assert!(sentence.contains("refused"), "{sentence}");
}

#[tokio::test]
async fn an_unknown_cluster_has_no_endpoint() {
    let room = Room::new(NOWHERE, Limits::default());
    let other = format!("{CLUSTER}-of-others");
    let asked = json!({ "sql": "SELECT 1", "resourceArn": other });
    let expected = format!("HttpEndpoint is not enabled for resource {other}");
    assert_eq!(
        refusal(room.call("ExecuteStatement", asked).await),
        (400, "HttpEndpointNotEnabledException".to_owned(), expected)
    );
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_refused() {
    let room = Room::new(NOWHERE, Limits::default());
    let cases = [
        (json!([]), "BadRequestException", "Cannot find parameter: a"),
        (json!([{ "name": "a" }]), "ValidationException", "The parameter a has no value."),
        (
            json!([{ "name": "a", "value": { "arrayValue": { "longValues": [1] } } }]),
            "BadRequestException",
            "Array parameters are not supported.",
        ),
        (
            json!([{ "name": "a", "value": { "blobValue": "?" } }]),
            "ValidationException",
            "The blobValue of the parameter a isn't in base64.",
        ),
    ];
    for (parameters, code, sentence) in cases {
        let asked = json!({ "sql": "SELECT :a", "parameters": parameters });
        let refused = refusal(room.call("ExecuteStatement", asked).await);
        assert_eq!(refused, (400, code.to_owned(), sentence.to_owned()));
    }
    let hinted = json!([{ "name": "a", "value": { "stringValue": "1" }, "typeHint": "INTEGER" }]);
    let asked = json!({ "sql": "SELECT :a", "parameters": hinted });
    assert_eq!(refusal(room.call("ExecuteStatement", asked).await).1, "ValidationException");
}

#[tokio::test]
async fn what_the_service_has_no_more_is_refused_in_its_words() {
    let room = Room::new(NOWHERE, Limits::default());
    let asked = json!({ "sql": "SELECT 1", "schema": "public" });
    assert_eq!(refusal(room.call("ExecuteStatement", asked).await).1, "BadRequestException");
    let asked = json!({
        "dbClusterOrInstanceArn": CLUSTER, "awsSecretStoreArn": CLUSTER, "sqlStatements": "SELECT 1",
    });
    let (_, code, sentence) = refusal(room.call("ExecuteSql", asked).await);
    assert_eq!(code, "BadRequestException");
    assert_eq!(sentence, "ExecuteSql API is deprecated, please use ExecuteStatement API.");
}
