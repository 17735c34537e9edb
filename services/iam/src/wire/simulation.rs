//! The policy simulator.

aws::string_enums! {
    pub(crate) enum Decision {
        Allowed = "allowed", ExplicitDeny = "explicitDeny", ImplicitDeny = "implicitDeny",
    }
}

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html>
    pub(crate) struct SimulateCustomPolicyInput {
        required policy_input_list: Vec<String>,
        optional permissions_boundary_policy_input_list: Vec<String>,
        required action_names: Vec<String>,
        optional resource_arns: Vec<String>,
        optional resource_policy: String [length(1, 131_072)],
        optional resource_owner: String [length(1, 2048)],
        optional caller_arn: String [length(1, 2048)],
        optional context_entries: Vec<ContextEntry>,
        optional max_items: i32 [range(1, 1000)],
        optional marker: String [length(1, 320)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>
    pub(crate) struct SimulatePrincipalPolicyInput {
        required policy_source_arn: String [length(20, 2048)],
        optional policy_input_list: Vec<String>,
        optional permissions_boundary_policy_input_list: Vec<String>,
        required action_names: Vec<String>,
        optional resource_arns: Vec<String>,
        optional resource_policy: String [length(1, 131_072)],
        optional resource_owner: String [length(1, 2048)],
        optional caller_arn: String [length(1, 2048)],
        optional context_entries: Vec<ContextEntry>,
        optional max_items: i32 [range(1, 1000)],
        optional marker: String [length(1, 320)],
    }
    pub(crate) struct ContextEntry {
        optional context_key_name: String [length(5, 256)],
        optional context_key_values: Vec<String>,
        optional context_key_type: String,
    }
    pub(crate) struct SimulatePolicyOutput {
        required evaluation_results: Vec<EvaluationResult>,
        required is_truncated: bool,
        optional marker: String,
    }
    pub(crate) struct EvaluationResult {
        required eval_action_name: String,
        required eval_resource_name: String,
        required eval_decision: Decision,
        required matched_statements: Vec<MatchedStatement>,
        required missing_context_values: Vec<String>,
        optional permissions_boundary_decision_detail: BoundaryDecision,
    }
    pub(crate) struct MatchedStatement {
        required source_policy_id: String,
        required source_policy_type: String,
    }
    pub(crate) struct BoundaryDecision {
        required allowed_by_permissions_boundary: bool,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html>
    pub(crate) struct GetContextKeysForCustomPolicyInput {
        required policy_input_list: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html>
    pub(crate) struct GetContextKeysForPrincipalPolicyInput {
        required policy_source_arn: String [length(20, 2048)],
        optional policy_input_list: Vec<String>,
    }
    pub(crate) struct ContextKeysOutput {
        required context_key_names: Vec<String>,
    }
}
