use crate::errors::Error;
use crate::model::Group;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, PutRetentionPolicyInput};

/// What the service's model allows.
const DAYS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub(crate) async fn put_retention_policy(
    ctx: &Visit<'_>,
    req: PutRetentionPolicyInput,
) -> Result<Empty, Error> {
    let days = req.retention_in_days;
    if !DAYS.contains(&days) {
        let allowed: Vec<_> = DAYS.iter().map(ToString::to_string).collect();
        return Err(Error::parameter(format!(
            "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: \
             Member must satisfy enum value set: [{}]",
            allowed.join(", ")
        )));
    }
    set(ctx, &req.log_group_name, Some(days)).await?;
    ctx.room().retention_changed.notify_one();
    Ok(Empty {})
}

/// Sets or removes the retention of a group.
pub(super) async fn set(ctx: &Visit<'_>, name: &str, days: Option<i32>) -> Result<(), Error> {
    loop {
        let group = ctx.group(name).await?;
        let changed = Group { retention_days: days, ..group.value.clone() };
        if ctx.commit(group.change(changed)).await? == Commit::Done {
            return Ok(());
        }
    }
}
