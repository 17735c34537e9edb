//! Objects: put, described, deleted.

use s3s::dto::*;
use s3s::{S3Result, s3_error};

use crate::access::comes_with;
use crate::acl::{Given, grants_of};
use crate::conditions::WriteConditions;
use crate::incoming::{self, claims};
use crate::model::{self, Algorithm};
use crate::notifications::Event;
use crate::ops::headers::headers_of;
use crate::ops::versions::Deletion;
use crate::ops::{locks, reading, tagging, versions};
use crate::visit::{Visit, modified};

/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 1_024;
/// Objects that one request deletes.
const DELETE_MAX: usize = 1_000;

pub(crate) async fn put(ctx: &Visit<'_>, mut req: PutObjectInput) -> S3Result<PutObjectOutput> {
    ctx.allow_put(&req.bucket, &req.key, comes_with!(req)).await?;
    check_key(&req.key)?;
    let found = ctx.bucket(&req.bucket).await?;
    let headers = ctx.headers_in(&found, headers_of!(req)).await?;
    let tags = tagging::parse_header(req.tagging.as_deref())?;
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
    let claims = claims!(ctx, req, req.checksum_algorithm.as_ref());
    let body =
        incoming::receive(&ctx.room.bodies, ctx.file_name(), req.body.take(), &claims).await?;
    let conditions = WriteConditions { if_match: req.if_match, if_none_match: req.if_none_match };
    let new = versions::New { body, headers, tags, acl, lock, conditions, event: Event::Put };
    let (found, version) = versions::put(ctx, &req.bucket, &req.key, new, None).await?;
    if let Some(form) = ctx.circumstances.form {
        ctx.adds(form.headers_of_reply(ctx.location(&req.bucket, &req.key), &version));
    }
    let sums = Sums::of(&version.body);
    let encryption = version.headers.encryption.as_ref();
    Ok(PutObjectOutput {
        bucket_key_enabled: encryption.and_then(|encryption| encryption.has_bucket_key),
        e_tag: Some(ETag::Strong(version.body.etag.clone())),
        version_id: found.value.versioning.shown(&version),
        server_side_encryption: Some(reading::encryption(&version.headers)),
        ssekms_key_id: encryption.and_then(|encryption| encryption.key_id.clone()),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        ..PutObjectOutput::default()
    })
}

pub(crate) fn check_key(key: &str) -> S3Result<()> {
    if KEY_BYTES_MAX < key.len() {
        return Err(s3_error!(KeyTooLongError, "Your key is too long"));
    }
    Ok(())
}

/// The checksum of a body, as the members of a reply.
#[derive(Default)]
pub(crate) struct Sums {
    pub(crate) crc32: Option<String>,
    pub(crate) crc32c: Option<String>,
    pub(crate) crc64nvme: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) sha256: Option<String>,
    pub(crate) kind: Option<ChecksumType>,
}

impl Sums {
    pub(crate) fn of(body: &model::Body) -> Self {
        let mut sums = Sums::default();
        let Some(checksum) = &body.checksum else { return sums };
        let member = match checksum.algorithm {
            Algorithm::Crc32 => &mut sums.crc32,
            Algorithm::Crc32c => &mut sums.crc32c,
            Algorithm::Crc64Nvme => &mut sums.crc64nvme,
            Algorithm::Sha1 => &mut sums.sha1,
            Algorithm::Sha256 => &mut sums.sha256,
        };
        *member = Some(checksum.value.clone());
        sums.kind = Some(ChecksumType::from_static(match checksum.is_composite {
            true => ChecksumType::COMPOSITE,
            false => ChecksumType::FULL_OBJECT,
        }));
        sums
    }

    /// Those of a read that has asked for them: of the whole object.
    pub(crate) fn shown(body: &model::Body, mode: Option<&ChecksumMode>, is_whole: bool) -> Self {
        match mode {
            Some(_) if is_whole => Sums::of(body),
            _ => Sums::default(),
        }
    }
}

