//! Crashes at every commit, and what must hold after them.
//!
//! A plan is drawn from a seed: executions of many kinds, workers that fail at times, some executions stopped. It is
//! lived through until the store dies, again and again, each time on what the life before has left. At the end no
//! acknowledged execution may be lost, each must have ended as its definition allows, no task may have been handed out
//! twice, every history must be whole, and nothing may be left to do.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asl::Failure;
use base::{Entropy, Timestamp};
use engine::{Execution, Outcome};
use json::Value;
use runner::{Error, StartError, Status, TaskEnd};
use store::key::Key;
use store::{Memory, Read as _};

use crate::recovery::life;
use crate::world::{Mortal, Opening, World, activity_arn, machine_arn, pass, said};

/// A machine, an input, and what the execution may say at its end.
struct Kind {
    machine: &'static str,
    input: &'static str,
    allowed: &'static [&'static str],
}

const KINDS: [Kind; 11] = [
    Kind { machine: "chain", input: r#"{"a":1}"#, allowed: &["SUCCEEDED {\"b\":1}"] },
    Kind { machine: "wait", input: "3", allowed: &["SUCCEEDED 3"] },
    Kind { machine: "activity", input: "4", allowed: &["SUCCEEDED 4"] },
    Kind { machine: "sync", input: "5", allowed: &["SUCCEEDED 5"] },
    Kind { machine: "sync_fail", input: "6", allowed: &["SUCCEEDED \"caught\""] },
    // Whether the token was returned before a crash, nobody knows: then the callback times out.
    Kind {
        machine: "callback",
        input: "7",
        allowed: &["SUCCEEDED \"back\"", "FAILED States.Timeout: "],
    },
    Kind { machine: "parallel", input: "8", allowed: &["SUCCEEDED [8,8]"] },
    Kind { machine: "map", input: "[1,2,3]", allowed: &["SUCCEEDED [1,2,3]"] },
    Kind { machine: "distributed", input: "[1,2,3]", allowed: &["SUCCEEDED [1,2,3]"] },
    Kind { machine: "distributed_express", input: "[1,2,3]", allowed: &["SUCCEEDED [1,2,3]"] },
    Kind { machine: "distributed_fail", input: "[5000,0,5000]", allowed: &[TOO_MANY_FAILURES] },
];

const TOO_MANY_FAILURES: &str = "FAILED States.ExceedToleratedFailureThreshold: \
    The specified tolerated failure threshold was exceeded";

fn define(world: &World) {
    let nested = |pattern: &str, child: &str, more: &str| {
        format!(
            r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task",
                "Resource":"arn:aws:states:::states:startExecution{pattern}",
                "Parameters":{{"StateMachineArn":"{}","Input.$":"$"}},{more}}}}}"#,
            machine_arn(child)
        )
    };
    let retry = r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":99,"BackoffRate":1}]"#;
    let activity = format!(
        r#"{{"Type":"Task","Resource":"{}","HeartbeatSeconds":60,{retry},"End":true}}"#,
        activity_arn("a")
    );
    world.define(
        "chain",
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
        "B":{"Type":"Pass","Result":{"b":1},"End":true}}}"#,
    );
    world
        .define("wait", r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":7,"End":true}}}"#);
    world.define("activity", &format!(r#"{{"StartAt":"T","States":{{"T":{activity}}}}}"#));
    let output = r#""OutputPath":"$.Output","End":true"#;
    world.define("sync", &format!("{}}}", nested(".sync:2", "activity", output)));
    world.define("fail", r#"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}}"#);
    let catch = r#""Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"C"}],"End":true"#;
    let caught = r#""C":{"Type":"Pass","Result":"caught","End":true}"#;
    let sync_fail = nested(".sync", "fail", catch);
    world.define("sync_fail", &format!("{},{caught}}}}}", sync_fail.strip_suffix('}').unwrap()));
    world.define(
        "back",
        r#"{"StartAt":"S","States":{"S":{"Type":"Task",
        "Resource":"arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters":{"TaskToken.$":"$.t","Output":"\"back\""},"End":true}}}"#,
    );
    let callback = nested(".waitForTaskToken", "back", r#""TimeoutSeconds":100,"End":true"#);
    world.define(
        "callback",
        &format!(
            "{}}}",
            callback.replace(r#""Input.$":"$""#, r#""Input":{"t.$":"$$.Task.Token"}"#)
        ),
    );
    let branch = |child| format!("{}}}", nested(".sync:2", child, output));
    world.define("parallel", &format!(
        r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","Branches":[{},{}],"End":true}}}}}}"#,
        branch("activity"),
        branch("wait8").replace("\"T\"", "\"U\"")
    ));
    world.define(
        "wait8",
        r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":8,"End":true}}}"#,
    );
    let map = |mode: &str, state: &str| {
        format!(
            r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","MaxConcurrency":2,"ItemProcessor":{{{mode}
                "StartAt":"T","States":{{"T":{state}}}}},"End":true}}}}}}"#
        )
    };
    let distributed =
        |kind| format!(r#""ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"{kind}"}},"#);
    world.define("map", &map("", &activity));
    world.define("distributed", &map(&distributed("STANDARD"), &activity));
    let wait = r#"{"Type":"Wait","Seconds":2,"End":true}"#;
    world.define("distributed_express", &map(&distributed("EXPRESS"), wait));
    let fail_or_wait = r#"{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":0,"Next":"F"}],"Default":"W"},
        "F":{"Type":"Fail","Error":"E"},"W":{"Type":"Wait","SecondsPath":"$","End":true}"#;
    world.define("distributed_fail", &map(&distributed("STANDARD"), fail_or_wait));
}

