use crate::errors::Error;
use crate::model::MetricFilter;
use crate::pattern::Pattern;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, PutMetricFilterInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const METRIC_FILTERS_MAX: usize = 100;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html>
pub(crate) async fn put_metric_filter(
    ctx: &Visit<'_>,
    req: PutMetricFilterInput,
) -> Result<Empty, Error> {
    Pattern::parse(&req.filter_pattern)?;
    let (scope, group) = (ctx.scope(), &req.log_group_name);
    loop {
        let found = ctx.group(group).await?;
        let others = ctx.tables().metric_filters(&scope, Some(group)).await?;
        let old = others.iter().find(|(_, name, _)| *name == req.filter_name);
        if old.is_none() && METRIC_FILTERS_MAX <= others.len() {
            return Err(Error::LimitExceeded);
        }
        let filter = MetricFilter {
            pattern: req.filter_pattern.clone(),
            transformations: req.metric_transformations.clone(),
            on_transformed: req.apply_on_transformed_logs.unwrap_or_default(),
            created_at: old.map_or(ctx.now(), |(_, _, old)| old.created_at),
        };
        let mut batch = found.unchanged();
        tables::put_metric_filter(&mut batch, &scope, group, &req.filter_name, filter);
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
