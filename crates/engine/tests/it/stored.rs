//! Stored formats stay readable: records and snapshots as earlier versions wrote them, in `fixtures/<version>`.
//!
//! `every_kind.record` has an event of every kind with every member set. Each story is a definition, the record of
//! its events, and the snapshot at its end, which the fold of the record must give.
//! A version of the format that is written no more keeps its folder. `writes_the_fixtures_of_today` makes the newest.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asl::{Failure, Options, Program};
use engine::event::{
    Assigned, EvaluationFailed, ExecutionEnd, ExecutionOutput, ExecutionRedriven, ExecutionStarted,
    InFrame, MapIterationStarted, MapRunFailed, MapRunRedriven, MapRunStarted, MapStarted,
    ParallelStarted, RetryScheduled, StateEntered, StateExited, TaskBeat, TaskFailed, TaskFailure,
    TaskOutput, TaskScheduled, TaskStarted, Until,
};
use engine::frame::Phase;
use engine::{
    Event, EventKind, Execution, Input, MapRunOutcome, Payload, Status, TaskOutcome, record,
};
use json::Value;

use crate::simulated::Simulated;

const VERSION: &str = "v1";

/// How many kinds of events `EventKind` has.
const KINDS: usize = 33;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(VERSION).join(name)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn payload(text: &str) -> Payload {
    Payload(Value::parse(text).expect("is JSON"))
}

