//! Groups.

use aws::EpochSeconds;

use super::User;

aws::structures! { Pascal;
    pub(crate) struct Group {
        required path: String,
        required group_name: String,
        required group_id: String,
        required arn: String,
        required create_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>
    pub(crate) struct CreateGroupInput {
        optional path: String [length(1, 512)],
        required group_name: String [length(1, 128)],
    }
    pub(crate) struct GroupOutput {
        required group: Group,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html>
    pub(crate) struct GetGroupInput {
        required group_name: String [length(1, 128)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct GetGroupOutput {
        required group: Group,
        required users: Vec<User>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html>
    pub(crate) struct ListGroupsOutput {
        required groups: Vec<Group>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html>
    pub(crate) struct ListGroupsForUserInput {
        required user_name: String [length(1, 128)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html>
    pub(crate) struct UpdateGroupInput {
        required group_name: String [length(1, 128)],
        optional new_path: String [length(1, 512)],
        optional new_group_name: String [length(1, 128)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html>
    pub(crate) struct MembershipInput {
        required group_name: String [length(1, 128)],
        required user_name: String [length(1, 128)],
    }
}
