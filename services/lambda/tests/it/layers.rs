//! Layers: published, used, given away.

use serde_json::{Value, json};

use crate::house::{ROLE, Room, python, with, zip};

async fn publish(room: &Room, name: &str, files: &[(&str, &str)], more: Value) -> Value {
    let body = json!({"LayerName": name, "Content": {"ZipFile": zip(files)}});
    room.call("PublishLayerVersion", with(body, more)).await
}

#[tokio::test]
async fn a_function_finds_what_its_layers_hold() {
    let room = Room::open().await;
    let under = publish(&room, "under", &[("python/told.py", "WORD = 'under'\n")], json!({})).await;
    let over = publish(&room, "over", &[("python/told.py", "WORD = 'over'\n")], json!({})).await;
    let arns = json!([under["LayerVersionArn"], over["LayerVersionArn"]]);
    let code = "import told\ndef handler(event, context):\n    return told.WORD\n";
    let created = room.python("f", code, json!({"Layers": arns})).await;
    assert_eq!(created["Layers"][1]["Arn"], over["LayerVersionArn"]);
    assert_eq!(created["Layers"][1]["CodeSize"], over["Content"]["CodeSize"]);
    assert_eq!(room.result("f", json!(null)).await, "over");

    let alone = json!({"FunctionName": "f", "Layers": [under["LayerVersionArn"]]});
    room.call("UpdateFunctionConfiguration", alone).await;
    assert_eq!(room.result("f", json!(null)).await, "under");
    let delete = json!({"LayerName": "under", "VersionNumber": 1});
    room.call("DeleteLayerVersion", delete).await;
    assert_eq!(room.result("f", json!(null)).await, "under", "a deleted version is used on");
    let none = json!({"FunctionName": "f", "Layers": []});
    assert_eq!(room.call("UpdateFunctionConfiguration", none).await.get("Layers"), None);
    assert_eq!(room.invoke("f", json!(null)).await["FunctionError"], "Unhandled");
}

#[tokio::test]
async fn a_function_sees_its_layers_where_aws_shows_them() {
    if !workload::can_show(std::path::Path::new("/opt")) {
        eprintln!("skipped: this system shows no folders at /opt");
        return;
    }
    let room = Room::open().await;
    let layer = publish(&room, "l", &[("data/word", "hello")], json!({})).await;
    let code = "def handler(event, context):\n    return open('/opt/data/word').read()\n";
    room.python("f", code, json!({"Layers": [layer["LayerVersionArn"]]})).await;
    assert_eq!(room.result("f", json!(null)).await, "hello");
    assert!(!std::path::Path::new("/opt/data/word").exists());
}

#[tokio::test]
async fn a_bootstrap_may_come_from_a_layer() {
    let room = Room::open().await;
    let bootstrap = "#!/bin/sh\nAPI=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\n\
        while true; do\nID=$(curl -sD - -o /dev/null $API/next | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //Ip')\n\
        curl -s -d '\"from a layer\"' $API/$ID/response >/dev/null\ndone\n";
    let layer = publish(&room, "runtime", &[("bootstrap", bootstrap)], json!({})).await;
    let body = json!({
        "FunctionName": "f", "Runtime": "provided.al2023", "Role": ROLE, "Handler": "any",
        "Code": {"ZipFile": zip(&[("any", "")])}, "Layers": [layer["LayerVersionArn"]],
    });
    room.call("CreateFunction", body).await;
    assert_eq!(room.result("f", json!(null)).await, "from a layer");
}

