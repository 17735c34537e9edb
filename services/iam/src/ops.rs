//! The operations: check, act, reply. A file for each thing they are about.

mod absent;
mod access_keys;
mod account;
mod attachments;
mod boundaries;
mod credential_report;
mod groups;
mod inline_policies;
mod instance_profiles;
mod managed_policies;
mod passwords;
mod policy_versions;
mod providers;
mod roles;
mod simulation;
mod sts;
mod tags;
mod users;
mod web_identity;

pub(crate) use absent::*;
pub(crate) use access_keys::*;
pub(crate) use account::*;
pub(crate) use attachments::*;
pub(crate) use boundaries::*;
pub(crate) use credential_report::*;
pub(crate) use groups::*;
pub(crate) use inline_policies::*;
pub(crate) use instance_profiles::*;
pub(crate) use managed_policies::*;
pub(crate) use passwords::*;
pub(crate) use policy_versions::*;
pub(crate) use providers::*;
pub(crate) use roles::*;
pub(crate) use simulation::*;
pub(crate) use sts::*;
pub(crate) use tags::*;
pub(crate) use users::*;
pub(crate) use web_identity::assume_role_with_web_identity;

use std::collections::{BTreeMap, BTreeSet};

use aws::EpochSeconds;
use base::Timestamp;

use self::boundaries::check as check_boundary;
use crate::errors::Error;
use crate::tables::{Identity, Kind, RoleDetails, Tag};
use crate::visit::{Visit, check_name, checked_path, checked_tags, noun};
use crate::wire;
use crate::world::World;

/// The operations that users, groups and roles each have, by one function that is told the kind.
macro_rules! of_each_kind {
    ($($function:ident = $shared:ident($kind:ident, $input:ident) -> $output:ident;)*) => {$(
        pub(crate) async fn $function(
            ctx: &crate::visit::Visit<'_>,
            req: crate::wire::$input,
        ) -> Result<crate::wire::$output, crate::errors::Error> {
            $shared(ctx, crate::tables::Kind::$kind, req).await
        }
    )*};
}
use of_each_kind;

/// What is given when an identity is made.
struct Birth {
    kind: Kind,
    name: String,
    path: Option<String>,
    tags: Option<Vec<wire::Tag>>,
    boundary: Option<String>,
    role: Option<RoleDetails>,
}

impl Birth {
    fn checked(self, ctx: &Visit<'_>) -> Result<Identity, Error> {
        let (member, prefix) = match self.kind {
            Kind::User => ("userName", "AIDA"),
            Kind::Group => ("groupName", "AGPA"),
            Kind::Role => ("roleName", "AROA"),
        };
        check_name(member, &self.name)?;
        Ok(Identity {
            kind: self.kind,
            path: checked_path(self.path)?,
            id: crate::ids::unique(prefix, &mut ctx.entropy()),
            created_at_millis: ctx.now().as_millis(),
            tags: checked_tags(self.tags.unwrap_or_default())?,
            inline: BTreeMap::new(),
            attached: Vec::new(),
            boundary: self.boundary,
            groups: BTreeSet::new(),
            role: self.role,
            login: None,
            name: self.name,
        })
    }
}

/// Makes an identity whose name is free.
async fn create(ctx: &Visit<'_>, birth: Birth) -> Result<Identity, Error> {
    let identity = birth.checked(ctx)?;
    ctx.change(|change| {
        check_free(&change.world, ctx.account(), identity.kind, &identity.name)?;
        if let Some(boundary) = &identity.boundary {
            check_boundary(&change.world, boundary)?;
        }
        change.put_identity(identity.clone())?;
        Ok(())
    })
    .await?;
    Ok(identity)
}

/// Names that differ in case only are one name.
fn check_free(world: &World, account: &str, kind: Kind, name: &str) -> Result<(), Error> {
    if world.spelled(account, kind, name).is_none() {
        return Ok(());
    }
    let kind = match noun(kind) {
        "user" => "User",
        "group" => "Group",
        _ => "Role",
    };
    Err(Error::EntityAlreadyExists { kind, name: name.to_owned() })
}

fn date(millis: i64) -> EpochSeconds {
    Timestamp::from_millis(millis).into()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Whether a path begins with what a list asks for.
fn is_under(path: &str, prefix: Option<&String>) -> bool {
    prefix.is_none_or(|prefix| path.starts_with(prefix))
}

fn shown_boundary(identity: &Identity) -> Option<wire::PermissionsBoundary> {
    identity.boundary.clone().map(|permissions_boundary_arn| wire::PermissionsBoundary {
        permissions_boundary_type: wire::BoundaryType::Policy,
        permissions_boundary_arn,
    })
}

/// Lists carry no tags and no boundaries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Listed,
    Whole,
}

fn shown_user(ctx: &Visit<'_>, user: &Identity, detail: Detail) -> wire::User {
    let whole = detail == Detail::Whole;
    wire::User {
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.id.clone(),
        arn: crate::arn::of(ctx.partition(), ctx.account(), user),
        create_date: date(user.created_at_millis),
        permissions_boundary: shown_boundary(user).filter(|_| whole),
        tags: shown_if_any(&user.tags).filter(|_| whole),
    }
}

fn shown_group(ctx: &Visit<'_>, group: &Identity) -> wire::Group {
    wire::Group {
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.id.clone(),
        arn: crate::arn::of(ctx.partition(), ctx.account(), group),
        create_date: date(group.created_at_millis),
    }
}

fn shown_role(ctx: &Visit<'_>, role: &Identity, detail: Detail) -> wire::Role {
    let whole = detail == Detail::Whole;
    let details = role.role.as_ref();
    let trust = details.map(|role| role.trust.as_str()).unwrap_or_default();
    wire::Role {
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        arn: crate::arn::of(ctx.partition(), ctx.account(), role),
        create_date: date(role.created_at_millis),
        assume_role_policy_document: crate::visit::url_encoded(trust),
        description: details.and_then(|role| role.description.clone()),
        max_session_duration: details.map(|role| role.session_seconds_max),
        permissions_boundary: shown_boundary(role).filter(|_| whole),
        tags: shown_if_any(&role.tags).filter(|_| whole),
        role_last_used: whole.then_some(wire::RoleLastUsed {}),
    }
}

fn shown_if_any(tags: &[Tag]) -> Option<Vec<wire::Tag>> {
    Some(crate::visit::shown_tags(tags)).filter(|tags| !tags.is_empty())
}
