//! Data sources, and what they say of themselves.

use serde::Serialize;
use serde_json::Value;

use super::{CLUSTER, NAME, SECRET, is_cluster, is_name, is_secret};

aws::string_enums! {
    pub(crate) enum DataSourceType {
        AwsLambda = "AWS_LAMBDA",
        AmazonDynamodb = "AMAZON_DYNAMODB",
        AmazonElasticsearch = "AMAZON_ELASTICSEARCH",
        None = "NONE",
        Http = "HTTP",
        RelationalDatabase = "RELATIONAL_DATABASE",
        AmazonOpensearchService = "AMAZON_OPENSEARCH_SERVICE",
        AmazonEventbridge = "AMAZON_EVENTBRIDGE",
        AmazonBedrockRuntime = "AMAZON_BEDROCK_RUNTIME",
    }
    pub(crate) enum RelationalDatabaseSourceType { RdsHttpEndpoint = "RDS_HTTP_ENDPOINT" }
    pub(crate) enum AuthorizationType { AwsIam = "AWS_IAM" }
    pub(crate) enum DataSourceLevelMetricsConfig { Enabled = "ENABLED", Disabled = "DISABLED" }
    pub(crate) enum DataSourceIntrospectionStatus {
        Processing = "PROCESSING",
        Failed = "FAILED",
        Success = "SUCCESS",
    }
}

aws::structures! { Camel;
    pub(crate) struct DeltaSyncConfig {
        optional base_table_t_t_l: i64,
        optional delta_sync_table_name: String,
        optional delta_sync_table_t_t_l: i64,
    }
    pub(crate) struct DynamodbDataSourceConfig {
        required table_name: String,
        required aws_region: String,
        optional use_caller_credentials: bool,
        optional delta_sync_config: DeltaSyncConfig,
        optional versioned: bool,
    }
    pub(crate) struct LambdaDataSourceConfig {
        required lambda_function_arn: String,
    }
    pub(crate) struct ElasticsearchDataSourceConfig {
        required endpoint: String,
        required aws_region: String,
    }
    pub(crate) struct OpenSearchServiceDataSourceConfig {
        required endpoint: String,
        required aws_region: String,
    }
    pub(crate) struct AwsIamConfig {
        optional signing_region: String,
        optional signing_service_name: String,
    }
    pub(crate) struct AuthorizationConfig {
        required authorization_type: AuthorizationType,
        optional aws_iam_config: AwsIamConfig,
    }
    pub(crate) struct HttpDataSourceConfig {
        optional endpoint: String,
        optional authorization_config: AuthorizationConfig,
    }
    pub(crate) struct RdsHttpEndpointConfig {
        optional aws_region: String,
        optional db_cluster_identifier: String,
        optional database_name: String,
        optional schema: String,
        optional aws_secret_store_arn: String,
    }
    pub(crate) struct RelationalDatabaseDataSourceConfig {
        optional relational_database_source_type: RelationalDatabaseSourceType,
        optional rds_http_endpoint_config: RdsHttpEndpointConfig,
    }
    pub(crate) struct EventBridgeDataSourceConfig {
        required event_bus_arn: String,
    }
    pub(crate) struct DataSource {
        required data_source_arn: String,
        required name: String,
        optional description: String,
        required r#type: DataSourceType,
        optional service_role_arn: String,
        optional dynamodb_config: DynamodbDataSourceConfig,
        optional lambda_config: LambdaDataSourceConfig,
        optional elasticsearch_config: ElasticsearchDataSourceConfig,
        optional open_search_service_config: OpenSearchServiceDataSourceConfig,
        optional http_config: HttpDataSourceConfig,
        optional relational_database_config: RelationalDatabaseDataSourceConfig,
        optional event_bridge_config: EventBridgeDataSourceConfig,
        optional metrics_config: DataSourceLevelMetricsConfig,
    }
    pub(crate) struct DataSourceInput {
        required api_id: String,
        required name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional description: String,
        required r#type: DataSourceType,
        optional service_role_arn: String,
        optional dynamodb_config: DynamodbDataSourceConfig,
        optional lambda_config: LambdaDataSourceConfig,
        optional elasticsearch_config: ElasticsearchDataSourceConfig,
        optional open_search_service_config: OpenSearchServiceDataSourceConfig,
        optional http_config: HttpDataSourceConfig,
        optional relational_database_config: RelationalDatabaseDataSourceConfig,
        optional event_bridge_config: EventBridgeDataSourceConfig,
        optional metrics_config: DataSourceLevelMetricsConfig,
    }
    pub(crate) struct DataSourceOutput {
        required data_source: DataSource,
    }
    pub(crate) struct DataSourceNameInput {
        required api_id: String,
        required name: String [length(1, 65_536).pattern(NAME, is_name)],
    }
    pub(crate) struct ListDataSourcesOutput {
        required data_sources: Vec<DataSource>,
        optional next_token: String,
    }
    pub(crate) struct RdsDataApiConfig {
        required resource_arn: String [length(20, 2048).pattern(CLUSTER, is_cluster)],
        required secret_arn: String [length(20, 2048).pattern(SECRET, is_secret)],
        required database_name: String [length(1, 128)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_StartDataSourceIntrospection.html>
    pub(crate) struct StartDataSourceIntrospectionInput {
        optional rds_data_api_config: RdsDataApiConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_GetDataSourceIntrospection.html>
    pub(crate) struct GetDataSourceIntrospectionInput {
        required introspection_id: String,
        optional include_models_s_d_l: bool,
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
    pub(crate) struct StartDataSourceIntrospectionOutput {
        required introspection_id: String,
        required introspection_status: DataSourceIntrospectionStatus,
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetDataSourceIntrospectionOutput {
    pub(crate) introspection_id: String,
    pub(crate) introspection_status: DataSourceIntrospectionStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) introspection_status_detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) introspection_result: Option<IntrospectionResult>,
}

/// Models are kept as AWS describes them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntrospectionResult {
    pub(crate) models: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_token: Option<String>,
}
