//! The statements that AddPermission writes into a queue's policy and RemovePermission takes out again.

use serde_json::{Value, json};

use crate::arn::QueueArn;
use crate::errors::Error;

const ACTIONS_MAX: usize = 7;

/// Actions that AddPermission can give. <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html>
const ACTIONS: [&str; 7] = [
    "*",
    "SendMessage",
    "ReceiveMessage",
    "DeleteMessage",
    "ChangeMessageVisibility",
    "GetQueueAttributes",
    "GetQueueUrl",
];

/// The policy with one statement more.
pub(crate) fn add(
    policy: Option<&str>,
    queue: &QueueArn,
    label: &str,
    accounts: &[String],
    actions: &[String],
) -> Result<String, Error> {
    check(label, actions)?;
    if accounts.is_empty() {
        return Err(Error::value("PrincipalId", "[]", "Unable to verify."));
    }
    let mut policy = match policy {
        Some(policy) => parsed(policy)?,
        None => json!({
            "Version": "2012-10-17",
            "Id": format!("{queue}/SQSDefaultPolicy"),
            "Statement": [],
        }),
    };
    let statements = statements(&mut policy)?;
    if statements.iter().any(|statement| statement["Sid"] == label) {
        return Err(Error::value("Label", label, "Already exists."));
    }
    let partition = queue.as_str().split(':').nth(1).unwrap_or("aws");
    let principals =
        accounts.iter().map(|id| Value::from(format!("arn:{partition}:iam::{id}:root")));
    let actions = actions.iter().map(|action| Value::from(format!("SQS:{action}")));
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(principals.collect())},
        "Action": one_or_many(actions.collect()),
        "Resource": queue.as_str(),
    }));
    Ok(policy.to_string())
}

/// The policy without the statement of that label; none if it was the last one.
pub(crate) fn remove(policy: Option<&str>, label: &str) -> Result<Option<String>, Error> {
    let missing = || Error::value("Label", label, "can't find label on existing policy.");
    let mut policy = parsed(policy.ok_or_else(missing)?)?;
    let statements = statements(&mut policy)?;
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != label);
    match statements.len() {
        after if after == before => Err(missing()),
        0 => Ok(None),
        _ => Ok(Some(policy.to_string())),
    }
}

fn check(label: &str, actions: &[String]) -> Result<(), Error> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !(1..=80).contains(&label.len()) || !label.bytes().all(is_plain) {
        let reason =
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.";
        return Err(Error::value("Label", label, reason));
    }
    if ACTIONS_MAX < actions.len() {
        let found = actions.len();
        return Err(Error::OverLimit(format!(
            "{found} Actions were found, maximum allowed is {ACTIONS_MAX}."
        )));
    }
    match actions.iter().find(|action| !ACTIONS.contains(&action.as_str())) {
        Some(action) => {
            let reason = "Only the queue owner is allowed to invoke this action.";
            Err(Error::value("ActionName", format!("SQS:{action}"), reason))
        }
        None => Ok(()),
    }
}

fn parsed(policy: &str) -> Result<Value, Error> {
    serde_json::from_str(policy).map_err(|_| Error::InvalidAttributeValue("Policy"))
}

/// A policy may hold one statement by itself.
fn statements(policy: &mut Value) -> Result<&mut Vec<Value>, Error> {
    let statement = &mut policy["Statement"];
    if statement.is_object() {
        *statement = Value::Array(vec![statement.take()]);
    }
    statement.as_array_mut().ok_or(Error::InvalidAttributeValue("Policy"))
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
}
