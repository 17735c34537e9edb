//! How an object gets a new version, and loses one: for every operation that does.

use store::Batch;

use s3s::S3Result;

use crate::acl::Grant;
use crate::conditions::WriteConditions;
use crate::errors;
use crate::model::{Body, Headers, Lock, NULL_VERSION, Segment, Version, Versioning};
use crate::notifications::{self, Event};
use crate::ops::locks;
use crate::tables::{self, FoundBucket, Placed, UploadName};
use crate::visit::{Commit, Visit};

/// An object that is about to be put.
pub(crate) struct New {
    pub(crate) body: Body,
    pub(crate) headers: Headers,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) acl: Option<Vec<Grant>>,
    pub(crate) lock: Lock,
    pub(crate) conditions: WriteConditions,
    pub(crate) event: Event,
}

/// The upload that brings an object and ends with it.
pub(crate) struct Completion<'c> {
    pub(crate) name: &'c UploadName,
    /// Parts that the object isn't made of.
    pub(crate) unused: &'c [Segment],
}

/// Puts an object. Its files must be durable, and are removed if it can't be put, unless an upload still has them.
pub(crate) async fn put(
    ctx: &Visit<'_>,
    bucket: &str,
    key: &str,
    new: New,
    completes: Option<&Completion<'_>>,
) -> S3Result<(FoundBucket, Version)> {
    let segments = new.body.segments.clone();
    let result = write(ctx, bucket, key, new, completes).await;
    if result.is_err() && completes.is_none() {
        ctx.forget(segments).await;
    }
    result
}

async fn write(
    ctx: &Visit<'_>,
    bucket: &str,
    key: &str,
    new: New,
    completes: Option<&Completion<'_>>,
) -> S3Result<(FoundBucket, Version)> {
    let mut version = Version {
        body: new.body,
        headers: new.headers,
        tags: new.tags,
        acl: new.acl,
        lock: new.lock,
        upload_id: completes.map(|completion| completion.name.id.clone()),
        ..Version::default()
    };
    loop {
        let found = ctx.bucket(bucket).await?;
        let head = ctx.tables().head(bucket, key).await.map_err(errors::of_store)?;
        let current = ctx.tables().newest(bucket, key, &head).await.map_err(errors::of_store)?;
        new.conditions.check(key, current.as_ref())?;
        let versioning = found.value.versioning;
        version.id = ctx.next_version_id(versioning);
        version.modified_at = ctx.now();

        let mut batch = Batch::new();
        found.require(&mut batch);
        if let Some(completion) = completes {
            let upload = ctx.tables().upload(completion.name).await.map_err(errors::of_store)?;
            upload.ok_or_else(|| errors::no_such_upload(&completion.name.id))?;
            completion.name.delete(&mut batch);
            completion.unused.iter().for_each(|part| tables::delete_file(&mut batch, &part.file));
        }
        let replaced = match versioning {
            Versioning::Enabled => None,
            Versioning::Never | Versioning::Suspended => null_version(ctx, bucket, key).await?,
        };
        let gone = drop_version(&mut batch, bucket, replaced.as_ref());
        let order = head.next(version.modified_at);
        tables::put_version(&mut batch, bucket, key, order, &version);
        version
            .body
            .segments
            .iter()
            .for_each(|segment| tables::put_file(&mut batch, &segment.file));
        head.change(&mut batch, bucket, key, Some(order));
        let told = notifications::tell(ctx, &mut batch, &found, key, &version, new.event).await?;
        if ctx.commit(batch).await? == Commit::Done {
            ctx.forget(gone).await;
            notifications::ring(ctx, told);
            return Ok((found, version));
        }
    }
}

/// What a deletion did.
#[derive(Default)]
pub(crate) struct Deleted {
    /// The id of the version that was removed, or of the mark that was made.
    pub(crate) version_id: Option<String>,
    /// A mark of deletion was made or removed.
    pub(crate) is_delete_marker: bool,
}

