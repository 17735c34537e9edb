use runner::MapRunCounts;

use crate::arn;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{self, DescribeMapRunInput, DescribeMapRunOutput, MapRunStatus};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html>
pub(crate) async fn describe_map_run(
    ctx: &Visit<'_>,
    req: DescribeMapRunInput,
) -> Result<DescribeMapRunOutput, Error> {
    let arn = &req.map_run_arn;
    arn::check_map_run(arn)?;
    let described = ctx.runner().describe_map_run(arn).await;
    let described = described.map_err(|error| Error::of_map_run(error, arn))?;
    let settings = described.settings;
    let was_redriven = 0 < described.redrive_count;
    Ok(DescribeMapRunOutput {
        map_run_arn: described.map_run_arn.to_string(),
        execution_arn: described.execution_arn.to_string(),
        status: match described.status {
            runner::MapRunStatus::Running => MapRunStatus::Running,
            runner::MapRunStatus::Succeeded => MapRunStatus::Succeeded,
            runner::MapRunStatus::Failed => MapRunStatus::Failed,
            runner::MapRunStatus::Aborted => MapRunStatus::Aborted,
        },
        start_date: described.start_date.into(),
        stop_date: described.stop_date.map(Into::into),
        max_concurrency: i32::try_from(settings.max_concurrency).unwrap_or(i32::MAX),
        tolerated_failure_percentage: settings.tolerated_failure_percentage,
        tolerated_failure_count: long(settings.tolerated_failure_count),
        item_counts: counts(&described.item_counts, was_redriven),
        execution_counts: counts(&described.execution_counts, was_redriven),
        redrive_count: Some(i32::try_from(described.redrive_count).unwrap_or(i32::MAX)),
        redrive_date: described.redrive_date.map(Into::into),
    })
}

fn counts(counts: &MapRunCounts, was_redriven: bool) -> wire::MapRunCounts {
    wire::MapRunCounts {
        pending: long(counts.pending),
        running: long(counts.running),
        succeeded: long(counts.succeeded),
        failed: long(counts.failed),
        timed_out: long(counts.timed_out),
        aborted: long(counts.aborted),
        total: long(counts.total),
        results_written: long(counts.results_written),
        failures_not_redrivable: was_redriven.then(|| long(counts.failures_not_redrivable)),
        pending_redrive: was_redriven.then(|| long(counts.pending_redrive)),
    }
}

fn long(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
