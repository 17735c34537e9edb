use super::{Birth, Detail, check_free, create, is_under, shown_user};
use crate::errors::Error;
use crate::tables::{AccessKey, Identity, Kind};
use crate::visit::{Visit, check_name, checked_path, existing, named};
use crate::wire::{
    CreateUserInput, Empty, GetUserInput, IdentityInput, ListUsersOutput, PageInput,
    UpdateUserInput, User, UserOutput,
};

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>
pub(crate) async fn create_user(
    ctx: &Visit<'_>,
    req: CreateUserInput,
) -> Result<UserOutput, Error> {
    let CreateUserInput { path, user_name: name, permissions_boundary: boundary, tags } = req;
    let user =
        create(ctx, Birth { kind: Kind::User, name, path, tags, boundary, role: None }).await?;
    Ok(UserOutput { user: shown_user(ctx, &user, Detail::Whole) })
}

/// Without a name it is the caller, who may be the account's root.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>
pub(crate) async fn get_user(ctx: &Visit<'_>, req: GetUserInput) -> Result<UserOutput, Error> {
    let arn = &ctx.request.caller().arn;
    if req.user_name.is_none() && arn.ends_with(":root") {
        let user = User {
            path: "/".to_owned(),
            user_name: "root".to_owned(),
            user_id: ctx.account().to_owned(),
            arn: arn.clone(),
            create_date: ctx.now().into(),
            permissions_boundary: None,
            tags: None,
        };
        return Ok(UserOutput { user });
    }
    let name = ctx.user_name(req.user_name)?;
    let user = existing(&ctx.world(), ctx.account(), Kind::User, &name)?;
    Ok(UserOutput { user: shown_user(ctx, &user, Detail::Whole) })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>
pub(crate) async fn list_users(ctx: &Visit<'_>, req: PageInput) -> Result<ListUsersOutput, Error> {
    let world = ctx.world();
    let users = world
        .identities(ctx.account(), Kind::User)
        .filter(|user| is_under(&user.path, req.path_prefix.as_ref()))
        .map(|user| (user.name.to_lowercase(), shown_user(ctx, user, Detail::Listed)));
    let page = ctx.page("ListUsers", users, req.marker.as_deref(), req.max_items)?;
    Ok(ListUsersOutput { users: page.items, is_truncated: page.is_truncated, marker: page.marker })
}

/// What belongs to a user goes with it to its new name: its keys stand for a new ARN.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>
pub(crate) async fn update_user(ctx: &Visit<'_>, req: UpdateUserInput) -> Result<Empty, Error> {
    let new_path = req.new_path.map(|path| checked_path(Some(path))).transpose()?;
    if let Some(name) = &req.new_user_name {
        check_name("newUserName", name)?;
    }
    ctx.change(|change| {
        let user = existing(&change.world, ctx.account(), Kind::User, &req.user_name)?;
        let name = req.new_user_name.unwrap_or_else(|| user.name.clone());
        if !name.eq_ignore_ascii_case(&user.name) {
            check_free(&change.world, ctx.account(), Kind::User, &name)?;
        }
        let path = new_path.unwrap_or_else(|| user.path.clone());
        let renamed = Identity { name, path, ..(**user).clone() };
        let old_arn = crate::arn::identity(ctx.partition(), &user);
        let arn = crate::arn::of(ctx.partition(), ctx.account(), &renamed);
        let keys: Vec<_> = change.world.access_keys.clone().into_iter().collect();
        for (id, key) in keys.into_iter().filter(|(_, key)| key.arn == old_arn) {
            change.put_access_key(&id, AccessKey { arn: arn.clone(), ..(*key).clone() });
        }
        change.remove_identity(&user);
        change.put_identity(renamed)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>
pub(crate) async fn delete_user(ctx: &Visit<'_>, req: IdentityInput) -> Result<Empty, Error> {
    let name = named(Kind::User, req.user_name, None, None)?;
    ctx.change(|change| {
        let user = existing(&change.world, ctx.account(), Kind::User, &name)?;
        let arn = crate::arn::identity(ctx.partition(), &user);
        let obstacle = match () {
            () if !user.attached.is_empty() => Some("detach all policies"),
            () if !user.inline.is_empty() => Some("delete policies"),
            () if !user.groups.is_empty() => Some("remove users from group"),
            () if change.world.access_keys.values().any(|key| key.arn == arn) => {
                Some("delete access keys")
            }
            () if user.login.is_some() => Some("delete login profile"),
            () => None,
        };
        if let Some(obstacle) = obstacle {
            return Err(Error::DeleteConflict(obstacle));
        }
        change.remove_identity(&user);
        Ok(Empty {})
    })
    .await
}
