//! Executions that AWS recorded, as far as data alone decides them: every machine of `stepfunctions`
//! whose way goes only through Pass, Choice, Wait, Succeed and Fail states, run here by the few lines
//! that this takes, and compared in its output, or its error and cause.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use asl::program::{Map, Program, State, WaitUntil};
use asl::{Budget, Failure, Fault, Next, Options, ROOT, Scope, StateKind, compile};
use base::{Entropy, Timestamp};
use json::{Kind, Value};

use super::folder::{conclude, files, folder, name, read, substitute};

/// Words that the recorder put in the place of whole values.
const WORDS: &[&str] = &["start-time", "entered-time", "snf_role_arn", "sfn_role_arn", "date"];

type Outcome = Result<Value, Failure>;

struct Run<'a> {
    program: &'a Program,
    input: Value,
    variables: BTreeMap<String, Value>,
    entropy: RefCell<Entropy>,
    /// Id of the event that entered the current state.
    entered: u64,
}

impl Run<'_> {
    /// `None` if it comes to a state that needs more than data.
    fn outcome(&mut self) -> Option<Outcome> {
        let mut at = self.program[ROOT].start_at;
        let mut data = self.input.clone();
        self.entered = 2;
        loop {
            let program = self.program;
            let state = &program[at];
            match self.step(state, &data)? {
                Ok((output, Next::State(next))) => (data, at) = (output, next),
                Ok((output, Next::End)) => return Some(Ok(output)),
                Err(failure) => return Some(Err(failure)),
            }
            self.entered += 2;
        }
    }

    fn step(&mut self, state: &State, input: &Value) -> Option<Result<(Value, Next), Failure>> {
        let context = context(&self.input, &state.name);
        let variables = self.variables.clone();
        let lookup = |name: &str| variables.get(name).cloned();
        let scope = Scope {
            data: input,
            input,
            result: None,
            error_output: None,
            context: &|| context.clone(),
            variables: &lookup,
            now: Timestamp::from_millis(1_795_384_800_000),
            entropy: &self.entropy,
            budget: &Budget::default(),
        };
        let stepped = match step(state, &scope)? {
            Ok((output, next, assigned)) => {
                for (key, value) in assigned.entries() {
                    self.variables.insert(key.to_owned(), value);
                }
                Ok((output, next))
            }
            Err(Stop::Failed(failure)) => Err(failure),
            Err(Stop::Fault(fault)) => Err(fault.in_state(&state.name, self.entered)),
        };
        Some(stepped)
    }
}

