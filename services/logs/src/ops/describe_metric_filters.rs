use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{DescribeMetricFiltersInput, DescribeMetricFiltersOutput, MetricFilter};

const OPERATION: &str = "DescribeMetricFilters";
/// Filters of a page when a request doesn't say, and their most.
const PAGE: usize = 50;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html>
pub(crate) async fn describe_metric_filters(
    ctx: &Visit<'_>,
    req: DescribeMetricFiltersInput,
) -> Result<DescribeMetricFiltersOutput, Error> {
    if req.metric_name.is_some() != req.metric_namespace.is_some() {
        let sentence = "metricName and metricNamespace must be specified together."; // By analogy.
        return Err(Error::parameter(sentence));
    }
    if let Some(group) = &req.log_group_name {
        ctx.group(group).await?;
    }
    let group = req.log_group_name.as_deref();
    let prefix = req.filter_name_prefix.as_deref().unwrap_or_default();
    let arguments = [group.unwrap_or_default(), prefix];
    let after = ctx.position(OPERATION, &arguments, req.next_token.as_deref())?;
    let mut filters = ctx.tables().metric_filters(&ctx.scope(), group).await?;
    filters.retain(|(group, name, filter)| {
        let is_of_metric = filter.transformations.iter().any(|one| {
            req.metric_name.as_ref().is_none_or(|name| *name == one.metric_name)
                && req.metric_namespace.as_ref().is_none_or(|name| *name == one.metric_namespace)
        });
        name.starts_with(prefix)
            && is_of_metric
            && after.as_ref().is_none_or(|after| *after < position(group, name))
    });
    let size = req.limit.map_or(PAGE, |limit| limit as usize);
    let is_last = filters.len() <= size;
    filters.truncate(size);
    let last = filters.last().filter(|_| !is_last);
    let next_token =
        last.map(|(group, name, _)| ctx.token(OPERATION, &arguments, &position(group, name)));
    let shown = filters.into_iter().map(|(log_group_name, filter_name, filter)| MetricFilter {
        filter_name,
        filter_pattern: filter.pattern,
        metric_transformations: filter.transformations,
        creation_time: filter.created_at.as_millis(),
        log_group_name,
        apply_on_transformed_logs: filter.on_transformed,
    });
    Ok(DescribeMetricFiltersOutput { metric_filters: shown.collect(), next_token })
}

/// In the order of the rows.
fn position(group: &str, name: &str) -> String {
    format!("{group}\0{name}")
}
