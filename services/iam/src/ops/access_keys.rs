//! Long-lived keys of users; those of an account's root, if it calls without a name.

use std::sync::Arc;

use crate::errors::Error;
use crate::ids;
use crate::tables::{AccessKey, Kind};
use crate::visit::{Visit, existing};
use crate::wire::{
    self, AccessKeyLastUsed, AccessKeyMetadata, CreateAccessKeyInput, CreateAccessKeyOutput,
    DeleteAccessKeyInput, Empty, GetAccessKeyLastUsedInput, GetAccessKeyLastUsedOutput, KeyStatus,
    ListAccessKeysInput, ListAccessKeysOutput, UpdateAccessKeyInput,
};
use crate::world::World;

use super::date;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const KEYS_MAX: usize = 2;

/// Whose keys an operation is about.
struct Owner {
    /// None of the root.
    name: Option<String>,
    arn: String,
}

fn owner(ctx: &Visit<'_>, given: Option<String>) -> Result<Owner, Error> {
    let caller = &ctx.request.caller().arn;
    if given.is_none() && caller.ends_with(":root") {
        return Ok(Owner { name: None, arn: caller.clone() });
    }
    let name = ctx.user_name(given)?;
    let user = existing(&ctx.world(), ctx.account(), Kind::User, &name)?;
    Ok(Owner { name: Some(name), arn: crate::arn::identity(ctx.partition(), &user) })
}

fn status(key: &AccessKey) -> KeyStatus {
    match key.inactive {
        Some(true) => KeyStatus::Inactive,
        Some(false) | None => KeyStatus::Active,
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>
pub(crate) async fn create_access_key(
    ctx: &Visit<'_>,
    req: CreateAccessKeyInput,
) -> Result<CreateAccessKeyOutput, Error> {
    let owner = owner(ctx, req.user_name)?;
    let mut entropy = ctx.entropy();
    ctx.change(|change| {
        let keys = change.world.access_keys.values();
        if KEYS_MAX <= keys.filter(|key| key.arn == owner.arn).count() {
            let message = format!("Cannot exceed quota for AccessKeysPerUser: {KEYS_MAX}");
            return Err(Error::LimitExceeded(message));
        }
        let id = loop {
            let id = ids::access_key("AKIA", ctx.account(), &mut entropy);
            if !change.world.access_keys.contains_key(&id) {
                break id;
            }
        };
        let key = AccessKey {
            secret_access_key: ids::secret(&mut entropy),
            arn: owner.arn,
            created_at_millis: ctx.now().as_millis(),
            inactive: None,
        };
        change.put_access_key(&id, key.clone());
        Ok(CreateAccessKeyOutput {
            access_key: wire::AccessKey {
                user_name: owner.name.unwrap_or_default(),
                access_key_id: id,
                status: KeyStatus::Active,
                create_date: date(key.created_at_millis),
                secret_access_key: key.secret_access_key,
            },
        })
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html>
pub(crate) async fn list_access_keys(
    ctx: &Visit<'_>,
    req: ListAccessKeysInput,
) -> Result<ListAccessKeysOutput, Error> {
    let (world, owner) = (ctx.world(), owner(ctx, req.user_name)?);
    let keys = world.access_keys.iter().filter(|(_, key)| key.arn == owner.arn).map(|(id, key)| {
        let shown = AccessKeyMetadata {
            user_name: owner.name.clone(),
            access_key_id: id.clone(),
            status: status(key),
            create_date: date(key.created_at_millis),
        };
        (id.clone(), shown)
    });
    let page = ctx.page("ListAccessKeys", keys, req.marker.as_deref(), req.max_items)?;
    Ok(ListAccessKeysOutput {
        access_key_metadata: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html>
pub(crate) async fn update_access_key(
    ctx: &Visit<'_>,
    req: UpdateAccessKeyInput,
) -> Result<Empty, Error> {
    let owner = owner(ctx, req.user_name)?;
    ctx.change(|change| {
        let key = key_of(&change.world, &owner, &req.access_key_id)?;
        let inactive = Some(req.status == KeyStatus::Inactive);
        change.put_access_key(&req.access_key_id, AccessKey { inactive, ..(*key).clone() });
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html>
pub(crate) async fn delete_access_key(
    ctx: &Visit<'_>,
    req: DeleteAccessKeyInput,
) -> Result<Empty, Error> {
    let owner = owner(ctx, req.user_name)?;
    ctx.change(|change| {
        key_of(&change.world, &owner, &req.access_key_id)?;
        change.remove_access_key(&req.access_key_id);
        Ok(Empty {})
    })
    .await
}

/// When a key was last used isn't kept: the answer is AWS's about a key that never was.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html>
pub(crate) async fn get_access_key_last_used(
    ctx: &Visit<'_>,
    req: GetAccessKeyLastUsedInput,
) -> Result<GetAccessKeyLastUsedOutput, Error> {
    let world = ctx.world();
    let key = world.access_keys.get(&req.access_key_id);
    let key = key.ok_or_else(|| no_such(&req.access_key_id))?;
    let user_name = key
        .arn
        .contains(":user/")
        .then(|| key.arn.rsplit('/').next().unwrap_or(&key.arn).to_owned());
    let never = || "N/A".to_owned();
    Ok(GetAccessKeyLastUsedOutput {
        user_name,
        access_key_last_used: AccessKeyLastUsed { service_name: never(), region: never() },
    })
}

fn key_of(world: &World, owner: &Owner, id: &str) -> Result<Arc<AccessKey>, Error> {
    let key = world.access_keys.get(id).filter(|key| key.arn == owner.arn);
    key.cloned().ok_or_else(|| no_such(id))
}

fn no_such(id: &str) -> Error {
    Error::NoSuch(format!("The Access Key with id {id} cannot be found."))
}
