//! Functions that fail, crash, hang, flood or want too much.

use serde_json::{Value, json};

use crate::house::{Room, quick, until};

async fn failing(code: &str, more: Value) -> Value {
    let room = Room::open().await;
    room.python("f", code, more).await;
    let reply = room.invoke("f", json!({})).await;
    assert_eq!(
        (&reply["StatusCode"], &reply["FunctionError"]),
        (&json!(200), &json!("Unhandled")),
        "{reply}"
    );
    reply
}

#[tokio::test]
async fn an_exception_is_the_functions_error() {
    let code = "class Declined(Exception):\n    pass\ndef handler(event, context):\n    raise Declined('no money')\n";
    let payload = failing(code, json!({})).await["Payload"].clone();
    assert_eq!(
        (&payload["errorType"], &payload["errorMessage"]),
        (&json!("Declined"), &json!("no money"))
    );
    let frame = payload["stackTrace"][0].as_str().unwrap();
    assert!(frame.contains("m.py\", line 4, in handler"), "{frame}");
    assert_eq!(payload["stackTrace"].as_array().unwrap().len(), 1, "the bootstrap isn't shown");
}

#[tokio::test]
async fn a_function_goes_on_after_an_error_in_the_same_process() {
    let room = Room::open().await;
    let code = "import os\ndef handler(event, context):\n    if event['fail']:\n        raise ValueError(os.getpid())\n    return os.getpid()\n";
    room.python("f", code, json!({})).await;
    let failed = room.invoke("f", json!({"fail": true})).await;
    let pid = room.result("f", json!({"fail": false})).await;
    assert_eq!(failed["Payload"]["errorMessage"], pid.to_string());
}

#[tokio::test]
async fn what_cannot_be_imported_is_an_error_of_the_init_phase() {
    for (code, more, error_type, message) in [
        (
            "import nothing_here",
            json!({}),
            "Runtime.ImportModuleError",
            "Unable to import module 'm': No module named 'nothing_here'",
        ),
        ("x = 1", json!({}), "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'm'"),
        ("def f(", json!({}), "Runtime.UserCodeSyntaxError", "Syntax error in module 'm'"),
        ("", json!({"Handler": "m"}), "Runtime.MalformedHandlerName", "Bad handler 'm'"),
        ("raise KeyError('k')", json!({}), "KeyError", "'k'"),
    ] {
        let payload = failing(code, more).await["Payload"].clone();
        assert_eq!(payload["errorType"], error_type);
        assert!(payload["errorMessage"].as_str().unwrap().starts_with(message), "{payload}");
    }
}

#[tokio::test]
async fn a_process_that_ends_is_an_exit_error_and_is_replaced() {
    let room = Room::open().await;
    let code = "import os\ndef handler(event, context):\n    if 'exit' in event:\n        os._exit(event['exit'])\n    if 'signal' in event:\n        os.kill(os.getpid(), event['signal'])\n    return 'fine'\n";
    room.python("f", code, json!({})).await;
    for (event, how) in [
        (json!({"exit": 3}), "Runtime exited with error: exit status 3"),
        (json!({"exit": 0}), "Runtime exited without providing a reason"),
        (json!({"signal": 9}), "Runtime exited with error: signal: killed"),
    ] {
        let reply = room.invoke("f", event).await;
        assert_eq!(reply["Payload"]["errorType"], "Runtime.ExitError");
        let message = reply["Payload"]["errorMessage"].as_str().unwrap();
        assert!(
            message.starts_with("RequestId: ") && message.ends_with(&format!(" Error: {how}")),
            "{message}"
        );
    }
    assert_eq!(room.result("f", json!({})).await, "fine");
}

