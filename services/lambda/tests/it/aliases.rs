//! Aliases.

use serde_json::json;

use crate::house::{Room, zip};

async fn two_versions() -> Room {
    let room = Room::open().await;
    let code = "def handler(event, context):\n    return context.function_version\n";
    room.python("f", code, json!({"Publish": true})).await;
    let update = json!({"FunctionName": "f", "ZipFile": zip(&[("m.py", &format!("{code}#"))]), "Publish": true});
    room.call("UpdateFunctionCode", update).await;
    room
}

#[tokio::test]
async fn an_alias_leads_to_its_version() {
    let room = two_versions().await;
    let body =
        json!({"FunctionName": "f", "Name": "live", "FunctionVersion": "1", "Description": "d"});
    let created = room.call("CreateAlias", body.clone()).await;
    assert_eq!(created["AliasArn"], "arn:aws:lambda:us-east-1:000000000000:function:f:live");
    assert_eq!(room.refusal("CreateAlias", body).await.0, "ResourceConflictException");
    assert_eq!(room.invoke("f:live", json!({})).await["ExecutedVersion"], "1");
    let body = json!({"FunctionName": "f", "Name": "live", "FunctionVersion": "2"});
    let updated = room.call("UpdateAlias", body).await;
    assert_eq!(updated["Description"], "d", "what isn't named stays");
    assert_ne!(updated["RevisionId"], created["RevisionId"]);
    assert_eq!(room.result("f:live", json!({})).await, "2");
    let got = room.call("GetAlias", json!({"FunctionName": "f", "Name": "live"})).await;
    assert_eq!(got, updated);
    let listed =
        room.call("ListAliases", json!({"FunctionName": "f", "FunctionVersion": "2"})).await;
    assert_eq!(listed["Aliases"], json!([updated]));
    let listed =
        room.call("ListAliases", json!({"FunctionName": "f", "FunctionVersion": "1"})).await;
    assert_eq!(listed["Aliases"], json!([]));
}

#[tokio::test]
async fn weights_choose_between_two_versions() {
    let room = two_versions().await;
    let routing = |weight: f64| json!({"AdditionalVersionWeights": {"2": weight}});
    let body = json!({"FunctionName": "f", "Name": "live", "FunctionVersion": "1", "RoutingConfig": routing(1.0)});
    room.call("CreateAlias", body).await;
    assert_eq!(room.result("f:live", json!({})).await, "2");
    let body = json!({"FunctionName": "f", "Name": "live", "RoutingConfig": routing(0.0)});
    room.call("UpdateAlias", body).await;
    assert_eq!(room.result("f:live", json!({})).await, "1");
    for routing in
        [json!({"1": 0.5}), json!({"$LATEST": 0.5}), json!({"2": 1.5}), json!({"2": 0.1, "3": 0.1})]
    {
        let routing = json!({"AdditionalVersionWeights": routing});
        let body = json!({"FunctionName": "f", "Name": "live", "RoutingConfig": routing});
        assert_eq!(room.refusal("UpdateAlias", body).await.0, "InvalidParameterValueException");
    }
}

#[tokio::test]
async fn an_alias_needs_a_version_that_exists() {
    let room = two_versions().await;
    let body = json!({"FunctionName": "f", "Name": "live", "FunctionVersion": "3"});
    assert_eq!(room.refusal("CreateAlias", body).await.0, "ResourceNotFoundException");
    let missing = room.refusal("GetAlias", json!({"FunctionName": "f", "Name": "live"})).await;
    let text = "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:f:live";
    assert_eq!(missing, ("ResourceNotFoundException".into(), text.into()));
    let missing = room.refusal("Invoke", json!({"FunctionName": "f:live"})).await;
    assert_eq!(missing.0, "ResourceNotFoundException");
}