enum Stop {
    Failed(Failure),
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

type Stepped = Result<(Value, Next, Value), Stop>;

fn step(state: &State, scope: &Scope<'_>) -> Option<Stepped> {
    match &state.kind {
        StateKind::Pass(pass) => Some(through(state, scope, pass.result.as_ref(), pass.next)),
        StateKind::Succeed => Some(through(state, scope, None, Next::End)),
        StateKind::Wait(wait) => {
            let waited = match &wait.until {
                WaitUntil::Seconds(seconds) => seconds.evaluate(scope).map(|_| ()),
                WaitUntil::Timestamp(timestamp) => timestamp.instant(scope).map(|_| ()),
            };
            Some(waited.map_err(Stop::from).and_then(|()| through(state, scope, None, wait.next)))
        }
        StateKind::Choice(choice) => {
            for rule in &choice.rules {
                match rule.condition.matches(scope) {
                    Err(fault) => return Some(Err(fault.into())),
                    Ok(false) => {}
                    Ok(true) => {
                        return Some(through(state, scope, None, Next::State(rule.next)));
                    }
                }
            }
            let next = Next::State(choice.default?);
            Some(through(state, scope, None, next))
        }
        StateKind::Fail(fail) => {
            let text = |text: &Option<asl::program::Text>| -> Result<Option<Arc<str>>, Stop> {
                Ok(text.as_ref().map(|text| text.evaluate(scope)).transpose()?)
            };
            Some(
                text(&fail.error).and_then(|error| {
                    Err(Stop::Failed(Failure { error, cause: text(&fail.cause)? }))
                }),
            )
        }
        StateKind::Map(map) => map_fields(state, map, scope).err().map(|fault| Err(fault.into())),
        StateKind::Task(_) | StateKind::Parallel(_) => None,
    }
}

/// What a Map state reads before its first iteration.
fn map_fields(state: &State, map: &Map, scope: &Scope<'_>) -> Result<(), Fault> {
    let effective = state.flow.input_path.evaluate(scope)?;
    map.items.evaluate(state.language, &Scope { data: &effective, ..*scope })?;
    for quantity in
        [&map.max_concurrency, &map.tolerated_failure_count, &map.tolerated_failure_percentage]
    {
        quantity.as_ref().map(|quantity| quantity.evaluate(scope)).transpose()?;
    }
    Ok(())
}

fn through(state: &State, scope: &Scope<'_>, result: Option<&Value>, next: Next) -> Stepped {
    let flow = &state.flow;
    let raw = scope.data;
    let effective = flow.input_path.evaluate(scope)?;
    let scope = &Scope { data: &effective, ..*scope };
    let result = match (result, &flow.arguments) {
        (Some(result), _) => result.clone(),
        (None, Some(arguments)) => arguments.evaluate(scope)?,
        (None, None) => effective.clone(),
    };
    let assigned = match &flow.assign {
        Some(assign) => assign.evaluate(&Scope { data: &result, ..*scope })?,
        None => Value::NULL,
    };
    let output = match &flow.output {
        Some(output) => output.evaluate(scope)?,
        None => {
            let joined = flow.result_path.apply(raw, result)?;
            flow.output_path.evaluate(&Scope { data: &joined, ..*scope })?
        }
    };
    Ok((output, next, assigned))
}

fn context(input: &Value, state: &str) -> Value {
    Value::object([
        (
            "Execution",
            Value::object([
                ("Id", Value::from("arn:aws:states:us-east-1:111111111111:execution:m:e")),
                ("Input", input.clone()),
                ("Name", "name".into()),
                ("RoleArn", "role".into()),
                ("StartTime", "time".into()),
                ("RedriveCount", 0.into()),
            ]),
        ),
        (
            "StateMachine",
            Value::object([
                ("Id", Value::from("arn:aws:states:us-east-1:111111111111:stateMachine:m")),
                ("Name", "m".into()),
            ]),
        ),
        ("State", Value::object([("Name", Value::from(state)), ("EnteredTime", "time".into())])),
    ])
}

/// Whether what was recorded, some of which only stands for a value, allows what came out.
fn allows(recorded: &Value, actual: &Value) -> bool {
    if let Some(text) = recorded.as_str() {
        return WORDS.contains(&text)
            || actual.as_str().is_some_and(|actual| allows_text(text, actual))
            // JSON in texts: the recorder parses objects only.
            || actual.to_string() == text;
    }
    match recorded.kind() {
        Kind::Array => {
            recorded.len() == actual.len()
                && recorded.items().zip(actual.items()).all(|(r, a)| allows(&r, &a))
        }
        Kind::Object => {
            recorded.len() == actual.len()
                && recorded
                    .entries()
                    .all(|(key, r)| actual.get(key).is_some_and(|a| allows(&r, &a)))
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => recorded == actual,
    }
}

/// `<…>` in the recording stands for any text.
fn allows_text(recorded: &str, actual: &str) -> bool {
    let mut left = actual;
    let pattern = substitute(recorded, "<", ">", |_, _| "\u{0}".into());
    let pieces: Vec<&str> = pattern.split('\u{0}').collect();
    let Some((last, pieces)) = pieces.split_last() else { return false };
    for (place, piece) in pieces.iter().enumerate() {
        match left.find(piece) {
            Some(at) if place != 0 || at == 0 => left = &left[at + piece.len()..],
            _ => return false,
        }
    }
    if pieces.is_empty() { left == *last } else { left.ends_with(last) }
}

/// What AWS recorded of the executions of a case, in their order.
fn recorded(case: &Value) -> Vec<Value> {
    let expected = case.get("expected").unwrap_or_default();
    if let Some(cases) = expected.get("cases") {
        return cases.items().collect();
    }
    let summary = case.get("expected_summary").unwrap_or_default();
    summary
        .items()
        .filter(|entry| {
            matches!(entry.get("status").unwrap_or_default().as_str(), Some("SUCCEEDED" | "FAILED"))
        })
        .collect()
}

fn agrees(recorded: &Value, outcome: &Outcome) -> bool {
    match outcome {
        Ok(output) => {
            let status = recorded.get("status").unwrap_or("SUCCEEDED".into());
            let expected = recorded.get("output").unwrap_or_default();
            status.as_str() == Some("SUCCEEDED") && allows(&expected, output)
        }
        Err(failure) => {
            let part = |key: &str, actual: &Option<Arc<str>>| match (recorded.get(key), actual) {
                (None, None) => true,
                (Some(recorded), Some(actual)) => allows(&recorded, &actual.clone().into()),
                _ => false,
            };
            part("error", &failure.error) && part("cause", &failure.cause)
        }
    }
}

#[test]
fn data_flows_as_aws_recorded() {
    let Some(root) = folder("stepfunctions/cases") else { return };
    let (mut passed, mut failed) = (0, Vec::new());
    for file in files(&root, ".json") {
        let case = Value::parse(&read(&file)).expect("is JSON");
        let recorded = recorded(&case);
        let mut program = None;
        let mut place = 0;
        for step in case.get("steps").unwrap_or_default().items() {
            let params = step.get("params").unwrap_or_default();
            let text = |key: &str| params.get(key).and_then(|v| v.as_str().map(str::to_owned));
            match step.get("op").unwrap_or_default().as_str() {
                Some("CreateStateMachine") => {
                    let text = text("definition").unwrap_or_default();
                    let text = text.replace("<partition>", "aws").replace("<region>", "us-east-1");
                    program = compile(&text, &Options::default()).program;
                }
                Some("StartExecution") => {
                    let input = text("input").unwrap_or_else(|| "{}".into());
                    let (Some(program), Ok(input)) = (&program, Value::parse(&input)) else {
                        continue;
                    };
                    let entropy = RefCell::new(Entropy::from_number(1));
                    let variables = BTreeMap::new();
                    let mut run = Run { program, input, variables, entropy, entered: 0 };
                    let (Some(outcome), Some(wanted)) = (run.outcome(), recorded.get(place)) else {
                        continue;
                    };
                    place += 1;
                    if agrees(wanted, &outcome) {
                        passed += 1;
                    } else {
                        failed.push(format!("{}: {wanted} but {outcome:?}", name(&file)));
                    }
                }
                _ => {}
            }
        }
    }
    conclude("executions of data alone", passed + failed.len(), &failed);
}
