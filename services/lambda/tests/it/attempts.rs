//! At most once for the attempt of a task.

use serde_json::{Value, json};

use crate::house::{Ground, Room, blob, decoded, lines, quick, until};

fn noting(file: &std::path::Path, then: &str) -> String {
    format!(
        "import time\ndef handler(event, context):\n    open({file:?}, 'a').write('run\\n')\n    {then}\n    return 'done'\n"
    )
}

#[tokio::test]
async fn an_attempt_is_answered_again_without_running_again() {
    let ground = Ground::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    let invoke = async |room: &Room| {
        let body = json!({"FunctionName": "f", "Payload": blob(&json!({}))});
        room.ask_as(room.ctx().with_attempt("attempt-1"), "Invoke", body).await.unwrap()
    };
    let first = {
        let room = Room::open_on(&ground, quick()).await;
        room.python("f", &noting(&file, ""), json!({})).await;
        invoke(&room).await
    };
    let room = Room::open_on(&ground, quick()).await;
    let second = invoke(&room).await;
    assert_eq!(first, second, "also after a restart");
    assert_eq!(decoded(second)["Payload"], "done");
    assert_eq!(lines(&file).len(), 1);
    room.result("f", json!({})).await;
    assert_eq!(lines(&file).len(), 2, "without an attempt every request runs");
}

#[tokio::test]
async fn an_interrupted_attempt_is_unknown_and_never_runs_again() {
    let ground = Ground::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    let body = json!({"FunctionName": "f"});
    {
        let room = Room::open_on(&ground, quick()).await;
        room.python("f", &noting(&file, "time.sleep(60)"), json!({"Timeout": 60})).await;
        let asked = room.ask_as(room.ctx().with_attempt("attempt-1"), "Invoke", body.clone());
        tokio::select! {
            reply = asked => panic!("it hangs: {reply:?}"),
            () = until(|| (!lines(&file).is_empty()).then_some(())) => {}
        }
    }
    let room = Room::open_on(&ground, quick()).await;
    let asked = room.ask_as(room.ctx().with_attempt("attempt-1"), "Invoke", body).await;
    assert_eq!(asked.unwrap_err().code, service::OUTCOME_UNKNOWN);
    assert_eq!(lines(&file).len(), 1);
}

#[tokio::test]
async fn an_attempt_that_was_throttled_may_be_made_again() {
    let room = Room::open().await;
    room.python("f", "def handler(event, context):\n    return 'done'\n", json!({})).await;
    let limit = json!({"FunctionName": "f", "ReservedConcurrentExecutions": 0});
    room.call("PutFunctionConcurrency", limit).await;
    let ask = async || {
        let ctx = room.ctx().with_attempt("attempt-1");
        room.ask_as(ctx, "Invoke", json!({"FunctionName": "f"})).await
    };
    assert_eq!(ask().await.unwrap_err().code, "TooManyRequestsException");
    room.call("DeleteFunctionConcurrency", json!({"FunctionName": "f"})).await;
    assert_eq!(decoded(ask().await.unwrap())["Payload"], "done");
}

#[tokio::test]
async fn an_event_is_taken_once_for_an_attempt() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs");
    room.python("f", &noting(&file, ""), json!({})).await;
    let body = json!({"FunctionName": "f", "InvocationType": "Event"});
    let mut replies: Vec<Value> = Vec::new();
    for _ in 0..2 {
        let ctx = room.ctx().with_attempt("attempt-1");
        replies.push(room.ask_as(ctx, "Invoke", body.clone()).await.unwrap());
    }
    assert_eq!(replies, [json!({"StatusCode": 202}), json!({"StatusCode": 202})]);
    room.call("Invoke", body).await;
    until(|| (lines(&file).len() == 2).then_some(())).await;
}
