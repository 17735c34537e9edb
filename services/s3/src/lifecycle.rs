//! The rules by which a bucket's objects age: kept, given back, and followed.
//!
//! What is to expire does; transitions to other classes are kept as rules only, since all objects are stored alike.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html>

use std::sync::{Arc, OnceLock};

use base::Timestamp;
use s3s::dto::{
    BucketLifecycleConfiguration, ExpirationStatus, GetBucketLifecycleConfigurationOutput,
    LifecycleRule, PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput,
    Tag, TransitionDefaultMinimumObjectSize,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use service::{Caller, Ctx};
use store::Batch;

use crate::Room;
use crate::access::Circumstances;
use crate::errors;
use crate::ops::configurations::{self, Kind, malformed};
use crate::ops::versions::{self, Deletion};
use crate::tables::{self, After, FoundBucket, Placed};
use crate::visit::{Commit, Visit, instant};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
const ID_CHARS_MAX: usize = 255;
const RULES_MAX: usize = 1_000;

fn minimum_object_size() -> Option<TransitionDefaultMinimumObjectSize> {
    let size = TransitionDefaultMinimumObjectSize::ALL_STORAGE_CLASSES_128K;
    Some(TransitionDefaultMinimumObjectSize::from_static(size))
}

pub(crate) async fn get(
    ctx: &Visit<'_>,
    bucket: &str,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    let kept: BucketLifecycleConfiguration =
        configurations::required(ctx, bucket, Kind::Lifecycle).await?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: Some(kept.rules),
        transition_default_minimum_object_size: minimum_object_size(),
    })
}

pub(crate) async fn put(
    ctx: &Visit<'_>,
    req: PutBucketLifecycleConfigurationInput,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let mut given = req.lifecycle_configuration.ok_or_else(malformed)?;
    if given.rules.is_empty() || RULES_MAX < given.rules.len() {
        return Err(malformed());
    }
    for rule in &mut given.rules {
        check(rule)?;
        rule.id.get_or_insert_with(|| ctx.request.house().uuid());
    }
    for (place, rule) in given.rules.iter().enumerate() {
        if given.rules[..place].iter().any(|other| other.id == rule.id) {
            return Err(errors::invalid_argument(
                "Rule ID must be unique. Found same ID for more than one rule",
            ));
        }
    }
    configurations::put(ctx, &req.bucket, Kind::Lifecycle, &given).await?;
    Ok(PutBucketLifecycleConfigurationOutput {
        transition_default_minimum_object_size: minimum_object_size(),
    })
}

fn check(rule: &LifecycleRule) -> S3Result<()> {
    let status = rule.status.as_str();
    if status != ExpirationStatus::ENABLED && status != ExpirationStatus::DISABLED {
        return Err(malformed());
    }
    if rule.id.as_ref().is_some_and(|id| ID_CHARS_MAX < id.chars().count()) {
        return Err(errors::invalid_argument("ID length should not exceed allowed limit of 255"));
    }
    // Which objects a rule is about is said in one way.
    match (&rule.filter, &rule.prefix) {
        (None, None) | (Some(_), Some(_)) => return Err(malformed()),
        (Some(filter), None) => {
            let ways = [
                filter.and.is_some(),
                filter.prefix.is_some(),
                filter.tag.is_some(),
                filter.object_size_greater_than.is_some(),
                filter.object_size_less_than.is_some(),
            ];
            if 1 < ways.into_iter().filter(|way| *way).count() {
                return Err(malformed());
            }
        }
        (None, Some(_)) => {}
    }
    let days = |days: Option<i32>, action: &str| match days {
        Some(days) if days < 1 => {
            let message = format!("'Days' for {action} action must be a positive integer");
            Err(S3Error::with_message(S3ErrorCode::InvalidArgument, message))
        }
        _ => Ok(()),
    };
    if let Some(expiration) = &rule.expiration {
        let ways = [
            expiration.days.is_some(),
            expiration.date.is_some(),
            expiration.expired_object_delete_marker.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() != 1 {
            return Err(malformed());
        }
        days(expiration.days, "Expiration")?;
        let is_midnight = |at: Timestamp| at.as_millis() % DAY_MILLIS == 0;
        if expiration.date.as_ref().and_then(instant).is_some_and(|at| !is_midnight(at)) {
            return Err(errors::invalid_argument("'Date' must be at midnight GMT"));
        }
    }
    if let Some(expiration) = &rule.noncurrent_version_expiration {
        days(expiration.noncurrent_days, "NoncurrentVersionExpiration")?;
    }
    if let Some(abort) = &rule.abort_incomplete_multipart_upload {
        days(abort.days_after_initiation, "AbortIncompleteMultipartUpload")?;
    }
    let acts = rule.expiration.is_some()
        || rule.noncurrent_version_expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some()
        || rule.transitions.as_ref().is_some_and(|some| !some.is_empty())
        || rule.noncurrent_version_transitions.as_ref().is_some_and(|some| !some.is_empty());
    match acts {
        true => Ok(()),
        false => {
            Err(s3_error!(InvalidRequest, "At least one action needs to be specified in a rule"))
        }
    }
}

/// Lets everything go whose time is over. AWS does so once a day.
pub(crate) async fn age(room: &Room) -> S3Result<()> {
    let mut after = None;
    loop {
        let page = tables::Tables(&*room.store).buckets(after.as_deref()).await;
        let page = page.map_err(errors::of_store)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.name.clone());
        for found in page.iter().filter(|found| !found.value.is_going) {
            let visit = visit(room, found);
            let kept = visit.tables().configuration(&found.name, Kind::Lifecycle.name()).await;
            let Some(xml) = kept.map_err(errors::of_store)? else { continue };
            let kept: BucketLifecycleConfiguration = configurations::parse(&xml)?;
            let is_enabled =
                |rule: &&LifecycleRule| rule.status.as_str() == ExpirationStatus::ENABLED;
            let rules: Vec<&LifecycleRule> = kept.rules.iter().filter(is_enabled).collect();
            age_versions(&visit, &found.name, &rules).await?;
            age_uploads(&visit, &found.name, &rules).await?;
        }
    }
}

