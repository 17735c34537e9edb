//! Objects copied, and what copies are made of.

use s3s::dto::*;
use s3s::{S3Error, S3Result, s3_error};

use crate::access::{Circumstances, comes_with};
use crate::acl::{Given, grants_of};
use crate::bodies::Bodies;
use crate::conditions::{self, ReadConditions, WriteConditions};
use crate::errors;
use crate::incoming;
use crate::model::{self, Algorithm, Version};
use crate::notifications::Event;
use crate::ops::headers::headers_of;
use crate::ops::objects::{Sums, check_key};
use crate::ops::reading::{self, read_action};
use crate::ops::{archives, locks, tagging, versions};
use crate::visit::{Visit, instant, modified};

/// What a copy is made of.
pub(crate) struct Source {
    pub(crate) version: Version,
    /// Shown where the bucket keeps versions.
    pub(crate) version_id: Option<String>,
}

/// Finds the object that is to be copied.
pub(crate) async fn source(
    ctx: &Visit<'_>,
    source: &CopySource,
    conditions: ReadConditions,
) -> S3Result<Source> {
    let CopySource::Bucket { bucket, key, version_id } = source else {
        return Err(no_bucket());
    };
    ctx.allow(read_action(version_id.as_deref()), bucket, key).await?;
    let (found, version) = ctx.version(bucket, key, version_id.as_deref()).await?;
    if archives::is_archived(ctx, &version).is_some() {
        return Err(errors::archived_source());
    }
    conditions.check_source(&version)?;
    let version_id = found.value.versioning.shown(&version);
    Ok(Source { version, version_id })
}

#[expect(
    clippy::too_many_lines,
    reason = "what S3 checks of a copy, in the order in which it does"
)]
pub(crate) async fn copy(ctx: &Visit<'_>, req: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    ctx.allow_put(&req.bucket, &req.key, comes_with!(req)).await?;
    check_key(&req.key)?;
    let conditions = ReadConditions {
        if_match: req.copy_source_if_match.clone(),
        if_none_match: req.copy_source_if_none_match.clone(),
        if_modified_since: req.copy_source_if_modified_since.as_ref().and_then(instant),
        if_unmodified_since: req.copy_source_if_unmodified_since.as_ref().and_then(instant),
    };
    let Source { version: from, version_id } = source(ctx, &req.copy_source, conditions).await?;
    let replaces = |directive: Option<&str>| directive == Some("REPLACE");
    let replaces_metadata =
        replaces(req.metadata_directive.as_ref().map(MetadataDirective::as_str));
    let is_itself = matches!(&req.copy_source, CopySource::Bucket { bucket, key, version_id: None }
        if **bucket == *req.bucket && **key == *req.key);
    let changes_something = replaces_metadata
        || req.storage_class.is_some()
        || req.website_redirect_location.is_some()
        || req.server_side_encryption.is_some();
    let found = ctx.bucket(&req.bucket).await?;
    if is_itself && !changes_something && ctx.default_encryption(&found).await?.is_none() {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    let said = headers_of!(req);
    let headers = match replaces_metadata {
        true => said,
        // What describes the place of an object isn't copied with it.
        false => model::Headers {
            storage_class: said.storage_class,
            encryption: said.encryption,
            website_redirect_location: said.website_redirect_location,
            ..from.headers.clone()
        },
    };
    let headers = ctx.headers_in(&found, headers).await?;
    let copies_tags = !replaces(req.tagging_directive.as_ref().map(TaggingDirective::as_str));
    let tags = match !copies_tags {
        true => tagging::parse_header(req.tagging.as_deref())?,
        false => from.tags.clone(),
    };
    if copies_tags && !tags.is_empty() {
        let CopySource::Bucket { bucket, key, version_id } = &req.copy_source else {
            return Err(no_bucket());
        };
        let action = tagging::action("Get", version_id.as_deref());
        ctx.allow(&action, bucket, key).await?;
        ctx.allow("s3:PutObjectTagging", &req.bucket, &req.key).await?;
    }
    let given = Given {
        canned: req.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        headers: grants_of!(req),
        policy: None,
    };
    let acl = ctx.given_list(&found, given).await?;
    let lock = locks::of_new(
        ctx,
        &found,
        req.object_lock_mode.as_ref(),
        req.object_lock_retain_until_date.as_ref(),
        req.object_lock_legal_hold_status.as_ref(),
    );
    let lock = lock.await?;
    let mut body = linked(ctx, &ctx.room.bodies, &from.body).await?;
    let algorithm = req.checksum_algorithm.as_ref();
    if let Some(algorithm) = algorithm.and_then(|name| Algorithm::named(name.as_str())) {
        let reading = ctx.room.bodies.read(&body.segments, 0, body.size);
        match incoming::checksum(reading, algorithm).await {
            Ok(checksum) => body.checksum = Some(checksum),
            Err(error) => {
                ctx.forget(body.segments).await;
                return Err(errors::of_file(&error));
            }
        }
    }
    let Circumstances { if_match, if_none_match, .. } = &ctx.circumstances;
    let conditions = WriteConditions {
        if_match: if_match.as_deref().map(conditions::read),
        if_none_match: if_none_match.as_deref().map(conditions::read),
    };
    let new = versions::New { body, headers, tags, acl, lock, conditions, event: Event::Copy };
    let (found, version) = versions::put(ctx, &req.bucket, &req.key, new, None).await?;
    let sums = Sums::of(&version.body);
    Ok(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: sums.kind,
            e_tag: Some(ETag::Strong(version.body.etag.clone())),
            last_modified: Some(modified(version.modified_at)),
        }),
        copy_source_version_id: version_id,
        server_side_encryption: Some(reading::encryption(&version.headers)),
        ssekms_key_id: version.headers.encryption.as_ref().and_then(|it| it.key_id.clone()),
        bucket_key_enabled: version.headers.encryption.as_ref().and_then(|it| it.has_bucket_key),
        version_id: found.value.versioning.shown(&version),
        ..CopyObjectOutput::default()
    })
}

fn no_bucket() -> S3Error {
    s3_error!(NotImplemented, "A copy source is a bucket and a key here.")
}

/// The same body under names of its own. A copy in several pieces has the tag of its bytes like any other.
async fn linked(ctx: &Visit<'_>, bodies: &Bodies, from: &model::Body) -> S3Result<model::Body> {
    let mut body = from.clone();
    body.segments.clear();
    for segment in &from.segments {
        let linked = bodies.link(segment, ctx.file_name()).await;
        match linked {
            Ok(linked) => body.segments.push(linked),
            Err(error) => {
                ctx.forget(body.segments).await;
                return Err(match error.kind() {
                    // It was deleted since it was found.
                    std::io::ErrorKind::NotFound => errors::no_such_key(""),
                    _ => errors::of_file(&error),
                });
            }
        }
    }
    Ok(body)
}
