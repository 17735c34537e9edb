use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    DescribeSubscriptionFiltersInput, DescribeSubscriptionFiltersOutput, SubscriptionFilter,
};

const OPERATION: &str = "DescribeSubscriptionFilters";
/// Filters of a page when a request doesn't say, and their most.
const PAGE: usize = 50;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html>
pub(crate) async fn describe_subscription_filters(
    ctx: &Visit<'_>,
    req: DescribeSubscriptionFiltersInput,
) -> Result<DescribeSubscriptionFiltersOutput, Error> {
    let mut subscriptions = ctx.group(&req.log_group_name).await?.value.subscriptions;
    subscriptions.sort_by(|one, other| one.name.cmp(&other.name));
    let prefix = req.filter_name_prefix.unwrap_or_default();
    let arguments = [&*req.log_group_name, &*prefix];
    let after = ctx.position(OPERATION, &arguments, req.next_token.as_deref())?;
    subscriptions.retain(|subscription| {
        subscription.name.starts_with(&prefix)
            && after.as_ref().is_none_or(|after| *after < subscription.name)
    });
    let size = req.limit.map_or(PAGE, |limit| limit as usize);
    let is_last = subscriptions.len() <= size;
    subscriptions.truncate(size);
    let last = subscriptions.last().filter(|_| !is_last);
    let next_token = last.map(|last| ctx.token(OPERATION, &arguments, &last.name));
    let shown = subscriptions.into_iter().map(|subscription| SubscriptionFilter {
        filter_name: subscription.name,
        log_group_name: req.log_group_name.clone(),
        filter_pattern: subscription.pattern,
        destination_arn: subscription.destination_arn,
        role_arn: subscription.role_arn,
        distribution: subscription.distribution,
        apply_on_transformed_logs: false,
        creation_time: subscription.created_at.as_millis(),
    });
    Ok(DescribeSubscriptionFiltersOutput { subscription_filters: shown.collect(), next_token })
}
