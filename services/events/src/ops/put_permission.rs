use serde_json::{Value, json};

use crate::errors::Error;
use crate::identifier::BusName;
use crate::model::EventBus;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, PutPermissionInput};

/// What a policy holds at most.
const POLICY_BYTES_MAX: usize = 10_240;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html>
pub(crate) async fn put_permission(
    ctx: &Visit<'_>,
    req: PutPermissionInput,
) -> Result<Empty, Error> {
    loop {
        let (name, found) = ctx.bus(req.event_bus_name.as_deref()).await?;
        let policy = match &req.policy {
            Some(policy) => given(policy)?,
            None => with_statement(found.value.policy.as_deref(), statement(ctx, &name, &req)?)?,
        };
        if POLICY_BYTES_MAX < policy.len() {
            return Err(Error::LimitExceeded);
        }
        let changed = EventBus { policy: Some(policy), ..found.value.clone() };
        if ctx.commit(found.change(changed)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}

fn given(policy: &str) -> Result<String, Error> {
    let read: Option<Value> = serde_json::from_str(policy).ok();
    match read.filter(|policy| policy["Statement"].is_array() || policy["Statement"].is_object()) {
        Some(_) => Ok(policy.to_owned()),
        None => Err(Error::validation("This policy contains invalid Json")), // By analogy.
    }
}

fn statement(ctx: &Visit<'_>, name: &BusName, req: &PutPermissionInput) -> Result<Value, Error> {
    let needed = |member: &str, value: &Option<String>| {
        let sentence = format!("Parameter {member} must be specified."); // By analogy.
        value.clone().ok_or_else(|| Error::validation(sentence))
    };
    let action = needed("Action", &req.action)?;
    let principal = needed("Principal", &req.principal)?;
    let id = needed("StatementId", &req.statement_id)?;
    if !matches!(&*action, "events:PutEvents" | "events:PutRule" | "events:PutTargets") {
        let sentence = "Provided value in parameter 'action' is not supported.";
        return Err(Error::validation(sentence));
    }
    let partition = ctx.request.partition();
    let principal = match &*principal {
        "*" => json!("*"),
        account => json!({"AWS": format!("arn:{partition}:iam::{account}:root")}),
    };
    let mut statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": name.arn(),
    });
    if let Some(condition) = &req.condition {
        let mut of_type = json!({});
        of_type[&condition.key] = json!(condition.value);
        statement["Condition"] = json!({});
        statement["Condition"][&condition.r#type] = of_type;
    }
    Ok(statement)
}

/// A policy with that statement in the place of one of its id.
fn with_statement(policy: Option<&str>, statement: Value) -> Result<String, Error> {
    let mut policy = match policy {
        Some(policy) => super::remove_permission::read(policy)?,
        None => json!({"Version": "2012-10-17", "Statement": []}),
    };
    let mut statements = super::remove_permission::statements(&policy);
    statements.retain(|other| other["Sid"] != statement["Sid"]);
    statements.push(statement);
    policy["Statement"] = json!(statements);
    Ok(policy.to_string())
}
