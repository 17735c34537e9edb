//! Executions that start executions, and tokens that come back.

use asl::Failure;
use json::Value;
use runner::{MachineType, Status, TaskEnd};

use crate::world::{World, machine_arn, pass};

fn task(pattern: &str, parameters: &str) -> String {
    format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task",
            "Resource":"arn:aws:states:::states:startExecution{pattern}",
            "Parameters":{{"StateMachineArn":"{}",{parameters}}},"End":true}}}}}}"#,
        machine_arn("child")
    )
}

const PASS: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","Result":{"r":1},"End":true}}}"#;
const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":30,"End":true}}}"#;
const FAIL: &str = r#"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"C"}}}"#;

async fn output(world: &World, arn: &str) -> Value {
    let described = world.ended(arn).await;
    assert_eq!(described.status, Status::Succeeded, "{}", world.history(arn).await);
    Value::parse(&described.output.unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_request_gives_what_the_api_answers() {
    let world = World::new().await;
    world.define("child", WAIT);
    world.define("m", &task("", r#""Input":{"x":1},"Name":"n""#));
    let arn = world.start("m", "e", "{}").await;
    let output = output(&world, &arn).await;
    let child = "arn:aws:states:us-east-1:000000000000:execution:child:n";
    assert_eq!(output.get("ExecutionArn").unwrap().as_str(), Some(child));
    assert_eq!(output.get("StartDate").unwrap().as_i64(), Some(1_700_000_000_000));
    let metadata = output.get("SdkHttpMetadata").unwrap();
    assert_eq!(metadata.get("HttpStatusCode").unwrap().as_i64(), Some(200));
    assert_eq!(&*world.describe(child).await.input, r#"{"x":1}"#);
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 TaskStateEntered\n3<-2 TaskScheduled\n4<-3 TaskStarted\n\
         5<-4 TaskSucceeded\n6<-5 TaskStateExited\n7<-6 ExecutionSucceeded"
    );
}

#[tokio::test(start_paused = true)]
async fn an_express_execution_is_not_waited_for() {
    let world = World::new().await;
    world.define_as("child", MachineType::Express, PASS);
    world.define("m", &task(".sync:2", r#""Input":{"x":1}"#));
    let arn = world.start("m", "e", "{}").await;
    let said = world.result(&arn).await;
    assert!(said.starts_with("FAILED StepFunctions."), "{said}");
    let history = world.history(&arn).await;
    assert!(
        history.ends_with("5<-4 TaskSubmitted\n6<-5 TaskFailed\n7<-6 ExecutionFailed"),
        "{history}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_fails_the_task() {
    let world = World::new().await;
    world.define("child", PASS);
    world.define("m", &task("", r#""Name":"n""#));
    world.start("child", "n", "{}").await;
    let arn = world.start("m", "e", "{}").await;
    let said = world.result(&arn).await;
    let expected = "FAILED StepFunctions.ExecutionAlreadyExistsException: Execution Already Exists \
                    (Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: ";
    assert!(said.starts_with(expected), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_job_waits_for_its_child() {
    for (pattern, result) in [(".sync", r#""{\"r\":1}""#), (".sync:2", r#"{"r":1}"#)] {
        let world = World::new().await;
        world.define("child", PASS);
        world.define("m", &task(pattern, r#""Input":{"x":1},"Name":"n""#));
        let arn = world.start("m", "e", "{}").await;
        let output = output(&world, &arn).await;
        assert_eq!(output.get("Output").unwrap().to_string(), result);
        assert_eq!(output.get("Status").unwrap().as_str(), Some("SUCCEEDED"));
        assert_eq!(
            world.history(&arn).await,
            "1<-0 ExecutionStarted\n2<-0 TaskStateEntered\n3<-2 TaskScheduled\n4<-3 TaskStarted\n\
             5<-4 TaskSubmitted\n6<-5 TaskSucceeded\n7<-6 TaskStateExited\n8<-7 ExecutionSucceeded"
        );
        let rows = world.rows();
        let left = ["job", "notice", "outbox"];
        assert!(
            rows.iter().all(|key| !left.iter().any(|table| key.starts_with(table))),
            "{rows:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_waits_for_a_slow_child() {
    let world = World::new().await;
    world.define("child", WAIT);
    world.define("m", &task(".sync", r#""Input":{}"#));
    let arn = world.start("m", "e", "{}").await;
    let described = world.ended(&arn).await;
    assert_eq!(described.status, Status::Succeeded);
    assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_job_fails_with_what_its_child_came_to() {
    let world = World::new().await;
    world.define("child", FAIL);
    world.define("m", &task(".sync:2", r#""Name":"n""#));
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(
        world.result(&arn).await,
        r#"FAILED States.TaskFailed: {"Cause":"C","Error":"E","#.to_owned()
            + r#""ExecutionArn":"arn:aws:states:us-east-1:000000000000:execution:child:n","Input":"{}","#
            + r#""InputDetails":{"Included":true},"Name":"n","RedriveCount":0,"RedriveStatus":"REDRIVABLE","#
            + r#""StartDate":1700000000000,"#
            + r#""StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child","#
            + r#""Status":"FAILED","StopDate":1700000000000}"#
    );
}

#[tokio::test(start_paused = true)]
async fn the_job_of_a_stopped_execution_is_stopped() {
    let world = World::new().await;
    world.define("child", WAIT);
    world.define("m", &task(".sync", r#""Name":"n""#));
    let arn = world.start("m", "e", "{}").await;
    pass(std::time::Duration::from_secs(1)).await;
    world.runner.stop(&arn, Failure::default()).await.unwrap();
    let child = world.ended("arn:aws:states:us-east-1:000000000000:execution:child:n").await;
    assert_eq!(child.status, Status::Aborted);
}

#[tokio::test(start_paused = true)]
async fn the_children_of_parallel_branches_are_told_apart() {
    let world = World::new().await;
    world.define("child", WAIT);
    let branch = task(".sync:2", r#""Input.$":"$""#);
    let branches: Vec<String> =
        (0..5).map(|index| branch.replace("\"T\"", &format!("\"T{index}\""))).collect();
    world.define("m", &format!(
        r#"{{"StartAt":"All","States":{{"All":{{"Type":"Parallel","Branches":[{}],"End":true}}}}}}"#,
        branches.join(",")
    ));
    let arn = world.start("m", "e", "{}").await;
    let output = output(&world, &arn).await;
    let names: std::collections::BTreeSet<String> =
        output.items().map(|item| item.get("Name").unwrap().to_string()).collect();
    assert_eq!(names.len(), 5, "{output}");
}

#[tokio::test(start_paused = true)]
async fn a_callback_is_submitted_before_it_comes_back() {
    let world = World::new().await;
    // The child answers in its first turn, before its parent can know of the submission.
    world.define(
        "child",
        r#"{"StartAt":"S","States":{"S":{"Type":"Task",
        "Resource":"arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters":{"TaskToken.$":"$.token","Output":{"answer":42}},"End":true}}}"#,
    );
    world.define(
        "m",
        &task(".waitForTaskToken", r#""Name":"n","Input":{"token.$":"$$.Task.Token"}"#),
    );
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(world.result(&arn).await, r#"SUCCEEDED {"answer":42}"#);
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 TaskStateEntered\n3<-2 TaskScheduled\n4<-3 TaskStarted\n\
         5<-4 TaskSubmitted\n6<-5 TaskSucceeded\n7<-6 TaskStateExited\n8<-7 ExecutionSucceeded"
    );
    let child = world.result("arn:aws:states:us-east-1:000000000000:execution:child:n").await;
    assert_eq!(child, "SUCCEEDED {}");
}

#[tokio::test(start_paused = true)]
async fn a_callback_waits_until_it_times_out() {
    let world = World::new().await;
    world.define("child", PASS);
    let definition = task(".waitForTaskToken", r#""Input":{"token.$":"$$.Task.Token"}"#);
    world.define("m", &definition.replace("\"End\"", "\"TimeoutSeconds\":600,\"End\""));
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(world.result(&arn).await, "FAILED States.Timeout: ");
}

#[tokio::test(start_paused = true)]
async fn the_sdk_integration_speaks_in_pascal_case_and_iso_instants() {
    let world = World::new().await;
    world.define("child", PASS);
    let definition = task("", r#""Input":{"x":1},"Name":"n""#)
        .replace("states:::states:", "states:::aws-sdk:sfn:");
    world.define("m", &definition);
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(
        world.result(&arn).await,
        r#"SUCCEEDED {"ExecutionArn":"arn:aws:states:us-east-1:000000000000:execution:child:n","#
            .to_owned()
            + r#""StartDate":"2023-11-14T22:13:20.000Z"}"#
    );
    let missing = definition.replace("stateMachine:child", "stateMachine:none");
    world.define("m", &missing);
    let said = world.result(&world.start("m", "f", "{}").await).await;
    let expected = "FAILED Sfn.StateMachineDoesNotExistException: State Machine Does Not Exist: \
        'arn:aws:states:us-east-1:000000000000:stateMachine:none' (Service: Sfn, Status Code: 400, Request ID: ";
    assert!(said.starts_with(expected), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_may_be_a_state_machine() {
    let world = World::new().await;
    world.define("work", &crate::activities::definition(""));
    world.define("worker", r#"{"StartAt":"G","States":{
        "G":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:getActivityTask",
             "Parameters":{"ActivityArn":"arn:aws:states:us-east-1:000000000000:activity:a"},"Next":"S"},
        "S":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
             "Parameters":{"TaskToken.$":"$.TaskToken","Output.$":"$.Input"},"End":true}}}"#);
    let worker = world.start("worker", "w", "{}").await;
    let work = world.start("work", "e", r#"{"x":1}"#).await;
    assert_eq!(world.result(&work).await, r#"SUCCEEDED {"x":1}"#);
    assert_eq!(world.result(&worker).await, "SUCCEEDED {}");
}

#[tokio::test(start_paused = true)]
async fn a_token_answers_for_its_own_task_only() {
    let world = World::new().await;
    world.define("m", &crate::activities::definition(""));
    world.start("m", "e", "1").await;
    world.start("m", "f", "2").await;
    let activity = crate::world::activity_arn("a");
    let minute = std::time::Duration::from_secs(60);
    let first = world.runner.activity_task(&activity, None, minute).await.unwrap().unwrap();
    let second = world.runner.activity_task(&activity, None, minute).await.unwrap().unwrap();
    for task in [second, first] {
        let end = TaskEnd::Succeeded(Value::parse(&task.input).unwrap());
        world.runner.end_task(&task.token, end).await.unwrap();
    }
    for (name, expected) in [("e", "SUCCEEDED 1"), ("f", "SUCCEEDED 2")] {
        let arn = format!("arn:aws:states:us-east-1:000000000000:execution:m:{name}");
        assert_eq!(world.result(&arn).await, expected);
    }
}
