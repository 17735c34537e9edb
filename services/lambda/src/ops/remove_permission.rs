use crate::errors::Error;
use crate::visit::{Visit, is_revision};
use crate::wire::{Empty, RemovePermissionInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html>
pub(crate) async fn remove_permission(
    ctx: &Visit<'_>,
    req: RemovePermissionInput,
) -> Result<Empty, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let key = arn.qualifier_key();
    ctx.change(&arn, |function, _| {
        let not_found = || Error::StatementNotFound(req.statement_id.clone());
        let policy = function.policies.get_mut(&key).ok_or(Error::NothingPermitted)?;
        is_revision(req.revision_id.as_deref(), &policy.revision_id)?;
        let at = policy.statements.iter().position(|statement| statement.id == req.statement_id);
        policy.statements.remove(at.ok_or_else(not_found)?);
        policy.revision_id = ctx.house().uuid();
        if policy.statements.is_empty() {
            function.policies.remove(&key);
        }
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
