use crate::errors::Error;
use crate::visit::{Commit, Visit};
use crate::wire::{DeleteFilterInput, Empty};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html>
pub(crate) async fn delete_subscription_filter(
    ctx: &Visit<'_>,
    req: DeleteFilterInput,
) -> Result<Empty, Error> {
    loop {
        let found = ctx.group(&req.log_group_name).await?;
        let mut group = found.value.clone();
        group.subscriptions.retain(|subscription| subscription.name != req.filter_name);
        if group.subscriptions.len() == found.value.subscriptions.len() {
            return Err(Error::SubscriptionNotFound);
        }
        if ctx.commit(found.change(group)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