/// The service itself, at work in a bucket.
fn visit<'r>(room: &'r Room, found: &FoundBucket) -> Visit<'r> {
    let caller = Caller { arn: "s3.amazonaws.com".to_owned() };
    let request = Ctx::new(Arc::clone(&room.house), caller, room.house.uuid());
    let request = request.with_account(found.value.account.clone());
    let (circumstances, status) = (Circumstances::default(), OnceLock::new());
    let headers = OnceLock::new();
    Visit { room, request, trailers: None, circumstances, status, headers }
}

async fn age_versions(visit: &Visit<'_>, bucket: &str, rules: &[&LifecycleRule]) -> S3Result<()> {
    let mut from = After::Nothing;
    // The object that the scan is at: how many of its versions were seen, and when the last of them came.
    let (mut key, mut seen, mut since) = (None::<String>, 0_usize, Timestamp::default());
    let expiration = Deletion { is_expiration: true, ..Deletion::default() };
    loop {
        let page = visit.tables().versions(bucket, "", &from).await.map_err(errors::of_store)?;
        let Some(last) = page.last() else { return Ok(()) };
        from = After::Version(last.key.clone(), last.order);
        for (place, placed) in page.iter().enumerate() {
            if key.as_ref() != Some(&placed.key) {
                (key, seen) = (Some(placed.key.clone()), 0);
            }
            let is_alone =
                seen == 0 && page.get(place + 1).is_none_or(|next| next.key != placed.key);
            let standing = Standing { newer: seen, since, is_alone };
            (seen, since) = (seen + 1, placed.version.modified_at);
            let Some(end) = rules.iter().find_map(|rule| end(rule, placed, &standing, visit.now()))
            else {
                continue;
            };
            let id = match end {
                End::Expires => None,
                End::Goes => Some(&*placed.version.id),
            };
            match versions::delete(visit, bucket, &placed.key, id, &expiration).await {
                // What is locked stays; its time comes again.
                Err(error) if *error.code() == S3ErrorCode::AccessDenied => {}
                done => done.map(drop)?,
            }
        }
    }
}

/// Where a version stands among those of its object.
struct Standing {
    /// How many are newer.
    newer: usize,
    /// When it became an older one, if it is one.
    since: Timestamp,
    is_alone: bool,
}

/// How a version ends.
enum End {
    /// As an object that is deleted: where versions are kept, it stays as one.
    Expires,
    /// For good.
    Goes,
}

