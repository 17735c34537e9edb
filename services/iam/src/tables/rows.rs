//! What is kept, as it is kept: nothing of this room is worked with in another form.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};

/// What policies can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Kind {
    #[n(0)]
    User,
    #[n(1)]
    Group,
    #[n(2)]
    Role,
}

/// A user, a group or a role.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Identity {
    #[n(0)]
    pub(crate) kind: Kind,
    #[n(1)]
    pub(crate) name: String,
    #[n(2)]
    pub(crate) path: String,
    #[n(3)]
    pub(crate) id: String,
    #[n(4)]
    pub(crate) created_at_millis: i64,
    #[n(5)]
    pub(crate) tags: Vec<Tag>,
    /// Inline policies by name.
    #[n(6)]
    pub(crate) inline: BTreeMap<String, String>,
    /// The ARNs of managed policies, in the order they were attached.
    #[n(7)]
    pub(crate) attached: Vec<String>,
    /// The ARN of the managed policy that is its permissions boundary.
    #[n(8)]
    pub(crate) boundary: Option<String>,
    /// The names of a user's groups.
    #[n(9)]
    pub(crate) groups: BTreeSet<String>,
    /// What only a role has.
    #[n(10)]
    pub(crate) role: Option<RoleDetails>,
    /// A user's password: that there is one.
    #[n(11)]
    pub(crate) login: Option<Login>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Login {
    #[n(0)]
    pub(crate) created_at_millis: i64,
    #[n(1)]
    pub(crate) must_change: bool,
    #[n(2)]
    pub(crate) changed_at_millis: i64,
}

/// What the passwords of an account's users must be.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct PasswordPolicy {
    #[n(0)]
    pub(crate) minimum_length: i32,
    #[n(1)]
    pub(crate) symbols: bool,
    #[n(2)]
    pub(crate) numbers: bool,
    #[n(3)]
    pub(crate) uppercase: bool,
    #[n(4)]
    pub(crate) lowercase: bool,
    #[n(5)]
    pub(crate) users_may_change: bool,
    #[n(6)]
    pub(crate) days_max: Option<i32>,
    #[n(7)]
    pub(crate) remembered: Option<i32>,
    #[n(8)]
    pub(crate) hard_expiry: Option<bool>,
}

/// An identity provider of OpenID Connect, beside the ARN that is its key.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct OidcProvider {
    /// Without its scheme.
    #[n(0)]
    pub(crate) url: String,
    #[n(1)]
    pub(crate) client_ids: Vec<String>,
    #[n(2)]
    pub(crate) thumbprints: Vec<String>,
    #[n(3)]
    pub(crate) created_at_millis: i64,
    #[n(4)]
    pub(crate) tags: Vec<Tag>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct RoleDetails {
    /// Who may assume it.
    #[n(0)]
    pub(crate) trust: String,
    #[n(1)]
    pub(crate) description: Option<String>,
    #[n(2)]
    pub(crate) session_seconds_max: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Tag {
    #[n(0)]
    pub(crate) key: String,
    #[n(1)]
    pub(crate) value: String,
}

/// A managed policy, beside the ARN that is its key.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ManagedPolicy {
    #[n(0)]
    pub(crate) name: String,
    #[n(1)]
    pub(crate) path: String,
    #[n(2)]
    pub(crate) id: String,
    #[n(3)]
    pub(crate) description: Option<String>,
    #[n(4)]
    pub(crate) created_at_millis: i64,
    #[n(5)]
    pub(crate) updated_at_millis: i64,
    #[n(6)]
    pub(crate) tags: Vec<Tag>,
    /// Oldest first.
    #[n(7)]
    pub(crate) versions: Vec<PolicyVersion>,
    /// The number of the version that counts.
    #[n(8)]
    pub(crate) default_version: u32,
    /// The number of the newest version ever made.
    #[n(9)]
    pub(crate) last_version: u32,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct PolicyVersion {
    #[n(0)]
    pub(crate) number: u32,
    #[n(1)]
    pub(crate) document: String,
    #[n(2)]
    pub(crate) created_at_millis: i64,
}

impl ManagedPolicy {
    pub(crate) fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }
}

/// A long-lived access key, beside the id that is its key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct AccessKey {
    #[n(0)]
    pub(crate) secret_access_key: String,
    /// Whose it is: a user, or the root of an account.
    #[n(1)]
    pub(crate) arn: String,
    #[n(2)]
    pub(crate) created_at_millis: i64,
    /// Rows of the first release don't say: their keys are active.
    #[n(3)]
    pub(crate) inactive: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct InstanceProfile {
    #[n(0)]
    pub(crate) path: String,
    #[n(1)]
    pub(crate) id: String,
    #[n(2)]
    pub(crate) created_at_millis: i64,
    /// The name of its role.
    #[n(3)]
    pub(crate) role: Option<String>,
    #[n(4)]
    pub(crate) tags: Vec<Tag>,
}
