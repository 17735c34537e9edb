use engine::event::TaskOutput;
use engine::{Event, EventKind, Payload, record};
use serde_json::{Value, json};
use store::Batch;
use store::key::Key;

use crate::house::{PASS, ROLE, Room, arn, text};

const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}"#;
const FAIL: &str =
    r#"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Broken","Cause":"It broke."}}}"#;

async fn start(room: &Room, machine: &str, name: &str) -> String {
    let body = json!({"stateMachineArn": machine, "name": name});
    text(&room.call("StartExecution", body).await["executionArn"])
}

#[tokio::test]
async fn an_execution_runs_and_is_described() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let started = room
        .call(
            "StartExecution",
            json!({"stateMachineArn": machine, "name": "one", "input": r#"{ "a": 1 }"#}),
        )
        .await;
    let execution = text(&started["executionArn"]);
    assert_eq!(execution, arn("execution:orders:one"));
    let described = room.ended(&execution).await;
    assert_eq!(
        described,
        json!({
            "executionArn": execution,
            "stateMachineArn": machine,
            "name": "one",
            "status": "SUCCEEDED",
            "startDate": started["startDate"],
            "stopDate": described["stopDate"],
            "input": r#"{ "a": 1 }"#,
            "inputDetails": {"included": true},
            "output": r#"{"a":1}"#,
            "outputDetails": {"included": true},
            "redriveCount": 0,
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        })
    );
    let hidden = json!({"executionArn": execution, "includedData": "METADATA_ONLY"});
    let hidden = room.call("DescribeExecution", hidden).await;
    assert_eq!((&hidden["input"], &hidden["output"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let room = Room::open().await;
    let machine = room.machine("orders", WAIT).await;
    let body = json!({"stateMachineArn": machine, "name": "one"});
    let started = room.call("StartExecution", body.clone()).await;
    assert_eq!(room.call("StartExecution", body.clone()).await, started, "the same, running");
    let other = json!({"stateMachineArn": machine, "name": "one", "input": r#"{"b":1}"#});
    let taken = (
        "ExecutionAlreadyExists".to_owned(),
        format!("Execution Already Exists: '{}'", arn("execution:orders:one")),
    );
    assert_eq!(room.refusal("StartExecution", other).await, taken);
    room.call("StopExecution", json!({"executionArn": started["executionArn"]})).await;
    assert_eq!(room.refusal("StartExecution", body).await, taken, "closed");
}

#[tokio::test]
async fn refuses_inputs_that_are_not_json() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let refusal = |input: &str| {
        room.refusal("StartExecution", json!({"stateMachineArn": machine, "input": input}))
    };
    let invalid = |why: &str| {
        (
            "InvalidExecutionInput".to_owned(),
            format!("Invalid State Machine Execution Input: '{why}'"),
        )
    };
    assert_eq!(
        refusal("not some json").await,
        invalid(
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        )
    );
    assert_eq!(
        refusal("{'not': 'json'").await,
        invalid(
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name"
        )
    );
    assert_eq!(refusal("").await, invalid("Invalid execution input."));
    for input in ["2", "\"some text\"", "null"] {
        assert_eq!(room.run(&machine, input).await["output"], input);
    }
}

#[tokio::test]
async fn a_stopped_execution_is_aborted() {
    let room = Room::open().await;
    let machine = room.machine("orders", WAIT).await;
    let execution = start(&room, &machine, "one").await;
    let stop = json!({"executionArn": execution, "error": "E", "cause": "C"});
    let stopped = room.call("StopExecution", stop).await;
    let described = room.ended(&execution).await;
    assert_eq!(described["status"], "ABORTED");
    assert_eq!((&described["error"], &described["cause"]), (&json!("E"), &json!("C")));
    assert_eq!(described["stopDate"], stopped["stopDate"]);
    let history = room.call("GetExecutionHistory", json!({"executionArn": execution})).await;
    let last = &history["events"].as_array().unwrap()[2];
    assert_eq!(last["type"], "ExecutionAborted");
    assert_eq!(last["executionAbortedEventDetails"], json!({"error": "E", "cause": "C"}));
    assert_eq!(last["previousEventId"], 0);
}

#[tokio::test]
async fn refuses_executions_that_are_not_there() {
    let room = Room::open().await;
    let unknown = json!({"executionArn": arn("execution:orders:one")});
    let express = json!({"executionArn": arn("express:orders:one:two")});
    for operation in [
        "DescribeExecution",
        "DescribeStateMachineForExecution",
        "GetExecutionHistory",
        "StopExecution",
        "RedriveExecution",
        "ListMapRuns",
    ] {
        assert_eq!(
            room.refusal(operation, unknown.clone()).await,
            (
                "ExecutionDoesNotExist".into(),
                format!("Execution Does Not Exist: '{}'", arn("execution:orders:one"))
            ),
            "{operation}"
        );
        assert_eq!(
            room.refusal(operation, express.clone()).await,
            (
                "InvalidArn".into(),
                "Invalid Arn: 'Resource type not valid in this context: express'".into()
            ),
            "{operation}"
        );
    }
    let start = json!({"stateMachineArn": arn("stateMachine:orders")});
    assert_eq!(room.refusal("StartExecution", start).await.0, "StateMachineDoesNotExist");
}

#[tokio::test]
async fn a_history_is_read_in_pages_both_ways() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let execution = start(&room, &machine, "one").await;
    room.ended(&execution).await;
    let read = async |reverse: bool| {
        let (mut ids, mut token) = (Vec::new(), Value::Null);
        loop {
            let body = json!({"executionArn": execution, "maxResults": 3, "reverseOrder": reverse, "nextToken": token});
            let page = room.call("GetExecutionHistory", body).await;
            let events = page["events"].as_array().unwrap();
            ids.extend(events.iter().map(|event| event["id"].as_u64().unwrap()));
            token = page["nextToken"].clone();
            if token.is_null() {
                return ids;
            }
        }
    };
    assert_eq!(read(false).await, [1, 2, 3, 4]);
    assert_eq!(read(true).await, [4, 3, 2, 1]);

    let history = room.call("GetExecutionHistory", json!({"executionArn": execution})).await;
    let entered = &history["events"][1];
    assert_eq!(entered["type"], "PassStateEntered");
    assert_eq!(
        entered["stateEnteredEventDetails"],
        json!({"name": "A", "input": "{}", "inputDetails": {"truncated": false}})
    );
    assert!(entered["timestamp"].is_f64(), "{entered}");
    let page =
        room.call("GetExecutionHistory", json!({"executionArn": execution, "maxResults": 1})).await;
    let other_way =
        json!({"executionArn": execution, "reverseOrder": true, "nextToken": page["nextToken"]});
    assert_eq!(room.refusal("GetExecutionHistory", other_way).await.0, "InvalidToken");
}

#[tokio::test]
async fn executions_are_listed_by_machine_version_alias_and_status() {
    let room = Room::open().await;
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "publish": true});
    let machine = text(&room.call("CreateStateMachine", body).await["stateMachineArn"]);
    let version = format!("{machine}:1");
    let routes = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    room.call("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": routes}))
        .await;
    let alias = format!("{machine}:PROD");
    for (arn, name) in [(&machine, "plain"), (&version, "version"), (&alias, "alias")] {
        let execution = start(&room, arn, name).await;
        let described = room.ended(&execution).await;
        assert_eq!(described["stateMachineArn"], machine);
        let expected = if name == "plain" { Value::Null } else { json!(version) };
        assert_eq!(described["stateMachineVersionArn"], expected);
        let expected = if name == "alias" { json!(alias) } else { Value::Null };
        assert_eq!(described["stateMachineAliasArn"], expected);
    }
    let list = async |body: Value| {
        let page = room.call("ListExecutions", body).await;
        let mut names: Vec<String> =
            page["executions"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(list(json!({"stateMachineArn": machine})).await, "alias plain version");
    assert_eq!(list(json!({"stateMachineArn": version})).await, "alias version");
    assert_eq!(list(json!({"stateMachineArn": alias})).await, "alias");
    let failed = json!({"stateMachineArn": machine, "statusFilter": "FAILED"});
    assert_eq!(list(failed).await, "");
    let succeeded =
        json!({"stateMachineArn": machine, "statusFilter": "SUCCEEDED", "maxResults": 2});
    let page = room.call("ListExecutions", succeeded).await;
    assert_eq!(page["executions"].as_array().unwrap().len(), 2);
    let rest = json!({"stateMachineArn": machine, "statusFilter": "SUCCEEDED", "nextToken": page["nextToken"]});
    assert!(!list(rest).await.contains(' '), "one is left");
}

#[tokio::test]
async fn a_list_of_executions_is_of_one_thing() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let refusal = |body: Value| room.refusal("ListExecutions", body);
    assert_eq!(refusal(json!({})).await.0, "ValidationException");
    let filter = json!({"stateMachineArn": machine, "redriveFilter": "REDRIVEN"});
    assert_eq!(refusal(filter).await.0, "ValidationException");
    let pending = json!({"stateMachineArn": machine, "statusFilter": "PENDING_REDRIVE"});
    assert_eq!(refusal(pending).await.0, "ValidationException");
    let unknown = json!({"stateMachineArn": arn("stateMachine:other")});
    assert_eq!(refusal(unknown).await.0, "StateMachineDoesNotExist");
    let map_run = json!({"mapRunArn": arn("mapRun:orders/each:one")});
    assert_eq!(refusal(map_run).await.0, "ResourceNotFound");

    let body = json!({"name": "express", "definition": PASS, "roleArn": ROLE, "type": "EXPRESS"});
    let express = room.call("CreateStateMachine", body).await;
    assert_eq!(
        refusal(json!({"stateMachineArn": express["stateMachineArn"]})).await,
        (
            "StateMachineTypeNotSupported".into(),
            "This operation is not supported by this type of state machine".into()
        )
    );
}

#[tokio::test]
async fn an_execution_keeps_the_machine_it_started_with() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let execution = start(&room, &machine, "one").await;
    let update = json!({"stateMachineArn": machine, "definition": FAIL});
    room.call("UpdateStateMachine", update).await;
    let kept =
        room.call("DescribeStateMachineForExecution", json!({"executionArn": execution})).await;
    assert_eq!(
        kept,
        json!({
            "stateMachineArn": machine,
            "name": "orders",
            "definition": PASS,
            "roleArn": ROLE,
            "updateDate": kept["updateDate"],
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": false},
            "tracingConfiguration": {"enabled": false},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        })
    );
}

