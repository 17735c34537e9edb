//! Functions and their versions.

use std::collections::BTreeMap;

use super::{FUNCTION_NAME, Layer, names_a_function};

const ROLE: &str = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+";

fn is_role(text: &str) -> bool {
    text.starts_with("arn:aws") && text.contains(":role/")
}

fn has_no_blank(text: &str) -> bool {
    !text.contains(char::is_whitespace)
}

aws::string_enums! {
    pub(crate) enum PackageType { Zip = "Zip", Image = "Image" }
    pub(crate) enum TracingMode { Active = "Active", PassThrough = "PassThrough" }
    pub(crate) enum Architecture { X86_64 = "x86_64", Arm64 = "arm64" }
    pub(crate) enum LogFormat { Json = "JSON", Text = "Text" }
    pub(crate) enum FunctionVersion { All = "ALL" }
}

aws::structures! { Pascal;
    pub(crate) struct FunctionCode {
        optional zip_file: String,
        optional s3_bucket: String [length(3, 63)],
        optional s3_key: String [length(1, 1024)],
        optional s3_object_version: String [length(1, 1024)],
        optional image_uri: String,
    }
    pub(crate) struct VpcConfig {
        optional subnet_ids: Vec<String> [length(0, 16)],
        optional security_group_ids: Vec<String> [length(0, 5)],
    }
    pub(crate) struct VpcConfigResponse {
        required subnet_ids: Vec<String>,
        required security_group_ids: Vec<String>,
        required vpc_id: String,
    }
    pub(crate) struct DeadLetterConfig {
        optional target_arn: String,
    }
    pub(crate) struct Environment {
        optional variables: BTreeMap<String, String>,
    }
    pub(crate) struct TracingConfig {
        optional mode: TracingMode,
    }
    pub(crate) struct TracingConfigResponse {
        required mode: TracingMode,
    }
    pub(crate) struct EphemeralStorage {
        required size: i32 [range(512, 10240)],
    }
    pub(crate) struct LoggingConfig {
        optional log_format: LogFormat,
        optional log_group: String [length(1, 512)],
    }
    pub(crate) struct SnapStartResponse {
        required apply_on: String,
        required optimization_status: String,
    }

    /// What can be configured when a function is made and later.
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
    pub(crate) struct CreateFunctionInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional runtime: String,
        required role: String [pattern(ROLE, is_role)],
        optional handler: String [length(0, 128).pattern(r"[^\s]+", has_no_blank)],
        required code: FunctionCode,
        optional description: String [length(0, 256)],
        optional timeout: i32 [range(1, 900)],
        optional memory_size: i32 [range(128, 10240)],
        optional publish: bool,
        optional vpc_config: VpcConfig,
        optional package_type: PackageType,
        optional dead_letter_config: DeadLetterConfig,
        optional environment: Environment,
        optional tracing_config: TracingConfig,
        optional tags: BTreeMap<String, String>,
        optional layers: Vec<String>,
        optional architectures: Vec<Architecture> [length(1, 1)],
        optional ephemeral_storage: EphemeralStorage,
        optional logging_config: LoggingConfig,
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>
    pub(crate) struct UpdateFunctionConfigurationInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional runtime: String,
        optional role: String [pattern(ROLE, is_role)],
        optional handler: String [length(0, 128).pattern(r"[^\s]+", has_no_blank)],
        optional description: String [length(0, 256)],
        optional timeout: i32 [range(1, 900)],
        optional memory_size: i32 [range(128, 10240)],
        optional vpc_config: VpcConfig,
        optional dead_letter_config: DeadLetterConfig,
        optional environment: Environment,
        optional tracing_config: TracingConfig,
        optional layers: Vec<String>,
        optional ephemeral_storage: EphemeralStorage,
        optional logging_config: LoggingConfig,
        optional revision_id: String,
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html>
    pub(crate) struct UpdateFunctionCodeInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional zip_file: String,
        optional s3_bucket: String [length(3, 63)],
        optional s3_key: String [length(1, 1024)],
        optional s3_object_version: String [length(1, 1024)],
        optional image_uri: String,
        optional architectures: Vec<Architecture> [length(1, 1)],
        optional publish: bool,
        optional dry_run: bool,
        optional revision_id: String,
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html>
    pub(crate) struct FunctionConfiguration {
        required function_name: String,
        required function_arn: String,
        required runtime: String,
        required role: String,
        required handler: String,
        required code_size: i64,
        required description: String,
        required timeout: i32,
        required memory_size: i32,
        required last_modified: String,
        required code_sha256: String,
        required version: String,
        optional vpc_config: VpcConfigResponse,
        optional dead_letter_config: DeadLetterConfig,
        optional environment: Environment,
        required tracing_config: TracingConfigResponse,
        required revision_id: String,
        required state: String,
        required last_update_status: String,
        required package_type: PackageType,
        required architectures: Vec<String>,
        required ephemeral_storage: EphemeralStorage,
        required snap_start: SnapStartResponse,
        optional layers: Vec<Layer>,
        required logging_config: LoggingConfig,
    }

    /// A function, or a version or an alias of it.
    pub(crate) struct QualifiedInput {
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        optional qualifier: String [length(1, 128)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>
    pub(crate) struct GetFunctionOutput {
        required configuration: FunctionConfiguration,
        required code: FunctionCodeLocation,
        optional tags: BTreeMap<String, String>,
        optional concurrency: Concurrency,
    }
    pub(crate) struct FunctionCodeLocation {
        required repository_type: String,
        optional location: String,
    }
    pub(crate) struct Concurrency {
        optional reserved_concurrent_executions: i32,
    }
    pub(crate) struct FunctionNameInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html>
    pub(crate) struct GetFunctionCodeSigningConfigOutput {
        required code_signing_config_arn: String,
        required function_name: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html>
    pub(crate) struct PutFunctionConcurrencyInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        required reserved_concurrent_executions: i32 [range(0, i32::MAX)],
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>
    pub(crate) struct ListFunctionsInput {
        optional master_region: String,
        optional function_version: FunctionVersion,
        optional marker: String,
        optional max_items: i32 [range(1, 10000)],
    }
    pub(crate) struct ListFunctionsOutput {
        required functions: Vec<FunctionConfiguration>,
        optional next_marker: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html>
    pub(crate) struct ListVersionsByFunctionInput {
        required function_name: String [length(1, 170).pattern(FUNCTION_NAME, names_a_function)],
        optional marker: String,
        optional max_items: i32 [range(1, 10000)],
    }
    pub(crate) struct ListVersionsByFunctionOutput {
        required versions: Vec<FunctionConfiguration>,
        optional next_marker: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html>
    pub(crate) struct PublishVersionInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional code_sha256: String,
        optional description: String [length(0, 256)],
        optional revision_id: String,
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html>
    pub(crate) struct GetAccountSettingsOutput {
        required account_limit: AccountLimit,
        required account_usage: AccountUsage,
    }
    pub(crate) struct AccountLimit {
        required total_code_size: i64,
        required code_size_unzipped: i64,
        required code_size_zipped: i64,
        required concurrent_executions: i32,
        required unreserved_concurrent_executions: i32,
    }
    pub(crate) struct AccountUsage {
        required total_code_size: i64,
        required function_count: i64,
    }
}
