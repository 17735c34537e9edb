use serde_json::{Value, json};

use crate::house::{PASS, ROLE, Room, arn, pause, text, with};

fn create(name: &str, more: Value) -> Value {
    with(json!({"name": name, "definition": PASS, "roleArn": ROLE}), more)
}

#[tokio::test]
async fn a_machine_is_created_described_and_deleted() {
    let room = Room::open().await;
    let created = room.call("CreateStateMachine", create("orders", json!({}))).await;
    assert_eq!(created["stateMachineArn"], arn("stateMachine:orders"));
    assert_eq!(created.as_object().unwrap().len(), 2, "{created}");

    let of = json!({"stateMachineArn": created["stateMachineArn"]});
    let described = room.call("DescribeStateMachine", of.clone()).await;
    assert_eq!(
        described,
        json!({
            "stateMachineArn": arn("stateMachine:orders"),
            "name": "orders",
            "status": "ACTIVE",
            "definition": PASS,
            "roleArn": ROLE,
            "type": "STANDARD",
            "creationDate": created["creationDate"],
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": false},
            "tracingConfiguration": {"enabled": false},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        })
    );

    assert_eq!(room.call("DeleteStateMachine", of.clone()).await, json!({}));
    assert_eq!(room.call("DeleteStateMachine", of.clone()).await, json!({}), "deleted is deleted");
    assert_eq!(
        room.refusal("DescribeStateMachine", of).await,
        (
            "StateMachineDoesNotExist".into(),
            format!("State Machine Does Not Exist: '{}'", arn("stateMachine:orders"))
        )
    );
}

#[tokio::test]
async fn creating_the_same_again_gives_the_same() {
    let room = Room::open().await;
    let created = room.call("CreateStateMachine", create("orders", json!({}))).await;
    let another_role = json!({"roleArn": "arn:aws:iam::000000000000:role/other", "tags": [{"key": "a", "value": "b"}]});
    let again = room.call("CreateStateMachine", create("orders", another_role)).await;
    assert_eq!(again, created);
    let of = json!({"stateMachineArn": created["stateMachineArn"]});
    assert_eq!(room.call("DescribeStateMachine", of).await["roleArn"], ROLE, "isn't applied");

    let differing = [
        json!({"definition": format!(" {PASS}")}),
        json!({"type": "EXPRESS"}),
        json!({"tracingConfiguration": {"enabled": true}}),
        json!({"publish": true}),
    ];
    for more in differing {
        assert_eq!(
            room.refusal("CreateStateMachine", create("orders", more)).await,
            (
                "StateMachineAlreadyExists".into(),
                format!("State Machine Already Exists: '{}'", arn("stateMachine:orders"))
            )
        );
    }
}

#[tokio::test]
async fn one_of_many_that_create_a_name_wins() {
    let room = Room::open().await;
    let definition = |number: usize| PASS.replace("\"A\"", &format!("\"A{number}\""));
    let create = |number| {
        let more = json!({"definition": definition(number)});
        room.ask("CreateStateMachine", create("orders", more))
    };
    let (a, b, c) = tokio::join!(create(1), create(2), create(1));
    assert!(a.is_ok() && c.is_ok(), "{a:?} {c:?}");
    assert_eq!(b.unwrap_err().code, "StateMachineAlreadyExists");
}

