//! Targets of rules. A target is also kept in this form, which is AWS's own and so can only grow.

use std::collections::BTreeMap;

use super::{DeadLetterConfig, Tag, is_name};

aws::structures! { Pascal;
    pub(crate) struct PutTargetsInput {
        required rule: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional event_bus_name: String [length(1, 1600)],
        required targets: Vec<Target> [sensitive().length(1, 100)],
    }
    #[derive(Default)]
    pub(crate) struct Target {
        required id: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        required arn: String [length(1, 1600)],
        optional role_arn: String [length(1, 1600)],
        optional input: String [length(0, 8192)],
        optional input_path: String [length(0, 256)],
        optional input_transformer: InputTransformer,
        optional kinesis_parameters: KinesisParameters,
        optional run_command_parameters: RunCommandParameters,
        optional ecs_parameters: EcsParameters,
        optional batch_parameters: BatchParameters,
        optional sqs_parameters: SqsParameters,
        optional http_parameters: HttpParameters,
        optional redshift_data_parameters: RedshiftDataParameters,
        optional sage_maker_pipeline_parameters: SageMakerPipelineParameters,
        optional dead_letter_config: DeadLetterConfig,
        optional retry_policy: RetryPolicy,
        optional app_sync_parameters: AppSyncParameters,
    }
    pub(crate) struct InputTransformer {
        optional input_paths_map: BTreeMap<String, String> [length(0, 100)],
        required input_template: String [length(1, 8192)],
    }
    pub(crate) struct RetryPolicy {
        optional maximum_retry_attempts: i32 [range(0, 185)],
        optional maximum_event_age_in_seconds: i32 [range(60, 86400)],
    }
    pub(crate) struct SqsParameters {
        optional message_group_id: String,
    }
    pub(crate) struct KinesisParameters {
        required partition_key_path: String [length(0, 256)],
    }
    pub(crate) struct RunCommandParameters {
        required run_command_targets: Vec<RunCommandTarget> [length(1, 5)],
    }
    pub(crate) struct RunCommandTarget {
        required key: String [length(1, 128)],
        required values: Vec<String> [length(1, 50)],
    }
    pub(crate) struct EcsParameters {
        required task_definition_arn: String [length(1, 1600)],
        optional task_count: i32 [range(1, i32::MAX)],
        optional launch_type: String,
        optional network_configuration: NetworkConfiguration,
        optional platform_version: String,
        optional group: String,
        optional capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
        optional enable_e_c_s_managed_tags: bool,
        optional enable_execute_command: bool,
        optional placement_constraints: Vec<PlacementConstraint>,
        optional placement_strategy: Vec<PlacementStrategy>,
        optional propagate_tags: String,
        optional reference_id: String [length(0, 1024)],
        optional tags: Vec<Tag>,
    }
    pub(crate) struct AwsVpcConfiguration {
        required subnets: Vec<String>,
        optional security_groups: Vec<String>,
        optional assign_public_ip: String,
    }
    pub(crate) struct BatchParameters {
        required job_definition: String,
        required job_name: String,
        optional array_properties: BatchArrayProperties,
        optional retry_strategy: BatchRetryStrategy,
    }
    pub(crate) struct BatchArrayProperties {
        optional size: i32,
    }
    pub(crate) struct BatchRetryStrategy {
        optional attempts: i32,
    }
    pub(crate) struct HttpParameters {
        optional path_parameter_values: Vec<String>,
        optional header_parameters: BTreeMap<String, String>,
        optional query_string_parameters: BTreeMap<String, String>,
    }
    pub(crate) struct RedshiftDataParameters {
        optional secret_manager_arn: String [length(1, 1600)],
        required database: String [length(1, 64)],
        optional db_user: String [length(1, 128)],
        optional sql: String [length(1, 100_000)],
        optional statement_name: String [length(1, 500)],
        optional with_event: bool,
        optional sqls: Vec<String> [length(0, 40)],
    }
    pub(crate) struct SageMakerPipelineParameters {
        optional pipeline_parameter_list: Vec<SageMakerPipelineParameter> [length(0, 200)],
    }
    pub(crate) struct SageMakerPipelineParameter {
        required name: String [length(1, 256)],
        required value: String [length(0, 1024)],
    }
    pub(crate) struct AppSyncParameters {
        optional graph_q_l_operation: String [length(1, 1_048_576)],
    }

    pub(crate) struct PutTargetsOutput {
        required failed_entry_count: i32,
        required failed_entries: Vec<TargetsResultEntry>,
    }
    pub(crate) struct TargetsResultEntry {
        optional target_id: String,
        optional error_code: String,
        optional error_message: String,
    }
    pub(crate) struct RemoveTargetsInput {
        required rule: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional event_bus_name: String [length(1, 1600)],
        required ids: Vec<String> [length(1, 100)],
    }
    pub(crate) struct ListTargetsByRuleInput {
        required rule: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional event_bus_name: String [length(1, 1600)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListTargetsByRuleOutput {
        required targets: Vec<Target>,
        optional next_token: String,
    }
}

aws::structures! { Camel;
    pub(crate) struct NetworkConfiguration {
        optional awsvpc_configuration: AwsVpcConfiguration,
    }
    pub(crate) struct CapacityProviderStrategyItem {
        required capacity_provider: String [length(1, 255)],
        optional weight: i32 [range(0, 1000)],
        optional base: i32 [range(0, 100_000)],
    }
    pub(crate) struct PlacementConstraint {
        optional r#type: String,
        optional expression: String [length(0, 2000)],
    }
    pub(crate) struct PlacementStrategy {
        optional r#type: String,
        optional field: String [length(0, 255)],
    }
}
