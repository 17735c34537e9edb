//! Invocations, and how asynchronous ones are tried.

use aws::EpochSeconds;

use super::{FUNCTION_NAME, names_a_function};

aws::string_enums! {
    pub(crate) enum InvocationType {
        Event = "Event",
        RequestResponse = "RequestResponse",
        DryRun = "DryRun",
    }
    pub(crate) enum LogType { None = "None", Tail = "Tail" }
}

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
    pub(crate) struct InvokeInput {
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional invocation_type: InvocationType,
        optional log_type: LogType,
        optional client_context: String,
        /// Base64, as all blobs.
        optional payload: String [sensitive()],
        optional qualifier: String [length(1, 128)],
    }
    pub(crate) struct InvokeOutput {
        required status_code: i32,
        optional function_error: String,
        optional log_result: String,
        optional payload: String,
        optional executed_version: String,
    }

    pub(crate) struct DestinationConfig {
        optional on_success: Destination,
        optional on_failure: Destination,
    }
    pub(crate) struct Destination {
        optional destination: String [length(0, 350)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>
    pub(crate) struct EventInvokeConfigInput {
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional qualifier: String [length(1, 128)],
        optional maximum_retry_attempts: i32 [range(0, 2)],
        optional maximum_event_age_in_seconds: i32 [range(60, 21600)],
        optional destination_config: DestinationConfig,
    }
    pub(crate) struct FunctionEventInvokeConfig {
        required last_modified: EpochSeconds,
        required function_arn: String,
        optional maximum_retry_attempts: i32,
        optional maximum_event_age_in_seconds: i32,
        required destination_config: DestinationConfig,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html>
    pub(crate) struct ListFunctionEventInvokeConfigsInput {
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional marker: String,
        optional max_items: i32 [range(1, 50)],
    }
    pub(crate) struct ListFunctionEventInvokeConfigsOutput {
        required function_event_invoke_configs: Vec<FunctionEventInvokeConfig>,
        optional next_marker: String,
    }
}
