//! The ARNs of this room's things.

use crate::tables::{Identity, Kind};
use crate::world::Entity;

/// The ARN of a user, group or role that exists.
pub(crate) fn identity(partition: &str, entity: &Entity) -> String {
    of(partition, &entity.account, entity)
}

/// The ARN of a user, group or role in an account.
pub(crate) fn of(partition: &str, account: &str, identity: &Identity) -> String {
    let kind = match identity.kind {
        Kind::User => "user",
        Kind::Group => "group",
        Kind::Role => "role",
    };
    format!("arn:{partition}:iam::{account}:{kind}{}{}", identity.path, identity.name)
}

/// The ARN of anything else: a `policy`, an `instance-profile`.
pub(crate) fn named(partition: &str, account: &str, kind: &str, path: &str, name: &str) -> String {
    format!("arn:{partition}:iam::{account}:{kind}{path}{name}")
}

/// The ARN of an identity provider with that URL, which has no scheme.
pub(crate) fn oidc_provider(partition: &str, account: &str, url: &str) -> String {
    format!("arn:{partition}:iam::{account}:oidc-provider/{url}")
}