#[tokio::test]
async fn a_failed_execution_is_redriven() {
    let room = Room::open().await;
    let machine = room.machine("orders", FAIL).await;
    let execution = start(&room, &machine, "one").await;
    let failed = room.ended(&execution).await;
    assert_eq!((&failed["error"], &failed["cause"]), (&json!("Broken"), &json!("It broke.")));
    assert_eq!(failed["redriveStatus"], "REDRIVABLE");
    assert_eq!(failed["redriveStatusReason"], Value::Null);
    let redriven =
        room.call("RedriveExecution", json!({"executionArn": execution, "clientToken": "t"})).await;
    let described = room.ended(&execution).await;
    assert_eq!(described["redriveCount"], 1);
    assert_eq!(described["redriveDate"], redriven["redriveDate"]);

    let succeeded = room.machine("well", PASS).await;
    let execution = start(&room, &succeeded, "one").await;
    room.ended(&execution).await;
    assert_eq!(
        room.refusal("RedriveExecution", json!({"executionArn": execution})).await,
        ("ExecutionNotRedrivable".into(), "Execution is SUCCEEDED and cannot be redriven".into())
    );
}

#[tokio::test]
async fn a_synchronous_execution_answers_with_its_end() {
    let room = Room::open().await;
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "type": "EXPRESS"});
    let machine = text(&room.call("CreateStateMachine", body).await["stateMachineArn"]);
    let ended = room
        .call(
            "StartSyncExecution",
            json!({"stateMachineArn": machine, "name": "one", "input": "{\"a\":1}"}),
        )
        .await;
    let execution = text(&ended["executionArn"]);
    assert!(execution.starts_with(&arn("express:orders:one:")), "{execution}");
    assert_eq!(
        ended,
        json!({
            "executionArn": execution,
            "stateMachineArn": machine,
            "name": "one",
            "startDate": ended["startDate"],
            "stopDate": ended["stopDate"],
            "status": "SUCCEEDED",
            "input": "{\"a\":1}",
            "inputDetails": {"included": true},
            "output": "{\"a\":1}",
            "outputDetails": {"included": true},
            "billingDetails": {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100},
        })
    );

    let body = json!({"name": "bad", "definition": FAIL, "roleArn": ROLE, "type": "EXPRESS"});
    let machine = text(&room.call("CreateStateMachine", body).await["stateMachineArn"]);
    let ended = room.call("StartSyncExecution", json!({"stateMachineArn": machine})).await;
    assert_eq!((&ended["status"], &ended["error"]), (&json!("FAILED"), &json!("Broken")));
    assert_eq!(
        (&ended["output"], &ended["outputDetails"]),
        (&Value::Null, &json!({"included": true}))
    );

    let standard = room.machine("standard", PASS).await;
    let refused = room.refusal("StartSyncExecution", json!({"stateMachineArn": standard})).await;
    assert_eq!(refused.0, "StateMachineTypeNotSupported");
}