/// What a client and its workers remember, whatever becomes of the server.
#[derive(Default)]
struct Memo {
    acknowledged: BTreeSet<String>,
    /// Stopped, or perhaps so.
    stopped: BTreeSet<String>,
    handed_out: BTreeSet<String>,
    /// Tokens of tasks that a worker has in hand, with what it will say.
    in_hand: Vec<(String, Option<Value>)>,
    trouble: Vec<String>,
}

struct Planned {
    kind: &'static Kind,
    name: String,
    stop: bool,
}

impl Planned {
    fn arn(&self) -> String {
        format!(
            "arn:aws:states:us-east-1:000000000000:execution:{}:{}",
            self.kind.machine, self.name
        )
    }
}

struct Simulation {
    seed: u64,
    plan: Vec<Planned>,
    memory: Memory,
    memo: Arc<Mutex<Memo>>,
    now: Timestamp,
    lives: u64,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut entropy = Entropy::from_number(seed);
        let plan = (0..10)
            .map(|index| Planned {
                kind: &KINDS[(entropy.next_u64() % KINDS.len() as u64) as usize],
                name: format!("e{index}"),
                stop: entropy.next_unit() < 0.15,
            })
            .collect();
        Simulation {
            seed,
            plan,
            memory: Memory::new(),
            memo: Arc::default(),
            now: Timestamp::from_millis(1_700_000_000_000),
            lives: 0,
        }
    }

    /// Lives until the store dies or everything has ended. How many commits that took, and whether it died.
    fn live(&mut self, dies_at: u64, writes_last: bool) -> (u64, bool) {
        self.lives += 1;
        let opening = Opening {
            now: self.now,
            seed: self.seed.wrapping_mul(1_000) + self.lives,
            ..Opening::of(Mortal::dying(&self.memory, dies_at, writes_last))
        };
        let (memo, plan, lives) = (Arc::clone(&self.memo), &self.plan, self.lives);
        let seed = self.seed;
        let (commits, dead, now) = life(opening, async |world| {
            define(&world);
            for worker in 0..2 {
                let (runner, memo) = (world.runner.clone(), Arc::clone(&memo));
                let entropy = Entropy::from_number(seed ^ (lives * 10 + worker));
                tokio::spawn(work(runner, memo, entropy));
            }
            for planned in plan {
                client(&world, planned, &memo).await;
            }
            for _ in 0..600 {
                let is_dead = world.store.dead.load(std::sync::atomic::Ordering::SeqCst);
                if is_dead || all_ended(&world, plan).await {
                    break;
                }
                pass(Duration::from_secs(1)).await;
            }
            // What follows an end (a job to be stopped, a notice to a parent) takes a moment more.
            pass(Duration::from_secs(5)).await;
            let dead = world.store.dead.load(std::sync::atomic::Ordering::SeqCst);
            (world.store.commits(), dead, world.house.now())
        });
        self.now = now;
        (commits, dead)
    }

    /// One last life that nothing interrupts, and then the checks.
    fn check(mut self) {
        self.live(u64::MAX, false);
        let opening = Opening { now: self.now, ..Opening::of(Mortal::new(&self.memory)) };
        let (memo, plan, seed) = (self.memo.lock().unwrap(), &self.plan, self.seed);
        assert_eq!(memo.trouble, Vec::<String>::new(), "seed {seed}");
        life(opening, async |world| {
            for planned in plan {
                let arn = planned.arn();
                assert!(memo.acknowledged.contains(&arn), "{arn} was started, seed {seed}");
                let described = world.describe(&arn).await;
                let said = said(&described);
                let stopped = memo.stopped.contains(&arn) && described.status == Status::Aborted;
                let is_allowed = stopped || planned.kind.allowed.contains(&&*said);
                assert!(
                    is_allowed,
                    "{arn} says {said}, seed {seed}\n{}",
                    world.history(&arn).await
                );
            }
            check_rows(&world, seed).await;
        });
    }
}

