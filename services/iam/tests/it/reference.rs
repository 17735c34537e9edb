//! Which permission a request needs upon what, however it spells it.

use iam::Enforcement;
use serde_json::{Value, json};

use crate::access::{ROLE, with_role};
use crate::house::{Rooms, allow};

/// A policy that allows everything but what is done to that resource.
fn all_but(resource: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": resource},
    ]})
    .to_string()
}

async fn ask(rooms: &Rooms, room: &str, operation: &str, body: &str) -> Result<Value, aws::Error> {
    rooms.call(rooms.caller(ROLE), room, operation, body).await
}

/// A resource, and requests about it: room, operation, body.
type Case = (&'static str, Vec<(&'static str, &'static str, Value)>);

async fn all_are_refused((resource, requests): Case) {
    let rooms = with_role(Enforcement::On, &all_but(resource)).await;
    for (room, operation, body) in requests {
        let reply = ask(&rooms, room, operation, &body.to_string()).await;
        let refused = reply.expect_err(&format!("{operation} {body} is about {resource}"));
        assert!(refused.to_string().contains("with an explicit deny"), "{operation}: {refused}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_lets_nobody_by() {
    let rooms = with_role(Enforcement::On, &allow("states:*", "*")).await;
    let role = r#""name":"a","roleArn":"arn:aws:iam::000000000000:role/admin""#;
    let deep = format!(r#"{{{role},"junk":{}{}}}"#, "[".repeat(2000), "]".repeat(2000));
    let surrogate = format!(r#"{{{role},"junk":"\ud800"}}"#);
    for body in [&*deep, &surrogate, "[\"a\"]", "null"] {
        let refused = ask(&rooms, "states", "CreateStateMachine", body).await;
        assert_eq!(refused.expect_err("is refused").code, "SerializationException");
    }
    let passed = ask(&rooms, "states", "CreateStateMachine", &format!("{{{role}}}")).await;
    assert!(passed.expect_err("is refused").to_string().contains("iam:PassRole"));
    ask(&rooms, "states", "CreateStateMachine", "").await.expect("needs no body");
}

#[tokio::test]
async fn whoever_gives_a_role_away_needs_to_be_allowed_to() {
    let role = "arn:aws:iam::000000000000:role/admin";
    let container = json!([{"name": "a", "image": "x"}]);
    let requests = [
        (
            "ecs",
            "RegisterTaskDefinition",
            json!({"family": "f", "containerDefinitions": container, "taskRoleArn": role}),
        ),
        ("ecs", "RegisterTaskDefinition", json!({"family": "f", "executionRoleArn": "admin"})),
        ("ecs", "RunTask", json!({"taskDefinition": "f", "overrides": {"taskRoleArn": role}})),
        (
            "batch",
            "RegisterJobDefinition",
            json!({"jobDefinitionName": "j", "containerProperties": {"jobRoleArn": role}}),
        ),
        (
            "batch",
            "RegisterJobDefinition",
            json!({"jobDefinitionName": "j", "containerProperties": {"executionRoleArn": role}}),
        ),
        ("events", "PutRule", json!({"Name": "r", "RoleArn": role})),
        (
            "events",
            "PutTargets",
            json!({"Rule": "r", "Targets": [{"Id": "1", "Arn": "a"}, {"Id": "2", "RoleArn": role}]}),
        ),
        ("scheduler", "CreateSchedule", json!({"Name": "s", "Target": {"RoleArn": role}})),
        ("appsync", "CreateDataSource", json!({"apiId": "a", "serviceRoleArn": role})),
    ];
    let all = with_role(Enforcement::On, &allow("*", "*")).await;
    let no_role = with_role(Enforcement::On, &all_but(role)).await;
    for (room, operation, body) in requests {
        let body = body.to_string();
        ask(&all, room, operation, &body).await.expect("everything is allowed");
        let refused = ask(&no_role, room, operation, &body).await.expect_err(&body).to_string();
        assert!(refused.contains(&format!("iam:PassRole on resource: {role}")), "{refused}");
    }
}

#[tokio::test]
async fn streams_have_the_permissions_of_tables() {
    let rooms = with_role(Enforcement::On, &allow("dynamodb:*", "*")).await;
    ask(&rooms, "dynamodbstreams", "ListStreams", "{}").await.expect("is allowed");
    let stream = "arn:aws:dynamodb:us-east-1:000000000000:table/Tab/stream/1";
    let iterator = format!("handle of {stream}");
    all_are_refused((
        stream,
        vec![
            ("dynamodbstreams", "DescribeStream", json!({"StreamArn": stream})),
            ("dynamodbstreams", "GetRecords", json!({"ShardIterator": iterator})),
        ],
    ))
    .await;
}

#[tokio::test]
async fn a_queue_is_meant_however_its_url_ends() {
    let url = |url: &str| ("sqs", "SendMessage", json!({"QueueUrl": url}));
    let arn = "arn:aws:sqs:us-east-1:000000000000:jobs";
    let urls = [
        "http://x/000000000000/jobs",
        "http://x/000000000000/jobs/",
        "jobs",
        "x/000000000000/jobs//",
    ];
    let mut requests: Vec<_> = urls.map(url).into();
    requests.push(("sqs", "StartMessageMoveTask", json!({"SourceArn": arn})));
    let handle = format!("handle of {arn}");
    requests.push(("sqs", "CancelMessageMoveTask", json!({"TaskHandle": handle})));
    all_are_refused((arn, requests)).await;
}

#[tokio::test]
async fn a_table_is_meant_wherever_it_is_named() {
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Tab";
    let read = |statement: &str| json!({"Statement": statement});
    let both = json!([read("SELECT * FROM Other"), read("SELECT * FROM/**/Tab")]);
    all_are_refused((arn, vec![
        ("dynamodb", "GetItem", json!({"TableName": arn})),
        ("dynamodb", "GetItem", json!({"TableName": "Tab", "IndexName": "isn't read"})),
        ("dynamodb", "TransactGetItems", json!({"TransactItems": [{"Junk": {"TableName": "x"}, "Get": {"TableName": "Tab"}}]})),
        ("dynamodb", "ExecuteStatement", read("select * from\n\"Tab\"")),
        ("dynamodb", "ExecuteStatement", read("INSERT INTO Tab VALUE {'p':'9'}")),
        ("dynamodb", "BatchExecuteStatement", json!({"Statements": both})),
        ("dynamodb", "ExecuteTransaction", json!({"TransactStatements": both})),
        ("dynamodb", "GetResourcePolicy", json!({"ResourceArn": arn})),
    ]))
    .await;
    let backup = format!("{arn}/backup/1");
    let delete = ("dynamodb", "DeleteBackup", json!({"BackupArn": backup}));
    all_are_refused(("arn:aws:dynamodb:us-east-1:000000000000:table/Tab/backup/*", vec![delete]))
        .await;
}

#[tokio::test]
async fn a_statement_needs_its_own_permission_alone() {
    let select =
        allow("dynamodb:PartiQLSelect", "arn:aws:dynamodb:us-east-1:000000000000:table/Tab");
    let rooms = with_role(Enforcement::On, &select).await;
    let ask = |statement: &str| {
        let body = json!({"Statement": statement}).to_string();
        let rooms = &rooms;
        async move { ask(rooms, "dynamodb", "ExecuteStatement", &body).await }
    };
    ask("SELECT * FROM Tab").await.expect("is allowed");
    ask("DELETE FROM Tab WHERE p=1").await.expect_err("is another action");
    let unread = ask("SELECT 'Tab").await.expect_err("is no statement");
    assert_eq!(unread.code, "ValidationException");
}

#[tokio::test]
async fn buses_rules_and_log_groups_are_meant_by_name_or_arn() {
    let bus = "arn:aws:events:us-east-1:000000000000:event-bus/eb";
    let to = |bus: &str| json!({"Entries": [{"Source": "x"}, {"EventBusName": bus}]});
    all_are_refused((
        bus,
        vec![
            ("events", "PutEvents", to("eb")),
            ("events", "PutEvents", to(bus)),
            ("events", "DescribeEventBus", json!({"Name": "eb"})),
        ],
    ))
    .await;
    let default = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    let unnamed = json!({"Entries": [{"Source": "x"}]});
    all_are_refused((default, vec![("events", "PutEvents", unnamed)])).await;
    let rule = "arn:aws:events:us-east-1:000000000000:rule/eb/r";
    all_are_refused((
        rule,
        vec![
            ("events", "PutRule", json!({"Name": "r", "EventBusName": "eb"})),
            ("events", "PutTargets", json!({"Rule": "r", "EventBusName": bus})),
        ],
    ))
    .await;
    let archive = "arn:aws:events:us-east-1:000000000000:archive/a";
    all_are_refused((archive, vec![("events", "DeleteArchive", json!({"ArchiveName": "a"}))]))
        .await;
    let group = "arn:aws:logs:us-east-1:000000000000:log-group:lg";
    all_are_refused((
        group,
        vec![
            ("logs", "ListTagsForResource", json!({"resourceArn": group})),
            ("logs", "ListTagsForResource", json!({"resourceArn": format!("{group}:*")})),
        ],
    ))
    .await;
    let schedule = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/s";
    all_are_refused((schedule, vec![("scheduler", "GetSchedule", json!({"Name": "s"}))])).await;
}

#[tokio::test]
async fn log_groups_are_meant_with_their_streams() {
    let group = "arn:aws:logs:us-east-1:000000000000:log-group:lg";
    let all_streams = [
        ("logs", "DescribeLogStreams", json!({"logGroupName": "lg"})),
        ("logs", "DescribeLogStreams", json!({"logGroupIdentifier": format!("{group}:*")})),
        ("logs", "FilterLogEvents", json!({"logGroupName": "lg", "logStreamNames": ["s"]})),
    ];
    let one_stream = [
        ("logs", "CreateLogStream", json!({"logGroupName": "lg", "logStreamName": "s"})),
        ("logs", "PutLogEvents", json!({"logGroupName": "lg", "logStreamName": "s"})),
        ("logs", "GetLogEvents", json!({"logGroupIdentifier": group, "logStreamName": "s"})),
    ];
    let requests = [&all_streams[..], &one_stream[..]].concat();
    all_are_refused(("arn:aws:logs:us-east-1:000000000000:log-group:lg:*", requests)).await;
    let stream = "arn:aws:logs:us-east-1:000000000000:log-group:lg:log-stream:s";
    all_are_refused((stream, one_stream.into())).await;
}

#[tokio::test]
async fn a_subscription_is_its_topics() {
    let topic = "arn:aws:sns:us-east-1:000000000000:news";
    let subscription = format!("{topic}:6b0e71bd-7e97-4d97-80ce-4a0994e55286");
    all_are_refused((
        topic,
        vec![
            ("sns", "Publish", json!({"TopicArn": topic})),
            ("sns", "Publish", json!({"TargetArn": topic})),
            ("sns", "Unsubscribe", json!({"SubscriptionArn": subscription})),
            ("sns", "SetSubscriptionAttributes", json!({"SubscriptionArn": subscription})),
            ("sns", "ListTagsForResource", json!({"ResourceArn": topic})),
        ],
    ))
    .await;
}

#[tokio::test]
async fn without_a_number_the_newest_revision_is_meant() {
    let task = "arn:aws:ecs:us-east-1:000000000000:task-definition/f:7";
    let family = "arn:aws:ecs:us-east-1:000000000000:task-definition/f";
    let run = |definition: &str| ("ecs", "RunTask", json!({"taskDefinition": definition}));
    all_are_refused((task, ["f", "f:7", family, task].map(run).into())).await;
    let job = "arn:aws:batch:us-east-1:000000000000:job-definition/j:7";
    let submit =
        |name: &str| ("batch", "SubmitJob", json!({"jobDefinition": name, "jobQueue": "q"}));
    all_are_refused((job, ["j", "j:7", job].map(submit).into())).await;
}

#[tokio::test]
async fn clusters_tasks_and_jobs_are_meant_by_name_or_arn() {
    let cluster = "arn:aws:ecs:us-east-1:000000000000:cluster/default";
    all_are_refused((
        cluster,
        vec![
            ("ecs", "DescribeClusters", json!({})),
            ("ecs", "DescribeClusters", json!({"clusters": ["other", "default"]})),
            (
                "ecs",
                "DeleteCluster",
                json!({"cluster": "arn:aws:ecs:eu-west-1:000000000000:cluster/default"}),
            ),
            ("ecs", "TagResource", json!({"resourceArn": cluster})),
        ],
    ))
    .await;
    let task = "arn:aws:ecs:us-east-1:000000000000:task/c/t";
    all_are_refused((
        task,
        vec![
            ("ecs", "StopTask", json!({"cluster": "c", "task": "t"})),
            (
                "ecs",
                "StopTask",
                json!({"cluster": "c", "task": "arn:aws:ecs:us-east-1:000000000000:task/other/t"}),
            ),
            ("ecs", "DescribeTasks", json!({"cluster": "c", "tasks": ["x", "t"]})),
        ],
    ))
    .await;
    all_are_refused((
        "arn:aws:ecs:us-east-1:000000000000:task-definition/f:*",
        vec![
            ("ecs", "RegisterTaskDefinition", json!({"family": "f"})),
            ("ecs", "RunTask", json!({"taskDefinition": "f"})),
            ("ecs", "RunTask", json!({"taskDefinition": "f:1"})),
        ],
    ))
    .await;
    all_are_refused((
        "arn:aws:batch:us-east-1:000000000000:job*/j*",
        vec![
            ("batch", "RegisterJobDefinition", json!({"jobDefinitionName": "j"})),
            ("batch", "SubmitJob", json!({"jobDefinition": "j", "jobQueue": "q"})),
            ("batch", "SubmitJob", json!({"jobDefinition": "x", "jobQueue": "j"})),
            ("batch", "TerminateJob", json!({"jobId": "j1"})),
            (
                "batch",
                "DeleteJobQueue",
                json!({"jobQueue": "arn:aws:batch:us-east-1:000000000000:job-queue/j"}),
            ),
        ],
    ))
    .await;
}

#[tokio::test]
async fn functions_and_layers_are_meant_with_their_versions() {
    let function = "arn:aws:lambda:us-east-1:000000000000:function:fn";
    all_are_refused((
        function,
        vec![
            ("lambda", "Invoke", json!({"FunctionName": "000000000000:function:fn"})),
            (
                "lambda",
                "UpdateFunctionCode",
                json!({"FunctionName": "fn", "Qualifier": "isn't read"}),
            ),
        ],
    ))
    .await;
    all_are_refused((
        "arn:aws:lambda:us-east-1:000000000000:function:fn:prod",
        vec![
            ("lambda", "Invoke", json!({"FunctionName": "fn:prod"})),
            ("lambda", "Invoke", json!({"FunctionName": function, "Qualifier": "prod"})),
        ],
    ))
    .await;
    let layer = "arn:aws:lambda:us-east-1:000000000000:layer:l:3";
    let about = ("lambda", "GetLayerVersion", json!({"LayerName": "l", "VersionNumber": 3}));
    all_are_refused((layer, vec![about])).await;
}
