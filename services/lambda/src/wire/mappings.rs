//! Event source mappings. `UUID` is spelled in capitals, so its letters are words of their own here.

use std::collections::BTreeMap;

use aws::EpochSeconds;

use super::{DestinationConfig, FUNCTION_NAME, names_a_function};

aws::string_enums! {
    pub(crate) enum EventSourcePosition {
        TrimHorizon = "TRIM_HORIZON",
        Latest = "LATEST",
        AtTimestamp = "AT_TIMESTAMP",
    }
    pub(crate) enum FunctionResponseType { ReportBatchItemFailures = "ReportBatchItemFailures" }
}

aws::structures! { Pascal;
    pub(crate) struct FilterCriteria {
        optional filters: Vec<Filter>,
    }
    pub(crate) struct Filter {
        optional pattern: String [length(0, 4096)],
    }
    pub(crate) struct ScalingConfig {
        optional maximum_concurrency: i32 [range(2, 1000)],
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
    pub(crate) struct CreateEventSourceMappingInput {
        optional event_source_arn: String,
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional enabled: bool,
        optional batch_size: i32 [range(1, 10000)],
        optional filter_criteria: FilterCriteria,
        optional maximum_batching_window_in_seconds: i32 [range(0, 300)],
        optional function_response_types: Vec<FunctionResponseType> [length(0, 1)],
        optional scaling_config: ScalingConfig,
        optional starting_position: EventSourcePosition,
        optional maximum_retry_attempts: i32 [range(-1, 10000)],
        optional maximum_record_age_in_seconds: i32 [range(-1, 604800)],
        optional bisect_batch_on_function_error: bool,
        optional parallelization_factor: i32 [range(1, 10)],
        optional destination_config: DestinationConfig,
        optional tumbling_window_in_seconds: i32 [range(0, 900)],
        optional tags: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html>
    pub(crate) struct UpdateEventSourceMappingInput {
        required u_u_i_d: String,
        optional function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional enabled: bool,
        optional batch_size: i32 [range(1, 10000)],
        optional filter_criteria: FilterCriteria,
        optional maximum_batching_window_in_seconds: i32 [range(0, 300)],
        optional function_response_types: Vec<FunctionResponseType> [length(0, 1)],
        optional scaling_config: ScalingConfig,
        optional maximum_retry_attempts: i32 [range(-1, 10000)],
        optional maximum_record_age_in_seconds: i32 [range(-1, 604800)],
        optional bisect_batch_on_function_error: bool,
        optional parallelization_factor: i32 [range(1, 10)],
        optional destination_config: DestinationConfig,
        optional tumbling_window_in_seconds: i32 [range(0, 900)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html>
    pub(crate) struct EventSourceMappingInput {
        required u_u_i_d: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html>
    pub(crate) struct EventSourceMappingConfiguration {
        required u_u_i_d: String,
        required batch_size: i32,
        required maximum_batching_window_in_seconds: i32,
        optional starting_position: String,
        optional maximum_retry_attempts: i32,
        optional maximum_record_age_in_seconds: i32,
        optional bisect_batch_on_function_error: bool,
        optional parallelization_factor: i32,
        optional destination_config: DestinationConfig,
        optional tumbling_window_in_seconds: i32,
        required event_source_arn: String,
        required event_source_mapping_arn: String,
        required function_arn: String,
        required last_modified: EpochSeconds,
        required state: String,
        required state_transition_reason: String,
        optional filter_criteria: FilterCriteria,
        optional function_response_types: Vec<FunctionResponseType>,
        optional scaling_config: ScalingConfig,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html>
    pub(crate) struct ListEventSourceMappingsInput {
        optional event_source_arn: String,
        optional function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional marker: String,
        optional max_items: i32 [range(1, 10000)],
    }
    pub(crate) struct ListEventSourceMappingsOutput {
        required event_source_mappings: Vec<EventSourceMappingConfiguration>,
        optional next_marker: String,
    }
}
