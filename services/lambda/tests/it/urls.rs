//! Function URLs.

use serde_json::{Value, json};

use crate::house::{Room, with};

const ECHO: &str = "def handler(event, context):\n    return event\n";

pub(crate) async fn url(room: &Room, more: Value) -> String {
    let body = with(json!({"FunctionName": "f", "AuthType": "NONE"}), more);
    let made = room.call("CreateFunctionUrlConfig", body).await;
    made["FunctionUrl"].as_str().expect("a text").to_owned()
}

/// The path of an address, and something below it.
pub(crate) fn below(url: &str, rest: &str) -> String {
    let path = url.strip_prefix("http://localhost:4566").expect("is the house's");
    format!("{}{rest}", path.trim_end_matches('/'))
}

#[tokio::test]
async fn an_address_is_made_shown_changed_and_removed() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    let cors = json!({"AllowOrigins": ["*"], "MaxAge": 60});
    let make = json!({"FunctionName": "f", "AuthType": "NONE", "Cors": cors});
    let made = room.call("CreateFunctionUrlConfig", make.clone()).await;
    assert_eq!(made["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:f");
    assert_eq!((&made["InvokeMode"], &made["Cors"]), (&json!("BUFFERED"), &cors));
    let (code, message) = room.refusal("CreateFunctionUrlConfig", make).await;
    assert_eq!(code, "ResourceConflictException");
    assert!(message.ends_with("FunctionUrlConfig exists for this Lambda function"), "{message}");
    let named = json!({"FunctionName": "f"});
    let update = with(named.clone(), json!({"AuthType": "AWS_IAM"}));
    room.call("UpdateFunctionUrlConfig", update).await;
    let shown = room.call("GetFunctionUrlConfig", named.clone()).await;
    assert_eq!((&shown["AuthType"], &shown["Cors"]), (&json!("AWS_IAM"), &cors));
    assert_eq!(shown["FunctionUrl"], made["FunctionUrl"]);
    let listed = room.call("ListFunctionUrlConfigs", named.clone()).await;
    assert_eq!(listed["FunctionUrlConfigs"], json!([shown]));
    room.call("DeleteFunctionUrlConfig", named.clone()).await;
    let refused = room.refusal("GetFunctionUrlConfig", named).await;
    assert_eq!(refused.0, "ResourceNotFoundException");
    let path = below(made["FunctionUrl"].as_str().expect("a text"), "/");
    assert_eq!(room.fetch("GET", &path, &[], "").await.status, 404);
}

#[tokio::test]
async fn a_request_is_an_event_of_the_second_format() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    let url = url(&room, json!({})).await;
    let headers = [("content-type", "application/json"), ("cookie", "a=1; b=2"), ("x-two", "1")];
    let got = room.fetch("POST", &below(&url, "/my/path?x=1&x=2&y=%20"), &headers, "{}").await;
    assert_eq!((got.status, got.header("content-type")), (200, "application/json"));
    let event: Value = serde_json::from_slice(&got.body).expect("JSON");
    assert_eq!((&event["version"], &event["rawPath"]), (&json!("2.0"), &json!("/my/path")));
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%20");
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": " "}));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"], json!({"content-type": "application/json", "x-two": "1"}));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    let context = &event["requestContext"];
    assert_eq!(
        (&context["accountId"], &context["stage"]),
        (&json!("anonymous"), &json!("$default"))
    );
    assert_eq!(context["http"]["method"], "POST");
    let domain = context["domainName"].as_str().expect("a text");
    assert!(domain.ends_with(".lambda-url.us-east-1.on.aws"), "{domain}");
    let plain = room.fetch("GET", &below(&url, "/"), &[], "").await;
    let event: Value = serde_json::from_slice(&plain.body).expect("JSON");
    for absent in ["body", "cookies", "queryStringParameters"] {
        assert_eq!(event.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn a_result_says_what_the_reply_is() {
    let room = Room::open().await;
    let code = "import json\ndef handler(event, context):\n    return json.loads(event['body'])\n";
    room.python("f", code, json!({})).await;
    let url = url(&room, json!({})).await;
    let ask = async |result: Value| {
        let headers = [("content-type", "application/json")];
        room.fetch("POST", &below(&url, "/"), &headers, &result.to_string()).await
    };
    let whole = ask(json!({
        "statusCode": 201, "headers": {"X-Custom": "y"}, "cookies": ["a=1", "b=2"], "body": "Zm9v",
        "isBase64Encoded": true,
    }))
    .await;
    assert_eq!((whole.status, whole.header("x-custom"), &whole.body[..]), (201, "y", &b"foo"[..]));
    assert_eq!(whole.headers.get_all("set-cookie").iter().count(), 2);
    let text = ask(json!("Hello")).await;
    assert_eq!((text.status, &text.body[..]), (200, &br#""Hello""#[..]));
    let object = ask(json!({"message": "Hello"})).await;
    assert_eq!(
        serde_json::from_slice::<Value>(&object.body).expect("JSON"),
        json!({"message": "Hello"})
    );
    assert_eq!(ask(json!({"statusCode": "none"})).await.status, 502);
    let broken = room.fetch("POST", &below(&url, "/"), &[], "not json").await;
    assert_eq!((broken.status, &broken.body[..]), (502, &b"Internal Server Error"[..]));
}

#[tokio::test]
async fn pages_of_allowed_origins_may_ask() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    let cors = json!({
        "AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "AllowHeaders": ["x-key"],
        "ExposeHeaders": ["date"], "AllowCredentials": true, "MaxAge": 60,
    });
    let url = url(&room, json!({"Cors": cors})).await;
    let ask = async |method: &str, origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "GET")];
        room.fetch(method, &below(&url, "/"), &headers, "").await
    };
    let asked = ask("OPTIONS", "https://a.example").await;
    assert_eq!(asked.header("access-control-allow-origin"), "https://a.example");
    assert_eq!(asked.header("access-control-allow-methods"), "GET");
    assert_eq!(asked.header("access-control-max-age"), "60");
    assert!(asked.body.is_empty(), "the function isn't asked");
    let got = ask("GET", "https://a.example").await;
    assert_eq!(got.header("access-control-allow-credentials"), "true");
    assert_eq!(got.header("access-control-expose-headers"), "date");
    let other = ask("GET", "https://b.example").await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test]
async fn an_address_goes_with_its_alias_and_its_function() {
    let room = Room::open().await;
    room.python("f", ECHO, json!({})).await;
    room.call("PublishVersion", json!({"FunctionName": "f"})).await;
    let alias = json!({"FunctionName": "f", "Name": "live", "FunctionVersion": "1"});
    room.call("CreateAlias", alias).await;
    let live = url(&room, json!({"Qualifier": "live"})).await;
    let own = url(&room, json!({})).await;
    let status = async |url: &str| room.fetch("GET", &below(url, "/"), &[], "").await.status;
    assert_eq!((status(&live).await, status(&own).await), (200, 200));
    room.call("DeleteAlias", json!({"FunctionName": "f", "Name": "live"})).await;
    assert_eq!((status(&live).await, status(&own).await), (404, 200));
    room.call("DeleteFunction", json!({"FunctionName": "f"})).await;
    assert_eq!(status(&own).await, 404);
}
