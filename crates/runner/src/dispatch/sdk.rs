//! `aws-sdk:<service>:<action>`: any operation of a room, or of an endpoint outside.
//!
//! Results carry nothing of the HTTP answer, and an operation that answers nothing gives `{}`.

use asl::resources::{Action, Pattern};
use json::{Kind, Value};

use super::ask::{Voice, ask};
use super::casing::{Instants, from_wire};
use super::{Errand, Sent};
use crate::Runner;

pub(super) async fn call(
    runner: &Runner,
    errand: &Errand,
    action: Action,
    pattern: Pattern,
) -> Sent {
    let voice = Voice::Sdk(action.service());
    let ctx = match errand.ctx(runner) {
        Ok(ctx) => ctx,
        Err(failure) => return Sent::refused(pattern, failure),
    };
    let mut parameters = errand.dispatch.parameters.clone();
    let is_start = action.service().name() == "sfn" && action.operation() == "StartExecution";
    if is_start && parameters.get("Name").is_none_or(|name| name.is_null()) {
        parameters = parameters.with("Name", errand.execution_name());
    }
    match ask(runner, ctx, voice, action, &parameters).await {
        Ok(answer) => Sent::answered(pattern, shown(action, &answer.value)),
        Err(refusal) => Sent::refused(pattern, voice.failure(&refusal)),
    }
}

/// An answer as a workflow sees it.
fn shown(action: Action, answer: &Value) -> Value {
    let Some(shape) = action.output() else { return Value::empty_object() };
    let shown = from_wire(answer, shape, Instants::Text);
    // Recorded: aws_sdk_task_service_s3_get_object_str. The SDK has a map of the metadata even where there is none.
    let has_metadata = matches!(action.operation(), "GetObject" | "HeadObject");
    if action.service().name() == "s3" && has_metadata && shown.get("Metadata").is_none() {
        return shown.with("Metadata", Value::empty_object());
    }
    if shown.kind() == Kind::Object { shown } else { Value::empty_object() }
}
