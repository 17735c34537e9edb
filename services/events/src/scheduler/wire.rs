//! What the operations take and give, as the service's model (`scheduler/2021-06-30`) declares it.

use aws::EpochSeconds;

use crate::wire::{
    DeadLetterConfig, EcsParameters, KinesisParameters, RetryPolicy, SageMakerPipelineParameters,
    SqsParameters, Tag,
};

/// `[0-9a-zA-Z-_.]+`
fn is_name(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}

aws::string_enums! {
    pub(crate) enum ScheduleState { Enabled = "ENABLED", Disabled = "DISABLED" }
    pub(crate) enum ScheduleGroupState { Active = "ACTIVE", Deleting = "DELETING" }
    pub(crate) enum ActionAfterCompletion { None = "NONE", Delete = "DELETE" }
    pub(crate) enum FlexibleTimeWindowMode { Off = "OFF", Flexible = "FLEXIBLE" }
}

aws::structures! { Pascal;
    /// Of CreateSchedule and UpdateSchedule; a schedule is also kept in this form, which is AWS's own and so can only grow.
    pub(crate) struct ScheduleInput {
        required name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        optional group_name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        required schedule_expression: String [length(1, 256)],
        optional start_date: EpochSeconds,
        optional end_date: EpochSeconds,
        optional description: String [length(0, 512)],
        optional schedule_expression_timezone: String [length(1, 50)],
        optional state: ScheduleState,
        optional kms_key_arn: String [length(1, 2048)],
        required target: ScheduleTarget,
        required flexible_time_window: FlexibleTimeWindow,
        optional action_after_completion: ActionAfterCompletion,
    }
    pub(crate) struct FlexibleTimeWindow {
        required mode: FlexibleTimeWindowMode,
        optional maximum_window_in_minutes: i32 [range(1, 1440)],
    }
    pub(crate) struct ScheduleTarget {
        required arn: String [length(1, 1600)],
        required role_arn: String [length(1, 1600)],
        optional dead_letter_config: DeadLetterConfig,
        optional retry_policy: RetryPolicy,
        optional input: String,
        optional ecs_parameters: EcsParameters,
        optional event_bridge_parameters: EventBridgeParameters,
        optional kinesis_parameters: KinesisParameters,
        optional sage_maker_pipeline_parameters: SageMakerPipelineParameters,
        optional sqs_parameters: SqsParameters,
    }
    pub(crate) struct EventBridgeParameters {
        required detail_type: String [length(1, 128)],
        required source: String [length(1, 256)],
    }
    pub(crate) struct ScheduleOutput {
        required schedule_arn: String,
    }
    /// Of the operations that are about one schedule and say no more.
    pub(crate) struct OneSchedule {
        required name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        optional group_name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
    }
    pub(crate) struct GetScheduleOutput {
        required arn: String,
        required group_name: String,
        required name: String,
        required schedule_expression: String,
        optional start_date: EpochSeconds,
        optional end_date: EpochSeconds,
        optional description: String,
        required schedule_expression_timezone: String,
        required state: ScheduleState,
        required creation_date: EpochSeconds,
        required last_modification_date: EpochSeconds,
        optional kms_key_arn: String,
        required target: ScheduleTarget,
        required flexible_time_window: FlexibleTimeWindow,
        required action_after_completion: ActionAfterCompletion,
    }
    pub(crate) struct ListSchedulesInput {
        optional group_name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        optional name_prefix: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        optional state: ScheduleState,
        optional next_token: String [length(1, 2048)],
        optional max_results: i32 [range(1, 100)],
    }
    pub(crate) struct ListSchedulesOutput {
        required schedules: Vec<ScheduleSummary>,
        optional next_token: String,
    }
    pub(crate) struct ScheduleSummary {
        required arn: String,
        required name: String,
        required group_name: String,
        required state: ScheduleState,
        required creation_date: EpochSeconds,
        required last_modification_date: EpochSeconds,
        required target: TargetSummary,
    }
    pub(crate) struct TargetSummary {
        required arn: String,
    }

    pub(crate) struct CreateScheduleGroupInput {
        required name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        optional tags: Vec<Tag> [length(0, 200)],
    }
    pub(crate) struct CreateScheduleGroupOutput {
        required schedule_group_arn: String,
    }
    /// Of the operations that are about one group and say no more.
    pub(crate) struct OneGroup {
        required name: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
    }
    /// As GetScheduleGroup and ListScheduleGroups show it.
    pub(crate) struct ScheduleGroup {
        required arn: String,
        required name: String,
        required state: ScheduleGroupState,
        optional creation_date: EpochSeconds,
        optional last_modification_date: EpochSeconds,
    }
    pub(crate) struct ListScheduleGroupsInput {
        optional name_prefix: String [length(1, 64).pattern("^[0-9a-zA-Z-_.]+$", is_name)],
        optional next_token: String [length(1, 2048)],
        optional max_results: i32 [range(1, 100)],
    }
    pub(crate) struct ListScheduleGroupsOutput {
        required schedule_groups: Vec<ScheduleGroup>,
        optional next_token: String,
    }

    pub(crate) struct TagsInput {
        required resource_arn: String [length(1, 1011)],
        required tags: Vec<Tag> [length(0, 200)],
    }
    pub(crate) struct UntagInput {
        required resource_arn: String [length(1, 1011)],
        required tag_keys: Vec<String> [length(0, 200)],
    }
    pub(crate) struct ListTagsInput {
        required resource_arn: String [length(1, 1011)],
    }
    pub(crate) struct ListTagsOutput {
        required tags: Vec<Tag>,
    }
}
