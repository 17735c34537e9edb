//! Resource policies.

use super::{FUNCTION_NAME, FunctionUrlAuthType, names_a_function};
use crate::arn::is_word;

const STATEMENT_ID: &str = "([a-zA-Z0-9-_]+)";

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
    pub(crate) struct AddPermissionInput {
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        required statement_id: String [length(1, 100).pattern(STATEMENT_ID, is_word)],
        required action: String [pattern(
            "(lambda:[*]|lambda:[a-zA-Z]+|[*])",
            |action| action == "*" || action.starts_with("lambda:"),
        )],
        required principal: String [length(0, 2048)],
        optional source_arn: String,
        optional source_account: String [length(0, 12)],
        optional event_source_token: String [length(0, 256)],
        optional function_url_auth_type: FunctionUrlAuthType,
        optional invoked_via_function_url: bool,
        optional qualifier: String [length(1, 128)],
        optional revision_id: String,
        optional principal_org_i_d: String,
    }
    pub(crate) struct AddPermissionOutput {
        required statement: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html>
    pub(crate) struct RemovePermissionInput {
        required function_name: String [length(1, 256).pattern(FUNCTION_NAME, names_a_function)],
        required statement_id: String [length(1, 100)],
        optional qualifier: String [length(1, 128)],
        optional revision_id: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html>
    pub(crate) struct GetPolicyOutput {
        required policy: String,
        required revision_id: String,
    }
}