/// An event of every kind, in the order of the format; every member has a value that isn't its default.
#[expect(clippy::too_many_lines, reason = "one after the other, every kind")]
fn every_kind() -> Vec<Event> {
    let some = |text: &str| Some(text.to_owned());
    let kinds = vec![
        EventKind::ExecutionStarted(ExecutionStarted {
            input: payload(r#"{ "a" : [1, 2.50] }"#),
            deadline: Some(1_700_000_500_000),
            machine: 3,
        }),
        EventKind::StateEntered(StateEntered { frame: 1, state: 2, input: payload("[1]") }),
        EventKind::StateExited(StateExited {
            frame: 1,
            state: 2,
            output: payload("[1]"),
            assigned: vec![Assigned { name: "x".to_owned(), value: payload("null") }],
            next: Some(4),
        }),
        EventKind::WaitStarted(Until { frame: 1, until: 1_700_000_001_000 }),
        EventKind::TaskScheduled(TaskScheduled {
            frame: 1,
            attempt: 7,
            secret: [9; 16],
            parameters: payload(r#""é""#),
            timeout_seconds: Some(99_999_999),
            heartbeat_seconds: Some(10),
            role_arn: some("arn:aws:iam::000000000000:role/r"),
        }),
        EventKind::TaskStarted(TaskStarted { attempt: 7, worker: some("w") }),
        EventKind::TaskSubmitted(TaskOutput { attempt: 7, output: payload("1") }),
        EventKind::TaskSucceeded(TaskOutput { attempt: 7, output: payload("-0.0") }),
        EventKind::TaskFailed(TaskFailed {
            attempt: 7,
            how: TaskFailure::HeartbeatMissed,
            error: some("E"),
            cause: some("C"),
        }),
        EventKind::TaskHeartbeat(TaskBeat { attempt: 7 }),
        EventKind::RetryScheduled(RetryScheduled {
            frame: 1,
            retrier: 1,
            until: 1_700_000_002_000,
        }),
        EventKind::ParallelStarted(ParallelStarted {
            frame: 1,
            first_child: 2,
            input: payload("{}"),
        }),
        EventKind::ParallelSucceeded(InFrame { frame: 1 }),
        EventKind::ParallelFailed(InFrame { frame: 1 }),
        EventKind::MapStarted(MapStarted {
            frame: 1,
            items: payload(r#"{"k":1}"#),
            input: payload("{}"),
            concurrency: 40,
        }),
        EventKind::MapIterationStarted(MapIterationStarted {
            frame: 1,
            child: 5,
            index: 6,
            input: payload("true"),
        }),
        EventKind::MapIterationSucceeded(InFrame { frame: 5 }),
        EventKind::MapIterationFailed(InFrame { frame: 5 }),
        EventKind::MapIterationAborted(InFrame { frame: 5 }),
        EventKind::MapSucceeded(InFrame { frame: 1 }),
        EventKind::MapFailed(InFrame { frame: 1 }),
        EventKind::StateAborted(InFrame { frame: 1 }),
        EventKind::EvaluationFailed(EvaluationFailed {
            frame: 1,
            state: 2,
            error: "E".to_owned(),
            cause: "C".to_owned(),
            location: some("Output/v"),
        }),
        EventKind::MapRunStarted(MapRunStarted {
            frame: 1,
            attempt: 8,
            map_run_arn: "arn:aws:states:us-east-1:000000000000:mapRun:m/l:1".to_owned(),
        }),
        EventKind::MapRunSucceeded(InFrame { frame: 1 }),
        EventKind::MapRunFailed(MapRunFailed { frame: 1, error: some("E"), cause: some("C") }),
        EventKind::MapRunAborted(InFrame { frame: 1 }),
        EventKind::MapRunRedriven(MapRunRedriven {
            frame: 1,
            map_run_arn: "arn:aws:states:us-east-1:000000000000:mapRun:m/l:1".to_owned(),
            redrive_count: 2,
        }),
        EventKind::ExecutionSucceeded(ExecutionOutput { output: payload("[1]") }),
        EventKind::ExecutionFailed(ExecutionEnd { error: some("E"), cause: some("C") }),
        EventKind::ExecutionTimedOut(ExecutionEnd { error: some("States.Timeout"), cause: None }),
        EventKind::ExecutionAborted(ExecutionEnd { error: None, cause: some("C") }),
        EventKind::ExecutionRedriven(ExecutionRedriven {
            redrive_count: 2,
            deadline: Some(1_700_000_900_000),
        }),
    ];
    let hows = [
        TaskFailure::Failed,
        TaskFailure::TimedOut,
        TaskFailure::ScheduleFailed,
        TaskFailure::StartFailed,
        TaskFailure::SubmitFailed,
    ];
    let failures = hows
        .map(|how| EventKind::TaskFailed(TaskFailed { attempt: 7, how, error: None, cause: None }));
    let number = |(number, kind): (usize, EventKind)| {
        let number = number as u64;
        let id = if kind.is_aws() { number + 1 } else { 0 };
        Event { id, previous: number, at: 1_700_000_000_000 + number as i64, kind }
    };
    kinds.into_iter().chain(failures).enumerate().map(number).collect()
}

const PARALLEL: &str = r#"{"StartAt":"P","TimeoutSeconds":500,"States":{
    "P":{"Type":"Parallel","Next":"Last","Assign":{"v":"kept"},"Retry":[{"ErrorEquals":["Again"],"IntervalSeconds":3}],
         "Branches":[
           {"StartAt":"M","States":{"M":{"Type":"Map","End":true,"MaxConcurrency":2,
             "ItemProcessor":{"StartAt":"T","States":{
               "T":{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:a","TimeoutSeconds":20,
                    "HeartbeatSeconds":7,"Next":"W","Retry":[{"ErrorEquals":["Flaky"],"MaxAttempts":1}]},
               "W":{"Type":"Wait","Seconds":4,"End":true}}}}}},
           {"StartAt":"V","States":{"V":{"Type":"Pass","Assign":{"u.$":"$"},"End":true}}}]},
    "Last":{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:c","End":true}}}"#;

const DISTRIBUTED: &str = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
    "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
    "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}}}}"#;

fn fail(execution: &mut Simulated, task: usize, error: &str) {
    let attempt = execution.dispatched.remove(task).attempt;
    let outcome = TaskOutcome::Failed(TaskFailure::Failed, Failure::new(error, "because"));
    execution.feed(Input::TaskEnded { attempt, outcome });
}

/// Executions that have come to every kind of end and of pause.
fn stories() -> Vec<(&'static str, &'static str, Simulated)> {
    let parallel = || Simulated::started(PARALLEL, "[1,2,3]");
    let mut stories = Vec::new();

    let mut busy = parallel();
    let attempt = busy.dispatched[0].attempt;
    busy.feed(Input::TaskStarted { attempt, worker: Some("w".into()) });
    busy.feed(Input::Heartbeat { attempt });
    busy.succeed("1");
    fail(&mut busy, 0, "Flaky");
    stories.push(("waits_and_backs_off", PARALLEL, busy));

    let mut failed = parallel();
    fail(&mut failed, 1, "Other");
    stories.push(("failed", PARALLEL, failed));

    let mut redriven = parallel();
    fail(&mut redriven, 1, "Other");
    redriven.feed(Input::Redrive { deadline: None });
    stories.push(("redriven", PARALLEL, redriven));

    let mut again = parallel();
    fail(&mut again, 0, "Again");
    stories.push(("parallel_backs_off", PARALLEL, again));

    let mut aborted = parallel();
    aborted.feed(Input::Stop(Failure::new("E", "C")));
    stories.push(("aborted", PARALLEL, aborted));

    let mut timed_out = parallel();
    timed_out.now = timed_out.now.after(Duration::from_secs(500));
    timed_out.feed(Input::Wake);
    stories.push(("timed_out", PARALLEL, timed_out));

    let mut succeeded = parallel();
    while succeeded.execution.is_running() {
        match succeeded.dispatched.is_empty() {
            true => succeeded.wake(),
            false => succeeded.succeed("true"),
        }
    }
    stories.push(("succeeded", PARALLEL, succeeded));

    stories.push(("map_run", DISTRIBUTED, Simulated::started(DISTRIBUTED, "[1,2]")));
    let mut map_run = Simulated::started(DISTRIBUTED, "[1,2]");
    let attempt = map_run.execution.open_attempts().next().expect("a map run is open");
    let failure = Failure::new("States.ExceedToleratedFailureThreshold", "C");
    map_run.feed(Input::MapRunEnded { attempt, outcome: MapRunOutcome::Failed(failure) });
    map_run.feed(Input::Redrive { deadline: None });
    stories.push(("map_run_redriven", DISTRIBUTED, map_run));

    let mut ready = Simulated::new(PARALLEL);
    let start = ready.start_input("[1]");
    ready.cut(start, 1);
    stories.push(("cut_when_started", PARALLEL, ready));
    let mut done = parallel();
    let attempt = done.dispatched[0].attempt;
    let outcome = TaskOutcome::Succeeded("ok".into());
    done.cut(Input::TaskEnded { attempt, outcome }, 1);
    stories.push(("cut_when_a_task_was_done", PARALLEL, done));
    let mut entered = parallel();
    fail(&mut entered, 1, "Other");
    entered.cut(Input::Redrive { deadline: None }, 1);
    stories.push(("cut_when_redriven", PARALLEL, entered));
    stories
}

fn program(definition: &[u8]) -> std::sync::Arc<Program> {
    let text = std::str::from_utf8(definition).expect("is UTF-8");
    asl::compile(text, &Options::default()).program.expect("compiles")
}

#[test]
fn every_kind_of_event_can_be_read() {
    let events = record::decode(&read("every_kind.record")).expect("can be read");
    assert_eq!(events, every_kind());
    let discriminants: HashSet<_> =
        events.iter().map(|event| std::mem::discriminant(&event.kind)).collect();
    assert_eq!(discriminants.len(), KINDS, "a kind that is added is added here");
}

#[test]
fn stored_executions_fold_to_their_snapshots() {
    for (name, ..) in stories() {
        let program = program(&read(&format!("{name}.asl.json")));
        let events = record::decode(&read(&format!("{name}.record"))).expect("can be read");
        let snapshot = Execution::from_snapshot(&read(&format!("{name}.snapshot")));
        let folded = Execution::fold(&program, &events).expect("they fit");
        assert_eq!(folded, snapshot.expect("can be read"), "{name}");
    }
}

#[test]
fn the_snapshots_have_every_status_and_phase() {
    let executions = stories().into_iter().map(|(name, ..)| {
        Execution::from_snapshot(&read(&format!("{name}.snapshot"))).expect("can be read")
    });
    let (mut statuses, mut phases) = (Vec::new(), Vec::new());
    for execution in executions {
        statuses.push(status(execution.status()));
        phases.extend(execution.frames().map(|frame| phase(&frame.phase)));
    }
    for list in [&mut statuses, &mut phases] {
        list.sort_unstable();
        list.dedup();
    }
    assert_eq!(statuses, [0, 1, 2, 3, 4]);
    assert_eq!(phases, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

/// By its number in the format.
fn status(status: Status) -> u8 {
    match status {
        Status::Running => 0,
        Status::Succeeded => 1,
        Status::Failed => 2,
        Status::TimedOut => 3,
        Status::Aborted => 4,
    }
}

/// By its number in the format.
fn phase(phase: &Phase) -> u8 {
    match phase {
        Phase::Ready(_) => 0,
        Phase::Entered => 1,
        Phase::Waiting => 2,
        Phase::Task(_) => 3,
        Phase::TaskDone(_) => 4,
        Phase::Backoff => 5,
        Phase::Parallel(_) => 6,
        Phase::Map(_) => 7,
        Phase::MapRun(_) => 8,
        Phase::Done(_) => 9,
        Phase::Failed => 10,
    }
}

#[test]
#[ignore = "writes the fixtures of the version that is written today"]
fn writes_the_fixtures_of_today() {
    let write = |name: &str, bytes: &[u8]| std::fs::write(file(name), bytes).expect("is written");
    std::fs::create_dir_all(file("")).expect("is made");
    write("every_kind.record", &record::encode(&every_kind()));
    for (name, definition, execution) in stories() {
        write(&format!("{name}.asl.json"), definition.as_bytes());
        write(&format!("{name}.record"), &record::encode(&execution.events));
        write(&format!("{name}.snapshot"), &execution.execution.to_snapshot());
    }
}
