//! Stored rows stay readable: all rows of a house as an earlier version left it when it was killed, in
//! `fixtures/<version>.rows`, go on in this one. `writes_the_rows_of_today` makes the newest.
//!
//! A line is a row: its key and its value, each in hexadecimal.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use asl::Failure;
use base::Timestamp;
use json::Value;
use runner::{ListExecutions, MachineType, Status, TaskEnd};
use store::{Batch, KeyRange, Memory, Read as _, Scan, Store as _};

use crate::activities::definition as activity;
use crate::recovery::life;
use crate::world::{Mortal, Opening, World, activity_arn, machine_arn, pass, said, start_of};

const VERSION: &str = "v1";
const SECOND: Duration = Duration::from_secs(1);
/// When the older version was killed.
const LEFT_AT: Timestamp = Timestamp::from_millis(1_700_000_100_000);

const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":300,"End":true}}}"#;
const PASS: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#;
const FAIL: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"F"},
    "F":{"Type":"Fail","Error":"E","Cause":"C"}}}"#;
/// What it asks is answered when a task comes, and can't be asked twice.
const ASKS: &str = r#"{"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::aws-sdk:sfn:getActivityTask",
    "Parameters":{"ActivityArn":"arn:aws:states:us-east-1:000000000000:activity:b"},"End":true}}}"#;
const UNKNOWN: &str = "FAILED States.TaskFailed: \
    The server stopped serving the request after it had been sent, so its outcome is unknown.";
/// Takes so many turns that its fold is kept as a snapshot.
const LONG: &str = r#"{"StartAt":"W","States":{
    "W":{"Type":"Wait","Seconds":1,"Next":"N"},
    "N":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)"},"Next":"C"},
    "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":150,"Next":"S"}],"Default":"W"},
    "S":{"Type":"Succeed"}}}"#;

fn map(execution_type: &str) -> String {
    format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","Label":"L","MaxConcurrency":2,"ItemProcessor":{{
            "ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"{execution_type}"}},
            "StartAt":"W","States":{{"W":{{"Type":"Wait","Seconds":60,"End":true}}}}}},"End":true}}}}}}"#
    )
}

fn parent() -> String {
    format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2",
            "Parameters":{{"StateMachineArn":"{}","Name":"of-parent","Input":{{"x":1}}}},
            "OutputPath":"$.Output","End":true}}}}}}"#,
        machine_arn("wait")
    )
}