#[tokio::test]
async fn an_asynchronous_express_execution_has_no_name_of_its_own() {
    let room = Room::open().await;
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "type": "EXPRESS"});
    let machine = text(&room.call("CreateStateMachine", body).await["stateMachineArn"]);
    let first = start(&room, &machine, "one").await;
    let second = start(&room, &machine, "one").await;
    assert!(first.starts_with(&arn("express:orders:one:")), "{first}");
    assert_ne!(first, second);
}

#[tokio::test]
async fn map_runs_that_are_not_there_are_not_found() {
    let room = Room::open().await;
    let unknown = arn("mapRun:orders/each:one");
    for operation in ["DescribeMapRun", "UpdateMapRun"] {
        let body = json!({"mapRunArn": unknown});
        assert_eq!(room.refusal(operation, body).await.0, "ResourceNotFound", "{operation}");
        let body = json!({"mapRunArn": arn("execution:orders:one")});
        assert_eq!(room.refusal(operation, body).await.0, "InvalidArn", "{operation}");
    }
}

#[tokio::test]
async fn a_history_that_is_corrupt_is_refused_as_our_trouble() {
    let room = Room::open().await;
    let machine = room.machine("waiting", WAIT).await;
    let execution = start(&room, &machine, "one").await;
    let of = json!({"executionArn": execution});
    let ended = TaskOutput { attempt: u64::MAX, output: Payload(json::Value::NULL) };
    let misfit = Event { id: 3, previous: 2, at: 0, kind: EventKind::TaskSucceeded(ended) };
    let turn = Key::of("turn").text(&execution).u64(1);
    let mut batch = Batch::new();
    batch.put(turn, record::encode(&[misfit]));
    room.store.commit(batch).await.expect("commits");
    let (code, message) = room.refusal("GetExecutionHistory", of.clone()).await;
    assert_eq!(code, "InternalServerError");
    assert!(!message.contains("task"), "what is wrong is for the log: {message}");
    assert_eq!(room.call("DescribeExecution", of).await["status"], "RUNNING");
}
