use serde_json::{Value, json};

use crate::house::{PASS, ROLE, Room, with};

async fn test(state: Value, more: Value) -> Value {
    let room = Room::open().await;
    room.call("TestState", body(state, more)).await
}

async fn refusal(state: Value, more: Value) -> (String, String) {
    let room = Room::open().await;
    room.refusal("TestState", body(state, more)).await
}

fn body(state: Value, more: Value) -> Value {
    with(json!({"definition": state.to_string()}), more)
}

fn invoke(more: Value) -> Value {
    let state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f"},
        "End": true,
    });
    with(state, more)
}

#[tokio::test]
async fn shows_each_step_of_a_pass_state() {
    let state = json!({"Type": "Pass", "InputPath": "$.a", "Parameters": {"b.$": "$.c"}, "ResultPath": "$.d", "Next": "N"});
    let tested =
        test(state, json!({"input": r#"{"a":{"c":1}}"#, "inspectionLevel": "DEBUG"})).await;
    assert_eq!(
        tested,
        json!({
            "status": "SUCCEEDED",
            "nextState": "N",
            "output": r#"{"a":{"c":1},"d":{"b":1}}"#,
            "inspectionData": {
                "input": r#"{"a":{"c":1}}"#,
                "afterInputPath": r#"{"c":1}"#,
                "afterParameters": r#"{"b":1}"#,
                "afterResultSelector": r#"{"b":1}"#,
                "afterResultPath": r#"{"a":{"c":1},"d":{"b":1}}"#,
            },
        })
    );
}

#[tokio::test]
async fn shows_variables_as_the_state_leaves_them() {
    let state = json!({"Type": "Pass", "Assign": {"x": 2, "z": 3}, "End": true});
    let more = json!({"variables": r#"{"x":1,"y":1}"#, "inspectionLevel": "TRACE"});
    let tested = test(state, more).await;
    assert_eq!(tested["inspectionData"]["variables"], r#"{"x":2,"y":1,"z":3}"#);
    assert_eq!(tested["output"], "{}");
}

#[tokio::test]
async fn a_failed_task_is_tried_again_then_caught() {
    let state = invoke(json!({
        "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxAttempts": 2, "MaxDelaySeconds": 5}],
        "Catch": [{"ErrorEquals": ["Other"], "Next": "N"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "N"}],
    }));
    let mocked = |spent: i64| {
        json!({
            "input": r#"{"a":1}"#,
            "inspectionLevel": "DEBUG",
            "mock": {"errorOutput": {"error": "E", "cause": "C"}},
            "stateConfiguration": {"retrierRetryCount": spent},
        })
    };
    let retried = test(state.clone(), mocked(1)).await;
    assert_eq!(retried["status"], "RETRIABLE");
    assert_eq!((&retried["error"], &retried["cause"]), (&json!("E"), &json!("C")));
    let details = &retried["inspectionData"]["errorDetails"];
    assert_eq!(details, &json!({"retryIndex": 0, "retryBackoffIntervalSeconds": 5}));

    let caught = test(state, mocked(2)).await;
    assert_eq!((&caught["status"], &caught["nextState"]), (&json!("CAUGHT_ERROR"), &json!("N")));
    assert_eq!(caught["output"], r#"{"a":1,"e":{"Error":"E","Cause":"C"}}"#);
    let details = &caught["inspectionData"]["errorDetails"];
    assert_eq!(details, &json!({"retryIndex": 0, "catchIndex": 1}));
}

#[tokio::test]
async fn a_fault_fails_the_state_with_the_plain_sentence() {
    let state = json!({"Type": "Pass", "InputPath": "$.missing", "End": true});
    let tested = test(state, json!({"inspectionLevel": "DEBUG"})).await;
    assert_eq!((&tested["status"], &tested["error"]), (&json!("FAILED"), &json!("States.Runtime")));
    let cause = tested["cause"].as_str().unwrap();
    assert!(!cause.contains("entered at the event id"), "{cause}");
    assert_eq!(tested["inspectionData"], json!({"input": "{}"}));
}

#[tokio::test]
async fn a_choice_leads_on_by_its_rules() {
    let state = json!({
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Many"}],
        "Default": "Few",
    });
    let next =
        async |input: &str| test(state.clone(), json!({"input": input})).await["nextState"].clone();
    assert_eq!(next(r#"{"n":2}"#).await, "Many");
    assert_eq!(next(r#"{"n":1}"#).await, "Few");
    let without =
        json!({"Type": "Choice", "Choices": [{"Variable": "$.n", "IsPresent": true, "Next": "N"}]});
    assert_eq!(test(without, json!({})).await["error"], "States.NoChoiceMatched");
}

#[tokio::test]
async fn a_state_inside_a_map_has_an_item() {
    let machine = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"i.$": "$$.Map.Item.Value"}, "End": true}}}}}});
    let tested = test(machine, json!({"stateName": "I", "input": "7"})).await;
    assert_eq!(tested["output"], r#"{"i":7}"#);
}

#[tokio::test]
async fn a_map_selects_its_items() {
    let state = json!({
        "Type": "Map",
        "ItemSelector": {"at.$": "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value"},
        "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}},
        "End": true,
    });
    let more =
        json!({"input": r#"["a","b"]"#, "inspectionLevel": "DEBUG", "mock": {"result": "[1,2]"}});
    let tested = test(state, more).await;
    let inspected = &tested["inspectionData"];
    assert_eq!(inspected["afterItemSelector"], r#"[{"at":0,"is":"a"},{"at":1,"is":"b"}]"#);
    assert_eq!(inspected["afterItemsPath"], r#"["a","b"]"#);
    assert_eq!(tested["output"], "[1,2]");
}

#[tokio::test]
async fn refuses_what_cannot_be_tested() {
    let pass = json!({"Type": "Pass", "End": true});
    let mock = json!({"mock": {"result": "{}"}});
    let validation = |text: &str| ("ValidationException".to_owned(), text.to_owned());
    assert_eq!(
        refusal(pass.clone(), mock.clone()).await,
        validation("State type 'Pass' is not supported when a mock is specified")
    );
    assert_eq!(
        refusal(invoke(json!({})), json!({})).await,
        validation("RoleArn must be specified when testing a Task state")
    );
    let both = json!({"mock": {"result": "{}", "errorOutput": {}}});
    assert_eq!(
        refusal(invoke(json!({})), both).await,
        validation(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    );
    let secrets = json!({"mock": {"result": "{}"}, "revealSecrets": true});
    assert_eq!(
        refusal(invoke(json!({})), secrets).await,
        validation("TestState does not support RevealSecrets when a mock is specified.")
    );
    let context = json!({"context": r#"{"Execution":{"Id":7}}"#, "mock": {"result": "{}"}});
    assert_eq!(
        refusal(invoke(json!({})), context).await,
        validation("Invalid Context object provided: Execution.Id must be a string")
    );
    assert_eq!(
        refusal(pass.clone(), json!({"stateName": "X"})).await.0,
        "InvalidDefinition",
        "a state is no machine"
    );
    assert_eq!(refusal(pass.clone(), json!({"input": "x"})).await.0, "InvalidExecutionInput");
    assert_eq!(refusal(pass, json!({"variables": "[]"})).await.0, "ValidationException");
    let activity = json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:a", "End": true});
    assert_eq!(refusal(activity, json!({"roleArn": ROLE})).await.0, "InvalidDefinition");
}

#[tokio::test]
async fn a_task_is_called_for_real_without_a_mock() {
    let room = Room::open().await;
    let state = json!({
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::aws-sdk:sfn:listStateMachines",
        "Arguments": {"MaxResults": "{% 1 + 1 %}"},
        "Output": "{% $count($states.result.StateMachines) %}",
        "End": true,
    });
    room.machine("orders", PASS).await;
    let more = json!({"roleArn": ROLE, "inspectionLevel": "TRACE"});
    let tested = room.call("TestState", body(state, more)).await;
    assert_eq!(tested["status"], "SUCCEEDED", "{tested}");
    assert_eq!(tested["output"], "1");
    assert_eq!(tested["inspectionData"]["afterArguments"], r#"{"MaxResults":2}"#);
}
