//! `aws-sdk:sfn:<action>`: any operation of the `states` room.
//!
//! Parameters and results have Pascal case and AWS's SDK types: instants are text, JSON in text members may be given as
//! a value, and `null` is as good as absent (recorded: aws_sdk_task_service_sfn_start_execution).

use asl::Failure;
use asl::resources::{Action, Pattern, Shape, ShapeKind};
use base::Timestamp;
use bytes::Bytes;
use json::{Kind, Object, Value};
use service::CallError;

use super::{Errand, Sent};
use crate::Runner;

pub(super) async fn call(
    runner: &Runner,
    errand: &Errand,
    action: Action,
    pattern: Pattern,
) -> Sent {
    let mut body = action
        .input()
        .map_or_else(Value::empty_object, |shape| to_wire(&errand.dispatch.parameters, shape));
    if action.name() == "startExecution" && body.get("name").is_none() {
        body = body.with("name", errand.execution_name());
    }
    let ctx = errand.ctx(runner);
    let request_id = ctx.request_id().to_owned();
    let body = Bytes::from(body.to_string());
    match runner.0.bus.call(ctx, "states", &action.operation(), body).await {
        Ok(reply) => {
            let reply = std::str::from_utf8(&reply).ok().and_then(|text| Value::parse(text).ok());
            let output = match (reply, action.output()) {
                (Some(reply), Some(shape)) => from_wire(&reply, shape),
                _ => Value::empty_object(),
            };
            Sent::answered(pattern, output)
        }
        Err(CallError::NoRoom(_)) => Sent::failed(super::missing::failure(errand.resource())),
        Err(CallError::Refused(error)) => {
            let service = action.service();
            let prefix = service.error_prefix();
            let cause = format!(
                "{} (Service: {prefix}, Status Code: {}, Request ID: {request_id})",
                error.message.as_deref().unwrap_or("null"),
                error.status,
            );
            Sent::failed(Failure::new(service.error_name(&error.code), cause))
        }
    }
}

/// Parameters as the room's clients write them.
fn to_wire(value: &Value, shape: Shape) -> Value {
    match shape.kind() {
        ShapeKind::Structure(members) => {
            let mut wire = Object::new();
            for member in members {
                let name = shape.name_of(member);
                if let Some(value) = value.get(name).filter(|value| !value.is_null()) {
                    wire.insert(lower(name), to_wire(&value, shape.shape_of(member)));
                }
            }
            wire.into()
        }
        ShapeKind::List(_, item) => Value::array(value.items().map(|value| to_wire(&value, item))),
        ShapeKind::String(..) if value.kind() != Kind::String => value.to_string().into(),
        _ => value.clone(),
    }
}

/// A reply as a workflow sees it.
fn from_wire(value: &Value, shape: Shape) -> Value {
    match shape.kind() {
        ShapeKind::Structure(members) => {
            let mut shown = Object::new();
            for member in members {
                let name = shape.name_of(member);
                if let Some(value) = value.get(&lower(name)).filter(|value| !value.is_null()) {
                    shown.insert(name, from_wire(&value, shape.shape_of(member)));
                }
            }
            shown.into()
        }
        ShapeKind::List(_, item) => {
            Value::array(value.items().map(|value| from_wire(&value, item)))
        }
        ShapeKind::Timestamp => match millis(value) {
            Some(millis) => Timestamp::from_millis(millis).to_string().into(),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// An instant of the JSON protocol: seconds with a fraction.
pub(super) fn millis(value: &Value) -> Option<i64> {
    value.as_f64().map(|seconds| (seconds * 1000.0).round() as i64)
}

/// The room's member of that name: `stateMachineArn`.
fn lower(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}
