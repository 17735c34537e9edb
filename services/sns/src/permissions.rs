//! The statements that AddPermission writes into a topic's policy and RemovePermission takes out again.

use serde_json::{Value, json};

use crate::errors::Error;

/// What an owner may let others do.
const ACTIONS: [&str; 9] = [
    "AddPermission",
    "DeleteTopic",
    "GetTopicAttributes",
    "ListSubscriptionsByTopic",
    "Publish",
    "Receive",
    "RemovePermission",
    "SetTopicAttributes",
    "Subscribe",
];

/// The policy of a topic that was given none: its owner may do everything.
pub(crate) fn default_policy(topic_arn: &str, owner: &str) -> Value {
    let actions = [
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    ];
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Effect": "Allow",
            "Sid": "__default_statement_ID",
            "Principal": {"AWS": "*"},
            "Action": actions.map(|action| format!("SNS:{action}")),
            "Resource": topic_arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
        }],
    })
}

/// Adds a statement to a policy.
pub(crate) fn add(
    policy: &mut Value,
    topic_arn: &str,
    label: &str,
    accounts: &[String],
    actions: &[String],
) -> Result<(), Error> {
    if label.is_empty() {
        return Err(Error::parameter("Label"));
    }
    if actions.iter().any(|action| !ACTIONS.contains(&action.as_str())) {
        return Err(Error::parameter("Policy statement action out of service scope!"));
    }
    let partition = topic_arn.split(':').nth(1).unwrap_or("aws");
    let root = |account: &String| Value::from(format!("arn:{partition}:iam::{account}:root"));
    let action = |action: &String| Value::from(format!("SNS:{action}"));
    let statement = json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(accounts.iter().map(root).collect())},
        "Action": one_or_many(actions.iter().map(action).collect()),
        "Resource": topic_arn,
    });
    let statements = statements(policy)?;
    if statements.iter().any(|it| it["Sid"] == label) {
        return Err(Error::parameter("Statement already exists"));
    }
    statements.push(statement);
    Ok(())
}

/// Takes a statement out of a policy.
pub(crate) fn remove(policy: &mut Value, label: &str) -> Result<(), Error> {
    let statements = statements(policy)?;
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != label);
    if statements.len() == before { Err(Error::NotFound("Statement")) } else { Ok(()) }
}

/// A policy may hold one statement by itself.
fn statements(policy: &mut Value) -> Result<&mut Vec<Value>, Error> {
    let broken = || Error::parameter("Policy");
    let statement = policy.get_mut("Statement").ok_or_else(broken)?;
    if statement.is_object() {
        *statement = Value::Array(vec![statement.take()]);
    }
    statement.as_array_mut().ok_or_else(broken)
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
}
