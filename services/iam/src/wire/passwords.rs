//! Login profiles, the account's rules for passwords, and the credential report.

use aws::EpochSeconds;

aws::structures! { Pascal;
    pub(crate) struct LoginProfile {
        required user_name: String,
        required create_date: EpochSeconds,
        required password_reset_required: bool,
    }
    pub(crate) struct CreateLoginProfileInput {
        optional user_name: String [length(1, 64)],
        optional password: String [sensitive().length(1, 128)],
        optional password_reset_required: bool,
    }
    pub(crate) struct UpdateLoginProfileInput {
        required user_name: String [length(1, 64)],
        optional password: String [sensitive().length(1, 128)],
        optional password_reset_required: bool,
    }
    /// Of the operations that are about one login profile and say no more.
    pub(crate) struct LoginProfileInput {
        optional user_name: String [length(1, 64)],
    }
    pub(crate) struct LoginProfileOutput {
        required login_profile: LoginProfile,
    }

    pub(crate) struct UpdateAccountPasswordPolicyInput {
        optional minimum_password_length: i32 [range(6, 128)],
        optional require_symbols: bool,
        optional require_numbers: bool,
        optional require_uppercase_characters: bool,
        optional require_lowercase_characters: bool,
        optional allow_users_to_change_password: bool,
        optional max_password_age: i32 [range(1, 1095)],
        optional password_reuse_prevention: i32 [range(1, 24)],
        optional hard_expiry: bool,
    }
    pub(crate) struct PasswordPolicy {
        required minimum_password_length: i32,
        required require_symbols: bool,
        required require_numbers: bool,
        required require_uppercase_characters: bool,
        required require_lowercase_characters: bool,
        required allow_users_to_change_password: bool,
        required expire_passwords: bool,
        optional max_password_age: i32,
        optional password_reuse_prevention: i32,
        optional hard_expiry: bool,
    }
    pub(crate) struct GetAccountPasswordPolicyOutput {
        required password_policy: PasswordPolicy,
    }

    pub(crate) struct GenerateCredentialReportOutput {
        required state: String,
    }
    pub(crate) struct GetCredentialReportOutput {
        /// Base64.
        required content: String,
        required report_format: String,
        required generated_time: EpochSeconds,
    }
}
