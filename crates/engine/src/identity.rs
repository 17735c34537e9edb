//! Who an execution is, and the context object that its expressions see.

use std::sync::Arc;

use base::Timestamp;
use json::{Object, Value};

use crate::decide::{ContextExtra, Env};
use crate::execution::Execution;
use crate::frame::{Frame, Item};

/// What an execution's context object and causes say of it. Never changes after the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    pub execution_arn: Arc<str>,
    pub execution_name: Arc<str>,
    pub state_machine_arn: Arc<str>,
    pub state_machine_name: Arc<str>,
    pub role_arn: Arc<str>,
    pub region: Arc<str>,
    pub started_at: Timestamp,
    pub input: Value,
    /// Whether it may be redriven; an Express execution may not, and its context has no `RedriveCount`
    /// (recorded: express_sync_query_runtime_memory).
    pub can_redrive: bool,
}

/// The context object: `$$`, `$states.context`.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>
pub(crate) fn context(
    env: &Env<'_>,
    execution: &Execution,
    frame: &Frame,
    extra: Option<&ContextExtra<'_>>,
) -> Value {
    let identity = env.identity;
    let mut of_execution = Object::new();
    of_execution.insert("Id", identity.execution_arn.clone());
    of_execution.insert("Input", identity.input.clone());
    of_execution.insert("Name", identity.execution_name.clone());
    of_execution.insert("RoleArn", identity.role_arn.clone());
    of_execution.insert("StartTime", identity.started_at.to_string());
    if identity.can_redrive {
        of_execution.insert("RedriveCount", i64::from(execution.redrive_count()));
    }
    if let Some(redriven_at) = execution.redriven_at() {
        of_execution.insert("RedriveTime", redriven_at.to_string());
    }
    let mut of_machine = Object::new();
    of_machine.insert("Id", identity.state_machine_arn.clone());
    of_machine.insert("Name", identity.state_machine_name.clone());
    let mut context = Object::new();
    context.insert("Execution", of_execution);
    context.insert("StateMachine", of_machine);
    context.insert("State", of_state(env, frame));
    if let Some(ContextExtra::Token(token)) = extra {
        context.insert("Task", Value::object([("Token", *token)]));
    }
    let item = match extra {
        Some(ContextExtra::Item { item, source }) => Some((*item, *source)),
        _ => enclosing_item(execution, frame).map(|item| (item, None)),
    };
    if let Some((item, source)) = item {
        insert_item(&mut context, item, source);
    }
    context.into()
}

/// `Map.Item`.
pub(crate) fn insert_item(context: &mut Object, item: &Item, source: Option<&str>) {
    context.insert("Map", Value::object([("Item", Value::from(of_item(item, source)))]));
}

fn of_state(env: &Env<'_>, frame: &Frame) -> Object {
    let state = &env.program[frame.state_id()];
    let mut of_state = Object::new();
    of_state.insert("Name", state.name.clone());
    of_state.insert("EnteredTime", Timestamp::from_millis(frame.entered_at).to_string());
    // Recorded: a Pass state has no RetryCount (context_object).
    if state.kind.can_retry() {
        of_state.insert("RetryCount", i64::try_from(frame.retry_count()).unwrap_or(i64::MAX));
    }
    of_state
}

fn of_item(item: &Item, source: Option<&str>) -> Object {
    let mut of_item = Object::new();
    of_item.insert("Index", i64::from(item.index));
    if let Some(key) = &item.key {
        of_item.insert("Key", key.as_str());
    }
    of_item.insert("Value", item.value.0.clone());
    if let Some(source) = source {
        of_item.insert("Source", source);
    }
    of_item
}

/// The item of the innermost iteration around a frame.
fn enclosing_item<'e>(execution: &'e Execution, frame: &'e Frame) -> Option<&'e Item> {
    let mut at = Some(frame);
    while let Some(frame) = at {
        if let Some(item) = &frame.item {
            return Some(item);
        }
        at = frame.parent.and_then(|parent| execution.find_frame(parent));
    }
    None
}
