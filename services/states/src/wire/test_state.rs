//! TestState.

aws::string_enums! {
    pub(crate) enum InspectionLevel { Info = "INFO", Debug = "DEBUG", Trace = "TRACE" }
    pub(crate) enum TestExecutionStatus {
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        Retriable = "RETRIABLE",
        CaughtError = "CAUGHT_ERROR",
    }
    pub(crate) enum MockResponseValidationMode {
        Strict = "STRICT",
        Present = "PRESENT",
        None = "NONE",
    }
}

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html>
    pub(crate) struct TestStateInput {
        required definition: String [sensitive().length(1, 1_048_576)],
        optional role_arn: String [length(1, 256)],
        optional input: String [sensitive().length(0, 262_144)],
        optional inspection_level: InspectionLevel,
        optional reveal_secrets: bool,
        optional variables: String [sensitive().length(0, 262_144)],
        optional state_name: String [sensitive().length(1, 80)],
        optional mock: MockInput,
        optional context: String [sensitive().length(0, 262_144)],
        optional state_configuration: TestStateConfiguration,
    }
    pub(crate) struct MockInput {
        optional result: String [sensitive().length(0, 262_144)],
        optional error_output: MockErrorOutput,
        optional field_validation_mode: MockResponseValidationMode,
    }
    pub(crate) struct MockErrorOutput {
        optional error: String [sensitive().length(0, 256)],
        optional cause: String [sensitive().length(0, 32_768)],
    }
    pub(crate) struct TestStateConfiguration {
        optional retrier_retry_count: i32 [range(0, i32::MAX)],
        optional error_caused_by_state: String [sensitive().length(1, 80)],
        optional map_iteration_failure_count: i32 [range(0, i32::MAX)],
        optional map_item_reader_data: String [sensitive().length(0, 1_048_576)],
    }
    pub(crate) struct TestStateOutput {
        optional output: String,
        optional error: String,
        optional cause: String,
        optional inspection_data: InspectionData,
        optional next_state: String,
        required status: TestExecutionStatus,
    }
    /// Without the members of what this house doesn't do yet: HTTP tasks (`request`, `response`) and the batches and
    /// readers of Distributed Map (`afterItemBatcher`, `afterItemsPointer`).
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html>
    pub(crate) struct InspectionData {
        optional input: String,
        optional after_arguments: String,
        optional after_input_path: String,
        optional after_parameters: String,
        optional result: String,
        optional after_result_selector: String,
        optional after_result_path: String,
        optional variables: String,
        optional error_details: InspectionErrorDetails,
        optional after_items_path: String,
        optional after_item_selector: String,
        optional tolerated_failure_count: i32,
        optional tolerated_failure_percentage: f64,
        optional max_concurrency: i32,
    }
    pub(crate) struct InspectionErrorDetails {
        optional catch_index: i32,
        optional retry_index: i32,
        optional retry_backoff_interval_seconds: i32,
    }
}
