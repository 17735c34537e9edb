//! The context object of a state under test: as given, or made up as AWS makes it up.

use asl::resources::Pattern;
use asl::{Program, StateId, StateKind};
use json::{Kind, Object, Value};

use super::Refusal;
use crate::visit::Visit;

/// How AWS calls the state in a made-up context, whatever its name (recorded: state_with_variables).
const STATE_NAME: &str = "StateName";

const TEXT: (Kind, &str) = (Kind::String, "a string");
const NUMBER: (Kind, &str) = (Kind::Number, "a number");

/// What a member of the context must be; `None`: anything.
type Member = (&'static str, Option<(Kind, &'static str)>);

/// What a given context may have.
const ALLOWED: [(&str, &[Member]); 4] = [
    (
        "Execution",
        &[
            ("Id", Some(TEXT)),
            ("Input", None),
            ("Name", Some(TEXT)),
            ("RedriveCount", Some(NUMBER)),
            ("RedriveTime", Some(TEXT)),
            ("RoleArn", Some(TEXT)),
            ("StartTime", Some(TEXT)),
        ],
    ),
    ("State", &[("EnteredTime", Some(TEXT)), ("Name", Some(TEXT)), ("RetryCount", Some(NUMBER))]),
    ("StateMachine", &[("Id", Some(TEXT)), ("Name", Some(TEXT))]),
    ("Task", &[("Token", Some(TEXT))]),
];

/// A context that a request gives, which the state sees as it is.
pub(super) fn given(text: &str, kind: &StateKind) -> Result<Value, Refusal> {
    let not_json = || Refusal::NotJson("Context", "object");
    let context = Value::parse(text).map_err(|_| not_json())?;
    if context.kind() != Kind::Object {
        return Err(not_json());
    }
    for (name, part) in context.entries() {
        if name == "Map" {
            return Err(Refusal::ContextMap);
        }
        let allowed = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
        let (_, members) = allowed.ok_or_else(|| Refusal::ContextField(name.to_owned()))?;
        check_part(name, &part, members)?;
        if name == "Task" && !waits(kind) {
            return Err(Refusal::ContextTask);
        }
    }
    Ok(context)
}

fn check_part(name: &str, part: &Value, members: &[Member]) -> Result<(), Refusal> {
    if part.kind() != Kind::Object {
        return Err(Refusal::ContextType(name.to_owned(), "an object"));
    }
    for (key, value) in part.entries() {
        let allowed = members.iter().find(|(allowed, _)| *allowed == key);
        let (_, wanted) = allowed.ok_or_else(|| Refusal::ContextField(key.to_owned()))?;
        if let Some((kind, text)) = wanted
            && value.kind() != *kind
        {
            return Err(Refusal::ContextType(format!("{name}.{key}"), text));
        }
    }
    Ok(())
}

fn waits(kind: &StateKind) -> bool {
    match kind {
        StateKind::Task(task) => task.resource.pattern() != Pattern::RequestResponse,
        _ => false,
    }
}

/// The context of an Express execution that nobody has started (recorded: test_state, `BASE_MAP_STATE`).
pub(super) fn made_up(
    ctx: &Visit<'_>,
    kind: &StateKind,
    input: &Value,
    role_arn: Option<&str>,
    retries_spent: u64,
) -> Value {
    let house = ctx.house();
    let (name, now) = (house.uuid(), ctx.now().to_string());
    let machine = ctx.scope().machine(&house.uuid());
    let id = format!("{}:express:{}:{name}", machine.scope.as_str(), machine.name);
    let execution = [
        ("Id", Value::from(id)),
        ("Input", input.clone()),
        ("Name", name.into()),
        ("RoleArn", role_arn.map_or(Value::NULL, Value::from)),
        ("StartTime", now.as_str().into()),
    ];
    let mut state = Object::new();
    state.insert("Name", STATE_NAME);
    state.insert("EnteredTime", now.as_str());
    if kind.can_retry() {
        state.insert("RetryCount", i64::try_from(retries_spent).unwrap_or(i64::MAX));
    }
    let mut context = Object::new();
    context.insert("Execution", Value::object(execution));
    let id = machine.to_string();
    context.insert("StateMachine", Value::object([("Id", id), ("Name", machine.name)]));
    context.insert("State", state);
    if waits(kind) {
        context.insert("Task", Value::object([("Token", house.uuid())]));
    }
    context.into()
}

/// A state inside a Map state sees its input as the first item.
pub(super) fn in_map(context: Value, program: &Program, state: StateId, input: &Value) -> Value {
    let mut machine = program[state].machine;
    while let Some(parent) = program[machine].parent {
        if matches!(program[parent].kind, StateKind::Map(_)) {
            return with_item(&context, 0, None, input.clone());
        }
        machine = program[parent].machine;
    }
    context
}

/// The context with `Map.Item`.
pub(super) fn with_item(context: &Value, index: usize, key: Option<&str>, value: Value) -> Value {
    let mut item = Object::new();
    item.insert("Index", i64::try_from(index).unwrap_or(i64::MAX));
    if let Some(key) = key {
        item.insert("Key", key);
    }
    item.insert("Value", value);
    context.with("Map", Value::object([("Item", item)]))
}
