//! The account as a whole.

use std::collections::BTreeMap;

use aws::EpochSeconds;

use super::{
    AttachedPolicy, EntityFilter, InstanceProfile, PermissionsBoundary, PolicyVersion,
    RoleLastUsed, Tag,
};

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html>
    pub(crate) struct AccountAliasInput {
        required account_alias: String [length(3, 63)],
    }
    pub(crate) struct ListAccountAliasesOutput {
        required account_aliases: Vec<String>,
        required is_truncated: bool,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
    pub(crate) struct GetAccountSummaryOutput {
        required summary_map: BTreeMap<String, i32>,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>
    pub(crate) struct GetAccountAuthorizationDetailsInput {
        optional filter: Vec<EntityFilter>,
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct GetAccountAuthorizationDetailsOutput {
        required user_detail_list: Vec<UserDetail>,
        required group_detail_list: Vec<GroupDetail>,
        required role_detail_list: Vec<RoleDetail>,
        required policies: Vec<ManagedPolicyDetail>,
        required is_truncated: bool,
        optional marker: String,
    }
    pub(crate) struct PolicyDetail {
        required policy_name: String,
        required policy_document: String,
    }
    pub(crate) struct UserDetail {
        required path: String,
        required user_name: String,
        required user_id: String,
        required arn: String,
        required create_date: EpochSeconds,
        required user_policy_list: Vec<PolicyDetail>,
        required group_list: Vec<String>,
        required attached_managed_policies: Vec<AttachedPolicy>,
        optional permissions_boundary: PermissionsBoundary,
        required tags: Vec<Tag>,
    }
    pub(crate) struct GroupDetail {
        required path: String,
        required group_name: String,
        required group_id: String,
        required arn: String,
        required create_date: EpochSeconds,
        required group_policy_list: Vec<PolicyDetail>,
        required attached_managed_policies: Vec<AttachedPolicy>,
    }
    pub(crate) struct RoleDetail {
        required path: String,
        required role_name: String,
        required role_id: String,
        required arn: String,
        required create_date: EpochSeconds,
        required assume_role_policy_document: String,
        required instance_profile_list: Vec<InstanceProfile>,
        required role_policy_list: Vec<PolicyDetail>,
        required attached_managed_policies: Vec<AttachedPolicy>,
        optional permissions_boundary: PermissionsBoundary,
        required tags: Vec<Tag>,
        required role_last_used: RoleLastUsed,
    }
    pub(crate) struct ManagedPolicyDetail {
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
        required policy_version_list: Vec<PolicyVersion>,
    }
}
