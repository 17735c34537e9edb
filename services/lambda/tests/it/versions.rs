//! Versions.

use serde_json::{Value, json};

use crate::house::{Room, zip};

fn returning(text: &str) -> String {
    format!("def handler(event, context):\n    return ['{text}', context.function_version]\n")
}

#[tokio::test]
async fn a_version_stays_as_it_was_published() {
    let room = Room::open().await;
    room.python("f", &returning("one"), json!({})).await;
    let published =
        room.call("PublishVersion", json!({"FunctionName": "f", "Description": "first"})).await;
    assert_eq!(published["Version"], "1");
    assert_eq!(published["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:f:1");
    assert_eq!(published["Description"], "first");
    let update = json!({"FunctionName": "f", "ZipFile": zip(&[("m.py", &returning("two"))])});
    room.call("UpdateFunctionCode", update).await;
    assert_eq!(room.result("f:1", json!({})).await, json!(["one", "1"]));
    assert_eq!(room.result("f", json!({})).await, json!(["two", "$LATEST"]));
}

#[tokio::test]
async fn what_has_not_changed_is_not_published_again() {
    let room = Room::open().await;
    let created = room.python("f", &returning("one"), json!({"Publish": true})).await;
    assert_eq!(created["Version"], "1");
    let publish =
        async || room.call("PublishVersion", json!({"FunctionName": "f"})).await["Version"].clone();
    assert_eq!(publish().await, "1");
    room.call("UpdateFunctionConfiguration", json!({"FunctionName": "f", "Timeout": 5})).await;
    assert_eq!(publish().await, "2");
    let listed = room.call("ListVersionsByFunction", json!({"FunctionName": "f"})).await;
    let versions: Vec<&Value> =
        listed["Versions"].as_array().unwrap().iter().map(|version| &version["Version"]).collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);
    let page = json!({"FunctionName": "f", "MaxItems": 2});
    let first = room.call("ListVersionsByFunction", page).await;
    let next = json!({"FunctionName": "f", "Marker": first["NextMarker"]});
    let rest = room.call("ListVersionsByFunction", next).await;
    assert_eq!(rest["Versions"][0]["Version"], "2");
    assert_eq!(rest.get("NextMarker"), None);
}

#[tokio::test]
async fn another_code_or_revision_is_not_published() {
    let room = Room::open().await;
    let created = room.python("f", &returning("one"), json!({})).await;
    let body = json!({"FunctionName": "f", "CodeSha256": "other"});
    assert_eq!(room.refusal("PublishVersion", body).await.0, "InvalidParameterValueException");
    let body = json!({"FunctionName": "f", "RevisionId": "other"});
    assert_eq!(room.refusal("PublishVersion", body).await.0, "PreconditionFailedException");
    let body = json!({
        "FunctionName": "f",
        "CodeSha256": created["CodeSha256"],
        "RevisionId": created["RevisionId"],
    });
    room.call("PublishVersion", body).await;
}

#[tokio::test]
async fn a_version_goes_alone_unless_an_alias_needs_it() {
    let room = Room::open().await;
    room.python("f", &returning("one"), json!({"Publish": true})).await;
    let alias = json!({"FunctionName": "f", "Name": "live", "FunctionVersion": "1"});
    room.call("CreateAlias", alias).await;
    let delete = json!({"FunctionName": "f", "Qualifier": "1"});
    assert_eq!(room.refusal("DeleteFunction", delete.clone()).await.0, "ResourceConflictException");
    room.call("DeleteAlias", json!({"FunctionName": "f", "Name": "live"})).await;
    room.call("DeleteFunction", delete).await;
    let gone = room.refusal("GetFunction", json!({"FunctionName": "f:1"})).await;
    assert_eq!(
        gone,
        (
            "ResourceNotFoundException".into(),
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:1".into()
        )
    );
    room.call("GetFunction", json!({"FunctionName": "f"})).await;
    room.call("DeleteFunction", json!({"FunctionName": "f"})).await;
    room.refusal("GetFunction", json!({"FunctionName": "f"})).await;
}
