//! What a crash leaves undone is done after it.

use std::future::Future;
use std::time::Duration;

use asl::Failure;
use base::Timestamp;
use engine::event::TaskOutput;
use engine::{Event, EventKind, Payload, record};
use json::Value;
use runner::{ListExecutions, MachineType, Status, TaskEnd};
use store::key::Key;
use store::{Batch, Memory, Store};

use crate::world::{Mortal, Opening, World, activity_arn, machine_arn, pass, said, start_of};

/// One life in a process of its own: whatever it was doing ends with it.
pub(crate) fn life<F: Future>(opening: Opening, live: impl FnOnce(World) -> F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { live(opening.open().await).await })
}

/// Lives once, and then again on what is left.
fn two_lives<T, A, B>(
    define: fn(&World),
    first: impl FnOnce(World) -> A,
    second: impl FnOnce(World, T) -> B,
) where
    A: Future<Output = T>,
    B: Future<Output = ()>,
{
    let memory = Memory::new();
    let (left, now) = life(Opening::of(Mortal::new(&memory)), async |world| {
        define(&world);
        let house = world.house.clone();
        (first(world).await, house.now())
    });
    let opening = Opening { now, seed: 2, ..Opening::of(Mortal::new(&memory)) };
    life(opening, async |world| {
        define(&world);
        second(world, left).await;
    });
}

fn arn(machine: &str, name: &str) -> String {
    format!("arn:aws:states:us-east-1:000000000000:execution:{machine}:{name}")
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_execution_whose_rows_are_corrupt_fails_alone() {
    two_lives(
        |world| {
            let definition =
                r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":30,"End":true}}}"#;
            world.define("m", definition);
        },
        async |world| {
            for name in ["misfit", "malformed", "fine"] {
                world.start("m", name, r#"{"a":1}"#).await;
            }
            let ended = TaskOutput { attempt: 99, output: Payload(Value::NULL) };
            let kind = EventKind::TaskSucceeded(ended);
            let misfit = record::encode(&[Event { id: 3, previous: 2, at: 0, kind }]);
            let turn = |name: &str| Key::of("turn").text(&arn("m", name)).u64(1);
            let mut batch = Batch::new();
            batch.put(turn("misfit"), misfit);
            batch.put(turn("malformed"), b"no record".to_vec());
            batch.put(Key::of("outbox").u64(0).text("no arn").u64(1), b"no row".to_vec());
            world.store.commit(batch).wait().unwrap();
        },
        async |world, ()| {
            assert_eq!(world.result(&arn("m", "fine")).await, r#"SUCCEEDED {"a":1}"#);
            for (name, why) in [
                ("misfit", "follow the events of an execution: no such task is open"),
                ("malformed", "decode a record of format version 110"),
            ] {
                let refused = world.runner.stop(&arn("m", name), Failure::default()).await;
                let error = refused.unwrap_err().to_string();
                assert!(error.contains(why), "{error}");
                assert_eq!(world.describe(&arn("m", name)).await.status, Status::Running);
            }
            assert!(world.store.commits() < 10, "nobody tries again and again");
            world.start("m", "another", r#"{"a":2}"#).await;
            assert_eq!(world.result(&arn("m", "another")).await, r#"SUCCEEDED {"a":2}"#);
        },
    );
}

#[test]
fn a_wait_goes_on() {
    two_lives(
        |world| {
            world.define(
                "m",
                r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":30,"End":true}}}"#,
            );
        },
        async |world| {
            world.start("m", "e", r#"{"a":1}"#).await;
            pass(10 * SECOND).await;
        },
        async |world, ()| {
            let described = world.ended(&arn("m", "e")).await;
            assert_eq!(said(&described), r#"SUCCEEDED {"a":1}"#);
            assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 30);
        },
    );
}

#[test]
fn tokens_and_queues_stay_good() {
    two_lives(
        |world| {
            world.define("m", &crate::activities::definition(""));
        },
        async |world| {
            world.start("m", "e", "1").await;
            pass(SECOND).await;
            world.start("m", "f", "2").await;
            let task = world.runner.activity_task(&activity_arn("a"), None, SECOND).await;
            task.unwrap().unwrap().token
        },
        async |world, token| {
            world.runner.end_task(&token, TaskEnd::Succeeded(Value::from(7))).await.unwrap();
            assert_eq!(said(&world.describe(&arn("m", "e")).await), "SUCCEEDED 7");
            let task = world.runner.activity_task(&activity_arn("a"), None, SECOND).await;
            assert_eq!(task.unwrap().unwrap().input, "2", "what no worker had is still there");
        },
    );
}

#[test]
fn a_job_is_still_waited_for() {
    let define = |world: &World| {
        world.define("child", &crate::activities::definition(""));
        world.define("m", &format!(
            r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task",
                "Resource":"arn:aws:states:::states:startExecution.sync:2",
                "Parameters":{{"StateMachineArn":"{}","Name":"n"}},"OutputPath":"$.Output","End":true}}}}}}"#,
            machine_arn("child")
        ));
    };
    two_lives(
        define,
        async |world| {
            world.start("m", "e", "{}").await;
            pass(SECOND).await;
        },
        async |world, ()| {
            let task = world.runner.activity_task(&activity_arn("a"), None, SECOND).await;
            let token = task.unwrap().unwrap().token;
            world.runner.end_task(&token, TaskEnd::Succeeded(Value::from(7))).await.unwrap();
            assert_eq!(world.result(&arn("m", "e")).await, "SUCCEEDED 7");
        },
    );
}

