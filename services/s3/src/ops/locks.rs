//! Object lock: versions that can't be deleted before their time, or while somebody holds them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

use std::time::Duration;

use base::Timestamp;
use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Error, S3Result, s3_error};

use crate::access::denied;
use crate::errors;
use crate::model::{Lock, Retention, RetentionMode, Version, Versioning};
use crate::notifications::Event;
use crate::ops::configurations::{self, Kind, malformed};
use crate::tables::FoundBucket;
use crate::visit::{Visit, instant, shown};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR_DAYS: u32 = 365;

fn without_lock() -> S3Error {
    s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration")
}

/// What a bucket was told about locks; nothing if its objects can't be locked.
pub(crate) async fn of_bucket(
    ctx: &Visit<'_>,
    found: &FoundBucket,
) -> S3Result<Option<ObjectLockConfiguration>> {
    let kept = ctx.tables().configuration(&found.name, Kind::ObjectLock.name()).await;
    kept.map_err(errors::of_store)?.map(|xml| configurations::parse(&xml)).transpose()
}

pub(crate) fn enabled() -> ObjectLockConfiguration {
    let enabled = ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED);
    ObjectLockConfiguration { object_lock_enabled: Some(enabled), rule: None }
}

pub(crate) async fn configuration(
    ctx: &Visit<'_>,
    req: GetObjectLockConfigurationInput,
) -> S3Result<GetObjectLockConfigurationOutput> {
    let kept = configurations::required(ctx, &req.bucket, Kind::ObjectLock).await?;
    Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(kept) })
}

/// A bucket that keeps versions can be given locks at any time.
pub(crate) async fn put_configuration(
    ctx: &Visit<'_>,
    req: PutObjectLockConfigurationInput,
) -> S3Result<()> {
    let given = req.object_lock_configuration;
    let given = given.ok_or_else(|| s3_error!(MissingRequestBodyError, "Request Body is empty"))?;
    let found = ctx.bucket(&req.bucket).await?;
    if found.value.versioning != Versioning::Enabled {
        return Err(errors::coded(
            "InvalidBucketState",
            StatusCode::CONFLICT,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        ));
    }
    if given.object_lock_enabled.is_none() {
        return Err(malformed());
    }
    if let Some(default) = given.rule.as_ref().and_then(|rule| rule.default_retention.as_ref()) {
        let amount = match (default.days, default.years) {
            (Some(days), None) => days,
            (None, Some(years)) => years,
            _ => return Err(malformed()),
        };
        if default.mode.is_none() {
            return Err(malformed());
        }
        if amount < 1 {
            let message = "Default retention period must be a positive integer value.";
            return Err(errors::invalid_argument(message));
        }
    }
    configurations::put(ctx, &req.bucket, Kind::ObjectLock, &given).await
}

/// What locks a new version: what its request says, else what the bucket says.
pub(crate) async fn of_new(
    ctx: &Visit<'_>,
    found: &FoundBucket,
    mode: Option<&ObjectLockMode>,
    until: Option<&s3s::dto::Timestamp>,
    legal_hold: Option<&ObjectLockLegalHoldStatus>,
) -> S3Result<Lock> {
    let configuration = of_bucket(ctx, found).await?;
    let asks = mode.is_some() || until.is_some() || legal_hold.is_some();
    let Some(configuration) = configuration else {
        return if asks { Err(without_lock()) } else { Ok(Lock::default()) };
    };
    let has_legal_hold =
        legal_hold.is_some_and(|status| status.as_str() == ObjectLockLegalHoldStatus::ON);
    let retention = match (mode, until.and_then(instant)) {
        (Some(mode), Some(until)) => Some(retention(ctx, mode.as_str(), until)?),
        (None, None) => default(ctx, &configuration),
        _ => {
            return Err(errors::invalid_argument(
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
            ));
        }
    };
    Ok(Lock { retention, has_legal_hold })
}

fn default(ctx: &Visit<'_>, configuration: &ObjectLockConfiguration) -> Option<Retention> {
    let rule = configuration.rule.as_ref()?.default_retention.as_ref()?;
    let days = match (rule.days, rule.years) {
        (Some(days), _) => u32::try_from(days).ok()?,
        (None, Some(years)) => u32::try_from(years).ok()?.checked_mul(YEAR_DAYS)?,
        (None, None) => return None,
    };
    let mode = mode_named(rule.mode.as_ref()?.as_str())?;
    Some(Retention { mode, until: ctx.now().after(DAY * days) })
}

fn mode_named(name: &str) -> Option<RetentionMode> {
    match name {
        ObjectLockRetentionMode::GOVERNANCE => Some(RetentionMode::Governance),
        ObjectLockRetentionMode::COMPLIANCE => Some(RetentionMode::Compliance),
        _ => None,
    }
}

pub(crate) fn mode_name(mode: RetentionMode) -> &'static str {
    match mode {
        RetentionMode::Governance => ObjectLockRetentionMode::GOVERNANCE,
        RetentionMode::Compliance => ObjectLockRetentionMode::COMPLIANCE,
    }
}

fn retention(ctx: &Visit<'_>, mode: &str, until: Timestamp) -> S3Result<Retention> {
    let mode = mode_named(mode).ok_or_else(malformed)?;
    if until <= ctx.now() {
        return Err(errors::invalid_argument("The retain until date must be in the future!"));
    }
    Ok(Retention { mode, until })
}

