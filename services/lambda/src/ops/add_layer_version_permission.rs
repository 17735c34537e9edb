use serde_json::json;

use super::add_permission::POLICY_BYTES_MAX;
use crate::errors::Error;
use crate::model::Statement;
use crate::visit::{Commit, Visit, is_revision};
use crate::wire::{AddLayerVersionPermissionInput, AddLayerVersionPermissionOutput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html>
pub(crate) async fn add_layer_version_permission(
    ctx: &Visit<'_>,
    req: AddLayerVersionPermissionInput,
) -> Result<AddLayerVersionPermissionOutput, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    let is_account = req.principal.bytes().all(|b| b.is_ascii_digit());
    let mut statement = json!({
        "Sid": req.statement_id,
        "Effect": "Allow",
        "Principal": match req.principal.as_str() {
            "*" => json!("*"),
            account if is_account => {
                json!({"AWS": format!("arn:{}:iam::{account}:root", ctx.request.partition())})
            }
            root => json!({"AWS": root}),
        },
        "Action": req.action,
        "Resource": format!("{arn}:{}", req.version_number),
    });
    if let Some(organization) = &req.organization_id {
        statement["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": organization}});
    }
    let statement = statement.to_string();
    loop {
        let (_, found) = ctx.layer_version(&arn, req.version_number).await?;
        let mut version = found.value.clone();
        let policy = &mut version.policy;
        is_revision(req.revision_id.as_deref(), &policy.revision_id)?;
        if policy.statements.iter().any(|statement| statement.id == req.statement_id) {
            return Err(Error::StatementExists(req.statement_id));
        }
        let bytes: usize = policy.statements.iter().map(|statement| statement.json.len()).sum();
        if POLICY_BYTES_MAX < bytes + statement.len() {
            return Err(Error::PolicyTooLong(POLICY_BYTES_MAX));
        }
        policy.statements.push(Statement { id: req.statement_id.clone(), json: statement.clone() });
        policy.revision_id = ctx.house().uuid();
        let revision_id = policy.revision_id.clone();
        if ctx.room().commit(found.change(version.clone())).await? == Commit::Done {
            return Ok(AddLayerVersionPermissionOutput { statement, revision_id });
        }
    }
}
