//! API keys: the id of a key is the key.

use base::Timestamp;

use crate::errors::Error;
use crate::tables::{self, Part as _};
use crate::visit::Visit;
use crate::wire::{
    ApiKey, ApiKeyOutput, CreateApiKeyInput, DeleteApiKeyInput, Empty, ListApiKeysOutput,
    ListInput, UpdateApiKeyInput,
};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// How long a key is valid if a request doesn't say.
const VALIDITY: i64 = 7 * DAY;
const VALIDITY_MIN: i64 = DAY;
const VALIDITY_MAX: i64 = 365 * DAY;
/// How long a key that has expired can still be looked at, and prolonged.
const KEPT: i64 = 60 * DAY;

pub(crate) async fn create_api_key(
    ctx: &Visit<'_>,
    req: CreateApiKeyInput,
) -> Result<ApiKeyOutput, Error> {
    let expires = expiry(ctx.now(), req.expires)?;
    let api_key = ApiKey {
        id: format!("da2-{}", ctx.new_id()),
        description: req.description,
        expires,
        deletes: expires + KEPT,
    };
    let mut change = ctx.change(&req.api_id).await?;
    let all = ctx.tables().all_parts::<ApiKey>(&req.api_id).await?;
    let (gone, kept): (Vec<_>, Vec<_>) = all.iter().partition(|key| is_gone(key, ctx.now()));
    for key in gone {
        tables::delete_part::<ApiKey>(&mut change.batch, &req.api_id, &key.name());
    }
    if ctx.limits().api_keys_max <= kept.len() {
        return Err(Error::TooManyApiKeys);
    }
    tables::put_part(&mut change.batch, &req.api_id, &api_key);
    change.commit().await?;

    Ok(ApiKeyOutput { api_key })
}

pub(crate) async fn update_api_key(
    ctx: &Visit<'_>,
    req: UpdateApiKeyInput,
) -> Result<ApiKeyOutput, Error> {
    let expires = req.expires.map(|_| expiry(ctx.now(), req.expires)).transpose()?;
    let mut change = ctx.change(&req.api_id).await?;
    let mut key = find(ctx, &req.api_id, &req.id).await?;
    key.description = req.description.clone().or(key.description);
    key.expires = expires.unwrap_or(key.expires);
    key.deletes = key.expires + KEPT;
    tables::put_part(&mut change.batch, &req.api_id, &key);
    change.commit().await?;
    let api_key = key;
    Ok(ApiKeyOutput { api_key })
}

pub(crate) async fn delete_api_key(
    ctx: &Visit<'_>,
    req: DeleteApiKeyInput,
) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    find(ctx, &req.api_id, &req.id).await?;
    tables::delete_part::<ApiKey>(&mut change.batch, &req.api_id, &req.id);
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn list_api_keys(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListApiKeysOutput, Error> {
    let (mut api_keys, next_token) = ctx.page_of_parts::<ApiKey>("ListApiKeys", &req).await?;
    api_keys.retain(|key| !is_gone(key, ctx.now()));
    Ok(ListApiKeysOutput { api_keys, next_token })
}

async fn find(ctx: &Visit<'_>, api_id: &str, id: &str) -> Result<ApiKey, Error> {
    let found = ctx.tables().part::<ApiKey>(api_id, id).await?;
    let found = found.filter(|key| !is_gone(key, ctx.now()));
    found.ok_or_else(|| Error::ApiKeyNotFound(id.to_owned()))
}

fn is_gone(key: &ApiKey, now: Timestamp) -> bool {
    key.deletes <= seconds(now)
}

fn seconds(instant: Timestamp) -> i64 {
    instant.as_millis() / 1000
}

/// AWS rounds down to the hour.
fn expiry(now: Timestamp, asked: Option<i64>) -> Result<i64, Error> {
    let now = seconds(now);
    let expires = asked.unwrap_or(now + VALIDITY);
    match expires - now {
        validity if validity < VALIDITY_MIN => Err(Error::ValidityTooShort),
        validity if VALIDITY_MAX < validity => Err(Error::ValidityTooLong),
        _ => Ok(expires - expires % HOUR),
    }
}
