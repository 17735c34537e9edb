//! Settings that can't be: refused where they are made, not where they are used.

use http::Request;
use serde_json::{Value, json};

use crate::house::{Room, authorized};

const SCHEMA: &str = "type Query { hello: String }";
const BAD: &str = "BadRequestException";
const ROLE: &str = "arn:aws:iam::000000000000:role/merged";

async fn merged(room: &Room) -> String {
    let asked = json!({
        "name": "all", "authenticationType": "API_KEY", "apiType": "MERGED",
        "mergedApiExecutionRoleArn": ROLE,
    });
    let created = room.call("CreateGraphqlApi", asked).await.unwrap();
    created["graphqlApi"]["apiId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_merged_api_is_no_source_and_has_no_schema_of_its_own() {
    let room = Room::open().await;
    let (id, other) = (merged(&room).await, merged(&room).await);
    for source in [&id, &other] {
        let asked = json!({"mergedApiIdentifier": id, "sourceApiIdentifier": source});
        assert_eq!(room.call("AssociateSourceGraphqlApi", asked).await.unwrap_err(), BAD);
    }
    let asked = json!({"apiId": id, "definition": "dHlwZSBRdWVyeSB7IGE6IEludCB9"});
    assert_eq!(room.call("StartSchemaCreation", asked).await.unwrap_err(), BAD);
    let asked = json!({"apiId": id, "definition": "type Query { a: Int }", "format": "SDL"});
    assert_eq!(room.call("CreateType", asked).await.unwrap_err(), BAD);
}

#[tokio::test]
async fn a_namespace_has_ways_in_and_sources_of_its_api() {
    let room = Room::open().await;
    let (id, _) = room.event_api().await;
    let modes = json!([{"authType": "API_KEY"}]);
    let iam = json!([{"authType": "AWS_IAM"}]);
    let integration = json!({"behavior": "DIRECT", "integration": {"dataSourceName": "gone"}});
    let handlers = json!({"onPublish": integration});
    for operation in ["CreateChannelNamespace", "UpdateChannelNamespace"] {
        let named = async |member: &str, value: &Value| {
            room.call(operation, json!({"apiId": id, "name": "chat", member: value})).await
        };
        assert_eq!(named("publishAuthModes", &iam).await.unwrap_err(), BAD);
        assert_eq!(named("subscribeAuthModes", &iam).await.unwrap_err(), BAD);
        assert_eq!(named("handlerConfigs", &handlers).await.unwrap_err(), "NotFoundException");
        named("publishAuthModes", &modes).await.unwrap();
    }
}

#[tokio::test]
async fn an_endpoint_is_a_url() {
    let room = Room::open().await;
    let (id, _) = room.api(SCHEMA, json!({})).await;
    let source = async |name: &str, endpoint: &str| {
        let config = json!({"endpoint": endpoint});
        let asked = json!({"apiId": id, "name": name, "type": "HTTP", "httpConfig": config});
        room.call("CreateDataSource", asked).await
    };
    for wrong in ["notaurl", "ftp://example.com", "https://", "/path", ""] {
        assert_eq!(source("wrong", wrong).await.unwrap_err(), BAD, "{wrong}");
    }
    source("right", "https://example.com/path").await.unwrap();
}

#[tokio::test]
async fn expressions_are_javas() {
    let room = Room::open().await;
    let expression = json!({"identityValidationExpression": "^(?!bad).*"});
    let (id, _) = room.api(SCHEMA, authorized(&expression)).await;
    room.field(&id, "Query.hello", "\"hi\"").await;
    assert_eq!(room.ask_as(&id, "good", "{hello}").await.1["data"]["hello"], "hi");
    assert_eq!(room.ask_as(&id, "bad", "{hello}").await.0, 401);
}

#[tokio::test]
async fn expressions_that_cant_be_read_are_refused() {
    let room = Room::open().await;
    let create = async |mut settings: Value| {
        settings["name"] = json!("api");
        room.call("CreateGraphqlApi", settings).await
    };
    let authorizer = authorized(&json!({"identityValidationExpression": "["}));
    assert_eq!(create(authorizer).await.unwrap_err(), BAD);
    let pool = json!({
        "userPoolId": "us-east-1_pool", "awsRegion": "us-east-1", "defaultAction": "ALLOW",
        "appIdClientRegex": "(",
    });
    let pool = json!({"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": pool});
    assert_eq!(create(pool).await.unwrap_err(), BAD);
    let issuer = json!({"issuer": "https://example.com", "clientId": "*"});
    let issuer = json!({"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": issuer});
    assert_eq!(create(issuer).await.unwrap_err(), BAD);
}

#[tokio::test]
async fn graphql_is_asked_by_get_and_post_alone() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    for method in ["PUT", "PATCH", "DELETE"] {
        let request = Request::builder().method(method).uri(format!("/appsync-api/{id}/graphql"));
        let request = request.header("x-api-key", &key);
        let (status, _) = room.send(request, json!({"query": "{hello}"}).to_string()).await;
        assert_eq!(status, 405, "{method}");
    }
}

#[tokio::test]
async fn an_api_leaves_its_domain_name_before_it_goes() {
    let room = Room::open().await;
    let (id, _) = room.api(SCHEMA, json!({})).await;
    let domain = json!({"domainName": "api.example.com", "certificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a"});
    room.call("CreateDomainName", domain).await.unwrap();
    let associated = json!({"domainName": "api.example.com", "apiId": id});
    room.call("AssociateApi", associated).await.unwrap();
    assert_eq!(room.call("DeleteGraphqlApi", json!({"apiId": id})).await.unwrap_err(), BAD);
    room.call("DisassociateApi", json!({"domainName": "api.example.com"})).await.unwrap();
    room.call("DeleteGraphqlApi", json!({"apiId": id})).await.unwrap();
}

#[tokio::test]
async fn strangers_dont_learn_which_namespaces_there_are() {
    let room = Room::open().await;
    let (id, key) = room.event_api().await;
    let event = json!({"channel": "/nowhere/a", "events": ["1"]}).to_string();
    let request =
        Request::post(format!("/appsync-api/{id}/event")).header("x-api-key", "da2-wrong");
    assert_eq!(room.send(request, event.clone()).await.0, 401);
    let request = Request::post(format!("/appsync-api/{id}/event")).header("x-api-key", key);
    assert_eq!(room.send(request, event).await.0, 400);
}

#[tokio::test]
async fn a_service_that_is_nowhere_is_told_with_the_setting_that_says_where() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    let source = json!({"apiId": id, "name": "model", "type": "AMAZON_BEDROCK_RUNTIME"});
    room.call("CreateDataSource", source).await.unwrap();
    let resolver = json!({
        "apiId": id, "typeName": "Query", "fieldName": "hello", "dataSourceName": "model",
        "requestMappingTemplate": r#"{"operation": "Converse", "modelId": "m"}"#,
        "responseMappingTemplate": "$util.error($ctx.error.message)",
    });
    room.call("CreateResolver", resolver).await.unwrap();
    let (_, body) = room.ask(&id, &key, "{hello}").await;
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("[endpoints.bedrock-runtime]"), "{body}");
}