#[tokio::test]
async fn refuses_what_is_no_machine() {
    let room = Room::open().await;
    let refusal = |more: Value| room.refusal("CreateStateMachine", create("orders", more));
    let code_and_text = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    assert_eq!(
        refusal(json!({"definition": r#"{"Comment": "c", "StartAt": "State_1"}"#})).await,
        code_and_text(
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"
        )
    );
    assert_eq!(
        refusal(json!({"name": "a~b"})).await,
        code_and_text("InvalidName", "Invalid Name: 'a~b'")
    );
    assert_eq!(
        refusal(json!({"roleArn": "role"})).await,
        code_and_text("InvalidArn", "Invalid Role Arn: 'role'")
    );
    assert_eq!(
        refusal(json!({"versionDescription": "first"})).await,
        code_and_text(
            "ValidationException",
            "Version description can only be set when publish is true"
        )
    );
    assert_eq!(
        refusal(json!({"definition": ""})).await,
        code_and_text(
            "ValidationException",
            "1 validation error detected: Value at 'definition' failed to satisfy constraint: \
             Member must have length greater than or equal to 1"
        )
    );
    assert_eq!(room.call("ListStateMachines", json!({})).await["stateMachines"], json!([]));
}

#[tokio::test]
async fn refuses_arns_that_name_no_machine() {
    let room = Room::open().await;
    let refusal =
        |arn: String| room.refusal("DescribeStateMachine", json!({"stateMachineArn": arn}));
    assert_eq!(
        refusal("not_a_valid_arn".into()).await,
        ("InvalidArn".into(), "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'".into())
    );
    assert_eq!(
        refusal(arn("execution:a:b")).await,
        (
            "InvalidArn".into(),
            "Invalid Arn: 'Resource type not valid in this context: execution'".into()
        )
    );
}

#[tokio::test]
async fn logging_needs_one_destination_unless_it_is_off() {
    let room = Room::open().await;
    let group = json!({"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g:*"}});
    let refusal = |logging: Value| {
        room.refusal("CreateStateMachine", create("a", json!({"loggingConfiguration": logging})))
    };
    let one = (
        "InvalidLoggingConfiguration".to_owned(),
        "Invalid Logging Configuration: Must specify exactly one Log Destination.".to_owned(),
    );
    assert_eq!(refusal(json!({"level": "ALL"})).await, one);
    assert_eq!(refusal(json!({"level": "ALL", "destinations": [group, group]})).await, one);
    let elsewhere = json!({"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g"}});
    assert_eq!(
        refusal(json!({"level": "ALL", "destinations": [elsewhere]})).await.1,
        "Invalid Logging Configuration: Log Destination not found."
    );

    let kept = json!({"level": "FATAL", "includeExecutionData": true, "destinations": [group]});
    let body = create("a", json!({"loggingConfiguration": kept}));
    let created = room.call("CreateStateMachine", body).await;
    let of = json!({"stateMachineArn": created["stateMachineArn"]});
    assert_eq!(room.call("DescribeStateMachine", of).await["loggingConfiguration"], kept);
}

#[tokio::test]
async fn encryption_is_checked_kept_and_returned() {
    let room = Room::open().await;
    let with = |encryption: Value| create("a", json!({"encryptionConfiguration": encryption}));
    for wrong in [
        json!({"type": "CUSTOMER_MANAGED_KMS_KEY"}),
        json!({"type": "AWS_OWNED_KEY", "kmsKeyId": "alias/key"}),
    ] {
        let (code, _) = room.refusal("CreateStateMachine", with(wrong)).await;
        assert_eq!(code, "InvalidEncryptionConfiguration");
    }
    let given = json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/key"});
    let created = room.call("CreateStateMachine", with(given)).await;
    let of = json!({"stateMachineArn": created["stateMachineArn"]});
    assert_eq!(
        room.call("DescribeStateMachine", of).await["encryptionConfiguration"],
        json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/key", "kmsDataKeyReusePeriodSeconds": 300})
    );
}

#[tokio::test]
async fn an_update_makes_a_revision_only_if_something_changes() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    let update = async |more: Value| {
        room.call("UpdateStateMachine", with(json!({"stateMachineArn": machine}), more)).await
    };
    let unchanged = update(json!({"definition": PASS, "roleArn": ROLE})).await;
    assert_eq!(unchanged["revisionId"], Value::Null, "the first revision has no id");

    let changed = PASS.replace("\"A\"", "\"B\"");
    let first = update(json!({"definition": changed})).await;
    let same = update(json!({"definition": changed})).await;
    assert_eq!(same, first);
    let second = update(json!({"tracingConfiguration": {"enabled": true}})).await;
    assert_ne!(second["revisionId"], first["revisionId"]);

    let described = room.call("DescribeStateMachine", json!({"stateMachineArn": machine})).await;
    assert_eq!(described["revisionId"], second["revisionId"]);
    assert_eq!(described["definition"], changed);
    assert_eq!(described["tracingConfiguration"], json!({"enabled": true}));
}

