//! The handle of a message move task: which task of which queue.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::arn::QueueArn;

pub(super) fn to_text(task_id: &str, source: &QueueArn) -> String {
    STANDARD.encode(json!({"taskId": task_id, "sourceArn": source.as_str()}).to_string())
}

/// The task's id and the queue that its messages come from.
pub(crate) fn parse(text: &str) -> Option<(String, QueueArn)> {
    let value: Value = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
    let source = QueueArn::parse(value["sourceArn"].as_str()?)?;
    Some((value["taskId"].as_str()?.to_owned(), source))
}
