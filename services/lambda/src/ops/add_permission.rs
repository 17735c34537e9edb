use serde_json::{Value, json};

use crate::arn::FunctionArn;
use crate::errors::Error;
use crate::model::Statement;
use crate::visit::{Visit, is_revision};
use crate::wire::{AddPermissionInput, AddPermissionOutput};

/// The bytes of a function's policy.
pub(super) const POLICY_BYTES_MAX: usize = 20 * 1024;

/// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
pub(crate) async fn add_permission(
    ctx: &Visit<'_>,
    req: AddPermissionInput,
) -> Result<AddPermissionOutput, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    ctx.room().target(&arn).await?;
    let json = statement(ctx, &arn, &req).to_string();
    let key = arn.qualifier_key();
    ctx.change(&arn, |function, _| {
        let policy = function.policies.entry(key.clone()).or_default();
        is_revision(req.revision_id.as_deref(), &policy.revision_id)?;
        if policy.statements.iter().any(|statement| statement.id == req.statement_id) {
            return Err(Error::StatementExists(req.statement_id.clone()));
        }
        let bytes: usize = policy.statements.iter().map(|statement| statement.json.len()).sum();
        if POLICY_BYTES_MAX < bytes + json.len() {
            return Err(Error::PolicyTooLong(POLICY_BYTES_MAX));
        }
        policy.statements.push(Statement { id: req.statement_id.clone(), json: json.clone() });
        policy.revision_id = ctx.house().uuid();
        Ok(())
    })
    .await?;
    Ok(AddPermissionOutput { statement: json })
}

fn statement(ctx: &Visit<'_>, arn: &FunctionArn, req: &AddPermissionInput) -> Value {
    let principal = req.principal.as_str();
    let is_account = principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit());
    let principal = match principal {
        "*" => json!("*"),
        service if service.contains(".amazonaws.com") => json!({"Service": service}),
        account if is_account => {
            json!({"AWS": format!("arn:{}:iam::{account}:root", ctx.request.partition())})
        }
        identity => json!({"AWS": identity}),
    };
    let mut condition = json!({});
    if let Some(source) = &req.source_arn {
        condition["ArnLike"]["AWS:SourceArn"] = source.as_str().into();
    }
    let texts = [
        ("AWS:SourceAccount", &req.source_account),
        ("lambda:EventSourceToken", &req.event_source_token),
        ("aws:PrincipalOrgID", &req.principal_org_i_d),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            condition["StringEquals"][name] = text.as_str().into();
        }
    }
    if let Some(auth_type) = req.function_url_auth_type {
        condition["StringEquals"]["lambda:FunctionUrlAuthType"] = auth_type.as_str().into();
    }
    if let Some(is_invoked) = req.invoked_via_function_url {
        condition["Bool"]["lambda:InvokedViaFunctionUrl"] = is_invoked.to_string().into();
    }
    let mut statement = json!({
        "Sid": req.statement_id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": req.action,
        "Resource": arn.to_string(),
    });
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    statement
}
