//! Managed policies.

use aws::EpochSeconds;

use super::Tag;

aws::string_enums! {
    pub(crate) enum PolicyScope { All = "All", Aws = "AWS", Local = "Local" }
    pub(crate) enum PolicyUsage { Policy = "PermissionsPolicy", Boundary = "PermissionsBoundary" }
    pub(crate) enum EntityFilter {
        User = "User", Role = "Role", Group = "Group", LocalManagedPolicy = "LocalManagedPolicy",
        AwsManagedPolicy = "AWSManagedPolicy",
    }
}

aws::structures! { Pascal;
    pub(crate) struct Policy {
        required policy_name: String,
        required policy_id: String,
        required arn: String,
        required path: String,
        required default_version_id: String,
        required attachment_count: i32,
        required permissions_boundary_usage_count: i32,
        required is_attachable: bool,
        optional description: String,
        required create_date: EpochSeconds,
        required update_date: EpochSeconds,
        optional tags: Vec<Tag>,
    }
    pub(crate) struct PolicyVersion {
        optional document: String,
        required version_id: String,
        required is_default_version: bool,
        required create_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
    pub(crate) struct CreatePolicyInput {
        required policy_name: String [length(1, 128)],
        optional path: String [length(1, 512)],
        required policy_document: String [length(1, 131_072)],
        optional description: String [length(0, 1000)],
        optional tags: Vec<Tag>,
    }
    pub(crate) struct PolicyOutput {
        required policy: Policy,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html>
    pub(crate) struct PolicyInput {
        required policy_arn: String [length(20, 2048)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html>
    pub(crate) struct ListPoliciesInput {
        optional scope: PolicyScope,
        optional only_attached: bool,
        optional path_prefix: String [length(1, 512)],
        optional policy_usage_filter: PolicyUsage,
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListPoliciesOutput {
        required policies: Vec<Policy>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html>
    pub(crate) struct CreatePolicyVersionInput {
        required policy_arn: String [length(20, 2048)],
        required policy_document: String [length(1, 131_072)],
        optional set_as_default: bool,
    }
    pub(crate) struct PolicyVersionOutput {
        required policy_version: PolicyVersion,
    }

    /// GetPolicyVersion, DeletePolicyVersion, SetDefaultPolicyVersion.
    pub(crate) struct PolicyVersionInput {
        required policy_arn: String [length(20, 2048)],
        required version_id: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html>
    pub(crate) struct ListPolicyVersionsInput {
        required policy_arn: String [length(20, 2048)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListPolicyVersionsOutput {
        required versions: Vec<PolicyVersion>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html>
    pub(crate) struct ListEntitiesForPolicyInput {
        required policy_arn: String [length(20, 2048)],
        optional entity_filter: EntityFilter,
        optional path_prefix: String [length(1, 512)],
        optional policy_usage_filter: PolicyUsage,
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListEntitiesForPolicyOutput {
        required policy_groups: Vec<PolicyGroup>,
        required policy_users: Vec<PolicyUser>,
        required policy_roles: Vec<PolicyRole>,
        required is_truncated: bool,
        optional marker: String,
    }
    pub(crate) struct PolicyGroup { required group_name: String, required group_id: String }
    pub(crate) struct PolicyUser { required user_name: String, required user_id: String }
    pub(crate) struct PolicyRole { required role_name: String, required role_id: String }
}