#[tokio::test]
async fn versions_are_counted_listed_and_deleted() {
    let room = Room::open().await;
    let files = [("a", "1")];
    let first = publish(&room, "l", &files, json!({"CompatibleRuntimes": ["python3.12"]})).await;
    assert_eq!(first["LayerVersionArn"], "arn:aws:lambda:us-east-1:000000000000:layer:l:1");
    let more = json!({"CompatibleRuntimes": ["nodejs22.x"], "Description": "two"});
    publish(&room, "l", &files, more).await;
    publish(&room, "other", &files, json!({})).await;

    let versions = |body: Value| {
        let room = &room;
        async move {
            let listed = room.call("ListLayerVersions", body).await;
            let versions = listed["LayerVersions"].as_array().expect("a list").clone();
            versions.iter().map(|it| it["Version"].clone()).collect::<Vec<_>>()
        }
    };
    assert_eq!(versions(json!({"LayerName": "l"})).await, [2, 1]);
    let python = json!({"LayerName": "l", "CompatibleRuntime": "python3.12"});
    assert_eq!(versions(python).await, [1]);
    let page = room.call("ListLayerVersions", json!({"LayerName": "l", "MaxItems": 1})).await;
    let next = json!({"LayerName": "l", "MaxItems": 1, "Marker": page["NextMarker"]});
    assert_eq!(versions(next).await, [1]);

    let arn = json!({"Arn": first["LayerVersionArn"]});
    let found = room.call("GetLayerVersionByArn", arn).await;
    assert_eq!(found["Content"]["CodeSha256"], first["Content"]["CodeSha256"]);
    let two = json!({"LayerName": "l", "VersionNumber": 2});
    assert_eq!(room.call("GetLayerVersion", two.clone()).await["Description"], "two");
    for _ in 0..2 {
        room.call("DeleteLayerVersion", two.clone()).await;
    }
    assert_eq!(room.refusal("GetLayerVersion", two).await.0, "ResourceNotFoundException");
    let layers = room.call("ListLayers", json!({})).await;
    assert_eq!(layers["Layers"][0]["LatestMatchingVersion"]["Version"], 1);
    assert_eq!(layers["Layers"][1]["LayerName"], "other");
    let third = publish(&room, "l", &files, json!({})).await;
    assert_eq!(third["Version"], 3, "no number comes twice");
}

#[tokio::test]
async fn a_version_has_a_policy() {
    let room = Room::open().await;
    publish(&room, "l", &[("a", "1")], json!({})).await;
    let version = json!({"LayerName": "l", "VersionNumber": 1});
    let refused = room.refusal("GetLayerVersionPolicy", version.clone()).await;
    assert_eq!(refused.0, "ResourceNotFoundException");
    let add = with(
        version.clone(),
        json!({"StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "111122223333"}),
    );
    room.call("AddLayerVersionPermission", add.clone()).await;
    assert_eq!(room.refusal("AddLayerVersionPermission", add).await.0, "ResourceConflictException");
    let policy = room.call("GetLayerVersionPolicy", version.clone()).await;
    let text = policy["Policy"].as_str().expect("a text");
    assert!(text.contains("arn:aws:iam::111122223333:root"), "{text}");
    let remove = with(version.clone(), json!({"StatementId": "s"}));
    room.call("RemoveLayerVersionPermission", remove.clone()).await;
    assert_eq!(
        room.refusal("RemoveLayerVersionPermission", remove).await.0,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn layers_that_cannot_be_used_are_refused() {
    let room = Room::open().await;
    let files = [("a", "1")];
    let one = publish(&room, "l", &files, json!({})).await["LayerVersionArn"].clone();
    let two = publish(&room, "l", &files, json!({})).await["LayerVersionArn"].clone();
    let invalid = "InvalidParameterValueException";
    for (layers, code) in [
        (json!([one, two]), invalid),
        (json!(["arn:aws:lambda:us-east-1:000000000000:layer:l:9"]), invalid),
        (json!(["l:1"]), "ValidationException"),
        (json!([one, one, one, one, one, one]), invalid),
    ] {
        let body = with(python("f", ""), json!({"Layers": layers}));
        assert_eq!(room.refusal("CreateFunction", body).await.0, code, "{layers}");
    }
    let body = json!({"LayerName": "l", "Content": {"ZipFile": "bm90IGEgemlw"}});
    assert_eq!(room.refusal("PublishLayerVersion", body).await.0, invalid);
    let zero = json!({"LayerName": "l", "VersionNumber": 0});
    assert_eq!(room.refusal("GetLayerVersion", zero).await.0, invalid);
}
