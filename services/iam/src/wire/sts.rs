//! STS.

use aws::EpochSeconds;

use super::Tag;

aws::structures! { Camel;
    /// STS writes this one member small.
    pub(crate) struct PolicyDescriptor {
        optional arn: String [length(20, 2048)],
    }
}

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
    pub(crate) struct AssumeRoleInput {
        required role_arn: String [length(20, 2048)],
        required role_session_name: String [length(2, 64)],
        optional policy_arns: Vec<PolicyDescriptor>,
        optional policy: String [length(1, 2048)],
        optional duration_seconds: i32 [range(900, 43_200)],
        optional tags: Vec<Tag>,
        optional transitive_tag_keys: Vec<String>,
        optional external_id: String [length(2, 1224)],
        optional source_identity: String [length(2, 64)],
    }
    pub(crate) struct AssumeRoleOutput {
        required credentials: Credentials,
        required assumed_role_user: AssumedRoleUser,
        optional packed_policy_size: i32,
        optional source_identity: String,
    }
    pub(crate) struct AssumedRoleUser {
        required assumed_role_id: String,
        required arn: String,
    }
    pub(crate) struct Credentials {
        required access_key_id: String,
        required secret_access_key: String,
        required session_token: String,
        required expiration: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
    pub(crate) struct AssumeRoleWithWebIdentityInput {
        required role_arn: String [length(20, 2048)],
        required role_session_name: String [length(2, 64)],
        required web_identity_token: String [length(4, 20_000).sensitive()],
        optional provider_id: String [length(4, 2048)],
        optional policy_arns: Vec<PolicyDescriptor>,
        optional policy: String [length(1, 2048)],
        optional duration_seconds: i32 [range(900, 43_200)],
    }
    pub(crate) struct AssumeRoleWithWebIdentityOutput {
        required credentials: Credentials,
        required subject_from_web_identity_token: String,
        required assumed_role_user: AssumedRoleUser,
        optional packed_policy_size: i32,
        required provider: String,
        required audience: String,
        optional source_identity: String,
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
    pub(crate) struct GetSessionTokenInput {
        optional duration_seconds: i32 [range(900, 129_600)],
        optional serial_number: String [length(9, 256)],
        optional token_code: String [length(6, 6)],
    }
    pub(crate) struct GetSessionTokenOutput {
        required credentials: Credentials,
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
    pub(crate) struct GetCallerIdentityOutput {
        required user_id: String,
        required account: String,
        required arn: String,
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>
    pub(crate) struct GetAccessKeyInfoInput {
        required access_key_id: String [length(16, 128)],
    }
    pub(crate) struct GetAccessKeyInfoOutput {
        required account: String,
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>
    pub(crate) struct DecodeAuthorizationMessageInput {
        required encoded_message: String [length(1, 10_240)],
    }
}
