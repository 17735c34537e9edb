//! Invocations that work: payloads, context, warmth, logs.

use serde_json::{Value, json};

use crate::house::{Room, blob, decoded, until};

const ECHO: &str = "def handler(event, context):\n    return {'got': event}\n";

#[tokio::test]
async fn a_function_gets_the_event_and_its_result_comes_back() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    let reply = room.invoke("f", json!({"a": [1, "é"]})).await;
    assert_eq!(reply["StatusCode"], 200);
    assert_eq!(reply["ExecutedVersion"], "$LATEST");
    assert_eq!(reply["Payload"], json!({"got": {"a": [1, "é"]}}));
    assert_eq!(reply.get("FunctionError"), None);
}

#[tokio::test]
async fn without_a_payload_the_event_is_empty() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    let reply = decoded(room.call("Invoke", json!({"FunctionName": "f"})).await);
    assert_eq!(reply["Payload"], json!({"got": {}}));
    assert_eq!(reply.get("LogResult"), None);
}

#[tokio::test]
async fn a_process_is_used_again() {
    let room = Room::open().await;
    let code = "import os\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return [os.getpid(), count]\n";
    room.python("f", code, json!({})).await;
    let first = room.result("f", json!({})).await;
    let second = room.result("f", json!({})).await;
    assert_eq!(first[0], second[0]);
    assert_eq!([&first[1], &second[1]], [1, 2]);
}

#[tokio::test]
async fn requests_at_once_have_processes_of_their_own() {
    let room = Room::open().await;
    let code = "import os, time\ndef handler(event, context):\n    time.sleep(0.3)\n    return os.getpid()\n";
    room.python("f", code, json!({})).await;
    let (a, b) = tokio::join!(room.result("f", json!({})), room.result("f", json!({})));
    assert_ne!(a, b);
}

#[tokio::test]
async fn the_context_and_the_environment_are_those_of_aws() {
    let room = Room::open().await;
    let code = r#"
import os
def handler(event, context):
    names = ["AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_EXECUTION_ENV",
             "_HANDLER", "AWS_LAMBDA_LOG_GROUP_NAME", "GREETING", "HOME"]
    return {
        "env": {name: os.environ.get(name) for name in names},
        "cwd": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"],
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "stream": context.log_stream_name,
        "left": 2000 < context.get_remaining_time_in_millis() <= 7000,
        "client": context.client_context.custom,
        "trace": os.environ["_X_AMZN_TRACE_ID"],
    }
"#;
    let more = json!({"Timeout": 7, "MemorySize": 256, "Environment": {"Variables": {"GREETING": "hello"}}});
    room.python("f", code, more).await;
    let ctx = room.ctx().with_trace_header(Some("Root=1-0-1".into()));
    let client = blob(&json!({"custom": {"k": "v"}}));
    let body = json!({"FunctionName": "f:$LATEST", "ClientContext": client});
    let got = decoded(room.ask_as(ctx, "Invoke", body).await.unwrap())["Payload"].clone();
    assert_eq!(
        got["env"],
        json!({
            "AWS_REGION": "us-east-1",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
            "_HANDLER": "m.handler",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
            "GREETING": "hello",
            "HOME": null,
        })
    );
    assert_eq!(got["cwd"], true);
    assert_eq!(got["name"], "f");
    assert_eq!(got["memory"], "256");
    assert_eq!(got["arn"], "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST");
    assert_eq!(got["left"], true);
    assert_eq!(got["client"], json!({"k": "v"}));
    assert_eq!(got["trace"], "Root=1-0-1");
    assert!(got["stream"].as_str().unwrap().contains("/[$LATEST]"));
}

