//! A machine under test: compiled for real, its clock and randomness in our hands.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use asl::{Failure, Options, Program};
use base::{Entropy, Timestamp};
use engine::history::{Facts, HistoryEvent, Renderer};
use engine::{
    Command, Decision, Dispatch, Env, Event, Execution, Identity, Input, Limits, Misfit, Outcome,
    TaskOutcome, decide, decide_if_short,
};
use json::Value;

pub(crate) struct Simulated {
    program: Arc<Program>,
    identity: Identity,
    pub(crate) limits: Limits,
    pub(crate) now: Timestamp,
    entropy: RefCell<Entropy>,
    pub(crate) execution: Execution,
    pub(crate) events: Vec<Event>,
    /// What the outside has been told and hasn't answered.
    pub(crate) dispatched: Vec<Dispatch>,
    pub(crate) commands: Vec<Command>,
}

impl Simulated {
    pub(crate) fn new(definition: &str) -> Self {
        let compiled = asl::compile(definition, &Options::default());
        let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
        let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:m";
        let now = Timestamp::from_millis(1_700_000_000_000);
        Simulated {
            program,
            identity: Identity {
                execution_arn: "arn:aws:states:us-east-1:000000000000:execution:m:e".into(),
                execution_name: "e".into(),
                state_machine_arn: machine.into(),
                state_machine_name: "m".into(),
                role_arn: "arn:aws:iam::000000000000:role/r".into(),
                region: "us-east-1".into(),
                started_at: now,
                input: Value::NULL,
                can_redrive: true,
            },
            limits: Limits::default(),
            now,
            entropy: RefCell::new(Entropy::from_number(1)),
            execution: Execution::new(),
            events: Vec::new(),
            dispatched: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Starts a definition with an input.
    pub(crate) fn started(definition: &str, input: &str) -> Self {
        let mut simulated = Simulated::new(definition);
        simulated.start(input);
        simulated
    }

    pub(crate) fn start(&mut self, input: &str) {
        let start = self.start_input(input);
        self.feed(start);
    }

    pub(crate) fn start_input(&mut self, input: &str) -> Input {
        let input = Value::parse(input).expect("the input is JSON");
        self.identity.input = input.clone();
        let timeout = self.program.timeout_seconds.map(Duration::from_secs);
        let deadline = timeout.map(|timeout| self.now.after(timeout));
        Input::Start { machine: asl::ROOT, input, deadline }
    }

    /// One turn of at most this many events more or less, and nothing after it.
    pub(crate) fn cut(&mut self, input: Input, events_max: usize) {
        self.limits.turn_events_max = events_max;
        let decision = self.turn(input);
        assert!(decision.commands.contains(&Command::Continue), "the turn was cut");
        self.events.extend(decision.events);
    }

    /// One turn, and those that follow because it was cut.
    pub(crate) fn feed(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            let decision = self.turn(input);
            if decision.commands.contains(&Command::Continue) {
                next = Some(Input::Continue);
            }
            self.events.extend(decision.events);
            for command in decision.commands {
                match command {
                    Command::Dispatch(dispatch) => self.dispatched.push(dispatch),
                    Command::Cancel(attempt) => {
                        self.dispatched.retain(|task| task.attempt != attempt)
                    }
                    other => self.commands.push(other),
                }
            }
        }
    }

    fn turn(&mut self, input: Input) -> Decision {
        self.with_env(|execution, env| decide(execution, input, env))
    }

    /// One turn, if its expressions work no more than the limits say.
    pub(crate) fn turn_if_short(&mut self, input: Input) -> Result<Decision, Input> {
        self.with_env(|execution, env| decide_if_short(execution, input, env))
    }

    fn with_env<T>(&mut self, decide: impl FnOnce(&mut Execution, &Env<'_>) -> T) -> T {
        let env = Env {
            program: &self.program,
            identity: &self.identity,
            limits: &self.limits,
            now: self.now,
            entropy: &self.entropy,
            budget: &self.limits.budget(),
            activity_exists: &|arn| !arn.ends_with(":missing"),
        };
        decide(&mut self.execution, &env)
    }

    /// Moves the clock to the next thing that is due, and lets it happen.
    pub(crate) fn wake(&mut self) {
        self.now = self.execution.wake_at().expect("something is due").max(self.now);
        self.feed(Input::Wake);
    }

    /// Starts and ends the oldest open task.
    pub(crate) fn answer(&mut self, outcome: TaskOutcome) {
        let task = self.dispatched.remove(0);
        self.feed(Input::TaskStarted { attempt: task.attempt, worker: None });
        self.feed(Input::TaskEnded { attempt: task.attempt, outcome });
    }

    pub(crate) fn succeed(&mut self, output: &str) {
        self.answer(TaskOutcome::Succeeded(Value::parse(output).expect("the output is JSON")));
    }

    pub(crate) fn fail(&mut self, error: &str) {
        self.answer(TaskOutcome::Failed(
            engine::event::TaskFailure::Failed,
            Failure::new(error, "because"),
        ));
    }

    /// The output of a succeeded execution, or how it ended otherwise.
    pub(crate) fn outcome(&self) -> String {
        match self.execution.outcome() {
            None => "running".to_owned(),
            Some(Outcome::Succeeded(output)) => output.to_string(),
            Some(Outcome::Failed(failure)) => format!("failed: {}", text(&failure)),
            Some(Outcome::TimedOut(failure)) => format!("timed out: {}", text(&failure)),
            Some(Outcome::Aborted(failure)) => format!("aborted: {}", text(&failure)),
        }
    }

    /// What a history is made of, or why some of the events don't fit.
    pub(crate) fn rendered(&self, events: &[Event]) -> Result<Vec<HistoryEvent>, Misfit> {
        let facts = Facts { input_text: "{}", include_data: true, ..Facts::default() };
        let mut renderer = Renderer::new(&self.program, &self.identity, facts);
        events.iter().filter_map(|event| renderer.render(event).transpose()).collect()
    }

    /// `id<-previous Type details`, a line an event, as GetExecutionHistory would show it.
    pub(crate) fn history(&self) -> String {
        let mut text = String::new();
        for event in self.rendered(&self.events).expect("they fit") {
            writeln!(text, "{}<-{} {}", event.id, event.previous_id, event.event_type)
                .expect("writes");
        }
        text
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// Everything that must hold of any execution at any time.
    pub(crate) fn check(&self) {
        let folded = Execution::fold(&self.program, &self.events).expect("they fit");
        assert!(folded == self.execution, "folding the events gives another execution");
        let record = engine::record::encode(&self.events);
        assert_eq!(engine::record::decode(&record).expect("reads back"), self.events);
        let snapshot = Execution::from_snapshot(&self.execution.to_snapshot()).expect("reads back");
        assert!(snapshot == self.execution, "a snapshot gives another execution");
        let aws: Vec<&Event> = self.events.iter().filter(|event| event.id != 0).collect();
        for (place, event) in aws.iter().enumerate() {
            assert_eq!(event.id, place as u64 + 1, "ids are consecutive");
            assert!(event.previous < event.id, "a cause comes before its effect");
        }
    }
}

fn text(failure: &Failure) -> String {
    format!(
        "{} / {}",
        failure.error.as_deref().unwrap_or("(no error)"),
        failure.cause.as_deref().unwrap_or("(no cause)")
    )
}

/// Compares a history with the expected lines, white space at their ends aside.
pub(crate) fn expect(simulated: &Simulated, expected: &str) {
    simulated.check();
    let lines = |text: &str| {
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    };
    let (actual, expected): (Vec<String>, Vec<String>) =
        (lines(&simulated.history()), lines(expected));
    assert_eq!(actual, expected, "\n{}", simulated.history());
}