#[test]
fn an_asynchronous_express_execution_runs_again() {
    let define = |world: &World| {
        world.define("child", r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#);
        world.define_as("x", MachineType::Express, &format!(
            r#"{{"StartAt":"W","States":{{"W":{{"Type":"Wait","Seconds":30,"Next":"T"}},"T":{{"Type":"Task",
                "Resource":"arn:aws:states:::states:startExecution",
                "Parameters":{{"StateMachineArn":"{}","Name":"n"}},"End":true}}}}}}"#,
            machine_arn("child")
        ));
    };
    two_lives(
        define,
        async |world| {
            let machine = world.machines.lock().unwrap()["x"].clone();
            world.runner.start_express(start_of(&machine, "e", "{}")).await.unwrap();
            pass(10 * SECOND).await;
        },
        async |world, ()| {
            pass(29 * SECOND).await;
            assert!(world.runner.describe(&arn("child", "n")).await.is_err(), "not yet");
            pass(2 * SECOND).await;
            assert_eq!(said(&world.describe(&arn("child", "n")).await), "SUCCEEDED {}");
        },
    );
}

#[test]
fn a_request_that_can_not_be_asked_again_fails_as_unknown() {
    let define = |world: &World| {
        world.define("m", r#"{"StartAt":"T","States":{"T":{"Type":"Task",
            "Resource":"arn:aws:states:::aws-sdk:sfn:getActivityTask",
            "Parameters":{"ActivityArn":"arn:aws:states:us-east-1:000000000000:activity:a"},"End":true}}}"#);
    };
    two_lives(
        define,
        async |world| {
            world.start("m", "e", "{}").await;
            pass(SECOND).await;
        },
        async |world, ()| {
            assert_eq!(
                world.result(&arn("m", "e")).await,
                "FAILED States.TaskFailed: \
                 The server stopped serving the request after it had been sent, so its outcome is unknown."
            );
        },
    );
}

#[test]
fn a_map_run_goes_on() {
    let define = |world: &World| {
        world.define("m", r#"{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":2,
            "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                "StartAt":"W","States":{"W":{"Type":"Wait","Seconds":10,"End":true}}},"End":true}}}"#);
    };
    two_lives(
        define,
        async |world| {
            world.start("m", "e", "[1,2,3,4]").await;
            pass(5 * SECOND).await;
        },
        async |world, ()| {
            let described = world.ended(&arn("m", "e")).await;
            assert_eq!(said(&described), "SUCCEEDED [1,2,3,4]");
            assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 20);
        },
    );
}

