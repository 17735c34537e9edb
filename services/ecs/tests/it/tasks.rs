use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Rooms, container, pause, text};

#[tokio::test]
async fn a_task_runs_to_its_end() {
    let rooms = Rooms::open().await;
    rooms.register("greeter", "test \"$WHO\" = everybody && test -n \"$AWS_ENDPOINT_URL\"").await;
    let overrides = json!({"containerOverrides": [
        {"name": "main", "environment": [{"name": "WHO", "value": "everybody"}]}
    ]});
    let body = json!({"taskDefinition": "greeter", "startedBy": "me", "overrides": overrides, "launchType": "FARGATE"});
    let reply = rooms.call("RunTask", body).await;
    assert_eq!(reply["failures"], json!([]));
    assert_eq!(reply["tasks"][0]["lastStatus"], "PROVISIONING");
    assert_eq!(reply["tasks"][0]["group"], "family:greeter");
    let task = rooms.until(&text(&reply["tasks"][0]["taskArn"]), "STOPPED").await;
    assert_eq!(task["containers"][0]["exitCode"], 0);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    assert_eq!((&task["startedBy"], &task["launchType"]), (&json!("me"), &json!("FARGATE")));
    for instant in ["createdAt", "startedAt", "stoppingAt", "stoppedAt"] {
        assert!(task[instant].is_f64(), "{instant}: {task}");
    }
}

#[tokio::test]
async fn a_container_that_fails_says_how() {
    let rooms = Rooms::open().await;
    for (family, script, code) in [("three", "exit 3", 3), ("killed", "kill -9 $$", 137)] {
        rooms.register(family, script).await;
        let task = rooms.until(&rooms.run(family).await, "STOPPED").await;
        assert_eq!(task["containers"][0]["exitCode"], code);
    }
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let rooms = Rooms::open().await;
    let nothing = json!({"name": "main", "image": "busybox"});
    let missing = json!({"name": "main", "image": "busybox", "command": ["/no/such/program"]});
    for (family, container, why) in [
        ("nothing", nothing, "neither entryPoint nor command"),
        ("missing", missing, "CannotStartContainerError: exec: \"/no/such/program\""),
    ] {
        let body = json!({"family": family, "containerDefinitions": [container]});
        rooms.call("RegisterTaskDefinition", body).await;
        let task = rooms.until(&rooms.run(family).await, "STOPPED").await;
        assert_eq!(task["stopCode"], "TaskFailedToStart");
        assert!(text(&task["stoppedReason"]).contains(why), "{task}");
        assert_eq!(task["containers"][0]["exitCode"], Value::Null);
        assert_eq!(task["startedAt"], Value::Null);
    }
}

#[tokio::test]
async fn a_task_is_stopped_politely_and_then_not() {
    let rooms = Rooms::open().await;
    rooms.register("polite", "trap 'exit 5' TERM; while :; do sleep 0.05; done").await;
    rooms.register("deaf", "trap '' TERM; while :; do sleep 0.05; done").await;
    for (family, code) in [("polite", 5), ("deaf", 137)] {
        let arn = rooms.run(family).await;
        rooms.until(&arn, "RUNNING").await;
        // The shell must have come to its trap.
        for _ in 0..30 {
            pause().await;
        }
        let stopped = rooms.call("StopTask", json!({"task": arn, "reason": "enough"})).await;
        assert_eq!(stopped["task"]["desiredStatus"], "STOPPED");
        let task = rooms.until(&arn, "STOPPED").await;
        assert_eq!(task["containers"][0]["exitCode"], code, "{family}");
        assert_eq!(
            (&task["stopCode"], &task["stoppedReason"]),
            (&json!("UserInitiated"), &json!("enough"))
        );
    }
}

