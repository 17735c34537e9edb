use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Rooms, text};

#[tokio::test]
async fn a_job_runs_to_its_end() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("check", "true").await;
    let properties = json!({
        "image": "busybox",
        "command": ["/bin/sh", "-c", "test $0 = Ref::b && test $1 = here && test -n \"$AWS_BATCH_JOB_ID\"", "Ref::b", "Ref::a"],
    });
    let body = json!({
        "jobDefinitionName": "with-parameters", "type": "container",
        "containerProperties": properties, "parameters": {"a": "there"},
    });
    rooms.call("RegisterJobDefinition", body).await;
    let newest = "arn:aws:batch:us-east-1:000000000000:job-definition/with-parameters:1";
    assert_eq!(rooms.meant("SubmitJob", "with-parameters").await.as_deref(), Some(newest));
    let id = rooms.submit("with-parameters", json!({"parameters": {"a": "here"}})).await;
    let job = rooms.job_until(&id, "SUCCEEDED").await;
    assert_eq!(job["container"]["exitCode"], 0);
    assert_eq!(job["container"]["command"][4], "here");
    assert_eq!(job["statusReason"], "Essential container in task exited");
    assert_eq!(job["attempts"].as_array().map(Vec::len), Some(1));
    assert!(text(&job["container"]["logStreamName"]).starts_with("with-parameters/default/"));
    assert!(job["startedAt"].is_i64() && job["stoppedAt"].is_i64());
    let listed =
        rooms.call("ListJobs", json!({"jobQueue": "queue", "jobStatus": "SUCCEEDED"})).await;
    assert_eq!(listed["jobSummaryList"][0]["jobId"], json!(id));
}

#[tokio::test]
async fn a_job_is_tried_again_as_its_strategy_says() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("third", "test $AWS_BATCH_JOB_ATTEMPT = 3 || exit 7").await;
    let id = rooms.submit("third", json!({"retryStrategy": {"attempts": 4}})).await;
    let job = rooms.job_until(&id, "SUCCEEDED").await;
    let codes: Vec<&Value> = job["attempts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| &it["container"]["exitCode"])
        .collect();
    assert_eq!(codes, [&json!(7), &json!(7), &json!(0)]);
    let rule = json!({"onExitCode": "7", "action": "EXIT"});
    let strategy = json!({"attempts": 4, "evaluateOnExit": [rule]});
    let id = rooms.submit("third", json!({"retryStrategy": strategy})).await;
    let job = rooms.job_until(&id, "FAILED").await;
    assert_eq!(job["attempts"].as_array().map(Vec::len), Some(1));
    assert_eq!(job["container"]["exitCode"], 7);
}

#[tokio::test]
async fn a_job_waits_for_others() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("good", "true").await;
    rooms.define_job("bad", "exit 1").await;
    rooms.define_job("slow", "sleep 0.5").await;
    let slow = rooms.submit("slow", json!({})).await;
    let after = rooms.submit("good", json!({"dependsOn": [{"jobId": slow}]})).await;
    assert_eq!(rooms.job(&after).await["status"], "PENDING");
    rooms.job_until(&after, "SUCCEEDED").await;
    assert_eq!(rooms.job(&slow).await["status"], "SUCCEEDED");
    let bad = rooms.submit("bad", json!({})).await;
    let first = rooms.submit("good", json!({"dependsOn": [{"jobId": bad}]})).await;
    let second = rooms.submit("good", json!({"dependsOn": [{"jobId": first}]})).await;
    let job = rooms.job_until(&second, "FAILED").await;
    assert_eq!(job["statusReason"], "Dependent Job failed");
    assert_eq!(job["attempts"], json!([]));
}

#[tokio::test]
async fn an_array_is_done_when_its_jobs_are() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("indexed", "test $AWS_BATCH_JOB_ARRAY_INDEX != 9").await;
    let three = rooms.submit("indexed", json!({"arrayProperties": {"size": 3}})).await;
    let job = rooms.job_until(&three, "SUCCEEDED").await;
    assert_eq!(job["arrayProperties"]["statusSummary"]["SUCCEEDED"], 3);
    let last = rooms.job(&format!("{three}:2")).await;
    assert_eq!(last["arrayProperties"]["index"], 2);
    let listed =
        rooms.call("ListJobs", json!({"arrayJobId": three, "jobStatus": "SUCCEEDED"})).await;
    assert_eq!(listed["jobSummaryList"].as_array().map(Vec::len), Some(3));
    let ten = rooms.submit("indexed", json!({"arrayProperties": {"size": 10}})).await;
    let job = rooms.job_until(&ten, "FAILED").await;
    assert_eq!(
        job["arrayProperties"]["statusSummary"],
        json!({
            "SUBMITTED": 0, "PENDING": 0, "RUNNABLE": 0, "STARTING": 0, "RUNNING": 0, "SUCCEEDED": 9, "FAILED": 1,
        })
    );
}

