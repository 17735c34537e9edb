//! Roles.

use aws::EpochSeconds;

use super::{PermissionsBoundary, Tag};

aws::structures! { Pascal;
    pub(crate) struct Role {
        required path: String,
        required role_name: String,
        required role_id: String,
        required arn: String,
        required create_date: EpochSeconds,
        required assume_role_policy_document: String,
        optional description: String,
        optional max_session_duration: i32,
        optional permissions_boundary: PermissionsBoundary,
        optional tags: Vec<Tag>,
        optional role_last_used: RoleLastUsed,
    }
    /// When a role was last used isn't kept.
    pub(crate) struct RoleLastUsed {}

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
    pub(crate) struct CreateRoleInput {
        optional path: String [length(1, 512)],
        required role_name: String [length(1, 64)],
        required assume_role_policy_document: String [length(1, 131_072)],
        optional description: String [length(0, 1000)],
        optional max_session_duration: i32 [range(3600, 43_200)],
        optional permissions_boundary: String [length(20, 2048)],
        optional tags: Vec<Tag>,
    }
    pub(crate) struct RoleOutput {
        required role: Role,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
    pub(crate) struct GetRoleInput {
        required role_name: String [length(1, 64)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>
    pub(crate) struct ListRolesOutput {
        required roles: Vec<Role>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>
    pub(crate) struct UpdateRoleInput {
        required role_name: String [length(1, 64)],
        optional description: String [length(0, 1000)],
        optional max_session_duration: i32 [range(3600, 43_200)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html>
    pub(crate) struct UpdateAssumeRolePolicyInput {
        required role_name: String [length(1, 64)],
        required policy_document: String [length(1, 131_072)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html>
    pub(crate) struct CreateServiceLinkedRoleInput {
        // Its wire name is AWSServiceName.
        required a_w_s_service_name: String [length(1, 128)],
        optional description: String [length(0, 1000)],
        optional custom_suffix: String [length(1, 64)],
    }
}
