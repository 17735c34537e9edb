use std::time::Duration;

use serde_json::{Value, json};
use states::Limits;

use crate::house::{Room, arn, text};

async fn room_with_activity() -> (Room, String) {
    let limits = Limits { activity_poll: Duration::from_millis(50), ..Limits::default() };
    let room = Room::open_with(limits).await;
    let activity = text(&room.call("CreateActivity", json!({"name": "pack"})).await["activityArn"]);
    (room, activity)
}

async fn start(room: &Room, activity: &str) -> String {
    let definition = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": activity, "End": true}}});
    let machine = room.machine("orders", &definition.to_string()).await;
    let body = json!({"stateMachineArn": machine, "input": r#"{"box":7}"#});
    text(&room.call("StartExecution", body).await["executionArn"])
}

async fn task(room: &Room, activity: &str) -> Value {
    room.call("GetActivityTask", json!({"activityArn": activity, "workerName": "w"})).await
}

#[tokio::test]
async fn a_worker_takes_a_task_and_returns_its_output() {
    let (room, activity) = room_with_activity().await;
    assert_eq!(task(&room, &activity).await, json!({}), "nothing to do");
    let execution = start(&room, &activity).await;
    let taken = task(&room, &activity).await;
    assert_eq!(taken["input"], r#"{"box":7}"#);
    let token = taken["taskToken"].clone();
    assert_eq!(room.call("SendTaskHeartbeat", json!({"taskToken": token})).await, json!({}));
    let success = json!({"taskToken": token, "output": "[1]"});
    assert_eq!(room.call("SendTaskSuccess", success.clone()).await, json!({}));
    assert_eq!(room.ended(&execution).await["output"], "[1]");
    assert_eq!(
        room.refusal("SendTaskSuccess", success).await,
        ("TaskTimedOut".into(), "Task Timed Out: 'Provided task does not exist anymore'".into())
    );
}

#[tokio::test]
async fn a_worker_fails_a_task() {
    let (room, activity) = room_with_activity().await;
    let execution = start(&room, &activity).await;
    let token = task(&room, &activity).await["taskToken"].clone();
    let failure = json!({"taskToken": token, "error": "Torn", "cause": "The box is torn."});
    room.call("SendTaskFailure", failure).await;
    let failed = room.ended(&execution).await;
    assert_eq!((&failed["error"], &failed["cause"]), (&json!("Torn"), &json!("The box is torn.")));
}

#[tokio::test]
async fn refuses_tokens_and_outputs_that_are_none() {
    let (room, activity) = room_with_activity().await;
    let garbage = [
        ("SendTaskSuccess", json!({"taskToken": "stub-token", "output": "{}"})),
        ("SendTaskSuccess", json!({"taskToken": "stub-token", "output": "done"})),
        ("SendTaskFailure", json!({"taskToken": "stub-token"})),
        ("SendTaskHeartbeat", json!({"taskToken": "stub-token"})),
    ];
    for (operation, body) in garbage {
        assert_eq!(
            room.refusal(operation, body).await,
            ("InvalidToken".into(), "Invalid Token: 'Invalid token'".into()),
            "{operation}"
        );
    }
    start(&room, &activity).await;
    let token = task(&room, &activity).await["taskToken"].clone();
    let not_json = json!({"taskToken": token, "output": "done"});
    assert_eq!(
        room.refusal("SendTaskSuccess", not_json).await,
        (
            "InvalidOutput".into(),
            "Invalid Output: 'Unrecognized token 'done': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'".into()
        )
    );
}

#[tokio::test]
async fn a_deleted_activity_gives_no_tasks() {
    let (room, activity) = room_with_activity().await;
    room.call("DeleteActivity", json!({"activityArn": activity})).await;
    let execution = start(&room, &activity).await;
    let failed = room.ended(&execution).await;
    assert_eq!(failed["error"], "States.Runtime");
    assert!(
        text(&failed["cause"])
            .contains(&format!("The activity {} does not exist.", arn("activity:pack")))
    );
}
