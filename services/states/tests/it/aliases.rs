use serde_json::{Value, json};

use crate::house::{PASS, ROLE, Room, text, with};

/// A machine with two versions.
async fn machine(room: &Room) -> String {
    let body = json!({"name": "orders", "definition": PASS, "roleArn": ROLE, "publish": true});
    let machine = text(&room.call("CreateStateMachine", body).await["stateMachineArn"]);
    let definition = PASS.replace("\"A\"", "\"B\"");
    let body = json!({"stateMachineArn": machine, "definition": definition, "publish": true});
    room.call("UpdateStateMachine", body).await;
    machine
}

fn routes(machine: &str, weights: &[(u64, i64)]) -> Value {
    let route = |(version, weight): &(u64, i64)| json!({"stateMachineVersionArn": format!("{machine}:{version}"), "weight": weight});
    weights.iter().map(route).collect()
}

fn alias(machine: &str, name: &str, weights: &[(u64, i64)]) -> Value {
    json!({"name": name, "routingConfiguration": routes(machine, weights)})
}

#[tokio::test]
async fn an_alias_is_created_updated_described_and_deleted() {
    let room = Room::open().await;
    let machine = machine(&room).await;
    let body = alias(&machine, "PROD", &[(1, 100)]);
    let created = room.call("CreateStateMachineAlias", body.clone()).await;
    let arn = format!("{machine}:PROD");
    assert_eq!(created["stateMachineAliasArn"], arn);
    assert_eq!(room.call("CreateStateMachineAlias", body).await, created);

    let updated = json!({"stateMachineAliasArn": arn, "description": "d", "routingConfiguration": routes(&machine, &[(1, 30), (2, 70)])});
    let updated = room.call("UpdateStateMachineAlias", updated).await;
    assert_eq!(
        room.call("DescribeStateMachineAlias", json!({"stateMachineAliasArn": arn})).await,
        json!({
            "stateMachineAliasArn": arn,
            "name": "PROD",
            "description": "d",
            "routingConfiguration": routes(&machine, &[(1, 30), (2, 70)]),
            "creationDate": created["creationDate"],
            "updateDate": updated["updateDate"],
        })
    );

    let of = json!({"stateMachineAliasArn": arn});
    assert_eq!(room.call("DeleteStateMachineAlias", of.clone()).await, json!({}));
    assert_eq!(room.call("DeleteStateMachineAlias", of.clone()).await, json!({}), "recorded");
    assert_eq!(
        room.refusal("DescribeStateMachineAlias", of).await,
        ("ResourceNotFound".into(), "Request references a resource that does not exist.".into())
    );
}

#[tokio::test]
async fn refuses_routes_that_lead_nowhere() {
    let room = Room::open().await;
    let machine = machine(&room).await;
    let refusal = |routes: Value| {
        room.refusal(
            "CreateStateMachineAlias",
            json!({"name": "PROD", "routingConfiguration": routes}),
        )
    };
    let (one, two) = (format!("{machine}:1"), format!("{machine}:2"));
    let validation = |text: String| ("ValidationException".to_owned(), text);
    assert_eq!(
        refusal(routes(&machine, &[(1, 70), (2, 29)])).await,
        validation(
            "Sum of routing configuration weights must equal 100. Received: [70, 29]".into()
        )
    );
    assert_eq!(
        refusal(routes(&machine, &[(1, 50), (1, 50)])).await,
        validation(format!(
            "Routing configuration must contain distinct state machine version ARNs. Received: [{one}, {one}]"
        ))
    );
    assert_eq!(
        refusal(json!([{"stateMachineVersionArn": machine, "weight": 100}])).await,
        validation(format!(
            "Routing configuration must contain state machine version ARNs. Received: [{machine}]"
        ))
    );
    assert_eq!(refusal(routes(&machine, &[(7, 100)])).await.0, "ResourceNotFound");
    assert_eq!(refusal(json!([])).await.0, "ValidationException");
    let other = format!("{}:1", room.machine("other", PASS).await);
    let mixed = json!([
        {"stateMachineVersionArn": two, "weight": 50},
        {"stateMachineVersionArn": other, "weight": 50},
    ]);
    assert_eq!(refusal(mixed).await.0, "ValidationException");
}

