use serde_json::{Value, json};

use crate::house::{PASS, Room};

async fn validate(body: Value) -> Value {
    Room::open().await.call("ValidateStateMachineDefinition", body).await
}

#[tokio::test]
async fn a_good_definition_has_no_diagnostics() {
    assert_eq!(
        validate(json!({"definition": PASS, "type": "EXPRESS"})).await,
        json!({"result": "OK", "diagnostics": [], "truncated": false})
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told() {
    let definition = r#"{"StartAt":"X","States":{"A":{"Type":"Pass","Next":"B"}}}"#;
    let validated = validate(json!({"definition": definition})).await;
    assert_eq!(validated["result"], "FAIL");
    let count = validated["diagnostics"].as_array().unwrap().len();
    assert!(2 <= count, "{validated}");
    assert_eq!(validated["diagnostics"][0]["severity"], "ERROR");

    let first = validate(json!({"definition": definition, "maxResults": 1})).await;
    assert_eq!(first["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!((&first["truncated"], &first["result"]), (&json!(true), &json!("FAIL")));
}

#[tokio::test]
async fn what_is_not_json_is_shown_where_it_breaks() {
    let validated = validate(json!({"definition": "not a definition"})).await;
    assert_eq!(
        validated["diagnostics"],
        json!([{
            "severity": "ERROR",
            "code": "INVALID_JSON_DESCRIPTION",
            "message": "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (String)\"not a definition\"; line: 1, column: 4]",
            "location": "[Source: (String)\"not a definition\"; line: 1, column: 4]",
        }])
    );
}

#[tokio::test]
async fn warnings_are_shown_where_they_are_asked_for() {
    let definition =
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"x.$":"$.y"},"End":true}}}"#;
    let errors = validate(json!({"definition": definition})).await;
    assert_eq!((&errors["result"], &errors["diagnostics"]), (&json!("OK"), &json!([])));
    let all = validate(json!({"definition": definition, "severity": "WARNING"})).await;
    assert_eq!(all["result"], "OK");
    assert_eq!(all["diagnostics"][0]["severity"], "WARNING", "{all}");
}