async fn client(world: &World, planned: &Planned, memo: &Mutex<Memo>) {
    let arn = planned.arn();
    if !memo.lock().unwrap().acknowledged.contains(&arn) {
        match world.try_start(planned.kind.machine, &planned.name, planned.kind.input).await {
            // Perhaps by an earlier request whose answer was lost.
            Ok(_) | Err(StartError::AlreadyExists) => {
                memo.lock().unwrap().acknowledged.insert(arn.clone());
            }
            Err(StartError::Runner(_) | StartError::MachineChanged) => return,
        }
    }
    if planned.stop {
        memo.lock().unwrap().stopped.insert(arn.clone());
        pass(Duration::from_millis(100)).await;
        world.runner.stop(&arn, Failure::default()).await.ok();
    }
}

async fn all_ended(world: &World, plan: &[Planned]) -> bool {
    for planned in plan {
        match world.runner.describe(&planned.arn()).await {
            Ok(described) if described.status != Status::Running => {}
            _ => return false,
        }
    }
    true
}

async fn work(runner: runner::Runner, memo: Arc<Mutex<Memo>>, mut entropy: Entropy) {
    loop {
        let in_hand = memo.lock().unwrap().in_hand.pop();
        let (token, answer) = match in_hand {
            Some(in_hand) => in_hand,
            None => {
                let wait = Duration::from_secs(10);
                let Ok(Some(task)) = runner.activity_task(&activity_arn("a"), None, wait).await
                else {
                    pass(Duration::from_secs(1)).await;
                    continue;
                };
                let mut memo = memo.lock().unwrap();
                if !memo.handed_out.insert(task.token.clone()) {
                    memo.trouble.push(format!("handed out twice: {}", task.token));
                }
                let fails = entropy.next_unit() < 0.2;
                (task.token, (!fails).then(|| Value::parse(&task.input).unwrap()))
            }
        };
        memo.lock().unwrap().in_hand.push((token.clone(), answer.clone()));
        pass(Duration::from_millis(entropy.next_u64() % 3_000)).await;
        let end = match answer.clone() {
            Some(output) => TaskEnd::Succeeded(output),
            None => TaskEnd::Failed(Failure::new("Oops", "no")),
        };
        let ended = runner.end_task(&token, end).await;
        if !matches!(ended, Err(runner::TokenError::Runner(Error::Store(_)))) {
            memo.lock().unwrap().in_hand.retain(|(other, _)| *other != token);
        }
    }
}

