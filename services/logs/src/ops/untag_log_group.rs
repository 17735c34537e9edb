use crate::errors::Error;
use crate::model::Group;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, UntagLogGroupInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html>
pub(crate) async fn untag_log_group(
    ctx: &Visit<'_>,
    req: UntagLogGroupInput,
) -> Result<Empty, Error> {
    remove(ctx, &req.log_group_name, &req.tags).await?;
    Ok(Empty {})
}

/// Removes tags from a group; a key that isn't there is no error.
pub(super) async fn remove(ctx: &Visit<'_>, name: &str, keys: &[String]) -> Result<(), Error> {
    loop {
        let group = ctx.group(name).await?;
        let mut tags = group.value.tags.clone();
        tags.retain(|key, _| !keys.contains(key));
        let changed = Group { tags, ..group.value.clone() };
        if ctx.commit(group.change(changed)).await? == Commit::Done {
            return Ok(());
        }
    }
}
