//! Users.

use aws::EpochSeconds;

use super::{PermissionsBoundary, Tag};

aws::structures! { Pascal;
    pub(crate) struct User {
        required path: String,
        required user_name: String,
        required user_id: String,
        required arn: String,
        required create_date: EpochSeconds,
        optional permissions_boundary: PermissionsBoundary,
        optional tags: Vec<Tag>,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>
    pub(crate) struct CreateUserInput {
        optional path: String [length(1, 512)],
        required user_name: String [length(1, 64)],
        optional permissions_boundary: String [length(20, 2048)],
        optional tags: Vec<Tag>,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>
    pub(crate) struct GetUserInput {
        optional user_name: String [length(1, 128)],
    }
    pub(crate) struct UserOutput {
        required user: User,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>
    pub(crate) struct ListUsersOutput {
        required users: Vec<User>,
        required is_truncated: bool,
        optional marker: String,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>
    pub(crate) struct UpdateUserInput {
        required user_name: String [length(1, 128)],
        optional new_path: String [length(1, 512)],
        optional new_user_name: String [length(1, 64)],
    }
}
