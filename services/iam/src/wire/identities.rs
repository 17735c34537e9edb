//! What users, groups and roles have in common: policies, boundaries, tags.

use super::Tag;

aws::string_enums! {
    pub(crate) enum BoundaryType { Policy = "PermissionsBoundaryPolicy" }
}

aws::structures! { Pascal;
    pub(crate) struct PermissionsBoundary {
        required permissions_boundary_type: BoundaryType,
        required permissions_boundary_arn: String,
    }

    /// An operation upon one of them that takes nothing else: DeleteUser, DeleteRole, DeleteUserPermissionsBoundary …
    pub(crate) struct IdentityInput {
        optional user_name: String [length(1, 128)],
        optional group_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
    }

    /// PutUserPolicy, PutGroupPolicy, PutRolePolicy.
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>
    pub(crate) struct PutInlinePolicyInput {
        optional user_name: String [length(1, 128)],
        optional group_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        required policy_name: String [length(1, 128)],
        required policy_document: String [length(1, 131_072)],
    }

    /// GetUserPolicy, DeleteUserPolicy …
    pub(crate) struct InlinePolicyInput {
        optional user_name: String [length(1, 128)],
        optional group_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        required policy_name: String [length(1, 128)],
    }
    pub(crate) struct InlinePolicyOutput {
        optional user_name: String,
        optional group_name: String,
        optional role_name: String,
        required policy_name: String,
        required policy_document: String,
    }

    /// ListUserPolicies, ListAttachedUserPolicies, ListUserTags …
    pub(crate) struct ListOfIdentityInput {
        optional user_name: String [length(1, 128)],
        optional group_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        optional path_prefix: String [length(1, 512)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListInlinePoliciesOutput {
        required policy_names: Vec<String>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// AttachUserPolicy, DetachUserPolicy …
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
    pub(crate) struct AttachmentInput {
        optional user_name: String [length(1, 128)],
        optional group_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        required policy_arn: String [length(20, 2048)],
    }
    pub(crate) struct ListAttachedPoliciesOutput {
        required attached_policies: Vec<AttachedPolicy>,
        required is_truncated: bool,
        optional marker: String,
    }
    pub(crate) struct AttachedPolicy {
        required policy_name: String,
        required policy_arn: String,
    }

    /// PutUserPermissionsBoundary, PutRolePermissionsBoundary.
    pub(crate) struct PutBoundaryInput {
        optional user_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        required permissions_boundary: String [length(20, 2048)],
    }

    /// TagUser, TagRole, TagPolicy, TagInstanceProfile.
    pub(crate) struct TagInput {
        optional user_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        optional policy_arn: String [length(20, 2048)],
        optional instance_profile_name: String [length(1, 128)],
        optional open_i_d_connect_provider_arn: String [length(20, 2048)],
        required tags: Vec<Tag>,
    }
    pub(crate) struct UntagInput {
        optional user_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        optional policy_arn: String [length(20, 2048)],
        optional instance_profile_name: String [length(1, 128)],
        optional open_i_d_connect_provider_arn: String [length(20, 2048)],
        required tag_keys: Vec<String>,
    }
    pub(crate) struct ListTagsInput {
        optional user_name: String [length(1, 128)],
        optional role_name: String [length(1, 64)],
        optional policy_arn: String [length(20, 2048)],
        optional instance_profile_name: String [length(1, 128)],
        optional open_i_d_connect_provider_arn: String [length(20, 2048)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListTagsOutput {
        required tags: Vec<Tag>,
        required is_truncated: bool,
        optional marker: String,
    }
}
