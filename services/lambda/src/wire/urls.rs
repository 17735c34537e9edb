//! Function URLs.

use super::{FUNCTION_NAME, names_a_function};
use crate::arn::{LATEST, is_alias};

const QUALIFIER: &str = r"(^\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))";

fn is_qualifier(text: &str) -> bool {
    text == LATEST || is_alias(text)
}

aws::string_enums! {
    pub(crate) enum FunctionUrlAuthType { None = "NONE", AwsIam = "AWS_IAM" }
    pub(crate) enum InvokeMode { Buffered = "BUFFERED", ResponseStream = "RESPONSE_STREAM" }
}

aws::structures! { Pascal;
    pub(crate) struct Cors {
        optional allow_credentials: bool,
        optional allow_headers: Vec<String> [length(0, 100)],
        optional allow_methods: Vec<String> [length(0, 6)],
        optional allow_origins: Vec<String> [length(0, 100)],
        optional expose_headers: Vec<String> [length(0, 100)],
        optional max_age: i32 [range(0, 86_400)],
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html>
    pub(crate) struct CreateFunctionUrlConfigInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        required auth_type: FunctionUrlAuthType,
        optional qualifier: String [length(1, 128).pattern(QUALIFIER, is_qualifier)],
        optional cors: Cors,
        optional invoke_mode: InvokeMode,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html>
    pub(crate) struct UpdateFunctionUrlConfigInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional qualifier: String [length(1, 128).pattern(QUALIFIER, is_qualifier)],
        optional auth_type: FunctionUrlAuthType,
        optional cors: Cors,
        optional invoke_mode: InvokeMode,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html>
    pub(crate) struct FunctionUrlInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional qualifier: String [length(1, 128).pattern(QUALIFIER, is_qualifier)],
    }
    pub(crate) struct FunctionUrlConfig {
        required function_url: String,
        required function_arn: String,
        required auth_type: FunctionUrlAuthType,
        optional cors: Cors,
        /// ISO 8601, as texts.
        required creation_time: String,
        required last_modified_time: String,
        required invoke_mode: InvokeMode,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html>
    pub(crate) struct ListFunctionUrlConfigsInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional marker: String,
        optional max_items: i32 [range(1, 50)],
    }
    pub(crate) struct ListFunctionUrlConfigsOutput {
        required function_url_configs: Vec<FunctionUrlConfig>,
        optional next_marker: String,
    }
}
