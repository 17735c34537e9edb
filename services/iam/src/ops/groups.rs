use super::{Birth, Detail, check_free, create, is_under, shown_group, shown_user};
use crate::errors::Error;
use crate::tables::{Identity, Kind};
use crate::visit::{Visit, check_name, checked_path, existing, named};
use crate::wire::{
    CreateGroupInput, Empty, GetGroupInput, GetGroupOutput, GroupOutput, IdentityInput,
    ListGroupsForUserInput, ListGroupsOutput, MembershipInput, PageInput, UpdateGroupInput,
};

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>
pub(crate) async fn create_group(
    ctx: &Visit<'_>,
    req: CreateGroupInput,
) -> Result<GroupOutput, Error> {
    let CreateGroupInput { path, group_name: name } = req;
    let birth = Birth { kind: Kind::Group, name, path, tags: None, boundary: None, role: None };
    let group = create(ctx, birth).await?;
    Ok(GroupOutput { group: shown_group(ctx, &group) })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html>
pub(crate) async fn get_group(
    ctx: &Visit<'_>,
    req: GetGroupInput,
) -> Result<GetGroupOutput, Error> {
    let world = ctx.world();
    let group = existing(&world, ctx.account(), Kind::Group, &req.group_name)?;
    let users = world
        .identities(ctx.account(), Kind::User)
        .filter(|user| user.groups.contains(&req.group_name))
        .map(|user| (user.name.to_lowercase(), shown_user(ctx, user, Detail::Listed)));
    let page = ctx.page("GetGroup", users, req.marker.as_deref(), req.max_items)?;
    Ok(GetGroupOutput {
        group: shown_group(ctx, &group),
        users: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html>
pub(crate) async fn list_groups(
    ctx: &Visit<'_>,
    req: PageInput,
) -> Result<ListGroupsOutput, Error> {
    let world = ctx.world();
    let groups = world
        .identities(ctx.account(), Kind::Group)
        .filter(|group| is_under(&group.path, req.path_prefix.as_ref()))
        .map(|group| (group.name.to_lowercase(), shown_group(ctx, group)));
    let page = ctx.page("ListGroups", groups, req.marker.as_deref(), req.max_items)?;
    Ok(ListGroupsOutput {
        groups: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html>
pub(crate) async fn list_groups_for_user(
    ctx: &Visit<'_>,
    req: ListGroupsForUserInput,
) -> Result<ListGroupsOutput, Error> {
    let world = ctx.world();
    let user = existing(&world, ctx.account(), Kind::User, &req.user_name)?;
    let groups = user
        .groups
        .iter()
        .filter_map(|name| world.identity(ctx.account(), Kind::Group, name))
        .map(|group| (group.name.clone(), shown_group(ctx, group)));
    let page = ctx.page("ListGroupsForUser", groups, req.marker.as_deref(), req.max_items)?;
    Ok(ListGroupsOutput {
        groups: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// Its members stay in it.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html>
pub(crate) async fn update_group(ctx: &Visit<'_>, req: UpdateGroupInput) -> Result<Empty, Error> {
    let new_path = req.new_path.map(|path| checked_path(Some(path))).transpose()?;
    if let Some(name) = &req.new_group_name {
        check_name("newGroupName", name)?;
    }
    ctx.change(|change| {
        let group = existing(&change.world, ctx.account(), Kind::Group, &req.group_name)?;
        let name = req.new_group_name.unwrap_or_else(|| group.name.clone());
        if !name.eq_ignore_ascii_case(&group.name) {
            check_free(&change.world, ctx.account(), Kind::Group, &name)?;
        }
        for mut member in change.members(&group.name) {
            member.groups.remove(&group.name);
            member.groups.insert(name.clone());
            change.put_identity(member)?;
        }
        let path = new_path.unwrap_or_else(|| group.path.clone());
        change.remove_identity(&group);
        change.put_identity(Identity { name, path, ..(**group).clone() })?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html>
pub(crate) async fn delete_group(ctx: &Visit<'_>, req: IdentityInput) -> Result<Empty, Error> {
    let name = named(Kind::Group, None, req.group_name, None)?;
    ctx.change(|change| {
        let group = existing(&change.world, ctx.account(), Kind::Group, &name)?;
        let obstacle = match () {
            () if !group.attached.is_empty() => Some("detach all policies"),
            () if !group.inline.is_empty() => Some("delete policies"),
            () if !change.members(&name).is_empty() => Some("remove users from group"),
            () => None,
        };
        if let Some(obstacle) = obstacle {
            return Err(Error::DeleteConflict(obstacle));
        }
        change.remove_identity(&group);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html>
pub(crate) async fn add_user_to_group(
    ctx: &Visit<'_>,
    req: MembershipInput,
) -> Result<Empty, Error> {
    change_membership(ctx, req, |user, group| {
        user.groups.insert(group);
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html>
pub(crate) async fn remove_user_from_group(
    ctx: &Visit<'_>,
    req: MembershipInput,
) -> Result<Empty, Error> {
    change_membership(ctx, req, |user, group| {
        user.groups.remove(&group);
    })
    .await
}

async fn change_membership(
    ctx: &Visit<'_>,
    req: MembershipInput,
    act: impl FnOnce(&mut Identity, String),
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let group = existing(&change.world, ctx.account(), Kind::Group, &req.group_name)?;
        let user = existing(&change.world, ctx.account(), Kind::User, &req.user_name)?;
        let mut user = (**user).clone();
        act(&mut user, group.name.clone());
        change.put_identity(user)?;
        Ok(Empty {})
    })
    .await
}
