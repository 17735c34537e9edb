//! GraphQL APIs, their keys, environment variables, caches and tags.

use std::collections::BTreeMap;

use super::{RESOURCE, is_resource};

aws::string_enums! {
    pub(crate) enum AuthenticationType {
        ApiKey = "API_KEY",
        AwsIam = "AWS_IAM",
        AmazonCognitoUserPools = "AMAZON_COGNITO_USER_POOLS",
        OpenidConnect = "OPENID_CONNECT",
        AwsLambda = "AWS_LAMBDA",
    }
    pub(crate) enum DefaultAction { Allow = "ALLOW", Deny = "DENY" }
    pub(crate) enum FieldLogLevel {
        None = "NONE",
        Error = "ERROR",
        All = "ALL",
        Info = "INFO",
        Debug = "DEBUG",
    }
    pub(crate) enum GraphQLApiType { Graphql = "GRAPHQL", Merged = "MERGED" }
    pub(crate) enum GraphQLApiVisibility { Global = "GLOBAL", Private = "PRIVATE" }
    pub(crate) enum GraphQLApiIntrospectionConfig { Enabled = "ENABLED", Disabled = "DISABLED" }
    pub(crate) enum ResolverLevelMetricsBehavior {
        FullRequestResolverMetrics = "FULL_REQUEST_RESOLVER_METRICS",
        PerResolverMetrics = "PER_RESOLVER_METRICS",
    }
    pub(crate) enum DataSourceLevelMetricsBehavior {
        FullRequestDataSourceMetrics = "FULL_REQUEST_DATA_SOURCE_METRICS",
        PerDataSourceMetrics = "PER_DATA_SOURCE_METRICS",
    }
    pub(crate) enum OperationLevelMetricsConfig { Enabled = "ENABLED", Disabled = "DISABLED" }
    pub(crate) enum Ownership {
        CurrentAccount = "CURRENT_ACCOUNT",
        OtherAccounts = "OTHER_ACCOUNTS",
    }
}