#[test]
fn children_of_a_map_run_that_has_failed_are_stopped_whenever_the_crash_comes() {
    for kind in ["STANDARD", "EXPRESS"] {
        let define = |world: &World| {
            world.define("m", &format!(r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map",
                "ItemProcessor":{{"ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"{kind}"}},
                    "StartAt":"C","States":{{
                        "C":{{"Type":"Choice","Choices":[{{"Variable":"$","NumericEquals":0,"Next":"F"}}],"Default":"W"}},
                        "F":{{"Type":"Fail","Error":"E"}},"W":{{"Type":"Wait","Seconds":250,"End":true}}}}}},
                "End":true}}}}}}"#));
        };
        for dies_at in 3.. {
            let memory = Memory::new();
            let store = Mortal::dying(&memory, dies_at, dies_at % 2 == 0);
            let died = life(Opening::of(store), async |world| {
                define(&world);
                world.try_start("m", "e", "[1,0,2]").await.ok();
                pass(5 * SECOND).await;
                world.store.dead.load(std::sync::atomic::Ordering::SeqCst)
            });
            life(Opening::of(Mortal::new(&memory)), async |world| {
                define(&world);
                if let Err(runner::StartError::Runner(error)) =
                    world.try_start("m", "e", "[1,0,2]").await
                {
                    panic!("{error}");
                }
                let failed = world.ended(&arn("m", "e")).await;
                assert_eq!(failed.status, Status::Failed);
                pass(5 * SECOND).await;
                let run = world.runner.list_map_runs(&arn("m", "e"), None, 1).await.unwrap();
                let of = run.items[0].map_run_arn.clone();
                let query = ListExecutions { of, status: Some(Status::Running), redriven: None };
                let left = world.runner.list(&query, None, 9).await.unwrap().items;
                assert!(
                    left.is_empty(),
                    "{kind}, commit {dies_at}: {} children run on",
                    left.len()
                );
            });
            if !died {
                assert!(10 < dies_at, "it died at every commit");
                break;
            }
        }
    }
}

#[test]
fn a_turn_that_was_cut_goes_on() {
    let memory = Memory::new();
    let define = |world: &World| {
        world.define("m", r#"{"StartAt":"A","States":{
            "A":{"Type":"Pass","Next":"B"},
            "B":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"C"}],"Default":"A"},
            "C":{"Type":"Succeed"}}}"#);
    };
    // The store dies at the second turn, after the shards, the machine and the first one.
    life(Opening::of(Mortal::dying(&memory, 3, false)), async |world| {
        define(&world);
        world.start("m", "e", "{}").await;
        pass(SECOND).await;
    });
    let now = Timestamp::from_millis(1_700_000_100_000);
    life(Opening { now, ..Opening::of(Mortal::new(&memory)) }, async |world| {
        let described = world.ended(&arn("m", "e")).await;
        assert_eq!(described.status, Status::Failed, "at the limit of its history");
    });
}

#[test]
fn a_commit_that_fails_is_answered_and_leaves_nothing() {
    let memory = Memory::new();
    life(Opening::of(Mortal::dying(&memory, 2, false)), async |world| {
        world.define("m", r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#);
        let started = world.try_start("m", "e", "{}").await;
        assert!(matches!(started, Err(runner::StartError::Runner(_))), "{started:?}");
        let stopped = world.runner.stop(&arn("m", "e"), Failure::default()).await;
        assert!(matches!(stopped, Err(runner::ExecutionError::DoesNotExist)), "{stopped:?}");
    });
}

#[test]
fn closing_waits_for_what_is_under_way_and_sends_nothing_more() {
    two_lives(
        |world| {
            world.define("child", r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#);
            world.define("m", &format!(
                r#"{{"StartAt":"W","States":{{"W":{{"Type":"Wait","Seconds":1,"Next":"T"}},"T":{{"Type":"Task",
                    "Resource":"arn:aws:states:::states:startExecution",
                    "Parameters":{{"StateMachineArn":"{}","Name":"n"}},"OutputPath":"$.ExecutionArn","End":true}}}}}}"#,
                machine_arn("child")
            ));
        },
        async |world| {
            world.start("m", "e", "{}").await;
            let before = world.house.now();
            world.runner.close(60 * SECOND).await;
            assert_eq!(world.house.now().since(before), Duration::ZERO);
            pass(10 * SECOND).await;
            assert_eq!(said(&world.describe(&arn("m", "e")).await), "RUNNING", "no timer fires");
        },
        async |world, ()| {
            let expected = format!(r#"SUCCEEDED "{}""#, arn("child", "n"));
            assert_eq!(world.result(&arn("m", "e")).await, expected);
        },
    );
}
