use crate::errors::Error;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, GroupInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html>
pub(crate) async fn delete_log_group(ctx: &Visit<'_>, req: GroupInput) -> Result<Empty, Error> {
    loop {
        let group = ctx.group(&req.log_group_name).await?;
        if group.value.is_protected {
            return Err(Error::DeletionProtected);
        }
        let mut batch = group.removal();
        tables::clear_group(&mut batch, &ctx.scope(), &req.log_group_name);
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
