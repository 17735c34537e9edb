//! Connections. One form of the parameters serves requests, replies (without what is secret), the sealed row, and the
//! rooms of the house.

use aws::EpochSeconds;

use super::is_name;

aws::string_enums! {
    pub(crate) enum ConnectionAuthorizationType {
        Basic = "BASIC",
        OauthClientCredentials = "OAUTH_CLIENT_CREDENTIALS",
        ApiKey = "API_KEY",
    }
    pub(crate) enum ConnectionState {
        Creating = "CREATING",
        Updating = "UPDATING",
        Deleting = "DELETING",
        Authorized = "AUTHORIZED",
        Deauthorized = "DEAUTHORIZED",
        Authorizing = "AUTHORIZING",
        Deauthorizing = "DEAUTHORIZING",
        Active = "ACTIVE",
        FailedConnectivity = "FAILED_CONNECTIVITY",
    }
    pub(crate) enum ConnectionOAuthHttpMethod { Get = "GET", Post = "POST", Put = "PUT" }
}

aws::structures! { Pascal;
    pub(crate) struct CreateConnectionInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional description: String [length(0, 512)],
        required authorization_type: ConnectionAuthorizationType,
        required auth_parameters: AuthParameters,
        optional kms_key_identifier: String [length(0, 2048)],
    }
    pub(crate) struct UpdateConnectionInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional description: String [length(0, 512)],
        optional authorization_type: ConnectionAuthorizationType,
        optional auth_parameters: AuthParameters,
        optional kms_key_identifier: String [length(0, 2048)],
    }
    pub(crate) struct AuthParameters {
        optional basic_auth_parameters: BasicAuthParameters,
        optional o_auth_parameters: OAuthParameters,
        optional api_key_auth_parameters: ApiKeyAuthParameters,
        optional invocation_http_parameters: ConnectionHttpParameters,
    }
    pub(crate) struct BasicAuthParameters {
        optional username: String [sensitive().length(1, 512)],
        optional password: String [sensitive().length(1, 512)],
    }
    pub(crate) struct OAuthParameters {
        optional client_parameters: ClientParameters,
        optional authorization_endpoint: String [length(1, 2048)],
        optional http_method: ConnectionOAuthHttpMethod,
        optional o_auth_http_parameters: ConnectionHttpParameters,
    }
    pub(crate) struct ClientParameters {
        optional client_i_d: String [sensitive().length(1, 512)],
        optional client_secret: String [sensitive().length(1, 512)],
    }
    pub(crate) struct ApiKeyAuthParameters {
        optional api_key_name: String [sensitive().length(1, 512)],
        optional api_key_value: String [sensitive().length(1, 512)],
    }
    pub(crate) struct ConnectionHttpParameters {
        optional header_parameters: Vec<HttpParameter> [sensitive().length(0, 100)],
        optional query_string_parameters: Vec<HttpParameter> [sensitive().length(0, 100)],
        optional body_parameters: Vec<HttpParameter> [sensitive().length(0, 100)],
    }
    pub(crate) struct HttpParameter {
        optional key: String [sensitive().length(0, 512)],
        optional value: String [sensitive().length(0, 512)],
        optional is_value_secret: bool,
    }
    /// Of the operations that change a connection.
    pub(crate) struct ConnectionOutput {
        required connection_arn: String,
        required connection_state: ConnectionState,
        required creation_time: EpochSeconds,
        required last_modified_time: EpochSeconds,
        optional last_authorized_time: EpochSeconds,
    }
    /// Of the operations that are about one connection and say no more.
    pub(crate) struct ConnectionInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
    }
    pub(crate) struct DescribeConnectionOutput {
        required connection_arn: String,
        required name: String,
        optional description: String,
        required connection_state: ConnectionState,
        required authorization_type: ConnectionAuthorizationType,
        required secret_arn: String,
        optional kms_key_identifier: String,
        required auth_parameters: AuthParameters,
        required creation_time: EpochSeconds,
        required last_modified_time: EpochSeconds,
        optional last_authorized_time: EpochSeconds,
    }
    pub(crate) struct ListConnectionsInput {
        optional name_prefix: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional connection_state: ConnectionState,
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListConnectionsOutput {
        required connections: Vec<Connection>,
        optional next_token: String,
    }
    pub(crate) struct Connection {
        required connection_arn: String,
        required name: String,
        required connection_state: ConnectionState,
        required authorization_type: ConnectionAuthorizationType,
        required creation_time: EpochSeconds,
        required last_modified_time: EpochSeconds,
        optional last_authorized_time: EpochSeconds,
    }

    /// Between rooms only; not an operation of AWS.
    pub(crate) struct RetrieveConnectionSecretsInput {
        required connection_arn: String [length(1, 1600)],
    }
    pub(crate) struct RetrieveConnectionSecretsOutput {
        required authorization_type: ConnectionAuthorizationType,
        required auth_parameters: AuthParameters,
    }
}
