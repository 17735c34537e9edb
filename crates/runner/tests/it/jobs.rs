//! Jobs that must be asked after, and requests that a crash interrupts.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asl::Failure;
use json::Value;
use store::Memory;

use crate::recovery::life;
use crate::scripted::{Asked, Scripted};
use crate::world::{Mortal, Opening, World, pass};

const SUBMIT: &str = r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::batch:submitJob.sync",
    "Parameters":{"JobName":"n","JobQueue":"q","JobDefinition":"d"},"End":true}}}"#;
const EXECUTION: &str = "arn:aws:states:us-east-1:000000000000:execution:m:e";

type Log = Arc<Mutex<Vec<Asked>>>;

/// A Batch whose job comes to its end at the given question.
fn batch(asked: &Log, questions: &Arc<AtomicU32>, ends_at: u32, status: &'static str) -> Scripted {
    let questions = Arc::clone(questions);
    Scripted::new("batch", move |operation, _| match operation {
        "SubmitJob" => Ok(r#"{"jobArn":"a","jobId":"j","jobName":"n"}"#.to_owned()),
        "DescribeJobs" => {
            let asked = questions.fetch_add(1, Ordering::SeqCst) + 1;
            let status = if ends_at <= asked { status } else { "RUNNING" };
            Ok(format!(r#"{{"jobs":[{{"jobId":"j","status":"{status}","startedAt":1}}]}}"#))
        }
        _ => Ok("{}".to_owned()),
    })
    .remembered_in(asked)
}

fn opening(memory: &Memory, room: Scripted) -> Opening {
    Opening { rooms: vec![Arc::new(room)], ..Opening::of(Mortal::new(memory)) }
}

fn operations(asked: &Log) -> Vec<String> {
    asked.lock().unwrap().iter().map(|asked| asked.operation.clone()).collect()
}

fn count(asked: &Log, operation: &str) -> usize {
    operations(asked).iter().filter(|asked| *asked == operation).count()
}

#[tokio::test(start_paused = true)]
async fn a_job_is_asked_after_until_it_has_ended() {
    let (asked, questions) = (Log::default(), Arc::default());
    let world = opening(&Memory::new(), batch(&asked, &questions, 4, "SUCCEEDED")).open().await;
    world.define("m", SUBMIT);
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(
        world.result(&arn).await,
        r#"SUCCEEDED {"JobId":"j","StartedAt":1,"Status":"SUCCEEDED"}"#
    );
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 TaskStateEntered\n3<-2 TaskScheduled\n4<-3 TaskStarted\n\
         5<-4 TaskSubmitted\n6<-5 TaskSucceeded\n7<-6 TaskStateExited\n8<-7 ExecutionSucceeded"
    );
    assert_eq!(count(&asked, "DescribeJobs"), 4);
    let body = asked.lock().unwrap()[1].body.to_string();
    assert_eq!(body, r#"{"jobs":["j"]}"#);
    let rows = world.rows();
    let left = ["poll", "timer", "outbox"];
    assert!(rows.iter().all(|row| !left.iter().any(|table| row.starts_with(table))), "{rows:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_ends_badly_fails_the_task_with_what_it_came_to() {
    let (asked, questions) = (Log::default(), Arc::default());
    let world = opening(&Memory::new(), batch(&asked, &questions, 1, "FAILED")).open().await;
    world.define("m", SUBMIT);
    let arn = world.start("m", "e", "{}").await;
    let expected = r#"FAILED States.TaskFailed: {"JobId":"j","StartedAt":1,"Status":"FAILED"}"#;
    assert_eq!(world.result(&arn).await, expected);
    assert!(world.history(&arn).await.contains("6<-5 TaskFailed"));
}

#[tokio::test(start_paused = true)]
async fn the_job_of_a_stopped_execution_is_stopped() {
    let (asked, questions) = (Log::default(), Arc::default());
    let world = opening(&Memory::new(), batch(&asked, &questions, u32::MAX, "")).open().await;
    world.define("m", SUBMIT);
    let arn = world.start("m", "e", "{}").await;
    pass(Duration::from_secs(10)).await;
    world.runner.stop(&arn, Failure::default()).await.unwrap();
    pass(Duration::from_secs(60)).await;
    let asked = asked.lock().unwrap().clone();
    let last = asked.last().unwrap();
    assert_eq!(last.operation, "TerminateJob", "nothing is asked after that");
    assert_eq!(last.body.get("jobId"), Some(Value::from("j")));
    let rows = world.rows();
    assert!(rows.iter().all(|row| !row.starts_with("poll")), "{rows:?}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_busy_is_asked_again() {
    let questions = AtomicU32::new(0);
    let room = Scripted::new("batch", move |operation, _| match operation {
        "SubmitJob" => Ok(r#"{"jobArn":"a","jobId":"j","jobName":"n"}"#.to_owned()),
        _ => match questions.fetch_add(1, Ordering::SeqCst) {
            0 => Err(aws::Error::throttling()),
            1 => Err(aws::Error::internal()),
            2 => Ok("garbage".to_owned()),
            _ => Ok(r#"{"jobs":[{"status":"SUCCEEDED"}]}"#.to_owned()),
        },
    });
    let world = opening(&Memory::new(), room).open().await;
    world.define("m", SUBMIT);
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(world.result(&arn).await, r#"SUCCEEDED {"Status":"SUCCEEDED"}"#);
}

#[test]
fn a_job_is_asked_after_by_the_next_life_and_submitted_once() {
    let (memory, asked, questions) = (Memory::new(), Log::default(), Arc::default());
    let room = || batch(&asked, &questions, 6, "SUCCEEDED");
    let now = life(opening(&memory, room()), async |world| {
        world.define("m", SUBMIT);
        world.start("m", "e", "{}").await;
        pass(Duration::from_secs(4)).await;
        world.house.now()
    });
    assert!(0 < count(&asked, "DescribeJobs"));
    let second = Opening { now, seed: 2, ..opening(&memory, room()) };
    life(second, async |world| {
        world.define("m", SUBMIT);
        let said = world.result(EXECUTION).await;
        assert!(said.starts_with("SUCCEEDED"), "{said}");
    });
    assert_eq!(count(&asked, "SubmitJob"), 1);
    assert_eq!(count(&asked, "DescribeJobs"), 6);
}

/// Lives until the store dies at each commit in turn, then once more; gives what was asked of the room in all.
fn crashed_at_every_commit(
    define: fn(&World),
    room: impl Fn(&Log) -> Scripted,
    check: fn(&str, &Log),
) {
    for dies_at in 2.. {
        for writes_last in [false, true] {
            let (memory, asked) = (Memory::new(), Log::default());
            let store = Mortal::dying(&memory, dies_at, writes_last);
            let first = Opening { rooms: vec![Arc::new(room(&asked))], ..Opening::of(store) };
            let (now, died) = life(first, async |world| {
                define(&world);
                world.try_start("m", "e", "{}").await.ok();
                pass(Duration::from_secs(30)).await;
                (world.house.now(), world.store.dead.load(Ordering::SeqCst))
            });
            let second = Opening { now, seed: 2, ..opening(&memory, room(&asked)) };
            let said = life(second, async |world| {
                define(&world);
                world.try_start("m", "e", "{}").await.ok();
                world.result(EXECUTION).await
            });
            check(&said, &asked);
            if !died {
                return;
            }
        }
    }
}

fn function(asked: &Log) -> Scripted {
    Scripted::new("lambda", |_, _| Ok(r#"{"StatusCode":200,"Payload":"MQ=="}"#.to_owned()))
        .slow(Duration::from_secs(5))
        .remembered_in(asked)
}

fn define_function(world: &World) {
    world.define(
        "m",
        r#"{"StartAt":"T","States":{"T":{"Type":"Task",
            "Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","End":true}}}"#,
    );
}

#[test]
fn a_function_is_invoked_at_most_once_for_an_attempt_whatever_crashes() {
    crashed_at_every_commit(define_function, function, |said, asked| {
        assert!(asked.lock().unwrap().len() <= 1, "{asked:?}");
        let unknown = "FAILED Lambda.Unknown: The server stopped serving the request after it had been sent, \
                       so its outcome is unknown.";
        assert!(said == "SUCCEEDED 1" || said == unknown, "{said}");
    });
}

#[test]
fn a_room_that_knows_an_attempt_again_is_asked_again() {
    let room = |asked: &Log| function(asked).answering_again();
    crashed_at_every_commit(define_function, room, |said, asked| {
        assert_eq!(said, "SUCCEEDED 1");
        let mut attempts: Vec<_> =
            asked.lock().unwrap().iter().map(|asked| asked.attempt.clone()).collect();
        attempts.dedup();
        assert_eq!(attempts.len(), 1, "all of one attempt");
    });
}

#[test]
fn a_message_is_sent_at_most_once_for_an_attempt_whatever_crashes() {
    let define = |world: &World| {
        world.define(
            "m",
            r#"{"StartAt":"T","States":{"T":{"Type":"Task",
                "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","TimeoutSeconds":60,
                "Parameters":{"QueueUrl":"q","MessageBody":{"t.$":"$$.Task.Token"}},"End":true}}}"#,
        );
    };
    let room = |asked: &Log| {
        Scripted::new("sqs", |_, _| Ok(r#"{"MessageId":"i"}"#.to_owned())).remembered_in(asked)
    };
    crashed_at_every_commit(define, room, |said, asked| {
        assert!(asked.lock().unwrap().len() <= 1, "{asked:?}");
        let unknown = said.starts_with("FAILED States.TaskFailed: The server stopped serving");
        assert!(unknown || said == "FAILED States.Timeout: ", "{said}");
    });
}

#[test]
fn a_job_is_submitted_at_most_once_and_nothing_hangs_whatever_crashes() {
    let define = |world: &World| {
        world.define("m", SUBMIT);
    };
    let room = |asked: &Log| batch(asked, &Arc::default(), 3, "SUCCEEDED");
    crashed_at_every_commit(define, room, |said, asked| {
        assert!(count(asked, "SubmitJob") <= 1, "{asked:?}");
        let unknown = said.starts_with("FAILED States.TaskFailed: The server stopped serving");
        assert!(unknown || said.starts_with("SUCCEEDED"), "{said}");
    });
}