#[tokio::test]
async fn a_job_is_ended_by_request() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("long", "sleep 1000").await;
    let running = rooms.submit("long", json!({})).await;
    let waiting = rooms.submit("long", json!({"dependsOn": [{"jobId": running}]})).await;
    rooms.job_until(&running, "RUNNING").await;
    rooms.call("CancelJob", json!({"jobId": running, "reason": "no effect"})).await;
    rooms.call("CancelJob", json!({"jobId": waiting, "reason": "not needed"})).await;
    let job = rooms.job_until(&waiting, "FAILED").await;
    assert_eq!((&job["statusReason"], &job["isCancelled"]), (&json!("not needed"), &json!(true)));
    assert_eq!(rooms.job(&running).await["status"], "RUNNING");
    rooms.call("TerminateJob", json!({"jobId": running, "reason": "enough"})).await;
    let job = rooms.job_until(&running, "FAILED").await;
    assert_eq!((&job["statusReason"], &job["isTerminated"]), (&json!("enough"), &json!(true)));
    assert_eq!(job["container"]["exitCode"], 143);
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_ended() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("long", "sleep 1000").await;
    rooms.define_job("short", "true").await;
    let more = json!({"timeout": {"attemptDurationSeconds": 60}, "retryStrategy": {"attempts": 3}});
    let id = rooms.submit("long", more).await;
    rooms.job_until(&id, "RUNNING").await;
    rooms.clock.advance(Duration::from_secs(61));
    // The clock of the test rings nobody: another job's steps do.
    rooms.submit("short", json!({})).await;
    let job = rooms.job_until(&id, "FAILED").await;
    assert_eq!(job["statusReason"], "Job attempt duration exceeded timeout");
    assert_eq!(job["attempts"].as_array().map(Vec::len), Some(1), "it isn't tried again");
}

#[tokio::test]
async fn an_attempt_whose_house_was_killed_is_tried_again() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("long", "test $AWS_BATCH_JOB_ATTEMPT = 2 || sleep 1000").await;
    let rules = json!([{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]);
    let strategy = json!({"attempts": 2, "evaluateOnExit": rules});
    let id = rooms.submit("long", json!({"retryStrategy": strategy})).await;
    rooms.job_until(&id, "RUNNING").await;
    let rooms = rooms.restart().await;
    let job = rooms.job_until(&id, "SUCCEEDED").await;
    assert!(text(&job["attempts"][0]["statusReason"]).starts_with("Host EC2"));
}

#[tokio::test]
async fn an_attempt_of_a_task_that_asks_again_submits_nothing_more() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("good", "true").await;
    let body = json!({"jobName": "one", "jobQueue": "queue", "jobDefinition": "good"});
    let ctx = || rooms.ctx().with_attempt("execution/1");
    let first = rooms.ask_as(ctx(), "SubmitJob", body.clone()).await.expect("submits");
    let again = rooms.ask_as(ctx(), "SubmitJob", body).await.expect("answers again");
    assert_eq!(first, again);
}

#[tokio::test]
async fn requests_that_cannot_be_met_are_refused() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("good", "true").await;
    let submit = |queue: &str, definition: &str, more: Value| {
        let mut body = json!({"jobName": "one", "jobQueue": queue, "jobDefinition": definition});
        body.as_object_mut().expect("is one").extend(more.as_object().expect("is one").clone());
        body
    };
    for (body, sentence) in [
        (submit("no", "good", json!({})), "JobQueue no not found."),
        (submit("queue", "no", json!({})), "JobDefinition no does not exist or is not ACTIVE."),
        (
            submit("queue", "good", json!({"dependsOn": [{"jobId": "x"}]})),
            "Job with id x does not exist.",
        ),
        (
            submit("queue", "good", json!({"timeout": {"attemptDurationSeconds": 5}})),
            "attemptDurationSeconds must be at least 60 seconds.",
        ),
        (
            submit("queue", "good", json!({"arrayProperties": {"size": 1}})),
            "Array size must be between 2 and 10000.",
        ),
    ] {
        assert_eq!(
            rooms.refusal("SubmitJob", body).await,
            ("ClientException".to_owned(), sentence.to_owned())
        );
    }
    let environment = json!({"computeEnvironment": "here"});
    assert_eq!(rooms.refusal("DeleteComputeEnvironment", environment).await.0, "ClientException");
    rooms.call("UpdateJobQueue", json!({"jobQueue": "queue", "state": "DISABLED"})).await;
    rooms.call("DeleteJobQueue", json!({"jobQueue": "queue"})).await;
    rooms
        .call(
            "UpdateComputeEnvironment",
            json!({"computeEnvironment": "here", "state": "DISABLED"}),
        )
        .await;
    rooms.call("DeleteComputeEnvironment", json!({"computeEnvironment": "here"})).await;
    let left = rooms.call("DescribeComputeEnvironments", json!({})).await;
    assert_eq!(left["computeEnvironments"], json!([]));
}

#[tokio::test]
async fn resources_are_numbers() {
    let rooms = Rooms::open().await;
    rooms.prepare_jobs("good", "true").await;
    for (kind, value) in
        [("MEMORY", "much"), ("MEMORY", "-5"), ("MEMORY", "1.5"), ("VCPU", "two"), ("VCPU", "NaN")]
    {
        let sentence = format!(
            "Error executing request, Exception : Value {value} for type {kind} in resourceRequirement is not valid. \
             Please provide a numeric value."
        );
        let refused = ("ClientException".to_owned(), sentence);
        let resources = json!({"resourceRequirements": [{"type": kind, "value": value}]});
        let body = json!({"jobName": "one", "jobQueue": "queue", "jobDefinition": "good", "containerOverrides": resources});
        assert_eq!(rooms.refusal("SubmitJob", body).await, refused);
        let mut properties = resources;
        properties["image"] = json!("busybox");
        let body = json!({"jobDefinitionName": "bad", "type": "container", "containerProperties": properties});
        assert_eq!(rooms.refusal("RegisterJobDefinition", body).await, refused);
    }
}
