use serde_json::{Value, json};

use crate::house::{Room, arn, pause, text};

/// A Distributed Map with a label over the input, whose children run `inner`.
fn definition(inner: Value) -> String {
    let processor = json!({
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I",
        "States": {"I": inner},
    });
    let map = json!({
        "Type": "Map",
        "Label": "each",
        "MaxConcurrency": 2,
        "ToleratedFailurePercentage": 10,
        "ItemProcessor": processor,
        "End": true,
    });
    json!({"StartAt": "M", "States": {"M": map}}).to_string()
}

async fn start(room: &Room, inner: Value) -> (String, String) {
    let machine = room.machine("orders", &definition(inner)).await;
    let body = json!({"stateMachineArn": machine, "name": "one", "input": "[1,2,3]"});
    (machine, text(&room.call("StartExecution", body).await["executionArn"]))
}

async fn map_run(room: &Room, execution: &str) -> Value {
    loop {
        let listed = room.call("ListMapRuns", json!({"executionArn": execution})).await;
        if let Some(map_run) = listed["mapRuns"].as_array().expect("is a list").first() {
            return map_run.clone();
        }
        pause().await;
    }
}

#[tokio::test]
async fn a_map_run_is_listed_and_described_with_its_children() {
    let room = Room::open().await;
    let (machine, execution) = start(&room, json!({"Type": "Pass", "End": true})).await;
    assert_eq!(room.ended(&execution).await["output"], "[1,2,3]");
    let listed = map_run(&room, &execution).await;
    let map_run_arn = text(&listed["mapRunArn"]);
    assert!(map_run_arn.starts_with(&arn("mapRun:orders/each:")), "{map_run_arn}");
    assert_eq!(
        listed,
        json!({
            "executionArn": execution,
            "mapRunArn": map_run_arn,
            "stateMachineArn": format!("{machine}/each"),
            "startDate": listed["startDate"],
            "stopDate": listed["stopDate"],
        })
    );

    let described = room.call("DescribeMapRun", json!({"mapRunArn": map_run_arn})).await;
    let counts = json!({
        "pending": 0, "running": 0, "succeeded": 3, "failed": 0, "timedOut": 0, "aborted": 0,
        "total": 3, "resultsWritten": 3,
    });
    assert_eq!(
        described,
        json!({
            "mapRunArn": map_run_arn,
            "executionArn": execution,
            "status": "SUCCEEDED",
            "startDate": listed["startDate"],
            "stopDate": listed["stopDate"],
            "maxConcurrency": 2,
            "toleratedFailurePercentage": 10.0,
            "toleratedFailureCount": 0,
            "itemCounts": counts,
            "executionCounts": counts,
            "redriveCount": 0,
        })
    );

    let children = room.call("ListExecutions", json!({"mapRunArn": map_run_arn})).await;
    let children = children["executions"].as_array().expect("is a list").clone();
    assert_eq!(children.len(), 3);
    for child in &children {
        assert_eq!(child["mapRunArn"], map_run_arn);
        assert_eq!(child["stateMachineArn"], format!("{machine}/each"));
        assert_eq!(child["itemCount"], 1);
    }
    let child = json!({"executionArn": children[0]["executionArn"]});
    let described = room.call("DescribeExecution", child.clone()).await;
    assert_eq!(described["mapRunArn"], map_run_arn);
    assert_eq!(described["stateMachineArn"], format!("{machine}/each"));
    let its_machine = room.call("DescribeStateMachineForExecution", child).await;
    assert_eq!(
        (&its_machine["label"], &its_machine["mapRunArn"]),
        (&json!("each"), &json!(map_run_arn))
    );
    let shown: Value = serde_json::from_str(&text(&its_machine["definition"])).expect("is JSON");
    assert_eq!(shown["StartAt"], "I");

    let update = json!({"mapRunArn": map_run_arn, "maxConcurrency": 5});
    assert_eq!(room.refusal("UpdateMapRun", update).await.0, "ValidationException");
    assert_eq!(
        room.call("ListExecutions", json!({"stateMachineArn": machine})).await["executions"]
            .as_array()
            .expect("is a list")
            .len(),
        1,
        "children aren't the machine's"
    );
}

#[tokio::test]
async fn a_child_of_a_map_without_a_label_shows_its_own_processor() {
    let room = Room::open().await;
    let map = |name: &str, next: (&str, Value)| {
        let mut map = json!({"Type": "Map", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": name, "States": {name: {"Type": "Pass", "End": true}}}});
        map[next.0] = next.1;
        map
    };
    let states =
        json!({"A": map("InA", ("Next", json!("B"))), "B": map("InB", ("End", json!(true)))});
    let definition = json!({"StartAt": "A", "States": states}).to_string();
    let machine = room.machine("orders", &definition).await;
    let body = json!({"stateMachineArn": machine, "name": "one", "input": "[1]"});
    let execution = text(&room.call("StartExecution", body).await["executionArn"]);
    assert_eq!(room.ended(&execution).await["output"], "[1]");
    let runs = room.call("ListMapRuns", json!({"executionArn": execution})).await;
    let mut shown = Vec::new();
    for run in runs["mapRuns"].as_array().expect("is a list") {
        let of = json!({"mapRunArn": run["mapRunArn"]});
        let children = room.call("ListExecutions", of).await;
        let child = json!({"executionArn": children["executions"][0]["executionArn"]});
        let its_machine = room.call("DescribeStateMachineForExecution", child).await;
        let part: Value = serde_json::from_str(&text(&its_machine["definition"])).expect("is JSON");
        shown.push(text(&part["StartAt"]));
    }
    shown.sort();
    assert_eq!(shown, ["InA", "InB"]);
}

#[tokio::test]
async fn a_running_map_run_is_changed() {
    let room = Room::open().await;
    let wait = json!({"Type": "Wait", "Seconds": 600, "End": true});
    let (_, execution) = start(&room, wait).await;
    let listed = map_run(&room, &execution).await;
    let of = json!({"mapRunArn": listed["mapRunArn"]});
    let update = json!({
        "mapRunArn": listed["mapRunArn"],
        "maxConcurrency": 7,
        "toleratedFailurePercentage": 50.5,
        "toleratedFailureCount": 2,
    });
    assert_eq!(room.call("UpdateMapRun", update).await, json!({}));
    let described = room.call("DescribeMapRun", of.clone()).await;
    assert_eq!(described["status"], "RUNNING");
    assert_eq!(described["maxConcurrency"], 7);
    assert_eq!(described["toleratedFailurePercentage"], 50.5);
    assert_eq!(described["toleratedFailureCount"], 2);
    room.call("StopExecution", json!({"executionArn": execution})).await;
    while room.call("DescribeMapRun", of.clone()).await["status"] == "RUNNING" {
        pause().await;
    }
    assert_eq!(room.call("DescribeMapRun", of).await["status"], "ABORTED");
}