#[tokio::test]
async fn an_alias_of_the_same_name_with_other_routes_conflicts() {
    let room = Room::open().await;
    let machine = machine(&room).await;
    room.call("CreateStateMachineAlias", alias(&machine, "PROD", &[(1, 100)])).await;
    assert_eq!(
        room.refusal("CreateStateMachineAlias", alias(&machine, "PROD", &[(2, 100)])).await,
        (
            "ConflictException".into(),
            "Failed to create alias because an alias with the same name and a different routing configuration already exists.".into()
        )
    );
    assert_eq!(
        room.refusal("CreateStateMachineAlias", alias(&machine, "123", &[(1, 100)])).await.1,
        "1 validation error detected: Value '123' at 'name' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"
    );
}

#[tokio::test]
async fn a_version_with_an_alias_stays() {
    let room = Room::open().await;
    let machine = machine(&room).await;
    room.call("CreateStateMachineAlias", alias(&machine, "PROD", &[(1, 100)])).await;
    room.call("CreateStateMachineAlias", alias(&machine, "TEST", &[(1, 50), (2, 50)])).await;
    assert_eq!(
        room.refusal(
            "DeleteStateMachineVersion",
            json!({"stateMachineVersionArn": format!("{machine}:1")})
        )
        .await,
        (
            "ConflictException".into(),
            "Version to be deleted must not be referenced by an alias. \
             Current list of aliases referencing this version: [PROD, TEST]"
                .into()
        )
    );
}

#[tokio::test]
async fn aliases_are_listed_of_machines_and_of_versions() {
    let room = Room::open().await;
    let machine = machine(&room).await;
    for (name, weights) in [("c", &[(1, 100)][..]), ("a", &[(2, 100)]), ("b", &[(1, 1), (2, 99)])] {
        room.call("CreateStateMachineAlias", alias(&machine, name, weights)).await;
    }
    let list = async |arn: String, more: Value| {
        let body = with(json!({"stateMachineArn": arn}), more);
        let page = room.call("ListStateMachineAliases", body).await;
        let names: String = (page["stateMachineAliases"].as_array().unwrap().iter())
            .map(|alias| text(&alias["stateMachineAliasArn"]).pop().unwrap())
            .collect();
        (names, page["nextToken"].clone())
    };
    assert_eq!(list(machine.clone(), json!({})).await, ("abc".into(), Value::Null));
    let (first, token) = list(machine.clone(), json!({"maxResults": 2})).await;
    assert_eq!(first, "ab");
    assert_eq!(list(machine.clone(), json!({"nextToken": token})).await.0, "c");
    assert_eq!(list(format!("{machine}:1"), json!({})).await.0, "bc");
    let wrong = json!({"stateMachineArn": machine, "nextToken": "InvalidToken"});
    assert_eq!(
        room.refusal("ListStateMachineAliases", wrong).await,
        ("InvalidToken".into(), "Invalid Token: 'Invalid token'".into())
    );
}

#[tokio::test]
async fn an_update_has_to_say_what_and_of_which_alias() {
    let room = Room::open().await;
    let machine = machine(&room).await;
    let update = |body: Value| room.refusal("UpdateStateMachineAlias", body);
    let nothing = json!({"stateMachineAliasArn": format!("{machine}:PROD")});
    assert_eq!(update(nothing).await.0, "ValidationException");
    let unknown = json!({"stateMachineAliasArn": format!("{machine}:PROD"), "description": "d"});
    assert_eq!(update(unknown).await.0, "ResourceNotFound");
    let version = json!({"stateMachineAliasArn": format!("{machine}:1"), "description": "d"});
    assert_eq!(update(version).await.0, "ValidationException");
}