/// Why and under which conditions something is deleted.
#[derive(Default)]
pub(crate) struct Deletion {
    pub(crate) conditions: WriteConditions,
    /// Versions under governance may go before their time.
    pub(crate) bypasses_governance: bool,
    /// Its time is over, by the rules of the bucket.
    pub(crate) is_expiration: bool,
}

impl Deletion {
    fn event(&self, is_mark: bool) -> Event {
        match (self.is_expiration, is_mark) {
            (false, false) => Event::Removed,
            (false, true) => Event::MarkedDeleted,
            (true, false) => Event::Expired,
            (true, true) => Event::MarkedExpired,
        }
    }
}

/// Deletes an object, or one of its versions.
pub(crate) async fn delete(
    ctx: &Visit<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
    how: &Deletion,
) -> S3Result<Deleted> {
    loop {
        let found = ctx.bucket(bucket).await?;
        let head = ctx.tables().head(bucket, key).await.map_err(errors::of_store)?;
        let versions = ctx.tables().versions_of(bucket, key).await.map_err(errors::of_store)?;
        how.conditions.check(key, versions.first().map(|placed| &placed.version))?;
        let versioning = found.value.versioning;
        let removed = match (version_id, versioning) {
            (Some(id), _) => versions.iter().find(|placed| placed.version.id == id),
            (None, Versioning::Enabled) => None,
            (None, _) => versions.iter().find(|placed| placed.version.id == NULL_VERSION),
        };
        if let Some(removed) = removed {
            locks::check_deletion(&removed.version, ctx.now(), how.bypasses_governance)?;
        }
        let marks = version_id.is_none() && versioning != Versioning::Never;
        if removed.is_none() && !marks {
            return Ok(Deleted { version_id: version_id.map(str::to_owned), ..Deleted::default() });
        }

        let mut batch = Batch::new();
        found.require(&mut batch);
        let gone = drop_version(&mut batch, bucket, removed);
        let left = versions
            .iter()
            .find(|placed| removed.is_none_or(|removed| removed.order != placed.order));
        let mut newest = left.map(|placed| placed.order);
        let mut deleted = Deleted {
            version_id: version_id.map(str::to_owned),
            is_delete_marker: removed.is_some_and(|placed| placed.version.is_delete_marker),
        };
        let mut told_of = removed.map(|placed| placed.version.clone()).unwrap_or_default();
        let mut event = how.event(false);
        if marks {
            let marker = Version {
                id: ctx.next_version_id(versioning),
                modified_at: ctx.now(),
                is_delete_marker: true,
                ..Version::default()
            };
            let order = head.next(marker.modified_at);
            tables::put_version(&mut batch, bucket, key, order, &marker);
            newest = Some(order);
            deleted = Deleted { version_id: Some(marker.id.clone()), is_delete_marker: true };
            told_of = marker;
            event = how.event(true);
        }
        head.change(&mut batch, bucket, key, newest);
        let told = notifications::tell(ctx, &mut batch, &found, key, &told_of, event).await?;
        if ctx.commit(batch).await? == Commit::Done {
            ctx.forget(gone).await;
            notifications::ring(ctx, told);
            return Ok(deleted);
        }
    }
}

async fn null_version(ctx: &Visit<'_>, bucket: &str, key: &str) -> S3Result<Option<Placed>> {
    let versions = ctx.tables().versions_of(bucket, key).await.map_err(errors::of_store)?;
    Ok(versions.into_iter().find(|placed| placed.version.id == NULL_VERSION))
}

/// Removes a version's rows; gives the files that are to go once that is durable.
fn drop_version(batch: &mut Batch, bucket: &str, version: Option<&Placed>) -> Vec<Segment> {
    let Some(placed) = version else { return Vec::new() };
    tables::delete_version(batch, bucket, &placed.key, placed.order);
    let segments = placed.version.body.segments.clone();
    segments.iter().for_each(|segment| tables::delete_file(batch, &segment.file));
    segments
}
