//! Instance profiles, which are kept and used by nothing here.

use aws::EpochSeconds;

use super::{Role, Tag};

aws::structures! { Pascal;
    pub(crate) struct InstanceProfile {
        required path: String,
        required instance_profile_name: String,
        required instance_profile_id: String,
        required arn: String,
        required create_date: EpochSeconds,
        required roles: Vec<Role>,
        optional tags: Vec<Tag>,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html>
    pub(crate) struct CreateInstanceProfileInput {
        required instance_profile_name: String [length(1, 128)],
        optional path: String [length(1, 512)],
        optional tags: Vec<Tag>,
    }
    pub(crate) struct InstanceProfileOutput {
        required instance_profile: InstanceProfile,
    }
    pub(crate) struct InstanceProfileInput {
        required instance_profile_name: String [length(1, 128)],
    }
    pub(crate) struct InstanceProfileRoleInput {
        required instance_profile_name: String [length(1, 128)],
        required role_name: String [length(1, 64)],
    }
    pub(crate) struct ListInstanceProfilesForRoleInput {
        required role_name: String [length(1, 64)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListInstanceProfilesOutput {
        required instance_profiles: Vec<InstanceProfile>,
        required is_truncated: bool,
        optional marker: String,
    }
}
