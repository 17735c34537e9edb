//! Map runs.

use aws::EpochSeconds;

aws::string_enums! {
    pub(crate) enum MapRunStatus {
        Running = "RUNNING",
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        Aborted = "ABORTED",
    }
}

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html>
    pub(crate) struct DescribeMapRunInput {
        required map_run_arn: String [length(1, 2000)],
    }
    pub(crate) struct DescribeMapRunOutput {
        required map_run_arn: String,
        required execution_arn: String,
        required status: MapRunStatus,
        required start_date: EpochSeconds,
        optional stop_date: EpochSeconds,
        required max_concurrency: i32,
        required tolerated_failure_percentage: f64,
        required tolerated_failure_count: i64,
        required item_counts: MapRunCounts,
        required execution_counts: MapRunCounts,
        optional redrive_count: i32,
        optional redrive_date: EpochSeconds,
    }
    /// `MapRunItemCounts` and `MapRunExecutionCounts`, which have the same members.
    pub(crate) struct MapRunCounts {
        required pending: i64,
        required running: i64,
        required succeeded: i64,
        required failed: i64,
        required timed_out: i64,
        required aborted: i64,
        required total: i64,
        required results_written: i64,
        optional failures_not_redrivable: i64,
        optional pending_redrive: i64,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html>
    pub(crate) struct ListMapRunsInput {
        required execution_arn: String [length(1, 256)],
        optional max_results: i32 [range(0, 1000)],
        optional next_token: String [length(1, 1024)],
    }
    pub(crate) struct ListMapRunsOutput {
        required map_runs: Vec<MapRunListItem>,
        optional next_token: String,
    }
    pub(crate) struct MapRunListItem {
        required execution_arn: String,
        required map_run_arn: String,
        required state_machine_arn: String,
        required start_date: EpochSeconds,
        optional stop_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html>
    pub(crate) struct UpdateMapRunInput {
        required map_run_arn: String [length(1, 2000)],
        optional max_concurrency: i32 [range(0, i32::MAX)],
        optional tolerated_failure_percentage: f64 [range(0.0, 100.0)],
        optional tolerated_failure_count: i64 [range(0, i64::MAX)],
    }
}
