//! Node.js handlers of every kind.

use serde_json::{Value, json};

use crate::house::{ROLE, Room, zip};
use crate::urls::{below, url};

async fn node(room: &Room, name: &str, file: &str, code: &str) {
    let body = json!({
        "FunctionName": name,
        "Runtime": "nodejs20.x",
        "Role": ROLE,
        "Handler": "index.handler",
        "MemorySize": 256,
        "Timeout": 20,
        "Code": {"ZipFile": zip(&[(file, code)])},
    });
    room.call("CreateFunction", body).await;
}

#[tokio::test]
async fn handlers_answer_by_promise_callback_or_module_kind() {
    let room = Room::open().await;
    for (index, (file, code)) in [
        ("index.mjs", "export const handler = async (event) => ({ got: event.n });"),
        ("index.js", "exports.handler = async (event) => ({ got: event.n });"),
        ("index.cjs", "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { got: event.n }), 5); };"),
        ("index.js", "exports.handler = (event, context) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); context.succeed({ got: event.n }); };"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("f{index}");
        node(&room, &name, file, code).await;
        for n in 0..2 {
            assert_eq!(room.result(&name, json!({"n": n})).await, json!({"got": n}), "{code}");
        }
    }
}

#[tokio::test]
async fn errors_have_the_shape_of_aws() {
    let room = Room::open().await;
    let code = "class Declined extends Error { constructor(m) { super(m); this.name = 'Declined'; } }\n\
                exports.handler = async (event) => { console.log('first\\nsecond'); throw new Declined('no money'); };";
    node(&room, "f", "index.js", code).await;
    let reply = room.invoke("f", json!({})).await;
    assert_eq!(reply["FunctionError"], "Unhandled");
    let payload: &Value = &reply["Payload"];
    assert_eq!(
        (&payload["errorType"], &payload["errorMessage"]),
        (&json!("Declined"), &json!("no money"))
    );
    assert_eq!(payload["trace"][0], "Declined: no money");
    let log = reply["LogResult"].as_str().unwrap();
    assert!(log.contains("\tINFO\tfirst\nsecond\n"), "{log}");
}

#[tokio::test]
async fn what_cannot_be_found_or_caught_is_named() {
    let room = Room::open().await;
    for (index, (code, error_type)) in [
        ("require('nothing-here');", "Runtime.ImportModuleError"),
        ("exports.other = 1;", "Runtime.HandlerNotFound"),
        ("exports.handler = (", "Runtime.UserCodeSyntaxError"),
        ("exports.handler = () => { setTimeout(() => { throw new TypeError('late'); }, 1); };", "TypeError"),
        ("exports.handler = () => { Promise.reject(new Error('late')); setTimeout(() => {}, 1000); };", "Runtime.UnhandledPromiseRejection"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("f{index}");
        node(&room, &name, "index.js", code).await;
        let reply = room.invoke(&name, json!({})).await;
        assert_eq!(reply["Payload"]["errorType"], error_type, "{code} {reply}");
    }
}

#[tokio::test]
async fn what_a_handler_streams_is_the_reply_of_its_address() {
    let room = Room::open().await;
    let code = r#"export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const reply = awslambda.HttpResponseStream.from(stream, {statusCode: 202, headers: {"x-a": "b"}});
        reply.write("one ");
        reply.write("two");
        reply.end();
    });"#;
    node(&room, "f", "index.mjs", code).await;
    let url = url(&room, json!({"InvokeMode": "RESPONSE_STREAM"})).await;
    let got = room.fetch("GET", &below(&url, "/"), &[], "").await;
    assert_eq!((got.status, got.header("x-a"), &got.body[..]), (202, "b", &b"one two"[..]));
}