/// Whether a version may be deleted.
pub(crate) fn check_deletion(version: &Version, now: Timestamp, bypasses: bool) -> S3Result<()> {
    let lock = &version.lock;
    let is_retained = lock.retention.as_ref().is_some_and(|retention| {
        let is_bypassed = bypasses && retention.mode == RetentionMode::Governance;
        now < retention.until && !is_bypassed
    });
    if lock.has_legal_hold || is_retained {
        return Err(s3_error!(
            AccessDenied,
            "Access Denied because object protected by object lock."
        ));
    }
    Ok(())
}

/// Whether the caller may and does set governance aside.
pub(crate) async fn bypasses(
    ctx: &Visit<'_>,
    asked: Option<bool>,
    bucket: &str,
    key: &str,
) -> S3Result<bool> {
    if asked != Some(true) {
        return Ok(false);
    }
    ctx.allow("s3:BypassGovernanceRetention", bucket, key).await?;
    Ok(true)
}

async fn locking_bucket(ctx: &Visit<'_>, bucket: &str) -> S3Result<()> {
    let found = ctx.bucket(bucket).await?;
    of_bucket(ctx, &found).await?.map(drop).ok_or_else(without_lock)
}

pub(crate) async fn put_retention(ctx: &Visit<'_>, req: PutObjectRetentionInput) -> S3Result<()> {
    ctx.allow("s3:PutObjectRetention", &req.bucket, &req.key).await?;
    locking_bucket(ctx, &req.bucket).await?;
    let given = req.retention.unwrap_or_default();
    let wanted = match (given.mode.as_ref(), given.retain_until_date.as_ref().and_then(instant)) {
        (Some(mode), Some(until)) => Some(retention(ctx, mode.as_str(), until)?),
        (None, None) => None,
        _ => return Err(malformed()),
    };
    let bypasses = bypasses(ctx, req.bypass_governance_retention, &req.bucket, &req.key).await?;
    let now = ctx.now();
    let change = |version: &mut Version| {
        let loosens =
            version.lock.retention.as_ref().filter(|kept| now < kept.until).is_some_and(|kept| {
                wanted.as_ref().is_none_or(|wanted| {
                    let weaker = kept.mode == RetentionMode::Compliance && wanted.mode != kept.mode;
                    weaker || wanted.until < kept.until
                })
            });
        let is_compliance = version
            .lock
            .retention
            .as_ref()
            .is_some_and(|kept| kept.mode == RetentionMode::Compliance);
        if loosens && (is_compliance || !bypasses) {
            return Err(denied());
        }
        version.lock.retention.clone_from(&wanted);
        Ok(())
    };
    let version_id = req.version_id.as_deref();
    ctx.change_version(&req.bucket, &req.key, version_id, Event::Untold, change).await.map(drop)
}

pub(crate) async fn get_retention(
    ctx: &Visit<'_>,
    req: GetObjectRetentionInput,
) -> S3Result<GetObjectRetentionOutput> {
    ctx.allow("s3:GetObjectRetention", &req.bucket, &req.key).await?;
    locking_bucket(ctx, &req.bucket).await?;
    let (_, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let kept = version.lock.retention.ok_or_else(no_lock)?;
    let mode = ObjectLockRetentionMode::from_static(mode_name(kept.mode));
    let retention =
        ObjectLockRetention { mode: Some(mode), retain_until_date: Some(shown(kept.until)) };
    Ok(GetObjectRetentionOutput { retention: Some(retention) })
}

fn no_lock() -> S3Error {
    errors::coded(
        "NoSuchObjectLockConfiguration",
        StatusCode::NOT_FOUND,
        "The specified object does not have a ObjectLock configuration",
    )
}

pub(crate) async fn put_legal_hold(ctx: &Visit<'_>, req: PutObjectLegalHoldInput) -> S3Result<()> {
    ctx.allow("s3:PutObjectLegalHold", &req.bucket, &req.key).await?;
    locking_bucket(ctx, &req.bucket).await?;
    let status = req.legal_hold.and_then(|hold| hold.status).ok_or_else(malformed)?;
    let holds = match status.as_str() {
        ObjectLockLegalHoldStatus::ON => true,
        ObjectLockLegalHoldStatus::OFF => false,
        _ => return Err(malformed()),
    };
    let change = |version: &mut Version| {
        version.lock.has_legal_hold = holds;
        Ok(())
    };
    let version_id = req.version_id.as_deref();
    ctx.change_version(&req.bucket, &req.key, version_id, Event::Untold, change).await.map(drop)
}

pub(crate) async fn get_legal_hold(
    ctx: &Visit<'_>,
    req: GetObjectLegalHoldInput,
) -> S3Result<GetObjectLegalHoldOutput> {
    ctx.allow("s3:GetObjectLegalHold", &req.bucket, &req.key).await?;
    locking_bucket(ctx, &req.bucket).await?;
    let (_, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let status = match version.lock.has_legal_hold {
        true => ObjectLockLegalHoldStatus::ON,
        false => ObjectLockLegalHoldStatus::OFF,
    };
    let status = Some(ObjectLockLegalHoldStatus::from_static(status));
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
}
