use serde_json::{Value, json};

use crate::house::{PASS, ROLE, Room, text};

async fn update(room: &Room, machine: &str, comment: usize) -> Value {
    let definition = PASS.replacen('{', &format!(r#"{{"Comment":"{comment}","#), 1);
    let body = json!({"stateMachineArn": machine, "definition": definition, "publish": true});
    room.call("UpdateStateMachine", body).await
}

#[tokio::test]
async fn a_revision_is_published_once() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let publish = |description: &str| {
        let body = json!({"stateMachineArn": machine, "description": description});
        room.call("PublishStateMachineVersion", body)
    };
    let first = publish("first").await;
    assert_eq!(first["stateMachineVersionArn"], format!("{machine}:1"));
    assert_eq!(publish("again").await, first);
    let second = update(&room, &machine, 2).await;
    assert_eq!(second["stateMachineVersionArn"], format!("{machine}:2"));

    let described =
        room.call("DescribeStateMachine", json!({"stateMachineArn": format!("{machine}:1")})).await;
    assert_eq!(described["description"], "first");
    assert_eq!(described["definition"], PASS);
    assert_eq!(described["stateMachineArn"], format!("{machine}:1"));
    assert_eq!(described["creationDate"], first["creationDate"]);
}

#[tokio::test]
async fn a_machine_can_be_created_published() {
    let room = Room::open().await;
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "publish": true, "versionDescription": "v"});
    let created = room.call("CreateStateMachine", body.clone()).await;
    let machine = text(&created["stateMachineArn"]);
    assert_eq!(created["stateMachineVersionArn"], format!("{machine}:1"));
    assert_eq!(room.call("CreateStateMachine", body).await, created);
    let unchanged = json!({"stateMachineArn": machine, "definition": PASS, "publish": true});
    let updated = room.call("UpdateStateMachine", unchanged).await;
    assert_eq!(updated["stateMachineVersionArn"], format!("{machine}:1"));
    assert_eq!(updated["revisionId"], Value::Null);
}

#[tokio::test]
async fn an_update_with_another_description_publishes_the_same_revision_again() {
    let room = Room::open().await;
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "publish": true, "versionDescription": "first"});
    let created = room.call("CreateStateMachine", body).await;
    let machine = text(&created["stateMachineArn"]);
    let update = |description: &str| {
        let body = json!({"stateMachineArn": machine, "definition": PASS, "publish": true, "versionDescription": description});
        room.call("UpdateStateMachine", body)
    };
    assert_eq!(update("first").await["stateMachineVersionArn"], format!("{machine}:1"));
    assert_eq!(update("second").await["stateMachineVersionArn"], format!("{machine}:2"));
    for (number, description) in [(1, "first"), (2, "second")] {
        let version = json!({"stateMachineArn": format!("{machine}:{number}")});
        let described = room.call("DescribeStateMachine", version).await;
        assert_eq!(described["description"], description);
    }
}

#[tokio::test]
async fn publishing_holds_the_revision_it_was_asked_for() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let publish = |revision: String| {
        room.ask(
            "PublishStateMachineVersion",
            json!({"stateMachineArn": machine, "revisionId": revision}),
        )
    };
    publish("INITIAL".into()).await.expect("is the current one");
    let revision = text(&update(&room, &machine, 1).await["revisionId"]);
    let error = publish("INITIAL".into()).await.unwrap_err();
    assert_eq!(error.code, "ConflictException");
    assert_eq!(
        error.message.unwrap(),
        format!(
            "Failed to publish the State Machine version for revision INITIAL. The current State Machine revision is {revision}."
        )
    );
    publish(revision).await.expect("is the current one");
}

#[tokio::test]
async fn versions_are_listed_newest_first_in_pages() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    for comment in 1..=12 {
        update(&room, &machine, comment).await;
    }
    let page = room
        .call("ListStateMachineVersions", json!({"stateMachineArn": machine, "maxResults": 10}))
        .await;
    let arns = |page: &Value| -> Vec<String> {
        let versions = page["stateMachineVersions"].as_array().unwrap();
        versions.iter().map(|version| text(&version["stateMachineVersionArn"])).collect()
    };
    let expected: Vec<String> =
        (3..=12).rev().map(|number| format!("{machine}:{number}")).collect();
    assert_eq!(arns(&page), expected);
    let rest = json!({"stateMachineArn": machine, "maxResults": 3, "nextToken": page["nextToken"]});
    let rest = room.call("ListStateMachineVersions", rest).await;
    assert_eq!(arns(&rest), [format!("{machine}:2"), format!("{machine}:1")]);
    assert_eq!(rest["nextToken"], Value::Null);
}

#[tokio::test]
async fn a_deleted_versions_number_is_not_used_again() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    update(&room, &machine, 1).await;
    let version = json!({"stateMachineVersionArn": format!("{machine}:1")});
    assert_eq!(room.call("DeleteStateMachineVersion", version.clone()).await, json!({}));
    assert_eq!(room.call("DeleteStateMachineVersion", version).await, json!({}));
    let of = json!({"stateMachineArn": format!("{machine}:1")});
    assert_eq!(
        room.refusal("DescribeStateMachine", of.clone()).await.0,
        "StateMachineDoesNotExist"
    );
    assert_eq!(room.refusal("StartExecution", of).await.0, "StateMachineDoesNotExist");
    let published =
        room.call("PublishStateMachineVersion", json!({"stateMachineArn": machine})).await;
    assert_eq!(published["stateMachineVersionArn"], format!("{machine}:2"));
    let machine_arn = json!({"stateMachineVersionArn": machine});
    assert_eq!(
        room.refusal("DeleteStateMachineVersion", machine_arn).await.0,
        "ValidationException"
    );
}

#[tokio::test]
async fn an_old_version_outlives_updates() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    update(&room, &machine, 1).await;
    for comment in 2..5 {
        let definition = PASS.replacen('{', &format!(r#"{{"Comment":"{comment}","#), 1);
        room.call(
            "UpdateStateMachine",
            json!({"stateMachineArn": machine, "definition": definition}),
        )
        .await;
    }
    let first = json!({"stateMachineArn": format!("{machine}:1")});
    let described = room.call("DescribeStateMachine", first).await;
    assert!(text(&described["definition"]).contains(r#""Comment":"1""#));
}