aws::structures! { Camel;
    pub(crate) struct UserPoolConfig {
        required user_pool_id: String,
        required aws_region: String,
        required default_action: DefaultAction,
        optional app_id_client_regex: String,
    }
    pub(crate) struct CognitoUserPoolConfig {
        required user_pool_id: String,
        required aws_region: String,
        optional app_id_client_regex: String,
    }
    pub(crate) struct OpenIdConnectConfig {
        required issuer: String,
        optional client_id: String,
        optional iat_t_t_l: i64,
        optional auth_t_t_l: i64,
    }
    pub(crate) struct LambdaAuthorizerConfig {
        optional authorizer_result_ttl_in_seconds: i32 [range(0, 3600)],
        required authorizer_uri: String,
        optional identity_validation_expression: String,
    }
    pub(crate) struct AdditionalAuthenticationProvider {
        optional authentication_type: AuthenticationType,
        optional open_i_d_connect_config: OpenIdConnectConfig,
        optional user_pool_config: CognitoUserPoolConfig,
        optional lambda_authorizer_config: LambdaAuthorizerConfig,
    }
    pub(crate) struct LogConfig {
        required field_log_level: FieldLogLevel,
        required cloud_watch_logs_role_arn: String,
        optional exclude_verbose_content: bool,
    }
    pub(crate) struct EnhancedMetricsConfig {
        required resolver_level_metrics_behavior: ResolverLevelMetricsBehavior,
        required data_source_level_metrics_behavior: DataSourceLevelMetricsBehavior,
        required operation_level_metrics_config: OperationLevelMetricsConfig,
    }
    pub(crate) struct GraphqlApi {
        required name: String,
        required api_id: String,
        required authentication_type: AuthenticationType,
        optional log_config: LogConfig,
        optional user_pool_config: UserPoolConfig,
        optional open_i_d_connect_config: OpenIdConnectConfig,
        required arn: String,
        optional uris: BTreeMap<String, String>,
        optional tags: BTreeMap<String, String>,
        optional additional_authentication_providers: Vec<AdditionalAuthenticationProvider>,
        optional xray_enabled: bool,
        optional waf_web_acl_arn: String,
        optional lambda_authorizer_config: LambdaAuthorizerConfig,
        optional dns: BTreeMap<String, String>,
        optional visibility: GraphQLApiVisibility,
        optional api_type: GraphQLApiType,
        optional merged_api_execution_role_arn: String,
        optional owner: String,
        optional owner_contact: String,
        optional introspection_config: GraphQLApiIntrospectionConfig,
        optional query_depth_limit: i32,
        optional resolver_count_limit: i32,
        optional enhanced_metrics_config: EnhancedMetricsConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateGraphqlApi.html>
    pub(crate) struct CreateGraphqlApiInput {
        required name: String,
        optional log_config: LogConfig,
        required authentication_type: AuthenticationType,
        optional user_pool_config: UserPoolConfig,
        optional open_i_d_connect_config: OpenIdConnectConfig,
        optional tags: BTreeMap<String, String> [length(1, 50)],
        optional additional_authentication_providers: Vec<AdditionalAuthenticationProvider>,
        optional xray_enabled: bool,
        optional lambda_authorizer_config: LambdaAuthorizerConfig,
        optional api_type: GraphQLApiType,
        optional merged_api_execution_role_arn: String,
        optional visibility: GraphQLApiVisibility,
        optional owner_contact: String,
        optional introspection_config: GraphQLApiIntrospectionConfig,
        optional query_depth_limit: i32 [range(0, 75)],
        optional resolver_count_limit: i32 [range(0, 10_000)],
        optional enhanced_metrics_config: EnhancedMetricsConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateGraphqlApi.html>
    pub(crate) struct UpdateGraphqlApiInput {
        required api_id: String,
        required name: String,
        optional log_config: LogConfig,
        required authentication_type: AuthenticationType,
        optional user_pool_config: UserPoolConfig,
        optional open_i_d_connect_config: OpenIdConnectConfig,
        optional additional_authentication_providers: Vec<AdditionalAuthenticationProvider>,
        optional xray_enabled: bool,
        optional lambda_authorizer_config: LambdaAuthorizerConfig,
        optional merged_api_execution_role_arn: String,
        optional owner_contact: String,
        optional introspection_config: GraphQLApiIntrospectionConfig,
        optional query_depth_limit: i32 [range(0, 75)],
        optional resolver_count_limit: i32 [range(0, 10_000)],
        optional enhanced_metrics_config: EnhancedMetricsConfig,
    }
    pub(crate) struct GraphqlApiOutput {
        required graphql_api: GraphqlApi,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListGraphqlApis.html>
    pub(crate) struct ListGraphqlApisInput {
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
        optional api_type: GraphQLApiType,
        optional owner: Ownership,
    }
    pub(crate) struct ListGraphqlApisOutput {
        required graphql_apis: Vec<GraphqlApi>,
        optional next_token: String,
    }
    pub(crate) struct EnvironmentVariablesOutput {
        required environment_variables: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_PutGraphqlApiEnvironmentVariables.html>
    pub(crate) struct PutGraphqlApiEnvironmentVariablesInput {
        required api_id: String,
        required environment_variables: BTreeMap<String, String> [length(0, 50)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListTagsForResource.html>
    pub(crate) struct ListTagsForResourceInput {
        required resource_arn: String [length(70, 75).pattern(RESOURCE, is_resource)],
    }
    pub(crate) struct ListTagsForResourceOutput {
        required tags: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_TagResource.html>
    pub(crate) struct TagResourceInput {
        required resource_arn: String [length(70, 75).pattern(RESOURCE, is_resource)],
        required tags: BTreeMap<String, String> [length(1, 50)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UntagResource.html>
    pub(crate) struct UntagResourceInput {
        required resource_arn: String [length(70, 75).pattern(RESOURCE, is_resource)],
        required tag_keys: Vec<String> [length(1, 50)],
    }
}