pub(crate) async fn attributes(
    ctx: &Visit<'_>,
    req: GetObjectAttributesInput,
) -> S3Result<GetObjectAttributesOutput> {
    let version_id = req.version_id.as_deref();
    ctx.allow(reading::read_action(version_id), &req.bucket, &req.key).await?;
    let action = version_id.map_or("s3:GetObjectAttributes", |_| "s3:GetObjectVersionAttributes");
    ctx.allow(action, &req.bucket, &req.key).await?;
    let (found, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let wants = |name: &str| req.object_attributes.iter().any(|wanted| wanted.as_str() == name);
    let body = &version.body;
    let sums = Sums::of(body);
    // Only here, one of parts is told without their number (moto, verified against AWS: copy_key_with_args__using_multipart).
    let bare = |sum: Option<String>| {
        sum.map(|sum| sum.split_once('-').map_or(sum.clone(), |(sum, _)| sum.to_owned()))
    };
    let checksum = Checksum {
        checksum_crc32: bare(sums.crc32),
        checksum_crc32c: bare(sums.crc32c),
        checksum_crc64nvme: bare(sums.crc64nvme),
        checksum_sha1: bare(sums.sha1),
        checksum_sha256: bare(sums.sha256),
        checksum_type: sums.kind,
    };
    let parts = || GetObjectAttributesParts {
        total_parts_count: i32::try_from(body.part_sizes.len()).ok(),
        ..GetObjectAttributesParts::default()
    };
    let class = || {
        let class = version.headers.storage_class.clone();
        class.map_or(StorageClass::from_static(StorageClass::STANDARD), StorageClass::from)
    };
    Ok(GetObjectAttributesOutput {
        checksum: (wants("Checksum") && body.checksum.is_some()).then_some(checksum),
        e_tag: wants("ETag").then(|| ETag::Strong(body.etag.clone())),
        last_modified: Some(modified(version.modified_at)),
        object_parts: (wants("ObjectParts") && !body.part_sizes.is_empty()).then(parts),
        object_size: wants("ObjectSize").then(|| i64::try_from(body.size).unwrap_or(i64::MAX)),
        storage_class: wants("StorageClass").then(class),
        version_id: found.value.versioning.shown(&version),
        ..GetObjectAttributesOutput::default()
    })
}

pub(crate) async fn delete(
    ctx: &Visit<'_>,
    req: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    ctx.allow(delete_action(req.version_id.as_deref()), &req.bucket, &req.key).await?;
    let conditions = WriteConditions { if_match: req.if_match, if_none_match: None };
    let asked = req.bypass_governance_retention;
    let bypasses = locks::bypasses(ctx, asked, &req.bucket, &req.key).await?;
    let how = Deletion { conditions, bypasses_governance: bypasses, is_expiration: false };
    let version_id = req.version_id.as_deref();
    let deleted = versions::delete(ctx, &req.bucket, &req.key, version_id, &how).await?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted.is_delete_marker.then_some(true),
        version_id: deleted.version_id,
        ..DeleteObjectOutput::default()
    })
}

fn delete_action(version_id: Option<&str>) -> &'static str {
    version_id.map_or("s3:DeleteObject", |_| "s3:DeleteObjectVersion")
}

pub(crate) async fn delete_many(
    ctx: &Visit<'_>,
    req: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    ctx.bucket(&req.bucket).await?;
    if req.delete.objects.is_empty() || DELETE_MAX < req.delete.objects.len() {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let (mut deleted, mut failed) = (Vec::new(), Vec::new());
    for object in req.delete.objects {
        match delete_one(ctx, &req.bucket, &object, req.bypass_governance_retention).await {
            Ok(entry) => deleted.push(entry),
            Err(error) => failed.push(Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(object.key),
                message: error.message().map(str::to_owned),
                version_id: object.version_id,
            }),
        }
    }
    let is_quiet = req.delete.quiet == Some(true);
    Ok(DeleteObjectsOutput {
        deleted: (!is_quiet).then_some(deleted),
        errors: Some(failed),
        ..DeleteObjectsOutput::default()
    })
}

async fn delete_one(
    ctx: &Visit<'_>,
    bucket: &str,
    object: &ObjectIdentifier,
    bypass: Option<bool>,
) -> S3Result<DeletedObject> {
    let version_id = object.version_id.as_deref();
    ctx.allow(delete_action(version_id), bucket, &object.key).await?;
    let conditions = WriteConditions {
        if_match: object.e_tag.clone().map(ETagCondition::ETag),
        if_none_match: None,
    };
    let bypasses = locks::bypasses(ctx, bypass, bucket, &object.key).await?;
    let how = Deletion { conditions, bypasses_governance: bypasses, is_expiration: false };
    let done = versions::delete(ctx, bucket, &object.key, version_id, &how).await?;
    Ok(DeletedObject {
        delete_marker: done.is_delete_marker.then_some(true),
        delete_marker_version_id: done.version_id.filter(|_| done.is_delete_marker),
        key: Some(object.key.clone()),
        version_id: object.version_id.clone(),
    })
}
