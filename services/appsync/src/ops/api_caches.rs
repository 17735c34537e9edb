//! Caches of APIs. They live in the process: what AWS makes of machines is there at once.

use serde_json::json;

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    ApiCache, ApiCacheOutput, ApiInput, CreateApiCacheInput, Empty, UpdateApiCacheInput, described,
};

const TTL_MAX: i64 = 3600;

pub(crate) async fn create_api_cache(
    ctx: &Visit<'_>,
    req: CreateApiCacheInput,
) -> Result<ApiCacheOutput, Error> {
    check_ttl(req.ttl)?;
    let cache: ApiCache = described(&req, json!({ "status": "AVAILABLE" }))?;
    let mut change = ctx.change(&req.api_id).await?;
    if change.api.cache.is_some() {
        return Err(Error::bad_request(format!("Cache already exists for API {}.", req.api_id)));
    }
    change.api.flushes += 1;
    change.api.cache = Some(cache.clone());
    change.commit().await?;
    let api_cache = cache.clone();
    Ok(ApiCacheOutput { api_cache })
}

pub(crate) async fn get_api_cache(ctx: &Visit<'_>, req: ApiInput) -> Result<ApiCacheOutput, Error> {
    let cache = ctx.api(&req.api_id).await?.value.cache;
    let api_cache = cache.ok_or(Error::ApiCacheNotFound(req.api_id))?;
    Ok(ApiCacheOutput { api_cache })
}

pub(crate) async fn update_api_cache(
    ctx: &Visit<'_>,
    req: UpdateApiCacheInput,
) -> Result<ApiCacheOutput, Error> {
    check_ttl(req.ttl)?;
    let mut change = ctx.change(&req.api_id).await?;
    let not_found = || Error::ApiCacheNotFound(req.api_id.clone());
    let old = change.api.cache.as_ref().ok_or_else(not_found)?;
    let known = json!({
        "status": "AVAILABLE",
        "transitEncryptionEnabled": old.transit_encryption_enabled,
        "atRestEncryptionEnabled": old.at_rest_encryption_enabled,
    });
    let cache: ApiCache = described(&req, known)?;
    change.api.flushes += 1;
    change.api.cache = Some(cache.clone());
    change.commit().await?;
    let api_cache = cache;
    Ok(ApiCacheOutput { api_cache })
}

pub(crate) async fn delete_api_cache(ctx: &Visit<'_>, req: ApiInput) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    if change.api.cache.take().is_none() {
        return Err(Error::ApiCacheNotFound(req.api_id));
    }
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn flush_api_cache(ctx: &Visit<'_>, req: ApiInput) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    if change.api.cache.is_none() {
        return Err(Error::ApiCacheNotFound(req.api_id.clone()));
    }
    change.api.flushes += 1;
    change.commit().await?;
    Ok(Empty {})
}

/// Of an API as of a resolver.
pub(super) fn check_ttl(ttl: i64) -> Result<(), Error> {
    match ttl {
        1..=TTL_MAX => Ok(()),
        _ => Err(Error::bad_request(format!("TTL must be between 1 and {TTL_MAX} seconds."))),
    }
}