/// Every execution of the store, children included, is whole and closed, and nothing is left to do.
async fn check_rows(world: &World, seed: u64) {
    let rows = world.rows();
    for table in ["outbox", "notice", "express", "map_open", "timer"] {
        let left: Vec<_> = rows.iter().filter(|key| key.starts_with(table)).collect();
        assert!(left.is_empty(), "{left:?}, seed {seed}");
    }
    let executions = world.store.scan(&Key::of("execution").scan()).wait().unwrap();
    for row in executions {
        let mut parts = store::key::Parts::of("execution", &row.key).unwrap();
        let arn = parts.text().unwrap();
        let described = world.describe(&arn).await;
        assert_ne!(described.status, Status::Running, "{arn} has ended, seed {seed}");
        if !arn.contains(":express:") {
            check_history(world, &arn, &described, seed).await;
        }
    }
}

async fn check_history(world: &World, arn: &str, described: &runner::Description, seed: u64) {
    let program = described.machine.program();
    let (mut execution, mut next_id, mut turns) = (Execution::new(), 1, 0);
    let snapshot = world.store.get(&Key::of("snapshot").text(arn)).wait().unwrap();
    for record in records(world, arn) {
        for event in engine::record::decode(&record).unwrap() {
            execution.apply(program, &event);
            if event.id != 0 {
                assert_eq!(event.id, next_id, "{arn}, seed {seed}");
                next_id += 1;
            }
            assert!(event.previous < next_id, "{arn}, seed {seed}");
        }
        turns += 1;
        if let Some((of, snapshot)) = snapshot.as_ref().and_then(|row| row.split_first_chunk())
            && u64::from_be_bytes(*of) == turns
        {
            assert_eq!(
                Execution::from_snapshot(snapshot).unwrap(),
                execution,
                "{arn}, seed {seed}"
            );
        }
    }
    let folded = match execution.outcome() {
        Some(Outcome::Succeeded(output)) => format!("SUCCEEDED {output}"),
        Some(_) => Status::from(execution.status()).name().to_owned(),
        None => "RUNNING".to_owned(),
    };
    assert!(said(described).starts_with(&folded), "{arn}: {folded}, seed {seed}");
}

/// The records of all turns: the first one stands in the execution's own row, under the number 6.
fn records(world: &World, arn: &str) -> Vec<Vec<u8>> {
    let row = world.store.get(&Key::of("execution").text(arn)).wait().unwrap().unwrap();
    let mut members = minicbor::Decoder::new(&row);
    members.map().unwrap();
    while members.u32().unwrap() != 6 {
        members.skip().unwrap();
    }
    let mut records = vec![members.bytes().unwrap().to_vec()];
    let turns = world.store.scan(&Key::of("turn").text(arn).scan()).wait().unwrap();
    records.extend(turns.iter().map(|row| row.value.to_vec()));
    records
}

#[test]
fn a_crash_at_any_commit_loses_nothing() {
    for seed in 0..4 {
        let (commits, died) = Simulation::new(seed).live(u64::MAX, false);
        assert!(!died);
        println!("seed {seed}: {commits} commits");
        for dies_at in 2..=commits {
            let mut simulation = Simulation::new(seed);
            simulation.live(dies_at, (dies_at + seed) % 2 == 0);
            simulation.check();
        }
    }
}

#[test]
fn crash_after_crash_loses_nothing() {
    for seed in 100..160 {
        println!("seed {seed}");
        let mut entropy = Entropy::from_number(seed);
        let mut simulation = Simulation::new(seed);
        for _ in 0..12 {
            let dies_at = 2 + entropy.next_u64() % 40;
            simulation.live(dies_at, entropy.next_unit() < 0.5);
        }
        simulation.check();
    }
}
