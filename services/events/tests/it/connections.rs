use serde_json::{Value, json};

use crate::house::Room;

fn basic() -> Value {
    json!({
        "Name": "c",
        "AuthorizationType": "BASIC",
        "AuthParameters": {
            "BasicAuthParameters": {"Username": "user", "Password": "secret-1"},
            "InvocationHttpParameters": {
                "HeaderParameters": [
                    {"Key": "X-Open", "Value": "shown", "IsValueSecret": false},
                    {"Key": "X-Shut", "Value": "secret-2", "IsValueSecret": true},
                ],
            },
        },
    })
}

#[tokio::test]
async fn a_connection_shows_all_but_its_secrets() {
    let room = Room::open();
    let created = room.call("CreateConnection", basic()).await;
    assert_eq!(created["ConnectionState"], "AUTHORIZED");
    let described = room.call("DescribeConnection", json!({"Name": "c"})).await;
    assert_eq!(described["ConnectionArn"], created["ConnectionArn"]);
    assert_eq!(
        described["AuthParameters"],
        json!({
            "BasicAuthParameters": {"Username": "user"},
            "InvocationHttpParameters": {
                "HeaderParameters": [
                    {"Key": "X-Open", "Value": "shown", "IsValueSecret": false},
                    {"Key": "X-Shut", "IsValueSecret": true},
                ],
            },
        })
    );
    let listed = room.call("ListConnections", json!({})).await;
    assert!(!listed.to_string().contains("secret-"));
    let again = room.refusal("CreateConnection", basic()).await;
    assert_eq!(again.0, "ResourceAlreadyExistsException");
}

#[tokio::test]
async fn tasks_of_the_house_get_the_secrets_and_clients_dont() {
    let room = Room::open();
    let created = room.call("CreateConnection", basic()).await;
    let of = json!({"ConnectionArn": created["ConnectionArn"]});
    let room = room.reopened();
    let secrets = room.ask_for("task 1", "RetrieveConnectionSecrets", of.clone()).await.unwrap();
    assert_eq!(secrets["AuthorizationType"], "BASIC");
    assert_eq!(secrets["AuthParameters"], basic()["AuthParameters"]);
    let (code, _) = room.refusal("RetrieveConnectionSecrets", of).await;
    assert_eq!(code, "AccessDeniedException");
    let other =
        json!({"ConnectionArn": format!("{}x", created["ConnectionArn"].as_str().unwrap())});
    let gone = room.ask_for("task 1", "RetrieveConnectionSecrets", other).await.unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let room = Room::open();
    let created = room.call("CreateConnection", basic()).await;
    let update = json!({
        "Name": "c",
        "AuthParameters": {"BasicAuthParameters": {"Password": "secret-3"}},
    });
    room.call("UpdateConnection", update).await;
    let of = json!({"ConnectionArn": created["ConnectionArn"]});
    let secrets = room.ask_for("t", "RetrieveConnectionSecrets", of).await.unwrap();
    assert_eq!(
        secrets["AuthParameters"]["BasicAuthParameters"],
        json!({"Username": "user", "Password": "secret-3"})
    );
    let other_kind = json!({"Name": "c", "AuthorizationType": "API_KEY"});
    assert_eq!(room.refusal("UpdateConnection", other_kind).await.0, "ValidationException");
    let shut = room.call("DeauthorizeConnection", json!({"Name": "c"})).await;
    assert_eq!(shut["ConnectionState"], "DEAUTHORIZED");
    let gone = room.call("DeleteConnection", json!({"Name": "c"})).await;
    assert_eq!(gone["ConnectionState"], "DELETING");
    assert_eq!(
        room.refusal("DescribeConnection", json!({"Name": "c"})).await,
        ("ResourceNotFoundException".into(), "Connection 'c' does not exist.".into())
    );
}

#[tokio::test]
async fn an_api_destination_needs_a_connection() {
    let room = Room::open();
    let connection = room.call("CreateConnection", basic()).await["ConnectionArn"].clone();
    let destination = |connection: &Value| {
        json!({
            "Name": "d",
            "ConnectionArn": connection,
            "InvocationEndpoint": "https://example.com/*",
            "HttpMethod": "POST",
        })
    };
    let nowhere = destination(&json!("arn:aws:events:us-east-1:000000000000:connection/x/1"));
    assert_eq!(room.refusal("CreateApiDestination", nowhere).await.0, "ResourceNotFoundException");
    room.call("CreateApiDestination", destination(&connection)).await;
    room.call("UpdateApiDestination", json!({"Name": "d", "HttpMethod": "PUT"})).await;
    let described = room.call("DescribeApiDestination", json!({"Name": "d"})).await;
    assert_eq!(described["HttpMethod"], "PUT");
    assert_eq!(described["InvocationRateLimitPerSecond"], 300);
    let listed = room.call("ListApiDestinations", json!({"ConnectionArn": connection})).await;
    assert_eq!(listed["ApiDestinations"][0]["Name"], "d");
    room.call("DeleteApiDestination", json!({"Name": "d"})).await;
    let gone = room.refusal("DescribeApiDestination", json!({"Name": "d"})).await;
    assert_eq!(gone.1, "An api-destination 'd' does not exist.");
}