#[tokio::test]
async fn output_goes_to_the_log_and_its_tail_to_the_client() {
    let room = Room::open().await;
    let code = "import logging, sys\ndef handler(event, context):\n    print('one')\n    print('two', file=sys.stderr)\n    logging.warning('care\\nful')\n";
    room.python("f", code, json!({})).await;
    let reply = room.invoke("f", json!({})).await;
    let log = reply["LogResult"].as_str().unwrap();
    let position = |text: &str| log.find(text).unwrap_or_else(|| panic!("no {text} in {log}"));
    assert!(position("START RequestId: ") < position("one\n"));
    assert!(position("one\n") < position("two\n"));
    assert!(position("two\n") < position("[WARNING]\t"));
    assert!(position("[WARNING]\t") < position("END RequestId: "));
    assert!(position("END RequestId: ") < position("REPORT RequestId: "));
    assert!(position("Memory Size: 128 MB\tMax Memory Used: ") < position("\tInit Duration: "));

    let put = until(|| room.logs.asked("PutLogEvents").pop()).await;
    assert_eq!(put["logGroupName"], "/aws/lambda/f");
    let messages: Vec<&str> = put["logEvents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages[1..3], ["one", "two"]);
    assert!(messages[3].ends_with("\tcare\nful"), "one record is one event: {messages:?}");
    assert_eq!(room.logs.asked("CreateLogGroup"), [json!({"logGroupName": "/aws/lambda/f"})]);
    assert_eq!(room.logs.asked("CreateLogStream")[0]["logStreamName"], put["logStreamName"]);
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let room = Room::open().await;
    room.python("f", "raise Exception('imported')", json!({})).await;
    let body = json!({"FunctionName": "f", "InvocationType": "DryRun"});
    assert_eq!(room.call("Invoke", body).await, json!({"StatusCode": 204}));
    assert_eq!(room.logs.asked("PutLogEvents"), Vec::<Value>::new());
}

#[tokio::test]
async fn changed_code_and_settings_are_what_the_next_request_finds() {
    let room = Room::open().await;
    let code = |text: &str| {
        format!(
            "import os\ndef handler(event, context):\n    return ['{text}', os.environ.get('V')]\n"
        )
    };
    room.python("f", &code("old"), json!({})).await;
    assert_eq!(room.result("f", json!({})).await, json!(["old", null]));
    let zip = crate::house::zip(&[("m.py", &code("new"))]);
    room.call("UpdateFunctionCode", json!({"FunctionName": "f", "ZipFile": zip})).await;
    assert_eq!(room.result("f", json!({})).await, json!(["new", null]));
    let body = json!({"FunctionName": "f", "Environment": {"Variables": {"V1": "x", "Vv": "y"}}});
    room.call("UpdateFunctionConfiguration", body).await;
    let body = json!({"FunctionName": "f", "Environment": {"Variables": {"VV": "z"}}});
    room.call("UpdateFunctionConfiguration", body).await;
    assert_eq!(room.result("f", json!({})).await, json!(["new", null]));
}

#[tokio::test]
async fn a_folder_is_looked_at_again_when_it_has_changed() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| {
        std::fs::write(
            folder.path().join("m.py"),
            format!(
                "import os\ndef handler(event, context):\n    return ['{text}', os.getpid()]\n"
            ),
        )
        .unwrap();
    };
    write("one");
    let code = json!({"S3Bucket": "freehold-local", "S3Key": folder.path()});
    room.python("f", "", json!({"Code": code})).await;
    let first = room.result("f", json!({})).await;
    assert_eq!(first[0], "one");
    assert_eq!(room.result("f", json!({})).await, first, "warm while nothing changes");
    write("second");
    assert_eq!(room.result("f", json!({})).await[0], "second");
}

#[tokio::test]
async fn a_function_without_concurrency_left_is_throttled() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    let body = json!({"FunctionName": "f", "ReservedConcurrentExecutions": 0});
    room.call("PutFunctionConcurrency", body).await;
    let error = room.ask("Invoke", json!({"FunctionName": "f"})).await.unwrap_err();
    assert_eq!((error.status, &*error.code), (429, "TooManyRequestsException"));
    assert_eq!(error.message.as_deref(), Some("Rate Exceeded."));
    let reason = ("Reason", "ReservedFunctionConcurrentInvocationLimitExceeded".into());
    assert!(error.fields.contains(&reason), "{error:?}");
    room.call("DeleteFunctionConcurrency", json!({"FunctionName": "f"})).await;
    room.result("f", json!({})).await;
}

#[tokio::test]
async fn a_provided_runtime_runs_its_own_bootstrap() {
    let room = Room::open().await;
    let bootstrap = r#"#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while :; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "$api/invocation/next")
  id=$(grep -i '^lambda-runtime-aws-request-id' "$headers" | tr -d '\r' | cut -d' ' -f2)
  echo "for $id"
  curl -sS -X POST "$api/invocation/$id/response" -d "{\"handler\":\"$_HANDLER\",\"event\":$event}" > /dev/null
done
"#;
    let code = json!({"ZipFile": crate::house::zip(&[("bootstrap", bootstrap)])});
    room.python("f", "", json!({"Runtime": "provided.al2023", "Code": code, "Handler": "h"})).await;
    for number in 0..2 {
        let got = room.result("f", json!({"n": number})).await;
        assert_eq!(got, json!({"handler": "h", "event": {"n": number}}));
    }
}