fn file() -> PathBuf {
    let name = format!("tests/it/fixtures/{VERSION}.rows");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn arn(machine: &str) -> String {
    format!("arn:aws:states:us-east-1:000000000000:execution:{machine}:e")
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("is hexadecimal");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// The rows as a store has them, and the tables that they are of.
fn stored() -> (Memory, BTreeSet<String>) {
    let text = std::fs::read_to_string(file()).expect("is there");
    let (mut batch, mut tables) = (Batch::new(), BTreeSet::new());
    for line in text.lines() {
        let (key, value) = line.split_once(' ').expect("has two parts");
        let (key, value) = (unhex(key), unhex(value));
        let table = key.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_');
        tables.insert(table.copied().map(char::from).collect());
        batch.put(key, value);
    }
    let memory = Memory::new();
    memory.commit(batch).wait().expect("commits");
    (memory, tables)
}

#[test]
fn the_rows_are_of_every_table() {
    let all = [
        "activity",
        "definition",
        "execution",
        "express",
        "job",
        "list",
        "machine",
        "map_child",
        "map_item",
        "map_list",
        "map_open",
        "map_run",
        "outbox",
        "runner",
        "snapshot",
        "standing",
        "timer",
        "turn",
    ];
    // Rows of `notice` and `poll` live for a moment, or as long as a job of another service.
    assert_eq!(stored().1, all.map(str::to_owned).into());
}

#[test]
fn what_an_earlier_version_left_goes_on() {
    let opening = Opening { now: LEFT_AT, seed: 2, ..Opening::of(Mortal::new(&stored().0)) };
    life(opening, async |world| {
        world.define("wait", WAIT);
        let failed = world.describe(&arn("fail")).await;
        assert_eq!(said(&failed), "FAILED E: C");
        assert_eq!(failed.redrive_count, 1);
        let passed = world.describe(&arn("pass")).await;
        assert_eq!((&*passed.input, &*said(&passed)), (r#"{"a": 1}"#, r#"SUCCEEDED {"a":1}"#));
        let aborted = ListExecutions {
            of: machine_arn("aborted").into(),
            status: Some(Status::Aborted),
            redriven: None,
        };
        assert_eq!(world.runner.list(&aborted, None, 10).await.unwrap().items.len(), 1);
        let task = world.runner.activity_task(&activity_arn("a"), None, SECOND).await;
        let task = task.unwrap().expect("is in the queue");
        assert_eq!(task.input, "{}");
        world.runner.end_task(&task.token, TaskEnd::Succeeded(Value::from(7))).await.unwrap();
        for (machine, result) in [
            ("wait", "SUCCEEDED {}"),
            ("activity", "SUCCEEDED 7"),
            ("asks", UNKNOWN),
            ("long", r#"SUCCEEDED {"n":150}"#),
            ("parent", r#"SUCCEEDED {"x":1}"#),
            ("map-STANDARD", "SUCCEEDED [1,2,3]"),
            ("map-EXPRESS", "SUCCEEDED [1,2,3]"),
        ] {
            assert_eq!(world.result(&arn(machine)).await, result, "{machine}");
        }
        pass(SECOND).await;
        let rows = world.rows();
        let left = ["express", "job", "map_open", "notice", "outbox", "timer"];
        let left = rows.iter().filter(|row| left.iter().any(|table| row.starts_with(table)));
        assert_eq!(left.count(), 0, "{rows:#?}");
    });
}

#[test]
#[ignore = "writes the fixture of the version that is written today"]
fn writes_the_rows_of_today() {
    let memory = Memory::new();
    life(Opening::of(Mortal::new(&memory)), async |world| {
        let machines = [
            ("pass", PASS.to_owned(), r#"{"a": 1}"#),
            ("wait", WAIT.to_owned(), "{}"),
            ("aborted", WAIT.to_owned(), "{}"),
            ("fail", FAIL.to_owned(), "{}"),
            ("long", LONG.to_owned(), r#"{"n":0}"#),
            ("activity", activity(""), "{}"),
            ("parent", parent(), "{}"),
            ("map-STANDARD", map("STANDARD"), "[1,2,3]"),
            ("map-EXPRESS", map("EXPRESS"), "[1,2,3]"),
        ];
        for (name, definition, input) in machines {
            world.define(name, &definition);
            world.start(name, "e", input).await;
        }
        let express = world.define_as("express", MachineType::Express, WAIT);
        world.runner.start_express(start_of(&express, "e", "{}")).await.unwrap();
        world.runner.stop(&arn("aborted"), Failure::new("E", "C")).await.unwrap();
        world.ended(&arn("fail")).await;
        world.runner.redrive(&arn("fail"), Some("token")).await.unwrap();
        let until = Timestamp::from_millis(LEFT_AT.as_millis() - 1_000);
        pass(until.since(world.house.now())).await;
        world.define("asks", ASKS);
        world.start("asks", "e", "{}").await;
        pass(LEFT_AT.since(world.house.now())).await;
        write(&world);
    });
}

fn write(world: &World) {
    let mut text = String::new();
    for row in world.store.scan(&Scan::range(KeyRange::all())).wait().expect("reads") {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        writeln!(text, "{} {}", hex(&row.key), hex(&row.value)).expect("writes");
    }
    std::fs::create_dir_all(file().parent().expect("is in a folder")).expect("is made");
    std::fs::write(file(), text).expect("is written");
}