fn end(rule: &LifecycleRule, placed: &Placed, standing: &Standing, now: Timestamp) -> Option<End> {
    let version = &placed.version;
    if !is_about(rule, placed) {
        return None;
    }
    if 0 < standing.newer {
        let expiration = rule.noncurrent_version_expiration.as_ref()?;
        let kept = expiration.newer_noncurrent_versions.and_then(|kept| usize::try_from(kept).ok());
        let is_spare = kept.is_none_or(|kept| kept < standing.newer);
        let is_over = is_over(standing.since, expiration.noncurrent_days.unwrap_or(1), now);
        return (is_spare && is_over).then_some(End::Goes);
    }
    let expiration = rule.expiration.as_ref()?;
    if version.is_delete_marker {
        let goes = expiration.expired_object_delete_marker == Some(true)
            || expiration.days.is_some_and(|days| is_over(version.modified_at, days, now));
        return (goes && standing.is_alone).then_some(End::Goes);
    }
    let by_days = expiration.days.is_some_and(|days| is_over(version.modified_at, days, now));
    let by_date = expiration.date.as_ref().and_then(instant).is_some_and(|date| date <= now);
    (by_days || by_date).then_some(End::Expires)
}

/// So many days, and then until midnight.
fn is_over(since: Timestamp, days: i32, now: Timestamp) -> bool {
    let due = since.as_millis().saturating_add(i64::from(days) * DAY_MILLIS);
    let midnight = due.div_euclid(DAY_MILLIS) * DAY_MILLIS;
    let midnight = if midnight < due { midnight + DAY_MILLIS } else { midnight };
    midnight <= now.as_millis()
}

fn is_about(rule: &LifecycleRule, placed: &Placed) -> bool {
    let size = i64::try_from(placed.version.body.size).unwrap_or(i64::MAX);
    let begins = |prefix: Option<&String>| prefix.is_none_or(|it| placed.key.starts_with(&**it));
    let larger = |than: Option<i64>| than.is_none_or(|than| than < size);
    let smaller = |than: Option<i64>| than.is_none_or(|than| size < than);
    let has = |tag: &Tag| {
        let (key, value) = (tag.key.as_deref(), tag.value.as_deref());
        placed.version.tags.iter().any(|(k, v)| Some(&**k) == key && Some(&**v) == value)
    };
    let Some(filter) = &rule.filter else { return begins(rule.prefix.as_ref()) };
    if let Some(and) = &filter.and {
        return begins(and.prefix.as_ref())
            && and.tags.iter().flatten().all(has)
            && larger(and.object_size_greater_than)
            && smaller(and.object_size_less_than);
    }
    begins(filter.prefix.as_ref())
        && filter.tag.iter().all(has)
        && larger(filter.object_size_greater_than)
        && smaller(filter.object_size_less_than)
}

async fn age_uploads(visit: &Visit<'_>, bucket: &str, rules: &[&LifecycleRule]) -> S3Result<()> {
    let days = |rule: &&LifecycleRule| {
        rule.abort_incomplete_multipart_upload.as_ref()?.days_after_initiation
    };
    if rules.iter().find_map(&days).is_none() {
        return Ok(());
    }
    let mut after = None;
    loop {
        let page = visit.tables().uploads(bucket, "", after.as_ref()).await;
        let page = page.map_err(errors::of_store)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        for (name, upload) in &page {
            let is_meant = |rule: &&LifecycleRule| {
                let filter = rule.filter.as_ref();
                let and = filter.and_then(|filter| filter.and.as_ref());
                let prefix = rule.prefix.as_ref().or_else(|| filter?.prefix.as_ref());
                let prefix = prefix.or_else(|| and?.prefix.as_ref());
                prefix.is_none_or(|prefix| name.key.starts_with(&**prefix))
            };
            let is_due = rules.iter().filter(|rule| is_meant(rule)).any(|rule| {
                days(rule).is_some_and(|days| is_over(upload.initiated_at, days, visit.now()))
            });
            if is_due {
                abort(visit, name).await?;
            }
        }
    }
}

async fn abort(visit: &Visit<'_>, name: &tables::UploadName) -> S3Result<()> {
    let parts = visit.tables().parts(name).await.map_err(errors::of_store)?;
    let gone: Vec<_> = parts.into_iter().flat_map(|(_, part)| part.body.segments).collect();
    let mut batch = Batch::new();
    name.delete(&mut batch);
    gone.iter().for_each(|segment| tables::delete_file(&mut batch, &segment.file));
    if visit.commit(batch).await? == Commit::Done {
        visit.forget(gone).await;
    }
    Ok(())
}
