use std::sync::Arc;

use super::{Detail, date, is_under, shown_if_any, shown_role};
use crate::errors::Error;
use crate::ids;
use crate::tables::{InstanceProfile as Row, Kind};
use crate::visit::{Visit, check_name, checked_path, checked_tags, existing};
use crate::wire::{
    CreateInstanceProfileInput, Empty, InstanceProfile, InstanceProfileInput,
    InstanceProfileOutput, InstanceProfileRoleInput, ListInstanceProfilesForRoleInput,
    ListInstanceProfilesOutput, PageInput,
};
use crate::world::World;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html>
pub(crate) async fn create_instance_profile(
    ctx: &Visit<'_>,
    req: CreateInstanceProfileInput,
) -> Result<InstanceProfileOutput, Error> {
    let name = req.instance_profile_name;
    check_name("instanceProfileName", &name)?;
    let profile = Row {
        path: checked_path(req.path)?,
        id: ids::unique("AIPA", &mut ctx.entropy()),
        created_at_millis: ctx.now().as_millis(),
        role: None,
        tags: checked_tags(req.tags.unwrap_or_default())?,
    };
    ctx.change(|change| {
        if find(&change.world, ctx.account(), &name).is_ok() {
            return Err(Error::EntityAlreadyExists { kind: "Instance Profile", name });
        }
        change.put_profile(&name, profile.clone());
        Ok(InstanceProfileOutput { instance_profile: shown(ctx, &change.world, &name, &profile) })
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html>
pub(crate) async fn get_instance_profile(
    ctx: &Visit<'_>,
    req: InstanceProfileInput,
) -> Result<InstanceProfileOutput, Error> {
    let world = ctx.world();
    let profile = find(&world, ctx.account(), &req.instance_profile_name)?;
    let shown = shown(ctx, &world, &req.instance_profile_name, &profile);
    Ok(InstanceProfileOutput { instance_profile: shown })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html>
pub(crate) async fn list_instance_profiles(
    ctx: &Visit<'_>,
    req: PageInput,
) -> Result<ListInstanceProfilesOutput, Error> {
    let world = ctx.world();
    let profiles =
        all(ctx, &world).filter(|(_, profile)| is_under(&profile.path, req.path_prefix.as_ref()));
    let page = ctx.page("ListInstanceProfiles", profiles, req.marker.as_deref(), req.max_items)?;
    Ok(ListInstanceProfilesOutput {
        instance_profiles: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html>
pub(crate) async fn list_instance_profiles_for_role(
    ctx: &Visit<'_>,
    req: ListInstanceProfilesForRoleInput,
) -> Result<ListInstanceProfilesOutput, Error> {
    let world = ctx.world();
    existing(&world, ctx.account(), Kind::Role, &req.role_name)?;
    let profiles = of_role(ctx, &world, &req.role_name)
        .into_iter()
        .map(|profile| (profile.instance_profile_name.clone(), profile));
    let operation = "ListInstanceProfilesForRole";
    let page = ctx.page(operation, profiles, req.marker.as_deref(), req.max_items)?;
    Ok(ListInstanceProfilesOutput {
        instance_profiles: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html>
pub(crate) async fn add_role_to_instance_profile(
    ctx: &Visit<'_>,
    req: InstanceProfileRoleInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let profile = find(&change.world, ctx.account(), &req.instance_profile_name)?;
        existing(&change.world, ctx.account(), Kind::Role, &req.role_name)?;
        if profile.role.is_some() {
            let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
            return Err(Error::LimitExceeded(message.to_owned()));
        }
        let profile = Row { role: Some(req.role_name), ..(*profile).clone() };
        change.put_profile(&req.instance_profile_name, profile);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html>
pub(crate) async fn remove_role_from_instance_profile(
    ctx: &Visit<'_>,
    req: InstanceProfileRoleInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let profile = find(&change.world, ctx.account(), &req.instance_profile_name)?;
        if profile.role.as_ref() != Some(&req.role_name) {
            return Err(Error::NoSuchEntity { kind: "role", name: req.role_name });
        }
        let profile = Row { role: None, ..(*profile).clone() };
        change.put_profile(&req.instance_profile_name, profile);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html>
pub(crate) async fn delete_instance_profile(
    ctx: &Visit<'_>,
    req: InstanceProfileInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let profile = find(&change.world, ctx.account(), &req.instance_profile_name)?;
        if profile.role.is_some() {
            return Err(Error::DeleteConflict("remove roles from instance profile"));
        }
        change.remove_profile(&req.instance_profile_name);
        Ok(Empty {})
    })
    .await
}

/// The profile of that name, or `NoSuchEntity`.
pub(super) fn find(world: &World, account: &str, name: &str) -> Result<Arc<Row>, Error> {
    let found = world.profiles.get(&(account.to_owned(), name.to_owned())).cloned();
    found.ok_or_else(|| Error::NoSuch(format!("Instance Profile {name} cannot be found.")))
}

/// The profiles that a role is in.
pub(super) fn of_role(ctx: &Visit<'_>, world: &World, role: &str) -> Vec<InstanceProfile> {
    let mut profiles: Vec<_> = all(ctx, world).map(|(_, profile)| profile).collect();
    profiles.retain(|profile| profile.roles.iter().any(|its| its.role_name == role));
    profiles
}

fn all<'a>(
    ctx: &'a Visit<'_>,
    world: &'a World,
) -> impl Iterator<Item = (String, InstanceProfile)> + 'a {
    let own = world.profiles.iter().filter(|((account, _), _)| account == ctx.account());
    own.map(|((_, name), profile)| (name.clone(), shown(ctx, world, name, profile)))
}

fn shown(ctx: &Visit<'_>, world: &World, name: &str, profile: &Row) -> InstanceProfile {
    let (partition, account) = (ctx.partition(), ctx.account());
    let role = profile.role.iter().filter_map(|role| world.identity(account, Kind::Role, role));
    InstanceProfile {
        path: profile.path.clone(),
        instance_profile_name: name.to_owned(),
        instance_profile_id: profile.id.clone(),
        arn: crate::arn::named(partition, account, "instance-profile", &profile.path, name),
        create_date: date(profile.created_at_millis),
        roles: role.map(|role| shown_role(ctx, role, Detail::Listed)).collect(),
        tags: shown_if_any(&profile.tags),
    }
}
