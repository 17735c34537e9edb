//! Executions and their histories.

use std::collections::BTreeMap;

use aws::EpochSeconds;
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::{EncryptionConfiguration, IncludedData, LoggingConfiguration, TracingConfiguration};

aws::string_enums! {
    /// In the order in which AWS's sentence about any other text lists them (recorded).
    pub(crate) enum ExecutionStatus {
        Succeeded = "SUCCEEDED",
        TimedOut = "TIMED_OUT",
        PendingRedrive = "PENDING_REDRIVE",
        Aborted = "ABORTED",
        Failed = "FAILED",
        Running = "RUNNING",
    }
    pub(crate) enum SyncExecutionStatus {
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        TimedOut = "TIMED_OUT",
    }
    pub(crate) enum ExecutionRedriveFilter { Redriven = "REDRIVEN", NotRedriven = "NOT_REDRIVEN" }
    pub(crate) enum ExecutionRedriveStatus {
        Redrivable = "REDRIVABLE",
        NotRedrivable = "NOT_REDRIVABLE",
        RedrivableByMapRun = "REDRIVABLE_BY_MAP_RUN",
    }
}

aws::structures! { Camel;
    /// Whether an input or output stands beside it.
    pub(crate) struct DataDetails {
        required included: bool,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
    pub(crate) struct StartExecutionInput {
        required state_machine_arn: String [length(1, 256)],
        optional name: String [length(1, 80)],
        optional input: String [sensitive().length(0, 262_144)],
        optional trace_header: String [length(0, 256)],
    }
    pub(crate) struct StartExecutionOutput {
        required execution_arn: String,
        required start_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>
    pub(crate) struct StartSyncExecutionInput {
        required state_machine_arn: String [length(1, 256)],
        optional name: String [length(1, 80)],
        optional input: String [sensitive().length(0, 262_144)],
        optional trace_header: String [length(0, 256)],
        optional included_data: IncludedData,
    }
    pub(crate) struct StartSyncExecutionOutput {
        required execution_arn: String,
        required state_machine_arn: String,
        required name: String,
        required start_date: EpochSeconds,
        required stop_date: EpochSeconds,
        required status: SyncExecutionStatus,
        optional error: String,
        optional cause: String,
        optional input: String,
        optional input_details: DataDetails,
        optional output: String,
        optional output_details: DataDetails,
        optional trace_header: String,
        required billing_details: BillingDetails,
    }
    pub(crate) struct BillingDetails {
        required billed_memory_used_in_m_b: i64,
        required billed_duration_in_milliseconds: i64,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html>
    pub(crate) struct StopExecutionInput {
        required execution_arn: String [length(1, 256)],
        optional error: String [sensitive().length(0, 256)],
        optional cause: String [sensitive().length(0, 32_768)],
    }
    pub(crate) struct StopExecutionOutput {
        required stop_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html>
    pub(crate) struct RedriveExecutionInput {
        required execution_arn: String [length(1, 256)],
        optional client_token: String [length(1, 64)],
    }
    pub(crate) struct RedriveExecutionOutput {
        required redrive_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>
    pub(crate) struct DescribeExecutionInput {
        required execution_arn: String [length(1, 256)],
        optional included_data: IncludedData,
    }
    pub(crate) struct DescribeExecutionOutput {
        required execution_arn: String,
        required state_machine_arn: String,
        required name: String,
        required status: ExecutionStatus,
        required start_date: EpochSeconds,
        optional stop_date: EpochSeconds,
        optional input: String,
        optional input_details: DataDetails,
        optional output: String,
        optional output_details: DataDetails,
        optional trace_header: String,
        optional map_run_arn: String,
        optional error: String,
        optional cause: String,
        optional state_machine_version_arn: String,
        optional state_machine_alias_arn: String,
        optional redrive_count: i32,
        optional redrive_date: EpochSeconds,
        optional redrive_status: ExecutionRedriveStatus,
        optional redrive_status_reason: String,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html>
    pub(crate) struct DescribeStateMachineForExecutionInput {
        required execution_arn: String [length(1, 256)],
        optional included_data: IncludedData,
    }
    pub(crate) struct DescribeStateMachineForExecutionOutput {
        required state_machine_arn: String,
        required name: String,
        required definition: String,
        required role_arn: String,
        required update_date: EpochSeconds,
        required logging_configuration: LoggingConfiguration,
        required tracing_configuration: TracingConfiguration,
        optional map_run_arn: String,
        optional label: String,
        optional revision_id: String,
        required encryption_configuration: EncryptionConfiguration,
        optional variable_references: BTreeMap<String, Vec<String>>,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html>
    pub(crate) struct ListExecutionsInput {
        optional state_machine_arn: String [length(1, 256)],
        optional status_filter: ExecutionStatus,
        optional max_results: i32 [range(0, 1000)],
        optional next_token: String [length(1, 3096)],
        optional map_run_arn: String [length(1, 2000)],
        optional redrive_filter: ExecutionRedriveFilter,
    }
    pub(crate) struct ListExecutionsOutput {
        required executions: Vec<ExecutionListItem>,
        optional next_token: String,
    }
    pub(crate) struct ExecutionListItem {
        required execution_arn: String,
        required state_machine_arn: String,
        required name: String,
        required status: ExecutionStatus,
        required start_date: EpochSeconds,
        optional stop_date: EpochSeconds,
        optional map_run_arn: String,
        optional item_count: i32,
        optional state_machine_version_arn: String,
        optional state_machine_alias_arn: String,
        optional redrive_count: i32,
        optional redrive_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html>
    pub(crate) struct GetExecutionHistoryInput {
        required execution_arn: String [length(1, 256)],
        optional max_results: i32 [range(0, 1000)],
        optional reverse_order: bool,
        optional next_token: String [length(1, 1024)],
        optional include_execution_data: bool,
    }
}

/// Written by hand, because which members an event has depends on its type.
pub(crate) struct GetExecutionHistoryOutput {
    pub(crate) events: Vec<json::Value>,
    pub(crate) next_token: Option<String>,
}

impl Serialize for GetExecutionHistoryOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = |event: &json::Value| RawValue::from_string(event.to_string());
        let events: Vec<Box<RawValue>> =
            self.events.iter().map(raw).collect::<Result<_, _>>().map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("events", &events)?;
        if let Some(token) = &self.next_token {
            map.serialize_entry("nextToken", token)?;
        }
        map.end()
    }
}
