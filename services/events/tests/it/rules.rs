use serde_json::json;

use crate::house::{QUEUE, Room};

#[tokio::test]
async fn a_rule_is_put_described_and_deleted() {
    let room = Room::open();
    room.call("CreateEventBus", json!({"Name": "b"})).await;
    let rule = json!({"Name": "r", "EventBusName": "b", "EventPattern": r#"{"source":["s"]}"#});
    let put = room.call("PutRule", rule).await;
    let arn = "arn:aws:events:us-east-1:000000000000:rule/b/r";
    assert_eq!(put, json!({"RuleArn": arn}));
    let of = json!({"Name": "r", "EventBusName": "b"});
    assert_eq!(
        room.call("DescribeRule", of.clone()).await,
        json!({
            "Name": "r",
            "Arn": arn,
            "EventPattern": r#"{"source":["s"]}"#,
            "State": "ENABLED",
            "EventBusName": "b",
            "CreatedBy": "000000000000",
        })
    );
    room.call("DisableRule", of.clone()).await;
    assert_eq!(room.call("DescribeRule", of.clone()).await["State"], "DISABLED");
    let target = json!({"Rule": "r", "EventBusName": "b", "Targets": [{"Id": "1", "Arn": QUEUE}]});
    room.call("PutTargets", target).await;
    let by_target = json!({"TargetArn": QUEUE, "EventBusName": "b"});
    let by_target = room.call("ListRuleNamesByTarget", by_target).await;
    assert_eq!(by_target, json!({"RuleNames": ["r"]}));
    let used = room.refusal("DeleteRule", of.clone()).await;
    assert_eq!(
        used,
        ("ValidationException".into(), "Rule can't be deleted since it has targets.".into())
    );
    let remove = json!({"Rule": "r", "EventBusName": "b", "Ids": ["1"]});
    let removed = room.call("RemoveTargets", remove).await;
    assert_eq!(removed, json!({"FailedEntryCount": 0, "FailedEntries": []}));
    room.call("DeleteRule", of.clone()).await;
    room.call("DeleteRule", of.clone()).await;
    let gone = room.refusal("DescribeRule", of).await;
    assert_eq!(gone.1, "Rule r does not exist on EventBus b.");
}

#[tokio::test]
async fn a_rule_that_can_never_start_is_refused() {
    let room = Room::open();
    let refused = |more: serde_json::Value| {
        let mut body = json!({"Name": "r"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        room.refusal("PutRule", body)
    };
    assert_eq!(
        refused(json!({})).await.1,
        "Parameter(s) EventPattern or ScheduleExpression must be specified."
    );
    assert_eq!(
        refused(json!({"EventPattern": r#"{"a": "b"}"#})).await,
        (
            "InvalidEventPatternException".into(),
            r#"Event pattern is not valid. Reason: "a" must be an object or an array"#.into()
        )
    );
    let schedule = refused(json!({"ScheduleExpression": "rate(1 minutes)"})).await;
    assert_eq!(schedule.1, "Parameter ScheduleExpression is not valid.");
    room.call("CreateEventBus", json!({"Name": "b"})).await;
    let elsewhere = json!({"ScheduleExpression": "rate(1 minute)", "EventBusName": "b"});
    assert_eq!(
        refused(elsewhere).await.1,
        "ScheduleExpression is supported only on the default event bus."
    );
}

#[tokio::test]
async fn targets_are_checked_bounded_and_listed() {
    let room = Room::open();
    room.rule("r", json!([{"Id": "1", "Arn": QUEUE}])).await;
    let put = |targets: serde_json::Value| json!({"Rule": "r", "Targets": targets});
    let inputs = put(json!([{"Id": "2", "Arn": QUEUE, "Input": "{}", "InputPath": "$.detail"}]));
    let (_, sentence) = room.refusal("PutTargets", inputs).await;
    assert!(sentence.starts_with("Only one of Input"), "{sentence}");
    let fifo = put(json!([{"Id": "2", "Arn": format!("{QUEUE}.fifo")}]));
    let (_, sentence) = room.refusal("PutTargets", fifo).await;
    assert_eq!(sentence, "Parameter(s) SqsParameters must be specified for target: 2.");
    let (_, sentence) = room.refusal("PutTargets", put(json!([{"Id": "2", "Arn": "queue"}]))).await;
    assert!(sentence.contains("Provided Arn is not in correct format"));
    let many: Vec<_> = (0..5).map(|n| json!({"Id": format!("n{n}"), "Arn": QUEUE})).collect();
    let (code, _) = room.refusal("PutTargets", put(json!(many))).await;
    assert_eq!(code, "LimitExceededException");
    let full = json!({
        "Id": "1",
        "Arn": QUEUE,
        "RetryPolicy": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60},
        "DeadLetterConfig": {"Arn": QUEUE},
        "InputTransformer": {"InputPathsMap": {"a": "$.detail.a"}, "InputTemplate": "\"<a>\""},
        "EcsParameters": {
            "TaskDefinitionArn": "t",
            "EnableECSManagedTags": true,
            "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["s"]}},
        },
    });
    room.call("PutTargets", put(json!([full]))).await;
    let listed = room.call("ListTargetsByRule", json!({"Rule": "r"})).await;
    assert_eq!(listed, json!({"Targets": [full]}), "a target is given back as it was put");
}

#[tokio::test]
async fn a_pattern_is_tested_with_an_event() {
    let room = Room::open();
    let event = json!({
        "id": "1", "account": "0", "source": "s", "time": "t", "region": "r", "detail-type": "d",
        "detail": {"n": 5},
    });
    let test = |pattern: &str| json!({"EventPattern": pattern, "Event": event.to_string()});
    let wanted = test(r#"{"detail": {"n": [{"numeric": [">", 4]}]}}"#);
    assert_eq!(room.call("TestEventPattern", wanted).await, json!({"Result": true}));
    let unwanted = test(r#"{"detail": {"n": [6]}}"#);
    assert_eq!(room.call("TestEventPattern", unwanted).await, json!({"Result": false}));
    let no_event = json!({"EventPattern": r#"{"a": [1]}"#, "Event": "[]"});
    assert_eq!(room.refusal("TestEventPattern", no_event).await.0, "ValidationException");
}