#[tokio::test]
async fn containers_wait_for_each_other_and_end_together() {
    let rooms = Rooms::open().await;
    let mut first = container("first", "echo one > order");
    first["essential"] = json!(false);
    let mut second = container("second", "cat order && echo two >> order");
    second["dependsOn"] = json!([{"containerName": "first", "condition": "SUCCESS"}]);
    let mut side = container("side", "sleep 1000");
    side["essential"] = json!(false);
    let containers = json!([side, second, first]);
    rooms
        .call(
            "RegisterTaskDefinition",
            json!({"family": "three", "containerDefinitions": containers}),
        )
        .await;
    let task = rooms.until(&rooms.run("three").await, "STOPPED").await;
    let codes: Vec<&Value> =
        task["containers"].as_array().expect("a list").iter().map(|it| &it["exitCode"]).collect();
    assert_eq!(codes, [&json!(143), &json!(0), &json!(0)], "{task}");
}

#[tokio::test]
async fn a_task_whose_dependencies_cannot_be_fulfilled_stops() {
    let rooms = Rooms::open().await;
    let mut first = container("first", "exit 1");
    first["essential"] = json!(false);
    let mut second = container("second", "true");
    second["dependsOn"] = json!([{"containerName": "first", "condition": "SUCCESS"}]);
    let body = json!({"family": "pair", "containerDefinitions": [first, second]});
    rooms.call("RegisterTaskDefinition", body).await;
    let task = rooms.until(&rooms.run("pair").await, "STOPPED").await;
    assert_eq!(task["stopCode"], "TaskFailedToStart");
}

#[tokio::test]
async fn memory_has_a_bound() {
    let rooms = Rooms::open().await;
    let mut hungry = container(
        "main",
        "exec python3 -c 'x = bytearray(200 << 20); import time; time.sleep(100)'",
    );
    hungry["memory"] = json!(64);
    rooms
        .call(
            "RegisterTaskDefinition",
            json!({"family": "hungry", "containerDefinitions": [hungry]}),
        )
        .await;
    let task = rooms.until(&rooms.run("hungry").await, "STOPPED").await;
    assert_eq!(task["containers"][0]["exitCode"], 137);
    assert!(text(&task["containers"][0]["reason"]).starts_with("OutOfMemoryError"));
}