#[tokio::test]
async fn an_update_has_to_say_what() {
    let room = Room::open().await;
    let machine = room.machine("orders", PASS).await;
    for body in
        [json!({"stateMachineArn": machine}), json!({"stateMachineArn": machine, "publish": true})]
    {
        assert_eq!(
            room.refusal("UpdateStateMachine", body).await,
            (
                "MissingRequiredParameter".into(),
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified".into()
            )
        );
    }
    let version = json!({"stateMachineArn": format!("{machine}:1"), "definition": PASS});
    assert_eq!(
        room.refusal("UpdateStateMachine", version).await,
        ("StateMachineDoesNotExist".into(), format!("State Machine Does Not Exist: '{machine}:1'"))
    );
    let invalid = json!({"stateMachineArn": machine, "definition": "{}"});
    assert_eq!(room.refusal("UpdateStateMachine", invalid).await.0, "InvalidDefinition");
}

#[tokio::test]
async fn machines_are_listed_by_name_in_pages() {
    let room = Room::open().await;
    for name in ["b", "a", "d", "c", "e"] {
        room.machine(name, PASS).await;
    }
    let (mut names, mut token, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let page =
            room.call("ListStateMachines", json!({"maxResults": 2, "nextToken": token})).await;
        names.extend(page["stateMachines"].as_array().unwrap().iter().map(|m| text(&m["name"])));
        pages += 1;
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!((names.join(""), pages), ("abcde".into(), 3));
    let all = room.call("ListStateMachines", json!({"maxResults": 0})).await;
    let first = &all["stateMachines"][0];
    assert_eq!(first["stateMachineArn"], arn("stateMachine:a"));
    assert_eq!(first["type"], "STANDARD");
    assert_eq!(first.as_object().unwrap().len(), 4, "{first}");
}

#[tokio::test]
async fn deleting_a_machine_stops_its_executions() {
    let room = Room::open().await;
    let wait = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}"#;
    let machine = room.machine("orders", wait).await;
    let started = room.call("StartExecution", json!({"stateMachineArn": machine})).await;
    room.call("DeleteStateMachine", json!({"stateMachineArn": machine})).await;
    let execution = text(&started["executionArn"]);
    assert_eq!(room.ended(&execution).await["status"], "ABORTED");
    while room.ask("DescribeStateMachine", json!({"stateMachineArn": machine})).await.is_ok() {
        pause().await;
    }
    let start = json!({"stateMachineArn": machine});
    assert_eq!(room.refusal("StartExecution", start).await.0, "StateMachineDoesNotExist");
    room.machine("orders", PASS).await;
}

#[tokio::test]
async fn a_label_shows_the_processor_of_its_map_state() {
    let room = Room::open().await;
    let processor = r#"{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}"#;
    let definition = format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","Label":"each","ItemProcessor":{processor},"End":true}}}}}}"#
    );
    let machine = room.machine("orders", &definition).await;
    let described = room
        .call("DescribeStateMachine", json!({"stateMachineArn": format!("{machine}/each")}))
        .await;
    assert_eq!(described["definition"], processor);
    assert_eq!(described["label"], "each");
    let other = json!({"stateMachineArn": format!("{machine}/other")});
    assert_eq!(room.refusal("DescribeStateMachine", other).await.0, "StateMachineDoesNotExist");
    let start = json!({"stateMachineArn": format!("{machine}/each")});
    assert_eq!(room.refusal("StartExecution", start).await.0, "ValidationException");
}

#[tokio::test]
async fn variables_that_states_read_are_named() {
    let room = Room::open().await;
    let definition = r#"{"StartAt":"A","States":{
        "A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"B"},
        "B":{"Type":"Pass","Parameters":{"x.$":"$x","y.$":"$y"},"End":true}}}"#;
    let machine = room.machine("orders", definition).await;
    let of = json!({"stateMachineArn": machine});
    let described = room.call("DescribeStateMachine", of.clone()).await;
    assert_eq!(described["variableReferences"], json!({"B": ["x", "y"]}));
    let hidden = json!({"stateMachineArn": machine, "includedData": "METADATA_ONLY"});
    let described = room.call("DescribeStateMachine", hidden).await;
    assert_eq!(described["definition"], "{}");
    assert_eq!(described["variableReferences"], Value::Null);
}
