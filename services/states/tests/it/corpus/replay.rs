//! Runs the steps of a case.

use serde_json::{Value, json};

use super::compare::Comparison;
use crate::house::{ROLE, Room, pause};

pub(super) enum Outcome {
    Passed,
    Differs(Vec<String>),
}

/// How often a poll is repeated before it counts as a difference.
const POLLS_MAX: usize = 2_000;

pub(super) async fn replay(room: &Room, case: &Value) -> Outcome {
    let mut replies = Vec::new();
    let mut comparison = Comparison::default();
    for step in case["steps"].as_array().expect("has steps") {
        let reply = run(room, step, &replies).await;
        for key in keys(&step["expect"]) {
            comparison.compare(&key, &case["expected"][&key], &reply);
        }
        for key in keys(&step["expect_derived"]) {
            // What a test derives from a refusal is the exception or its text.
            if let Some(text) = recorded_refusal(&case["expected"][&key]) {
                comparison.compare_refusal(&key, &text, &reply);
            }
        }
        replies.push(reply);
    }
    if comparison.differences.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Differs(comparison.differences)
    }
}

async fn run(room: &Room, step: &Value, replies: &[Value]) -> Value {
    if step["service"] != "stepfunctions" {
        let role = format!("{ROLE}{}", replies.len());
        return json!({"Role": {"Arn": role}, "Account": "000000000000"});
    }
    let operation = step["op"].as_str().expect("is text");
    let params = filled(&step["params"], replies);
    let until = &step["until"];
    for _ in 0..POLLS_MAX {
        let reply = ask(room, operation, params.clone()).await;
        if step["poll"] != true || holds(until, &reply) {
            return reply;
        }
        pause().await;
    }
    json!({"polled": "in vain"})
}

/// The reply as boto3 shows it: an error is one member of it.
async fn ask(room: &Room, operation: &str, params: Value) -> Value {
    match room.ask(operation, params).await {
        Ok(mut reply) => {
            reply["ResponseMetadata"] = json!({"HTTPStatusCode": 200});
            reply
        }
        Err(error) => json!({
            "Error": {"Code": error.code, "Message": error.message},
            "message": error.message,
            "ResponseMetadata": {"HTTPStatusCode": error.status},
        }),
    }
}

/// Whether a poll may end: a history when its execution has, unless the case waits for less.
fn holds(until: &Value, reply: &Value) -> bool {
    if let Some(events) = reply["events"].as_array() {
        let is_terminal = |kind: &str| kind.starts_with("Execution") && kind != "ExecutionStarted";
        return events.iter().filter_map(|event| event["type"].as_str()).any(|kind| {
            if until["last_event_type_terminal"] == false {
                until["last_event_type"] == kind
            } else {
                is_terminal(kind)
            }
        });
    }
    if let (Some(wanted), Some(executions)) =
        (until["statuses"].as_array(), reply["executions"].as_array())
    {
        let statuses: Vec<Value> = executions.iter().map(|item| item["status"].clone()).collect();
        return statuses == *wanted;
    }
    reply["status"].is_null() || until["status"].is_null() || reply["status"] == until["status"]
}

/// Parameters with what they take from earlier replies, our account, and a role.
fn filled(value: &Value, replies: &[Value]) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| {
                let value = match value.as_str() {
                    Some(text) if key == "roleArn" && !text.contains(':') => {
                        json!(format!("{ROLE}/{text}"))
                    }
                    _ => filled(value, replies),
                };
                (key.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| filled(item, replies)).collect(),
        Value::String(text) => json!(filled_text(text, replies)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn filled_text(text: &str, replies: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${steps[") {
        let (reference, after) = after.split_once('}').expect("is closed");
        out.push_str(before);
        out.push_str(&looked_up(reference, replies));
        rest = after;
    }
    out.push_str(rest);
    let out = out.replace("<partition>", "aws").replace("<region>", "us-east-1");
    without_brackets(&out.replace("111111111111", "000000000000"))
}

/// `<ArnPart_0idx>` stands for a name: without its brackets it is one.
fn without_brackets(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((name, after)) if is_placeholder(name) => {
                out.push_str(&name.replace(':', "_"));
                rest = after;
            }
            _ => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_placeholder(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'))
}

/// `3].stateMachineArn`: the member of an earlier reply.
fn looked_up(reference: &str, replies: &[Value]) -> String {
    let (number, path) = reference.split_once(']').expect("is a reference");
    let mut value = &replies[number.parse::<usize>().expect("is a number")];
    for step in path.split('.').filter(|step| !step.is_empty()) {
        value = match step.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[step],
        };
    }
    value.as_str().unwrap_or_default().to_owned()
}

fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::String(key) => vec![key.clone()],
        Value::Array(keys) => keys.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// `An error occurred (Code) when calling the X operation: message`
fn recorded_refusal(expected: &Value) -> Option<String> {
    let text = expected["exception_value"].as_str().or(expected.as_str())?;
    text.starts_with("An error occurred (").then(|| text.to_owned())
}
