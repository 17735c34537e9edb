//! What tasks ask of other rooms, and what they make of the answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use asl::Failure;
use json::Value;
use runner::{Status, TaskEnd};
use store::Memory;

use crate::scripted::{Asked, Scripted};
use crate::world::{Mortal, Opening, World, pass};

/// A world with one more room, and what that room is asked.
async fn world_with(room: Scripted) -> (World, Arc<Mutex<Vec<Asked>>>) {
    let asked = room.asked();
    let mut opening = Opening::of(Mortal::new(&Memory::new()));
    opening.rooms = vec![Arc::new(room)];
    (opening.open().await, asked)
}

fn task(resource: &str, parameters: &str, more: &str) -> String {
    format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{resource}","Parameters":{parameters}{more},
            "End":true}}}}}}"#
    )
}

/// Runs a task to its end: what the execution says, its history, and what the room was asked.
async fn run(room: Scripted, definition: &str) -> (String, String, Vec<Asked>) {
    let (world, asked) = world_with(room).await;
    world.define("m", definition);
    let arn = world.start("m", "e", r#"{"in":1}"#).await;
    let said = world.result(&arn).await;
    let history = world.history(&arn).await;
    let asked = asked.lock().unwrap().clone();
    (said, history, asked)
}

fn succeeded(said: &str) -> Value {
    Value::parse(said.strip_prefix("SUCCEEDED ").unwrap_or_else(|| panic!("{said}"))).unwrap()
}

/// Base64 of `{"r":1}` and of a function's error.
const RESULT: &str = "eyJyIjoxfQ==";
const ERROR: &str = "eyJlcnJvclR5cGUiOiJPb3BzIn0=";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

fn invoked(payload: &str, more: &str) -> Result<String, aws::Error> {
    Ok(format!(r#"{{"StatusCode":200,"ExecutedVersion":"$LATEST","Payload":"{payload}"{more}}}"#))
}

#[tokio::test(start_paused = true)]
async fn a_function_s_result_is_the_result_of_its_task() {
    let room = Scripted::new("lambda", |_, _| invoked(RESULT, ""));
    let (said, history, asked) = run(room, &task(FUNCTION, r#"{"a.$":"$.in"}"#, "")).await;
    assert_eq!(said, r#"SUCCEEDED {"r":1}"#);
    assert_eq!(
        history,
        "1<-0 ExecutionStarted\n2<-0 TaskStateEntered\n3<-2 LambdaFunctionScheduled\n\
         4<-3 LambdaFunctionStarted\n5<-4 LambdaFunctionSucceeded\n6<-5 TaskStateExited\n7<-6 ExecutionSucceeded"
    );
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].operation, "Invoke");
    assert_eq!(
        asked[0].body.to_string(),
        format!(r#"{{"FunctionName":"{FUNCTION}","Payload":"eyJhIjoxfQ=="}}"#)
    );
    assert_eq!(asked[0].caller, "arn:aws:iam::000000000000:role/r");
    assert!(asked[0].attempt.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_function_s_error_is_the_task_s() {
    let room = Scripted::new("lambda", |_, _| invoked(ERROR, r#","FunctionError":"Unhandled""#));
    let (said, history, _) = run(room, &task(FUNCTION, "{}", "")).await;
    assert_eq!(said, r#"FAILED Oops: {"errorType":"Oops"}"#);
    assert!(history.contains("5<-4 LambdaFunctionFailed"), "{history}");
}

#[tokio::test(start_paused = true)]
async fn lambda_invoke_gives_what_the_sdk_gives() {
    let room = Scripted::new("lambda", |_, _| invoked(RESULT, ""));
    let parameters = r#"{"FunctionName":"f","Payload":{"x":1}}"#;
    let definition = task("arn:aws:states:::lambda:invoke", parameters, "");
    let (said, _, asked) = run(room, &definition).await;
    let output = succeeded(&said);
    let names: Vec<_> = output.entries().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(
        names,
        ["ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"]
    );
    assert_eq!(output.get("Payload").unwrap().to_string(), r#"{"r":1}"#);
    let headers = output.get("SdkHttpMetadata").unwrap().get("HttpHeaders").unwrap();
    assert_eq!(headers.get("Content-Length"), Some("7".into()));
    assert_eq!(asked[0].body.to_string(), r#"{"FunctionName":"f","Payload":"eyJ4IjoxfQ=="}"#);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_named_as_each_kind_of_integration_names_it() {
    let refuse = |_: &str, _: &Value| {
        Err(aws::Error::client("ResourceNotFoundException", "Requested resource not found"))
    };
    let parameters = r#"{"TableName":"t","Item":{"id":{"S":"x"}}}"#;
    let definition = task("arn:aws:states:::dynamodb:putItem", parameters, "");
    let (said, history, _) = run(Scripted::new("dynamodb", refuse), &definition).await;
    let expected = "FAILED DynamoDB.ResourceNotFoundException: Requested resource not found (Service: AmazonDynamoDBv2; \
                    Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ";
    assert!(said.starts_with(expected) && said.ends_with("; Proxy: null)"), "{said}");
    assert!(history.contains("TaskFailed"), "{history}");
    let definition = task("arn:aws:states:::aws-sdk:dynamodb:putItem", parameters, "");
    let (said, ..) = run(Scripted::new("dynamodb", refuse), &definition).await;
    let expected = "FAILED DynamoDb.ResourceNotFoundException: Requested resource not found \
                    (Service: DynamoDb, Status Code: 400, Request ID: ";
    assert!(said.starts_with(expected), "{said}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_outcome_its_room_cannot_know_is_unknown_in_every_form() {
    let parameters = r#"{"FunctionName":"f"}"#;
    for resource in
        [FUNCTION, "arn:aws:states:::lambda:invoke", "arn:aws:states:::aws-sdk:lambda:invoke"]
    {
        let room = Scripted::new("lambda", |_, _| {
            Err(aws::Error::new(500, service::OUTCOME_UNKNOWN, "Nobody knows."))
        });
        let (said, ..) = run(room, &task(resource, parameters, "")).await;
        assert_eq!(said, "FAILED Lambda.Unknown: Nobody knows.", "{resource}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_whose_message_is_refused_fails_by_its_submission() {
    let room = Scripted::new("sqs", |_, _| {
        Err(aws::Error::client(
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ))
    });
    let parameters = r#"{"QueueUrl":"q","MessageBody":null,"MessageGroupId.$":"$$.Task.Token"}"#;
    let definition = task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", parameters, "");
    let (said, history, _) = run(room, &definition).await;
    let expected = "FAILED SQS.AmazonSQSException: The request must contain the parameter MessageBody. \
                    (Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: ";
    assert!(said.starts_with(expected), "{said}");
    assert!(history.contains("5<-4 TaskSubmitFailed"), "{history}");
}

#[tokio::test(start_paused = true)]
async fn a_message_carries_a_token_that_ends_its_task() {
    let room =
        Scripted::new("sqs", |_, _| Ok(r#"{"MD5OfMessageBody":"m","MessageId":"i"}"#.to_owned()));
    let (world, asked) = world_with(room).await;
    let parameters = r#"{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}}"#;
    world.define("m", &task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", parameters, ""));
    let arn = world.start("m", "e", "{}").await;
    pass(Duration::from_secs(1)).await;
    let body = asked.lock().unwrap()[0].body.get("MessageBody").unwrap();
    let token = Value::parse(body.as_str().unwrap()).unwrap().get("token").unwrap();
    world
        .runner
        .end_task(token.as_str().unwrap(), TaskEnd::Succeeded("done".into()))
        .await
        .unwrap();
    assert_eq!(world.result(&arn).await, r#"SUCCEEDED "done""#);
    let history = world.history(&arn).await;
    assert!(history.contains("5<-4 TaskSubmitted\n6<-5 TaskSucceeded"), "{history}");
}

#[tokio::test(start_paused = true)]
async fn events_say_who_sends_them_and_one_that_fails_fails_the_task() {
    let answer = |failed: &'static str| {
        Scripted::new("events", move |_, _| {
            Ok(format!(r#"{{"FailedEntryCount":{failed},"Entries":[{{"EventId":"i"}}]}}"#))
        })
    };
    let parameters =
        r#"{"Entries":[{"Detail":{"a":1},"DetailType":"t","Source":"s","Resources":["r"]}]}"#;
    let definition = task("arn:aws:states:::events:putEvents", parameters, "");
    let (said, _, asked) = run(answer("0"), &definition).await;
    assert_eq!(said, r#"SUCCEEDED {"Entries":[{"EventId":"i"}],"FailedEntryCount":0}"#);
    let entry = asked[0].body.get("Entries").unwrap().at(0).unwrap();
    assert_eq!(entry.get("Detail"), Some(r#"{"a":1}"#.into()));
    assert_eq!(
        entry.get("Resources").unwrap().to_string(),
        r#"["r","arn:aws:states:us-east-1:000000000000:stateMachine:m","#.to_owned()
            + r#""arn:aws:states:us-east-1:000000000000:execution:m:e"]"#
    );
    let (said, ..) = run(answer("1"), &definition).await;
    assert_eq!(
        said,
        r#"FAILED EventBridge.FailedEntry: {"Entries":[{"EventId":"i"}],"FailedEntryCount":1}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_with_the_role_of_its_credentials_in_that_role_s_account() {
    let room = Scripted::new("sqs", |_, _| Ok("{}".to_owned()));
    let credentials = r#","Credentials":{"RoleArn":"arn:aws:iam::111122223333:role/other"}"#;
    let definition = task("arn:aws:states:::aws-sdk:sqs:listQueues", "{}", credentials);
    let (said, _, asked) = run(room, &definition).await;
    assert_eq!(said, "SUCCEEDED {}");
    assert_eq!(asked[0].caller, "arn:aws:iam::111122223333:role/other");
    assert_eq!(asked[0].account, "111122223333");
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_the_task_s_timeout_is_dropped() {
    let room = Scripted::new("lambda", |_, _| invoked(RESULT, "")).slow(Duration::from_secs(60));
    let (world, _) = world_with(room).await;
    world.define("m", &task(FUNCTION, "{}", r#","TimeoutSeconds":5"#));
    let arn = world.start("m", "e", "{}").await;
    let described = world.ended(&arn).await;
    assert_eq!(crate::world::said(&described), "FAILED States.Timeout: ");
    assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 5);
    let history = world.history(&arn).await;
    pass(Duration::from_secs(120)).await;
    assert_eq!(world.history(&arn).await, history);
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_the_execution_was_stopped_is_dropped() {
    let room = Scripted::new("lambda", |_, _| invoked(RESULT, "")).slow(Duration::from_secs(60));
    let (world, _) = world_with(room).await;
    world.define("m", &task(FUNCTION, "{}", ""));
    let arn = world.start("m", "e", "{}").await;
    pass(Duration::from_secs(1)).await;
    world.runner.stop(&arn, Failure::default()).await.unwrap();
    pass(Duration::from_secs(120)).await;
    assert_eq!(world.describe(&arn).await.status, Status::Aborted);
    let rows = world.rows();
    assert!(rows.iter().all(|row| !row.starts_with("outbox")), "{rows:?}");
}

#[tokio::test(start_paused = true)]
async fn a_field_that_the_service_does_not_have_never_starts_the_task() {
    let room = Scripted::new("sqs", |_, _| Ok(r#"{"MessageId":"m"}"#.to_owned()));
    let definition = r#"{"StartAt":"T","QueryLanguage":"JSONata","States":{"T":{"Type":"Task",
        "Resource":"arn:aws:states:::sqs:sendMessage","End":true,
        "Arguments":"{% {'QueueUrl':'q','MessageBody':'b','DelaySecond':1} %}"}}}"#;
    let (said, _, asked) = run(room, definition).await;
    assert_eq!(
        said,
        "FAILED States.Runtime: An error occurred while executing the state 'T' (entered at the event id #2). \
         The Parameters '{\"QueueUrl\":\"q\",\"MessageBody\":\"b\",\"DelaySecond\":1}' could not be used to start \
         the Task: [The field \"DelaySecond\" is not supported by Step Functions]"
    );
    assert_eq!(asked, []);
}

#[tokio::test(start_paused = true)]
async fn a_model_reads_its_body_from_s3_and_leaves_its_answer_there() {
    let objects = crate::buckets::objects([("b/in/put", &br#"{"prompt":"p"}"#[..])]);
    let kept = Arc::clone(&objects);
    let model = Scripted::new("bedrockruntime", |operation, _| {
        assert_eq!(operation, "InvokeModel");
        Ok(r#"{"body":"eyJyIjoxfQ==","contentType":"application/json"}"#.to_owned())
    });
    let asked = model.asked();
    let mut opening = Opening::of(Mortal::new(&Memory::new()));
    opening.rooms = vec![Arc::new(model), Arc::new(crate::buckets::s3(&objects))];
    let world = opening.open().await;
    let parameters =
        r#"{"ModelId":"m","Input":{"S3Uri":"s3://b/in/put"},"Output":{"S3Uri":"s3://b/out"}}"#;
    world.define("m", &task("arn:aws:states:::bedrock:invokeModel", parameters, ""));
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(
        world.result(&arn).await,
        r#"SUCCEEDED {"Body":"s3://b/out","ContentType":"application/json"}"#
    );
    let body = asked.lock().unwrap()[0].body.get("body");
    assert_eq!(body, Some("eyJwcm9tcHQiOiJwIn0=".into()));
    assert_eq!(kept.lock().unwrap()["b/out"], br#"{"r":1}"#);
    for (place, error) in [
        ("s3://b/nothing", "FAILED S3.NoSuchKeyException: The specified key does not exist. "),
        (
            "b/in",
            "FAILED Bedrock.ValidationException: The S3Uri of the field 'Input' isn't s3://BUCKET/KEY",
        ),
    ] {
        let parameters = format!(r#"{{"ModelId":"m","Input":{{"S3Uri":"{place}"}}}}"#);
        world.define(place, &task("arn:aws:states:::bedrock:invokeModel", &parameters, ""));
        let arn = world.start(place, "e", "{}").await;
        let said = world.result(&arn).await;
        assert!(said.starts_with(error), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_answers_no_json_fails_the_task() {
    let room = Scripted::new("sqs", |_, _| Ok("<html>".to_owned()));
    let definition = task("arn:aws:states:::aws-sdk:sqs:listQueues", "{}", "");
    let (said, ..) = run(room, &definition).await;
    assert_eq!(
        said,
        "FAILED Sqs.SdkClientException: Unable to unmarshall response: it isn't valid JSON."
    );
}
