//! Resolvers and functions.

use super::{NAME, is_name};

aws::string_enums! {
    pub(crate) enum ResolverKind { Unit = "UNIT", Pipeline = "PIPELINE" }
    pub(crate) enum ConflictDetectionType { Version = "VERSION", None = "NONE" }
    pub(crate) enum ConflictHandlerType {
        OptimisticConcurrency = "OPTIMISTIC_CONCURRENCY",
        Lambda = "LAMBDA",
        Automerge = "AUTOMERGE",
        None = "NONE",
    }
    pub(crate) enum RuntimeName { AppSyncJs = "APPSYNC_JS" }
    pub(crate) enum ResolverLevelMetricsConfig { Enabled = "ENABLED", Disabled = "DISABLED" }
}

aws::structures! { Camel;
    pub(crate) struct AppSyncRuntime {
        required name: RuntimeName,
        required runtime_version: String,
    }
    pub(crate) struct LambdaConflictHandlerConfig {
        optional lambda_conflict_handler_arn: String,
    }
    pub(crate) struct SyncConfig {
        optional conflict_handler: ConflictHandlerType,
        optional conflict_detection: ConflictDetectionType,
        optional lambda_conflict_handler_config: LambdaConflictHandlerConfig,
    }
    pub(crate) struct CachingConfig {
        required ttl: i64,
        optional caching_keys: Vec<String>,
    }
    pub(crate) struct PipelineConfig {
        optional functions: Vec<String>,
    }
    pub(crate) struct Resolver {
        required type_name: String,
        required field_name: String,
        optional data_source_name: String,
        required resolver_arn: String,
        optional request_mapping_template: String,
        optional response_mapping_template: String,
        required kind: ResolverKind,
        optional pipeline_config: PipelineConfig,
        optional sync_config: SyncConfig,
        optional caching_config: CachingConfig,
        optional max_batch_size: i32,
        optional runtime: AppSyncRuntime,
        optional code: String,
        optional metrics_config: ResolverLevelMetricsConfig,
    }
    pub(crate) struct ResolverInput {
        required api_id: String,
        required type_name: String [length(1, 65_536).pattern(NAME, is_name)],
        required field_name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional data_source_name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional request_mapping_template: String [length(1, 65_536)],
        optional response_mapping_template: String [length(1, 65_536)],
        optional kind: ResolverKind,
        optional pipeline_config: PipelineConfig,
        optional sync_config: SyncConfig,
        optional caching_config: CachingConfig,
        optional max_batch_size: i32 [range(0, 2000)],
        optional runtime: AppSyncRuntime,
        optional code: String [length(1, 32_768)],
        optional metrics_config: ResolverLevelMetricsConfig,
    }
    pub(crate) struct ResolverOutput {
        required resolver: Resolver,
    }
    pub(crate) struct FieldInput {
        required api_id: String,
        required type_name: String [length(1, 65_536).pattern(NAME, is_name)],
        required field_name: String [length(1, 65_536).pattern(NAME, is_name)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListResolvers.html>
    pub(crate) struct ListResolversInput {
        required api_id: String,
        required type_name: String,
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
    pub(crate) struct ListResolversOutput {
        required resolvers: Vec<Resolver>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListResolversByFunction.html>
    pub(crate) struct ListResolversByFunctionInput {
        required api_id: String,
        required function_id: String,
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
    pub(crate) struct FunctionConfiguration {
        required function_id: String,
        required function_arn: String,
        required name: String,
        optional description: String,
        required data_source_name: String,
        optional request_mapping_template: String,
        optional response_mapping_template: String,
        required function_version: String,
        optional sync_config: SyncConfig,
        optional max_batch_size: i32,
        optional runtime: AppSyncRuntime,
        optional code: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateFunction.html>
    pub(crate) struct CreateFunctionInput {
        required api_id: String,
        required name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional description: String,
        required data_source_name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional request_mapping_template: String [length(1, 65_536)],
        optional response_mapping_template: String [length(1, 65_536)],
        optional function_version: String,
        optional sync_config: SyncConfig,
        optional max_batch_size: i32 [range(0, 2000)],
        optional runtime: AppSyncRuntime,
        optional code: String [length(1, 32_768)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateFunction.html>
    pub(crate) struct UpdateFunctionInput {
        required api_id: String,
        required name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional description: String,
        required function_id: String [length(1, 65_536).pattern(NAME, is_name)],
        required data_source_name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional request_mapping_template: String [length(1, 65_536)],
        optional response_mapping_template: String [length(1, 65_536)],
        optional function_version: String,
        optional sync_config: SyncConfig,
        optional max_batch_size: i32 [range(0, 2000)],
        optional runtime: AppSyncRuntime,
        optional code: String [length(1, 32_768)],
    }
    pub(crate) struct FunctionOutput {
        required function_configuration: FunctionConfiguration,
    }
    pub(crate) struct FunctionInput {
        required api_id: String,
        required function_id: String [length(1, 65_536).pattern(NAME, is_name)],
    }
    pub(crate) struct ListFunctionsOutput {
        required functions: Vec<FunctionConfiguration>,
        optional next_token: String,
    }
}
