//! Requests that meet.

use std::future::Future;
use std::thread;

use serde_json::{Value, json};

use crate::house::{PASS, ROLE, Room, arn, text, with};

const THREADS: usize = 8;
/// For what happens only now and then.
const ROUNDS: usize = 50;

const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}"#;

/// Does something in many threads at once; gives what each got.
fn together<T: Send, F: Future<Output = T>>(work: impl Fn(usize) -> F + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let start = |number| {
            let work = &work;
            scope.spawn(move || runtime().block_on(work(number)))
        };
        let threads: Vec<_> = (0..THREADS).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("ends")).collect()
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("builds")
}

fn definition(number: usize) -> String {
    PASS.replace("\"A\"", &format!("\"A{number}\""))
}

#[test]
fn a_name_is_given_to_one_machine() {
    let own = runtime();
    let room = own.block_on(Room::open());
    let created = together(|number| {
        let body = json!({"name": "orders", "definition": definition(number), "roleArn": ROLE});
        room.ask("CreateStateMachine", body)
    });
    let winners: Vec<usize> = (0..THREADS).filter(|number| created[*number].is_ok()).collect();
    let [winner] = winners[..] else { panic!("{winners:?} created it") };
    let machine = created[winner].as_ref().expect("won")["stateMachineArn"].clone();
    let described =
        own.block_on(room.call("DescribeStateMachine", json!({"stateMachineArn": machine})));
    assert_eq!(described["definition"], definition(winner));
    for loser in created.iter().filter_map(|created| created.as_ref().err()) {
        assert_eq!(loser.code, "StateMachineAlreadyExists");
    }
}

#[test]
fn each_update_is_published_as_a_version_of_its_own() {
    let own = runtime();
    let room = own.block_on(Room::open());
    let machine = own.block_on(room.machine("orders", PASS));
    let published = together(async |thread| {
        let mut published = Vec::new();
        for round in 0..5 {
            let definition = definition(10 * thread + round);
            let body =
                json!({"stateMachineArn": machine, "definition": definition, "publish": true});
            let updated = room.call("UpdateStateMachine", body).await;
            published.push((text(&updated["stateMachineVersionArn"]), definition));
        }
        published
    });
    let mut published: Vec<(String, String)> = published.into_iter().flatten().collect();
    for (version, definition) in &published {
        let of = json!({"stateMachineArn": version});
        let described = own.block_on(room.call("DescribeStateMachine", of));
        assert_eq!(described["definition"], *definition, "{version}");
    }
    published.sort();
    published.dedup_by(|(a, _), (b, _)| a == b);
    assert_eq!(published.len(), 5 * THREADS);
}

#[test]
fn no_alias_leads_to_a_deleted_version() {
    let own = runtime();
    let room = own.block_on(Room::open());
    let machine = own.block_on(room.machine("orders", PASS));
    own.block_on(room.call("PublishStateMachineVersion", json!({"stateMachineArn": machine})));
    let version = format!("{machine}:1");
    together(async |thread| {
        if thread.is_multiple_of(2) {
            room.ask("DeleteStateMachineVersion", json!({"stateMachineVersionArn": version})).await
        } else {
            let routes = json!([{"stateMachineVersionArn": version, "weight": 100}]);
            let name = format!("a{thread}");
            room.ask(
                "CreateStateMachineAlias",
                json!({"name": name, "routingConfiguration": routes}),
            )
            .await
        }
    });
    let aliases = json!({"stateMachineArn": machine});
    let aliases: Value = own.block_on(room.call("ListStateMachineAliases", aliases));
    let described =
        own.block_on(room.ask("DescribeStateMachine", json!({"stateMachineArn": version})));
    let leading = aliases["stateMachineAliases"].as_array().expect("is a list").len();
    assert!(leading == 0 || described.is_ok(), "{leading} aliases lead to a deleted version");
}

#[test]
fn every_tag_is_kept() {
    let own = runtime();
    let room = own.block_on(Room::open());
    let machine = own.block_on(room.machine("orders", PASS));
    together(|thread| {
        let tags = json!([{"key": format!("k{thread}"), "value": "v"}]);
        room.call("TagResource", json!({"resourceArn": machine, "tags": tags}))
    });
    let tags = own.block_on(room.call("ListTagsForResource", json!({"resourceArn": machine})));
    assert_eq!(tags["tags"].as_array().expect("is a list").len(), THREADS);
}

#[test]
fn nothing_runs_on_of_a_machine_that_is_deleted() {
    let own = runtime();
    let room = own.block_on(Room::open());
    for round in 0..ROUNDS {
        let machine = own.block_on(room.machine("waiting", WAIT));
        let name = |thread: usize| format!("{round}-{thread}");
        together(async |thread| {
            let of = json!({"stateMachineArn": machine});
            match thread {
                0 => room.ask("DeleteStateMachine", of).await,
                _ => room.ask("StartExecution", with(of, json!({"name": name(thread)}))).await,
            }
        });
        for thread in 1..THREADS {
            let execution = arn(&format!("execution:waiting:{}", name(thread)));
            let described = room.ask("DescribeExecution", json!({"executionArn": execution}));
            match own.block_on(described) {
                Ok(described) => assert_eq!(described["status"], "ABORTED", "{execution}"),
                Err(error) => assert_eq!(error.code, "ExecutionDoesNotExist"),
            }
        }
    }
}

#[test]
fn nothing_is_redriven_of_a_machine_that_is_deleted() {
    let own = runtime();
    let room = own.block_on(Room::open());
    for _ in 0..ROUNDS {
        let machine = own.block_on(room.machine("waiting", WAIT));
        let of = json!({"stateMachineArn": machine});
        let stopped: Vec<Value> = (1..THREADS)
            .map(|_| {
                let started = own.block_on(room.call("StartExecution", of.clone()));
                let execution = json!({"executionArn": started["executionArn"]});
                own.block_on(room.call("StopExecution", execution.clone()));
                execution
            })
            .collect();
        let redriven = together(async |thread| match thread {
            0 => room.ask("DeleteStateMachine", of.clone()).await,
            _ => room.ask("RedriveExecution", stopped[thread - 1].clone()).await,
        });
        for refused in redriven.into_iter().filter_map(Result::err) {
            assert_eq!(refused.code, "ExecutionNotRedrivable");
        }
        for execution in stopped {
            let described = own.block_on(room.call("DescribeExecution", execution));
            assert_eq!(described["status"], "ABORTED", "{described}");
        }
    }
}
