use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{QUEUE, Room};

/// A rule whose target is an API destination with a connection of that kind.
async fn destination(room: &Room, kind: &str, parameters: Value) {
    let connection = json!({"Name": "c", "AuthorizationType": kind, "AuthParameters": parameters});
    let connection = room.call("CreateConnection", connection).await;
    let destination = json!({
        "Name": "d",
        "ConnectionArn": connection["ConnectionArn"],
        "InvocationEndpoint": "https://example.com/orders/*",
        "HttpMethod": "POST",
    });
    let destination = room.call("CreateApiDestination", destination).await;
    let target = json!({
        "Id": "1",
        "Arn": destination["ApiDestinationArn"],
        "RoleArn": "arn:aws:iam::000000000000:role/r",
        "InputPath": "$.detail",
        "HttpParameters": {
            "PathParameterValues": ["7"],
            "HeaderParameters": {"X-Own": "own", "X-Both": "target"},
            "QueryStringParameters": {"q": "a b"},
        },
        "DeadLetterConfig": {"Arn": QUEUE},
    });
    room.rule("r", json!([target])).await;
}

#[tokio::test]
async fn an_event_is_posted_with_what_the_connection_adds() {
    let room = Room::open();
    let parameters = json!({
        "BasicAuthParameters": {"Username": "user", "Password": "secret"},
        "InvocationHttpParameters": {
            "HeaderParameters": [{"Key": "X-Both", "Value": "connection", "IsValueSecret": true}],
            "BodyParameters": [{"Key": "key", "Value": "v", "IsValueSecret": true}],
        },
    });
    destination(&room, "BASIC", parameters).await;
    room.put(r#"{"n":1}"#).await;
    assert!(room.work().await.is_empty());
    let [request] = &room.fetched()[..] else { panic!("one request was made") };
    assert_eq!(
        (request.method().as_str(), &*request.uri().to_string()),
        ("POST", "https://example.com/orders/7?q=a%20b")
    );
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!(header("authorization"), "Basic dXNlcjpzZWNyZXQ=");
    assert_eq!((header("x-own"), header("x-both")), ("own", "connection"));
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body, json!({"n": 1, "key": "v"}));
}

#[tokio::test]
async fn a_token_is_fetched_first() {
    let room = Room::open();
    let parameters = json!({
        "OAuthParameters": {
            "ClientParameters": {"ClientID": "id", "ClientSecret": "secret"},
            "AuthorizationEndpoint": "https://login.example.com/token",
            "HttpMethod": "POST",
            "OAuthHttpParameters": {"BodyParameters": [{"Key": "scope", "Value": "a b"}]},
        },
    });
    destination(&room, "OAUTH_CLIENT_CREDENTIALS", parameters).await;
    room.answer([(200, r#"{"access_token": "t-1"}"#)]);
    room.put("{}").await;
    room.work().await;
    let [login, request] = &room.fetched()[..] else { panic!("two requests were made") };
    assert_eq!(login.uri(), "https://login.example.com/token");
    assert_eq!(login.headers()["authorization"], "Basic aWQ6c2VjcmV0");
    assert_eq!(login.body(), "grant_type=client_credentials&scope=a%20b");
    assert_eq!(request.headers()["authorization"], "Bearer t-1");
}

#[tokio::test]
async fn a_fault_is_tried_again_and_a_refusal_is_buried() {
    let room = Room::open();
    let key = json!({"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "k"}});
    destination(&room, "API_KEY", key).await;
    room.answer([(503, "busy"), (404, "no such order")]);
    room.put("{}").await;
    assert!(room.work().await.is_empty());
    room.pass(Duration::from_secs(2));
    let buried = room.work().await;
    assert_eq!(room.fetched().len(), 2);
    let attributes = &buried[0].body["MessageAttributes"];
    assert_eq!(
        attributes["ERROR_MESSAGE"]["StringValue"],
        "The API destination answered with status 404: no such order"
    );
}
