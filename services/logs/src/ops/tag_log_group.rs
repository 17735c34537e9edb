use std::collections::BTreeMap;

use crate::errors::Error;
use crate::model::Group;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, TagLogGroupInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
const TAGS_MAX: usize = 50;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html>
pub(crate) async fn tag_log_group(ctx: &Visit<'_>, req: TagLogGroupInput) -> Result<Empty, Error> {
    add(ctx, &req.log_group_name, req.tags).await?;
    Ok(Empty {})
}

/// Adds tags to a group; those whose key is there already get the new value.
pub(super) async fn add(
    ctx: &Visit<'_>,
    name: &str,
    added: BTreeMap<String, String>,
) -> Result<(), Error> {
    loop {
        let group = ctx.group(name).await?;
        let mut tags = group.value.tags.clone();
        tags.extend(added.clone());
        if TAGS_MAX < tags.len() {
            return Err(Error::TooManyTags(TAGS_MAX));
        }
        let changed = Group { tags, ..group.value.clone() };
        if ctx.commit(group.change(changed)).await? == Commit::Done {
            return Ok(());
        }
    }
}
