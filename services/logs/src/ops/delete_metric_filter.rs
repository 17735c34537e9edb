use crate::errors::Error;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{DeleteFilterInput, Empty};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html>
pub(crate) async fn delete_metric_filter(
    ctx: &Visit<'_>,
    req: DeleteFilterInput,
) -> Result<Empty, Error> {
    let (scope, group) = (ctx.scope(), &req.log_group_name);
    loop {
        let found = ctx.group(group).await?;
        let filters = ctx.tables().metric_filters(&scope, Some(group)).await?;
        if !filters.iter().any(|(_, name, _)| *name == req.filter_name) {
            return Err(Error::MetricFilterNotFound);
        }
        let mut batch = found.unchanged();
        tables::delete_metric_filter(&mut batch, &scope, group, &req.filter_name);
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
