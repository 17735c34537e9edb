//! Event APIs and channel namespaces.

use std::collections::BTreeMap;

use aws::EpochSeconds;

use super::{
    API_NAME, AuthenticationType, LambdaAuthorizerConfig, NAMESPACE, OpenIdConnectConfig,
    is_api_name, is_namespace,
};

aws::string_enums! {
    pub(crate) enum EventLogLevel {
        None = "NONE",
        Error = "ERROR",
        All = "ALL",
        Info = "INFO",
        Debug = "DEBUG",
    }
    pub(crate) enum HandlerBehavior { Code = "CODE", Direct = "DIRECT" }
    pub(crate) enum InvokeType { RequestResponse = "REQUEST_RESPONSE", Event = "EVENT" }
}

aws::structures! { Camel;
    pub(crate) struct CognitoConfig {
        required user_pool_id: String,
        required aws_region: String,
        optional app_id_client_regex: String,
    }
    pub(crate) struct AuthProvider {
        required auth_type: AuthenticationType,
        optional cognito_config: CognitoConfig,
        optional open_i_d_connect_config: OpenIdConnectConfig,
        optional lambda_authorizer_config: LambdaAuthorizerConfig,
    }
    pub(crate) struct AuthMode {
        required auth_type: AuthenticationType,
    }
    pub(crate) struct EventLogConfig {
        required log_level: EventLogLevel,
        required cloud_watch_logs_role_arn: String,
    }
    pub(crate) struct EventConfig {
        required auth_providers: Vec<AuthProvider>,
        required connection_auth_modes: Vec<AuthMode>,
        required default_publish_auth_modes: Vec<AuthMode>,
        required default_subscribe_auth_modes: Vec<AuthMode>,
        optional log_config: EventLogConfig,
    }
    pub(crate) struct Api {
        required api_id: String,
        required name: String,
        optional owner_contact: String,
        optional tags: BTreeMap<String, String>,
        optional dns: BTreeMap<String, String>,
        required api_arn: String,
        required created: EpochSeconds,
        optional xray_enabled: bool,
        optional waf_web_acl_arn: String,
        required event_config: EventConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateApi.html>
    pub(crate) struct CreateApiInput {
        required name: String [length(1, 50).pattern(API_NAME, is_api_name)],
        optional owner_contact: String,
        optional tags: BTreeMap<String, String> [length(1, 50)],
        required event_config: EventConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateApi.html>
    pub(crate) struct UpdateApiInput {
        required api_id: String,
        required name: String [length(1, 50).pattern(API_NAME, is_api_name)],
        optional owner_contact: String,
        required event_config: EventConfig,
    }
    pub(crate) struct ApiOutput {
        required api: Api,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListApis.html>
    pub(crate) struct ListApisInput {
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
    pub(crate) struct ListApisOutput {
        required apis: Vec<Api>,
        optional next_token: String,
    }
    pub(crate) struct LambdaConfig {
        optional invoke_type: InvokeType,
    }
    pub(crate) struct Integration {
        required data_source_name: String,
        optional lambda_config: LambdaConfig,
    }
    pub(crate) struct HandlerConfig {
        required behavior: HandlerBehavior,
        required integration: Integration,
    }
    pub(crate) struct HandlerConfigs {
        optional on_publish: HandlerConfig,
        optional on_subscribe: HandlerConfig,
    }
    pub(crate) struct ChannelNamespace {
        required api_id: String,
        required name: String,
        optional subscribe_auth_modes: Vec<AuthMode>,
        optional publish_auth_modes: Vec<AuthMode>,
        optional code_handlers: String,
        optional tags: BTreeMap<String, String>,
        required channel_namespace_arn: String,
        required created: EpochSeconds,
        required last_modified: EpochSeconds,
        optional handler_configs: HandlerConfigs,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateChannelNamespace.html>
    pub(crate) struct CreateChannelNamespaceInput {
        required api_id: String,
        required name: String [length(1, 50).pattern(NAMESPACE, is_namespace)],
        optional subscribe_auth_modes: Vec<AuthMode>,
        optional publish_auth_modes: Vec<AuthMode>,
        optional code_handlers: String [length(1, 32_768)],
        optional tags: BTreeMap<String, String> [length(1, 50)],
        optional handler_configs: HandlerConfigs,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateChannelNamespace.html>
    pub(crate) struct UpdateChannelNamespaceInput {
        required api_id: String,
        required name: String [length(1, 50).pattern(NAMESPACE, is_namespace)],
        optional subscribe_auth_modes: Vec<AuthMode>,
        optional publish_auth_modes: Vec<AuthMode>,
        optional code_handlers: String [length(1, 32_768)],
        optional handler_configs: HandlerConfigs,
    }
    pub(crate) struct ChannelNamespaceInput {
        required api_id: String,
        required name: String [length(1, 50).pattern(NAMESPACE, is_namespace)],
    }
    pub(crate) struct ChannelNamespaceOutput {
        required channel_namespace: ChannelNamespace,
    }
    pub(crate) struct ListChannelNamespacesOutput {
        required channel_namespaces: Vec<ChannelNamespace>,
        optional next_token: String,
    }
}
