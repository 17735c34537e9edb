//! API keys.

aws::structures! { Camel;
    pub(crate) struct ApiKey {
        required id: String,
        optional description: String,
        required expires: i64,
        required deletes: i64,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateApiKey.html>
    pub(crate) struct CreateApiKeyInput {
        required api_id: String,
        optional description: String,
        optional expires: i64,
    }
    pub(crate) struct ApiKeyOutput {
        required api_key: ApiKey,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateApiKey.html>
    pub(crate) struct UpdateApiKeyInput {
        required api_id: String,
        required id: String,
        optional description: String,
        optional expires: i64,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_DeleteApiKey.html>
    pub(crate) struct DeleteApiKeyInput {
        required api_id: String,
        required id: String,
    }
    pub(crate) struct ListApiKeysOutput {
        required api_keys: Vec<ApiKey>,
        optional next_token: String,
    }
}
