//! Long-lived access keys.

use aws::EpochSeconds;

aws::string_enums! {
    pub(crate) enum KeyStatus { Active = "Active", Inactive = "Inactive" }
}

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>
    pub(crate) struct CreateAccessKeyInput {
        optional user_name: String [length(1, 128)],
    }
    pub(crate) struct CreateAccessKeyOutput {
        required access_key: AccessKey,
    }
    pub(crate) struct AccessKey {
        required user_name: String,
        required access_key_id: String,
        required status: KeyStatus,
        required secret_access_key: String,
        required create_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html>
    pub(crate) struct ListAccessKeysInput {
        optional user_name: String [length(1, 128)],
        optional marker: String [length(1, 320)],
        optional max_items: i32 [range(1, 1000)],
    }
    pub(crate) struct ListAccessKeysOutput {
        required access_key_metadata: Vec<AccessKeyMetadata>,
        required is_truncated: bool,
        optional marker: String,
    }
    pub(crate) struct AccessKeyMetadata {
        optional user_name: String,
        required access_key_id: String,
        required status: KeyStatus,
        required create_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html>
    pub(crate) struct UpdateAccessKeyInput {
        optional user_name: String [length(1, 128)],
        required access_key_id: String [length(16, 128)],
        required status: KeyStatus,
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html>
    pub(crate) struct DeleteAccessKeyInput {
        optional user_name: String [length(1, 128)],
        required access_key_id: String [length(16, 128)],
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html>
    pub(crate) struct GetAccessKeyLastUsedInput {
        required access_key_id: String [length(16, 128)],
    }
    pub(crate) struct GetAccessKeyLastUsedOutput {
        optional user_name: String,
        required access_key_last_used: AccessKeyLastUsed,
    }
    pub(crate) struct AccessKeyLastUsed {
        required service_name: String,
        required region: String,
    }
}
