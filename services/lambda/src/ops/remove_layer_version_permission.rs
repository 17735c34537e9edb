use crate::errors::Error;
use crate::visit::{Commit, Visit, is_revision};
use crate::wire::{Empty, RemoveLayerVersionPermissionInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html>
pub(crate) async fn remove_layer_version_permission(
    ctx: &Visit<'_>,
    req: RemoveLayerVersionPermissionInput,
) -> Result<Empty, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    loop {
        let (_, found) = ctx.layer_version(&arn, req.version_number).await?;
        let mut version = found.value.clone();
        let policy = &mut version.policy;
        if policy.statements.is_empty() {
            return Err(Error::NothingPermitted);
        }
        is_revision(req.revision_id.as_deref(), &policy.revision_id)?;
        let at = policy.statements.iter().position(|statement| statement.id == req.statement_id);
        let not_found = || Error::StatementNotFound(req.statement_id.clone());
        policy.statements.remove(at.ok_or_else(not_found)?);
        policy.revision_id = ctx.house().uuid();
        if ctx.room().commit(found.change(version.clone())).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
