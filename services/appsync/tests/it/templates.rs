//! How templates and the errors of data sources meet, in both versions; hostile requests.

use serde_json::{Value, json};

use crate::house::Room;

const SCHEMA: &str =
    "type Query { a: String b: String node: Node } type Node { node: Node name: String }";

/// The reply to `{a}` whose source answers `null` or fails, with templates of that version.
async fn answered(request: &str, response: &str) -> Value {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    room.resolver(&id, "Query.a", request, response).await;
    room.ask(&id, &key, "{a}").await.1
}

#[tokio::test]
async fn the_first_version_skips_the_response_template_when_there_is_no_result() {
    let response = "\"never\"";
    let first = answered(r#"{"version": "2017-02-28"}"#, response).await;
    assert_eq!(first, json!({"data": {"a": null}}));
    let second = answered(r#"{"version": "2018-05-29"}"#, response).await;
    assert_eq!(second, json!({"data": {"a": "never"}}));
}

#[tokio::test]
async fn a_template_returns_early_without_asking_the_source() {
    let reply = answered("#return(\"early\")", "\"late\"").await;
    assert_eq!(reply, json!({"data": {"a": "early"}}));
}

#[tokio::test]
async fn a_template_that_is_no_json_says_so() {
    let reply = answered("nonsense", "\"late\"").await;
    let error = &reply["errors"][0];
    assert_eq!(error["errorType"], "MappingTemplate", "{reply}");
    assert!(
        error["message"].as_str().unwrap().starts_with("Unable to convert nonsense"),
        "{reply}"
    );
}

const ECHOES: &str =
    "type Query { echo(input: Input): AWSJSON } input Input { a: Int owner: String }";

/// The JSON that `{echo}` tells.
async fn echoed(room: &Room, (id, key): &(String, String)) -> Value {
    let (_, reply) = room.ask(id, key, "{echo(input: {a: 1})}").await;
    serde_json::from_str(reply["data"]["echo"].as_str().expect("it has a value")).unwrap()
}

#[tokio::test]
async fn the_templates_of_a_pipeline_share_one_context() {
    let room = Room::open().await;
    let api = room.api(ECHOES, json!({})).await;
    // So Amplify's owner is stored, and so are the composite keys of its indexes.
    let owns = r#"$util.qr($ctx.args.input.put("owner", "me")){}"#;
    let stores = r#"{"payload": $util.toJson($ctx.args.input)}"#;
    let answers = r#"$util.qr($ctx.args.put("more", $ctx.result.owner))$util.toJson($ctx.result)"#;
    let after = r#"$util.toJson({"stored": $ctx.prev.result, "args": $ctx.args})"#;
    let before = "#set($ctx.args.input.a = 2){}";
    let functions = [[owns, "{}"], [stores, answers]];
    room.pipeline(&api.0, "Query.echo", [before, after], &functions).await;
    let stored = json!({"a": 2, "owner": "me"});
    let expected = json!({"stored": stored, "args": {"input": stored, "more": "me"}});
    assert_eq!(echoed(&room, &api).await, expected);
    assert_eq!(echoed(&room, &api).await, expected, "the next call begins anew");
}

#[tokio::test]
async fn the_templates_of_a_resolver_share_one_context() {
    let room = Room::open().await;
    let api = room.api(ECHOES, json!({})).await;
    let request = r#"$util.qr($ctx.args.input.put("owner", "me"))
        #set($ctx.result = "forged"){"version": "2018-05-29", "payload": 1}"#;
    let response = "$util.toJson([$ctx.args.input, $ctx.result])";
    room.resolver(&api.0, "Query.echo", request, response).await;
    assert_eq!(echoed(&room, &api).await, json!([{"a": 1, "owner": "me"}, 1]));
}

#[tokio::test]
async fn code_sees_the_errors_that_were_appended_before_it() {
    let room = Room::open().await;
    let api = room.api(ECHOES, json!({})).await;
    let append = r#"$util.appendError("careful", "T", {"a": 1}){}"#;
    let sees = r#"{"payload": $util.toJson($ctx.outErrors)}"#;
    let result = "$util.toJson($ctx.result)";
    let after = r#"$util.toJson([$ctx.prev.result, $ctx.outErrors.size()])"#;
    let functions = [[append, append], [sees, result]];
    room.pipeline(&api.0, "Query.echo", ["{}", after], &functions).await;
    let error =
        json!({"message": "careful", "errorType": "T", "data": {"a": 1}, "errorInfo": null});
    assert_eq!(echoed(&room, &api).await, json!([[error, error], 2]));
}

/// A million rounds: what a template may take and more.
const LONG: &str = "#foreach($a in [1..1000])#foreach($b in [1..1000])#set($c = $a * $b)#end#end";

#[tokio::test]
async fn templates_that_take_long_hold_up_nobody() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    room.resolver(&id, "Query.a", &format!("{LONG}{{}}"), "\"late\"").await;
    room.field(&id, "Query.b", "1").await;
    let pattern = "$util.matches('(x+x+)+y', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')";
    let matching = format!("#foreach($a in [1..1000])#set($b = {pattern})#end");
    let tried = |template: &str| {
        room.call("EvaluateMappingTemplate", json!({"template": template, "context": "{}"}))
    };
    let long = async {
        tokio::select! {
            reply = room.ask(&id, &key, "{a}") => panic!("{reply:?}"),
            reply = room.ask(&id, &key, "{a}") => panic!("{reply:?}"),
            reply = tried(LONG) => panic!("{reply:?}"),
            reply = tried(&matching) => panic!("{reply:?}"),
        }
    };
    let light = async {
        for _ in 0..10 {
            assert_eq!(room.ask(&id, &key, "{b}").await.1, json!({"data": {"b": "1"}}));
        }
    };
    // What is long is begun first, and isn't over when what is light is.
    tokio::select! { biased; () = long => (), () = light => () }
}

#[tokio::test]
async fn a_template_that_takes_too_many_steps_says_so() {
    let room = Room::open().await;
    let tried = json!({"template": LONG, "context": "{}"});
    let reply = room.call("EvaluateMappingTemplate", tried).await.unwrap();
    let message = reply["error"]["message"].as_str().unwrap();
    let known =
        ["The template takes too many steps.", "The template took too long and was stopped."];
    assert!(known.contains(&message), "{reply}");
}

#[tokio::test]
async fn hostile_requests_get_an_answer() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({"queryDepthLimit": 5})).await;
    let deep = format!("{{{}name{}}}", "node {".repeat(10_000), "}".repeat(10_000));
    let wide = format!("{{{}}}", "a ".repeat(100_000));
    let cycle = "{...A} fragment A on Query {...B} fragment B on Query {...A}";
    for query in [&*deep, &*wide, cycle, "{node {node {node {node {node {name}}}}}}"] {
        let (status, body) = room.ask(&id, &key, query).await;
        assert!((400..500).contains(&status) || status == 200, "{status}");
        assert!(body["errors"].is_array() || body["data"].is_object(), "{body}");
    }
    let (status, body) = room.post(&id, &key, "x".repeat(10 << 20)).await;
    assert_eq!(
        (status, &body["errors"][0]["errorType"]),
        (413, &json!("RequestEntityTooLargeException"))
    );
}
