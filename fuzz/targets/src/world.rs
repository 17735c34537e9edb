//! A world for an execution: its clock, its workers, and everything that must hold of it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use asl::{Failure, Program};
use base::{Entropy, Timestamp};
use engine::event::TaskFailure;
use engine::history::{Facts, Renderer};
use engine::{
    Command, Decision, Env, Event, Execution, Identity, Input, Limits, MapRunOutcome, TaskOutcome,
    decide, record,
};
use json::Value;

/// Turns in which a cut turn may go on, so that an endless execution ends the run and not the machine.
const TURNS_MAX: usize = 20;

pub(crate) struct World {
    program: Arc<Program>,
    identity: Identity,
    limits: Limits,
    now: Timestamp,
    entropy: RefCell<Entropy>,
    pub(crate) execution: Execution,
    events: Vec<Event>,
}

impl World {
    /// A world in which an execution of the program has started.
    pub(crate) fn starting(program: Arc<Program>, input: Value) -> Self {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let timeout = program.timeout_seconds.map(Duration::from_secs);
        let deadline = timeout.map(|timeout| now.after(timeout));
        let mut world = World {
            program,
            identity: Identity {
                execution_arn: "arn:aws:states:us-east-1:000000000000:execution:m:e".into(),
                execution_name: "e".into(),
                state_machine_arn: "arn:aws:states:us-east-1:000000000000:stateMachine:m".into(),
                state_machine_name: "m".into(),
                role_arn: "arn:aws:iam::000000000000:role/r".into(),
                region: "us-east-1".into(),
                started_at: now,
                input: input.clone(),
                can_redrive: true,
            },
            limits: Limits {
                history_events_max: 1_000,
                variables_bytes_max: 1024 * 1024,
                ..Limits::default()
            },
            now,
            entropy: RefCell::new(Entropy::from_number(1)),
            execution: Execution::new(),
            events: Vec::new(),
        };
        world.feed(Input::Start { machine: asl::ROOT, input, deadline });
        world
    }

    /// One turn, and those that follow because it was cut.
    pub(crate) fn feed(&mut self, input: Input) {
        let mut next = Some(input);
        for _ in 0..TURNS_MAX {
            let Some(input) = next.take() else { return };
            let decision = self.turn(input);
            let cut = decision.commands.contains(&Command::Continue);
            next = cut.then_some(Input::Continue);
            self.events.extend(decision.events);
        }
    }

    fn turn(&mut self, input: Input) -> Decision {
        let env = Env {
            program: &self.program,
            identity: &self.identity,
            limits: &self.limits,
            now: self.now,
            entropy: &self.entropy,
            budget: &asl::Budget::default(),
            activity_exists: &|arn| !arn.ends_with(":missing"),
        };
        let decision = decide(&mut self.execution, input, &env);
        let record = record::encode(&decision.events);
        let read = record::decode(&record).expect("what a turn stores can be read back");
        // Bytes are quicker to compare than payloads, which grow as large as may be.
        assert!(record::encode(&read) == record, "a turn is read back as it was stored");
        decision
    }

    /// Moves the clock to the next thing that is due, and lets it happen.
    pub(crate) fn wake(&mut self) {
        if let Some(at) = self.execution.wake_at() {
            self.now = self.now.max(at);
        }
        self.feed(Input::Wake);
    }

    pub(crate) fn succeed(&mut self, attempt: u64, output: Value) {
        self.feed(Input::TaskEnded { attempt, outcome: TaskOutcome::Succeeded(output.clone()) });
        self.feed(Input::MapRunEnded { attempt, outcome: MapRunOutcome::Succeeded(output) });
    }

    pub(crate) fn submit(&mut self, attempt: u64, output: Value) {
        self.feed(Input::TaskEnded { attempt, outcome: TaskOutcome::Submitted(output) });
    }

    pub(crate) fn fail(&mut self, attempt: u64, how: TaskFailure, error: &str) {
        let failure = Failure::new(error, "because");
        let outcome = TaskOutcome::Failed(how, failure.clone());
        self.feed(Input::TaskEnded { attempt, outcome });
        self.feed(Input::MapRunEnded { attempt, outcome: MapRunOutcome::Failed(failure) });
    }

    /// Everything that must hold of any execution at any time.
    pub(crate) fn check(&self) {
        let folded = Execution::fold(&self.program, &self.events).expect("what was decided fits");
        assert!(folded == self.execution, "the fold of the events is the live execution");
        let snapshot = self.execution.to_snapshot();
        let read = Execution::from_snapshot(&snapshot).expect("a snapshot can be read back");
        assert!(read.to_snapshot() == snapshot, "a snapshot is read back as it was stored");
        assert_eq!(self.execution.outcome().is_none(), self.execution.is_running());
        let facts = Facts { input_text: "{}", include_data: true, ..Facts::default() };
        let mut renderer = Renderer::new(&self.program, &self.identity, facts);
        let shown = |event| renderer.render(event).expect("what was decided fits");
        let shown = self.events.iter().filter_map(shown);
        for (place, event) in shown.enumerate() {
            assert_eq!(event.id, place as u64 + 1, "ids are consecutive");
            assert!(event.previous_id < event.id, "a cause comes before its effect");
        }
    }
}
