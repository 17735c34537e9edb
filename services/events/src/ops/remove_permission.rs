use serde_json::{Value, json};

use crate::errors::Error;
use crate::model::EventBus;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, RemovePermissionInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html>
pub(crate) async fn remove_permission(
    ctx: &Visit<'_>,
    req: RemovePermissionInput,
) -> Result<Empty, Error> {
    loop {
        let (_, found) = ctx.bus(req.event_bus_name.as_deref()).await?;
        let policy = match (&found.value.policy, &req.statement_id) {
            _ if req.remove_all_permissions == Some(true) => None,
            (None, _) => return Err(Error::NoPolicy),
            (Some(_), None) => {
                return Err(Error::validation("Parameter StatementId must be specified."));
            }
            (Some(policy), Some(id)) => without(policy, id)?,
        };
        let changed = EventBus { policy, ..found.value.clone() };
        if ctx.commit(found.change(changed)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}

/// A policy without the statement of that id; none if nothing is left.
fn without(policy: &str, id: &str) -> Result<Option<String>, Error> {
    let mut policy = read(policy)?;
    let mut statements = statements(&policy);
    let count = statements.len();
    statements.retain(|statement| statement["Sid"] != id);
    if statements.len() == count {
        return Err(Error::StatementNotFound);
    }
    policy["Statement"] = json!(statements);
    Ok((!statements.is_empty()).then(|| policy.to_string()))
}

/// A policy that was stored.
pub(super) fn read(policy: &str) -> Result<Value, Error> {
    serde_json::from_str(policy).map_err(|_| store::Error::Corrupt("policy of a bus").into())
}

/// The statements of a policy, of which one alone needs no list.
pub(super) fn statements(policy: &Value) -> Vec<Value> {
    match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}