#[tokio::test]
async fn a_function_that_hangs_is_killed_with_all_it_started() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let code = format!(
        "import os, subprocess, time\ndef handler(event, context):\n    if event.get('hang'):\n        child = subprocess.Popen(['sleep', '60'])\n        open({file:?}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n        time.sleep(60)\n    return 'fine'\n"
    );
    room.python("f", &code, json!({"Timeout": 1})).await;
    let reply = room.invoke("f", json!({"hang": true})).await;
    assert_eq!(reply["Payload"]["errorType"], "Sandbox.Timedout");
    let message = reply["Payload"]["errorMessage"].as_str().unwrap();
    assert!(message.ends_with(" Error: Task timed out after 1.00 seconds"), "{message}");
    assert!(reply["LogResult"].as_str().unwrap().contains(" Task timed out after 1.00 seconds\n"));
    assert_eq!(room.result("f", json!({})).await, "fine");
    let pids = std::fs::read_to_string(file).unwrap();
    for pid in pids.split(' ') {
        // A zombie that nobody has waited for is as dead.
        let is_dead = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            (stat.is_empty() || stat.contains(") Z ")).then_some(())
        };
        until(is_dead).await;
    }
}

#[tokio::test]
async fn memory_beyond_the_limit_ends_the_process() {
    let code = "import time\ndef handler(event, context):\n    hoard = b'x' * (300 * 1024 * 1024)\n    time.sleep(5)\n";
    let reply = failing(code, json!({"Timeout": 20})).await;
    assert_eq!(reply["Payload"]["errorType"], "Runtime.ExitError");
    let log = reply["LogResult"].as_str().unwrap();
    assert!(log.contains("Max Memory Used: 128 MB"), "{log}");
    assert!(log.contains("Error Type: Runtime.OutOfMemory"), "{log}");
}

#[tokio::test]
async fn a_flood_of_output_is_cut_and_harms_nobody() {
    let room = Room::open().await;
    let code = "def handler(event, context):\n    for _ in range(300):\n        print('x' * 10_000)\n    return 'done'\n";
    room.python("f", code, json!({"Timeout": 30})).await;
    let reply = room.invoke("f", json!({})).await;
    assert_eq!(reply["Payload"], "done");
    let log = reply["LogResult"].as_str().unwrap();
    assert!(log.len() <= 4096);
    assert!(log.contains("more bytes of output were dropped"), "{log}");
    let put = until(|| room.logs.asked("PutLogEvents").pop()).await;
    assert_eq!(put["logGroupName"], "/aws/lambda/f");
}

#[tokio::test]
async fn a_result_that_is_too_large_is_refused() {
    let code = "def handler(event, context):\n    return 'x' * (6 * 1024 * 1024 + 99)\n";
    let reply = failing(code, json!({"MemorySize": 512, "Timeout": 20})).await;
    assert_eq!(reply["Payload"]["errorType"], "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn a_result_that_is_no_json_is_an_error() {
    let payload =
        failing("def handler(event, context):\n    return {1, 2}\n", json!({})).await["Payload"]
            .clone();
    assert_eq!(payload["errorType"], "Runtime.MarshalError");
    assert_eq!(
        payload["errorMessage"],
        "Unable to marshal response: Object of type set is not JSON serializable"
    );
}

#[tokio::test]
async fn a_runtime_without_a_bootstrap_is_an_invalid_entrypoint() {
    let reply = failing("", json!({"Runtime": "provided.al2023"})).await;
    assert_eq!(reply["Payload"]["errorType"], "Runtime.InvalidEntrypoint");
}

#[tokio::test]
async fn a_start_takes_from_the_requests_time_only_what_is_beyond_its_own() {
    let limits = lambda::Limits { init: std::time::Duration::from_millis(200), ..quick() };
    let room = Room::open_on(&crate::house::Ground::new(), limits).await;
    let slow = |seconds: u32| {
        format!("import time\ntime.sleep({seconds})\ndef handler(event, context):\n    return 1\n")
    };
    room.python("f", &slow(30), json!({"Timeout": 1})).await;
    assert_eq!(room.invoke("f", json!({})).await["Payload"]["errorType"], "Sandbox.Timedout");
    room.python("g", &slow(1), json!({"Timeout": 10})).await;
    room.result("g", json!({})).await;
}