#[tokio::test]
async fn an_attempt_that_asks_again_starts_nothing_more() {
    let rooms = Rooms::open().await;
    rooms.register("once", "true").await;
    let body = json!({"taskDefinition": "once", "clientToken": "t"});
    let ctx = || rooms.ctx().with_attempt("execution/1");
    let first = rooms.ask_as(ctx(), "RunTask", body.clone()).await.expect("runs");
    let again = rooms.ask_as(ctx(), "RunTask", body.clone()).await.expect("answers again");
    assert_eq!(first["tasks"][0]["taskArn"], again["tasks"][0]["taskArn"]);
    let by_token = rooms.call("RunTask", body).await;
    assert_eq!(first["tasks"][0]["taskArn"], by_token["tasks"][0]["taskArn"]);
    let other = json!({"taskDefinition": "once", "clientToken": "t", "count": 2});
    assert_eq!(rooms.refusal("RunTask", other).await.0, "ConflictException");
    rooms.until(&text(&first["tasks"][0]["taskArn"]), "STOPPED").await;
    let all = rooms.call("ListTasks", json!({"desiredStatus": "STOPPED"})).await;
    assert_eq!(all["taskArns"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_task_whose_house_was_killed_stops_and_says_so() {
    let rooms = Rooms::open().await;
    rooms.register("long", "sleep 1000").await;
    let arn = rooms.run("long").await;
    let before = rooms.until(&arn, "RUNNING").await;
    let process = text(&before["containers"][0]["runtimeId"]);
    let rooms = rooms.restart().await;
    let task = rooms.until(&arn, "STOPPED").await;
    assert_eq!(task["stopCode"], "TerminationNotice");
    assert!(text(&task["stoppedReason"]).starts_with("Host EC2"));
    assert_eq!(task["containers"][0]["exitCode"], Value::Null);
    assert!(!std::path::Path::new(&format!("/proc/{process}")).exists(), "its process has ended");
}

#[tokio::test]
async fn stopped_tasks_are_forgotten_in_time() {
    let rooms = Rooms::open().await;
    rooms.register("short", "true").await;
    let old = rooms.run("short").await;
    rooms.until(&old, "STOPPED").await;
    // Each look at what is old is rung for by another task.
    for (hours, is_kept) in [(2, true), (25, false)] {
        rooms.clock.advance(Duration::from_hours(hours));
        let new = rooms.run("short").await;
        rooms.until(&new, "STOPPED").await;
        assert_eq!(rooms.task(&old).await != Value::Null, is_kept, "after {hours} hours");
        assert_ne!(rooms.task(&new).await, Value::Null);
    }
}

#[tokio::test]
async fn requests_that_name_nothing_are_refused() {
    let rooms = Rooms::open().await;
    rooms.register("web", "true").await;
    for (operation, body, code, sentence) in [
        (
            "RunTask",
            json!({"taskDefinition": "no"}),
            "ClientException",
            "TaskDefinition not found.",
        ),
        (
            "RunTask",
            json!({"taskDefinition": "web", "cluster": "no"}),
            "ClusterNotFoundException",
            "Cluster not found.",
        ),
        (
            "RunTask",
            json!({"taskDefinition": "web", "count": 11}),
            "InvalidParameterException",
            "count must be between 1 and 10.",
        ),
        (
            "StopTask",
            json!({"task": "no"}),
            "InvalidParameterException",
            "The referenced task was not found.",
        ),
        (
            "DescribeTaskDefinition",
            json!({"taskDefinition": "no"}),
            "ClientException",
            "Unable to describe task definition.",
        ),
        (
            "RegisterTaskDefinition",
            json!({"family": "f", "containerDefinitions": [{"name": "a b", "image": "x"}]}),
            "ClientException",
            "Container.name contains invalid characters.",
        ),
        (
            "CreateService",
            json!({"serviceName": "s"}),
            "UnsupportedFeatureException",
            "Services of ECS are not available in this house.",
        ),
    ] {
        let (code, sentence) = (code.to_owned(), sentence.to_owned());
        assert_eq!(rooms.refusal(operation, body).await, (code, sentence), "{operation}");
    }
    let overrides = json!({"containerOverrides": [{"name": "other"}]});
    let (code, sentence) =
        rooms.refusal("RunTask", json!({"taskDefinition": "web", "overrides": overrides})).await;
    assert_eq!(code, "InvalidParameterException");
    assert_eq!(
        sentence,
        "Override for container named other is not a container in the TaskDefinition."
    );
    let missing = rooms.call("DescribeTasks", json!({"tasks": ["no"]})).await;
    assert_eq!(missing["failures"][0]["reason"], "MISSING");
}

#[tokio::test]
async fn definitions_have_revisions() {
    let rooms = Rooms::open().await;
    rooms.register("web", "true").await;
    rooms.register("web", "false").await;
    let newest = rooms.call("DescribeTaskDefinition", json!({"taskDefinition": "web"})).await;
    let definition = &newest["taskDefinition"];
    assert_eq!((&definition["revision"], &definition["status"]), (&json!(2), &json!("ACTIVE")));
    assert_eq!(definition["containerDefinitions"][0]["command"], json!(["false"]));
    assert_eq!(definition["containerDefinitions"][0]["portMappings"], json!([]));
    let arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/web";
    assert_eq!(rooms.meant("RunTask", "web").await, Some(format!("{arn}:2")));
    rooms.call("DeregisterTaskDefinition", json!({"taskDefinition": "web:2"})).await;
    assert_eq!(rooms.meant("RunTask", arn).await, Some(format!("{arn}:1")));
    assert_eq!(rooms.meant("RunTask", "nothing").await, None);
    let newest = rooms.call("DescribeTaskDefinition", json!({"taskDefinition": "web"})).await;
    assert_eq!(newest["taskDefinition"]["revision"], 1);
    let refused = rooms.refusal("RunTask", json!({"taskDefinition": "web:2"})).await;
    assert_eq!(refused.1, "TaskDefinition is inactive");
    let inactive = rooms.call("ListTaskDefinitions", json!({"status": "INACTIVE"})).await;
    assert_eq!(inactive["taskDefinitionArns"].as_array().map(Vec::len), Some(1));
    let families = rooms.call("ListTaskDefinitionFamilies", json!({})).await;
    assert_eq!(families["families"], json!(["web"]));
}

#[tokio::test]
async fn a_cluster_comes_and_goes() {
    let rooms = Rooms::open().await;
    rooms.register("long", "sleep 1000").await;
    let tags = json!([{"key": "team", "value": "a"}]);
    let created = rooms.call("CreateCluster", json!({"clusterName": "mine", "tags": tags})).await;
    let arn = text(&created["cluster"]["clusterArn"]);
    let listed = rooms.call("ListClusters", json!({})).await;
    assert_eq!(listed["clusterArns"].as_array().map(Vec::len), Some(2), "the default one too");
    let run = rooms.call("RunTask", json!({"cluster": arn, "taskDefinition": "long"})).await;
    let task = text(&run["tasks"][0]["taskArn"]);
    let refused = rooms.refusal("DeleteCluster", json!({"cluster": "mine"})).await;
    assert_eq!(refused.0, "ClusterContainsTasksException");
    rooms.call("StopTask", json!({"cluster": "mine", "task": task})).await;
    loop {
        let body = json!({"cluster": "mine", "tasks": [task]});
        if rooms.call("DescribeTasks", body).await["tasks"][0]["lastStatus"] == "STOPPED" {
            break;
        }
        pause().await;
    }
    let tags = rooms.call("ListTagsForResource", json!({"resourceArn": arn})).await;
    assert_eq!(tags["tags"][0]["value"], "a");
    let deleted = rooms.call("DeleteCluster", json!({"cluster": "mine"})).await;
    assert_eq!(deleted["cluster"]["status"], "INACTIVE");
}

#[tokio::test]
async fn settings_that_no_container_can_have_are_refused() {
    let rooms = Rooms::open().await;
    rooms.register("web", "true").await;
    for (setting, value) in
        [("memory", -5), ("memory", 0), ("memoryReservation", -1), ("cpu", -1), ("stopTimeout", -1)]
    {
        let sentence = format!("Invalid '{setting}' setting for container 'main'.");
        let refused = ("ClientException".to_owned(), sentence);
        let mut main = container("main", "true");
        main[setting] = json!(value);
        let body = json!({"family": "bad", "containerDefinitions": [main]});
        assert_eq!(rooms.refusal("RegisterTaskDefinition", body).await, refused);
        if setting != "stopTimeout" {
            let overrides = json!({"containerOverrides": [{"name": "main", setting: value}]});
            let body = json!({"taskDefinition": "web", "overrides": overrides});
            assert_eq!(rooms.refusal("RunTask", body).await, refused);
        }
    }
}

#[tokio::test]
async fn containers_may_together_have_more_than_one_can() {
    let rooms = Rooms::open().await;
    let all = ["a", "b"].map(|name| {
        let mut one = container(name, "true");
        one["memory"] = json!(i32::MAX);
        one["cpu"] = json!(i32::MAX);
        one
    });
    let body = json!({"family": "large", "containerDefinitions": all});
    rooms.call("RegisterTaskDefinition", body).await;
    let task = rooms.task(&rooms.run("large").await).await;
    assert_eq!((&task["memory"], &task["cpu"]), (&json!("4294967294"), &json!("4294967294")));
}
