//! Multipart uploads: begun, fed with parts, completed or given up.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>. A completed object is its parts' files one
//! after the other: completing copies no bytes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use store::Batch;

use crate::access::comes_with;
use crate::acl::{Given, grants_of};
use crate::conditions::{ReadConditions, WriteConditions};
use crate::crc;
use crate::errors;
use crate::incoming::{self, Claims, claims, hex};
use crate::listing::{Max, Seen, Wanted};
use crate::model::{self, Algorithm, Upload};
use crate::notifications::Event;
use crate::ops::copying::{self, Source};
use crate::ops::headers::headers_of;
use crate::ops::objects::{self, Sums};
use crate::ops::{buckets, locks, reading, tagging, versions};
use crate::tables::{self, FoundBucket, UploadName};
use crate::visit::{Commit, Visit, instant, modified};

/// Numbers of parts go from 1 to this.
const PART_NUMBER_MAX: u64 = 10_000;
/// Every part but the last has at least so many bytes.
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;

pub(crate) async fn create(
    ctx: &Visit<'_>,
    req: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    ctx.allow_put(&req.bucket, &req.key, comes_with!(req)).await?;
    objects::check_key(&req.key)?;
    let found = ctx.bucket(&req.bucket).await?;
    let given = Given {
        canned: req.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        headers: grants_of!(req),
        policy: None,
    };
    let lock = locks::of_new(
        ctx,
        &found,
        req.object_lock_mode.as_ref(),
        req.object_lock_retain_until_date.as_ref(),
        req.object_lock_legal_hold_status.as_ref(),
    );
    let algorithm = req.checksum_algorithm.as_ref();
    let upload = Upload {
        initiated_at: ctx.now(),
        headers: ctx.headers_in(&found, headers_of!(req)).await?,
        tags: tagging::parse_header(req.tagging.as_deref())?,
        algorithm: algorithm.and_then(|name| Algorithm::named(name.as_str())),
        is_full_object: is_full_object(algorithm, req.checksum_type.as_ref())?,
        acl: ctx.given_list(&found, given).await?,
        lock: lock.await?,
    };
    let name = UploadName { bucket: req.bucket, key: req.key, id: ctx.id() };
    let mut batch = Batch::new();
    found.require(&mut batch);
    name.put(&mut batch, &upload);
    if ctx.commit(batch).await? == Commit::Raced {
        // The bucket has changed: it may be gone.
        ctx.bucket(&name.bucket).await?;
        return Err(s3_error!(
            OperationAborted,
            "A conflicting conditional operation is currently in progress against this resource. Please try again."
        ));
    }
    Ok(CreateMultipartUploadOutput {
        bucket: Some(name.bucket),
        checksum_type: req
            .checksum_algorithm
            .as_ref()
            .map(|_| checksum_type(upload.is_full_object)),
        checksum_algorithm: req.checksum_algorithm,
        key: Some(name.key),
        upload_id: Some(name.id),
        server_side_encryption: Some(reading::encryption(&upload.headers)),
        ssekms_key_id: upload.headers.encryption.and_then(|encryption| encryption.key_id),
        ..CreateMultipartUploadOutput::default()
    })
}

/// CRC64NVME is always one over the whole object, the SHAs never are, and the CRCs are what the client says.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html#Full-and-composite-checksums>
fn is_full_object(
    algorithm: Option<&ChecksumAlgorithm>,
    kind: Option<&ChecksumType>,
) -> S3Result<bool> {
    let algorithm = algorithm.and_then(|name| Algorithm::named(name.as_str()));
    let asked = kind.map(|kind| kind.as_str() == ChecksumType::FULL_OBJECT);
    let refused = |kind: &str, algorithm: Algorithm| {
        let name = algorithm.name().to_ascii_lowercase();
        let message =
            format!("The {kind} checksum type cannot be used with the {name} checksum algorithm.");
        S3Error::with_message(S3ErrorCode::InvalidRequest, message)
    };
    match (algorithm, asked) {
        (Some(algorithm @ Algorithm::Crc64Nvme), Some(false)) => {
            Err(refused("COMPOSITE", algorithm))
        }
        (Some(Algorithm::Crc64Nvme), _) => Ok(true),
        (Some(algorithm @ (Algorithm::Sha1 | Algorithm::Sha256)), Some(true)) => {
            Err(refused("FULL_OBJECT", algorithm))
        }
        (_, asked) => Ok(asked == Some(true)),
    }
}

fn checksum_type(is_full_object: bool) -> ChecksumType {
    ChecksumType::from_static(match is_full_object {
        true => ChecksumType::FULL_OBJECT,
        false => ChecksumType::COMPOSITE,
    })
}

async fn upload(ctx: &Visit<'_>, name: &UploadName) -> S3Result<Upload> {
    ctx.bucket(&name.bucket).await?;
    let upload = ctx.tables().upload(name).await.map_err(errors::of_store)?;
    upload.ok_or_else(|| errors::no_such_upload(&name.id))
}

fn part_number(number: i32) -> S3Result<u64> {
    let given = u64::try_from(number).ok();
    given.filter(|number| (1..=PART_NUMBER_MAX).contains(number)).ok_or_else(|| {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        let error = errors::invalid_argument(message);
        errors::of_argument(error, "partNumber", &number.to_string())
    })
}

pub(crate) async fn upload_part(
    ctx: &Visit<'_>,
    mut req: UploadPartInput,
) -> S3Result<UploadPartOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key).await?;
    let number = part_number(req.part_number)?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let upload = upload(ctx, &name).await?;
    let mut claims = claims!(ctx, req, req.checksum_algorithm.as_ref());
    check_checksum(&upload, claims.promised())?;
    claims.algorithm = upload.algorithm;
    let body =
        incoming::receive(&ctx.room.bodies, ctx.file_name(), req.body.take(), &claims).await?;
    let sums = Sums::of(&body);
    let e_tag = Some(ETag::Strong(body.etag.clone()));
    keep_part(ctx, &name, number, body).await?;
    let encryption = upload.headers.encryption.as_ref();
    Ok(UploadPartOutput {
        bucket_key_enabled: encryption.and_then(|encryption| encryption.has_bucket_key),
        server_side_encryption: Some(reading::encryption(&upload.headers)),
        ssekms_key_id: encryption.and_then(|encryption| encryption.key_id.clone()),
        e_tag,
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..UploadPartOutput::default()
    })
}

/// Whether a part comes with the checksum that its upload has asked for. One over the whole object is made here, so that
/// its parts may come without (<https://github.com/versity/versitygw/issues/1342>).
fn check_checksum(upload: &Upload, promised: Option<Algorithm>) -> S3Result<()> {
    match upload.algorithm {
        Some(expected)
            if promised.map_or(!upload.is_full_object, |promised| promised != expected) =>
        {
            Err(errors::other_checksum(expected, promised))
        }
        _ => Ok(()),
    }
}

/// Keeps a part whose file is durable, in the place of an older one of its number.
async fn keep_part(
    ctx: &Visit<'_>,
    name: &UploadName,
    number: u64,
    body: model::Body,
) -> S3Result<model::Part> {
    let part = model::Part { modified_at: ctx.now(), body };
    let parts = ctx.tables().parts(name).await.map_err(errors::of_store)?;
    let older = parts.into_iter().find(|(other, _)| *other == number);
    let gone = older.map_or_else(Vec::new, |(_, older)| older.body.segments);
    let mut batch = Batch::new();
    name.put_part(&mut batch, number, &part);
    part.body.segments.iter().for_each(|segment| tables::put_file(&mut batch, &segment.file));
    gone.iter().for_each(|segment| tables::delete_file(&mut batch, &segment.file));
    match ctx.commit(batch).await? {
        Commit::Done => {
            ctx.forget(gone).await;
            Ok(part)
        }
        Commit::Raced => {
            ctx.forget(part.body.segments).await;
            Err(errors::no_such_upload(&name.id))
        }
    }
}

/// The bytes of a source that `bytes=first-last` means: unlike those of a read, all of them must be there
/// (<https://github.com/gaul/s3proxy/issues/304>, <https://github.com/fsspec/s3fs/issues/321>).
fn source_range(text: &str, size: u64) -> S3Result<std::ops::Range<u64>> {
    let refused = |message: String| {
        let error = errors::invalid_argument(message);
        errors::of_argument(error, "x-amz-copy-source-range", text)
    };
    let Ok(Range::Int { first, last: Some(last) }) = Range::parse(text) else {
        return Err(refused("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy".into()));
    };
    if last < first || size <= last {
        return Err(refused(format!(
            "Range specified is not valid for source object of size: {size}"
        )));
    }
    Ok(first..last + 1)
}

pub(crate) async fn upload_part_copy(
    ctx: &Visit<'_>,
    req: UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key).await?;
    let number = part_number(req.part_number)?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let upload = upload(ctx, &name).await?;
    let conditions = ReadConditions {
        if_match: req.copy_source_if_match,
        if_none_match: req.copy_source_if_none_match,
        if_modified_since: req.copy_source_if_modified_since.as_ref().and_then(instant),
        if_unmodified_since: req.copy_source_if_unmodified_since.as_ref().and_then(instant),
    };
    let Source { version, version_id } = copying::source(ctx, &req.copy_source, conditions).await?;
    let range = req.copy_source_range.as_deref();
    let range = range.map(|range| source_range(range, version.body.size)).transpose()?;
    let range = range.unwrap_or(0..version.body.size);
    let reading = ctx.room.bodies.read(&version.body.segments, range.start, range.end);
    let stream = Some(StreamingBlob::wrap(reading));
    let claims = Claims { algorithm: upload.algorithm, ..Claims::default() };
    let body = incoming::receive(&ctx.room.bodies, ctx.file_name(), stream, &claims).await?;
    let part = keep_part(ctx, &name, number, body).await?;
    let sums = Sums::of(&part.body);
    let encryption = upload.headers.encryption.as_ref();
    Ok(UploadPartCopyOutput {
        bucket_key_enabled: encryption.and_then(|encryption| encryption.has_bucket_key),
        server_side_encryption: Some(reading::encryption(&upload.headers)),
        ssekms_key_id: encryption.and_then(|encryption| encryption.key_id.clone()),
        copy_part_result: Some(CopyPartResult {
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            e_tag: Some(ETag::Strong(part.body.etag)),
            last_modified: Some(modified(part.modified_at)),
        }),
        copy_source_version_id: version_id,
        ..UploadPartCopyOutput::default()
    })
}

pub(crate) async fn complete(
    ctx: &Visit<'_>,
    req: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key).await?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let upload = match upload(ctx, &name).await {
        Err(error) if *error.code() == S3ErrorCode::NoSuchUpload => {
            return completed_before(ctx, name).await?.ok_or(error);
        }
        upload => upload?,
    };
    let claimed = Claims::checksums([
        (Algorithm::Crc32, req.checksum_crc32),
        (Algorithm::Crc32c, req.checksum_crc32c),
        (Algorithm::Crc64Nvme, req.checksum_crc64nvme),
        (Algorithm::Sha1, req.checksum_sha1),
        (Algorithm::Sha256, req.checksum_sha256),
    ]);
    let wanted = req.multipart_upload.and_then(|parts| parts.parts).unwrap_or_default();
    let given = ctx.tables().parts(&name).await.map_err(errors::of_store)?;
    let body = joined(&upload, &wanted, &given)?;
    check_claims(&req.checksum_type, claimed, &body)?;
    let used: Vec<&String> = body.segments.iter().map(|segment| &segment.file).collect();
    let unused: Vec<model::Segment> = given
        .iter()
        .flat_map(|(_, part)| part.body.segments.clone())
        .filter(|segment| !used.contains(&&segment.file))
        .collect();
    let new = versions::New {
        body,
        headers: upload.headers,
        tags: upload.tags,
        acl: upload.acl,
        lock: upload.lock,
        conditions: WriteConditions { if_match: req.if_match, if_none_match: req.if_none_match },
        event: Event::CompleteMultipartUpload,
    };
    let completion = versions::Completion { name: &name, unused: &unused };
    let put = versions::put(ctx, &name.bucket, &name.key, new, Some(&completion)).await;
    let (found, version) = put?;
    ctx.forget(unused).await;
    Ok(completed(ctx, name, &found, &version))
}

/// The reply to who completes an upload again: while its object is there, that is no error, whatever the conditions
/// (moto, verified against AWS: idempotent_multipart_upload).
async fn completed_before(
    ctx: &Visit<'_>,
    name: UploadName,
) -> S3Result<Option<CompleteMultipartUploadOutput>> {
    let found = ctx.bucket(&name.bucket).await?;
    let versions = ctx.tables().versions_of(&name.bucket, &name.key).await;
    let mut versions = versions.map_err(errors::of_store)?.into_iter();
    let made = versions.find(|placed| placed.version.upload_id.as_ref() == Some(&name.id));
    Ok(made.map(|placed| completed(ctx, name, &found, &placed.version)))
}

fn completed(
    ctx: &Visit<'_>,
    name: UploadName,
    found: &FoundBucket,
    version: &model::Version,
) -> CompleteMultipartUploadOutput {
    let sums = Sums::of(&version.body);
    let encryption = version.headers.encryption.as_ref();
    CompleteMultipartUploadOutput {
        bucket_key_enabled: encryption.and_then(|encryption| encryption.has_bucket_key),
        server_side_encryption: Some(reading::encryption(&version.headers)),
        ssekms_key_id: encryption.and_then(|encryption| encryption.key_id.clone()),
        location: Some(ctx.location(&name.bucket, &name.key)),
        bucket: Some(name.bucket),
        key: Some(name.key),
        e_tag: Some(ETag::Strong(version.body.etag.clone())),
        version_id: found.value.versioning.shown(version),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        ..CompleteMultipartUploadOutput::default()
    }
}

/// Whether the whole object has the checksum that the client names, where it names one of that kind.
fn check_claims(
    kind: &Option<ChecksumType>,
    claimed: Vec<(Algorithm, String)>,
    body: &model::Body,
) -> S3Result<()> {
    let Some(kept) = body.checksum.as_ref() else { return Ok(()) };
    let is_meant = kind
        .as_ref()
        .is_none_or(|kind| (kind.as_str() == ChecksumType::COMPOSITE) == kept.is_composite);
    match claimed.into_iter().find(|(algorithm, _)| *algorithm == kept.algorithm) {
        Some((algorithm, value)) if is_meant && value != kept.value => {
            Err(incoming::bad_checksum(algorithm))
        }
        _ => Ok(()),
    }
}

/// The parts that the client wants, in their order, as one body.
fn joined(
    upload: &Upload,
    wanted: &[CompletedPart],
    given: &[(u64, model::Part)],
) -> S3Result<model::Body> {
    if wanted.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let mut body = model::Body::default();
    let (mut md5, mut sums) = (Md5::new(), Vec::<(String, u64)>::new());
    let numbers: Vec<u64> = wanted
        .iter()
        .map(|part| u64::try_from(part.part_number.unwrap_or_default()).unwrap_or_default())
        .collect();
    if !numbers.is_sorted_by(|before, after| before < after) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    for (place, (part, number)) in wanted.iter().zip(numbers).enumerate() {
        let found = given.iter().find(|(other, _)| *other == number).map(|(_, part)| &part.body);
        let tag = part.e_tag.as_ref().map(ETag::value);
        let found = found.filter(|found| tag.is_none_or(|tag| tag == found.etag));
        let found = found.ok_or_else(|| {
            s3_error!(InvalidPart, "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
        })?;
        if found.size < PART_BYTES_MIN && place + 1 < wanted.len() {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        md5.update(unhex(&found.etag));
        sums.extend(found.checksum.as_ref().map(|sum| (sum.value.clone(), found.size)));
        body.size += found.size;
        body.part_sizes.push(found.size);
        body.segments.extend(found.segments.iter().cloned());
    }
    body.etag = format!("{}-{}", hex(&md5.finalize()), wanted.len());
    body.checksum =
        upload.algorithm.filter(|_| sums.len() == wanted.len()).and_then(|algorithm| match upload
            .is_full_object
        {
            true => of_whole(algorithm, &sums),
            false => composite(algorithm, &sums),
        });
    Ok(body)
}

/// The checksum of the checksums of parts, and their number.
fn composite(algorithm: Algorithm, sums: &[(String, u64)]) -> Option<model::Checksum> {
    let mut hasher = incoming::hasher(&[algorithm]);
    for (sum, _) in sums {
        hasher.update(&BASE64_STANDARD.decode(sum).ok()?);
    }
    let found = hasher.finalize();
    let value = format!("{}-{}", incoming::value(&found, algorithm)?, sums.len());
    Some(model::Checksum { algorithm, value, is_composite: true })
}

/// The checksum of the whole object, by those of its parts and their sizes.
fn of_whole(algorithm: Algorithm, sums: &[(String, u64)]) -> Option<model::Checksum> {
    let mut whole: Option<Vec<u8>> = None;
    for (sum, size) in sums {
        let sum = BASE64_STANDARD.decode(sum).ok()?;
        whole = Some(match whole {
            None => sum,
            Some(before) => crc::joined(algorithm, &before, &sum, *size)?,
        });
    }
    let value = BASE64_STANDARD.encode(whole?);
    Some(model::Checksum { algorithm, value, is_composite: false })
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.filter_map(byte).collect()
}

pub(crate) async fn abort(
    ctx: &Visit<'_>,
    req: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    ctx.allow("s3:AbortMultipartUpload", &req.bucket, &req.key).await?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    upload(ctx, &name).await?;
    let parts = ctx.tables().parts(&name).await.map_err(errors::of_store)?;
    let gone: Vec<model::Segment> =
        parts.into_iter().flat_map(|(_, part)| part.body.segments).collect();
    let mut batch = Batch::new();
    name.delete(&mut batch);
    gone.iter().for_each(|segment| tables::delete_file(&mut batch, &segment.file));
    match ctx.commit(batch).await? {
        Commit::Done => ctx.forget(gone).await,
        Commit::Raced => return Err(errors::no_such_upload(&name.id)),
    }
    Ok(AbortMultipartUploadOutput::default())
}

pub(crate) async fn parts(ctx: &Visit<'_>, req: ListPartsInput) -> S3Result<ListPartsOutput> {
    ctx.allow("s3:ListMultipartUploadParts", &req.bucket, &req.key).await?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let upload = upload(ctx, &name).await?;
    let max = Wanted::new(None, None, Max::parts(req.max_parts))?.max;
    let after = req.part_number_marker.unwrap_or_default();
    let after =
        u64::try_from(after).map_err(|_| errors::negative_argument("part-number-marker", after))?;
    let parts = ctx.tables().parts(&name).await.map_err(errors::of_store)?;
    let mut rest = parts.into_iter().filter(|(number, _)| after < *number);
    let page: Vec<(u64, model::Part)> = rest.by_ref().take(max).collect();
    let number = |number: u64| i32::try_from(number).ok();
    let shown_part = |(place, part): &(u64, model::Part)| {
        let sums = Sums::of(&part.body);
        Part {
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            e_tag: Some(ETag::Strong(part.body.etag.clone())),
            last_modified: Some(modified(part.modified_at)),
            part_number: number(*place),
            size: i64::try_from(part.body.size).ok(),
        }
    };
    let class = upload.headers.storage_class;
    Ok(ListPartsOutput {
        is_truncated: Some(rest.next().is_some()),
        next_part_number_marker: page.last().and_then(|(place, _)| number(*place)),
        parts: Some(page.iter().map(shown_part).collect()),
        bucket: Some(name.bucket),
        key: Some(name.key),
        max_parts: i32::try_from(max).ok(),
        owner: Some(buckets::owner(ctx)),
        part_number_marker: Some(req.part_number_marker.unwrap_or_default()),
        checksum_algorithm: upload.algorithm.map(|it| ChecksumAlgorithm::from_static(it.name())),
        checksum_type: upload.algorithm.map(|_| checksum_type(upload.is_full_object)),
        storage_class: Some(class.map_or(StorageClass::from_static("STANDARD"), Into::into)),
        upload_id: Some(name.id),
        ..ListPartsOutput::default()
    })
}

pub(crate) async fn list(
    ctx: &Visit<'_>,
    req: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    ctx.allow("s3:ListBucketMultipartUploads", &req.bucket, "").await?;
    ctx.bucket(&req.bucket).await?;
    let wanted =
        Wanted::new(req.prefix.clone(), req.delimiter.clone(), Max::uploads(req.max_uploads))?;
    let mut after = req.key_marker.clone().filter(|key| !key.is_empty()).map(|key| UploadName {
        bucket: req.bucket.clone(),
        key,
        // Behind every upload of the key, if none is named.
        id: req.upload_id_marker.clone().unwrap_or_else(|| "\u{10ffff}".to_owned()),
    });
    let (mut uploads, mut prefixes) = (Vec::<MultipartUpload>::new(), Vec::<String>::new());
    let (mut is_truncated, mut last) = (false, None::<UploadName>);
    'pages: loop {
        let page = ctx.tables().uploads(&req.bucket, &wanted.prefix, after.as_ref()).await;
        let page = page.map_err(errors::of_store)?;
        if page.is_empty() {
            break;
        }
        for (name, upload) in page {
            after = Some(name.clone());
            let seen = wanted.see(&name.key);
            if matches!(&seen, Seen::Under(prefix) if prefixes.last() == Some(prefix)) {
                last = Some(name);
                continue;
            }
            if uploads.len() + prefixes.len() == wanted.max {
                is_truncated = true;
                break 'pages;
            }
            last = Some(name.clone());
            match seen {
                Seen::Under(prefix) => prefixes.push(prefix),
                Seen::Key => uploads.push(MultipartUpload {
                    checksum_algorithm: upload
                        .algorithm
                        .map(|it| ChecksumAlgorithm::from_static(it.name())),
                    checksum_type: upload.algorithm.map(|_| checksum_type(upload.is_full_object)),
                    initiated: Some(modified(upload.initiated_at)),
                    key: Some(name.key),
                    owner: Some(buckets::owner(ctx)),
                    storage_class: Some(
                        upload
                            .headers
                            .storage_class
                            .map_or(StorageClass::from_static("STANDARD"), Into::into),
                    ),
                    upload_id: Some(name.id),
                    ..MultipartUpload::default()
                }),
            }
        }
    }
    let next = last.filter(|_| is_truncated);
    let prefix = |prefix: String| CommonPrefix { prefix: Some(prefix) };
    Ok(ListMultipartUploadsOutput {
        bucket: Some(req.bucket),
        common_prefixes: Some(prefixes.into_iter().map(prefix).collect()),
        delimiter: req.delimiter,
        is_truncated: Some(is_truncated),
        key_marker: req.key_marker,
        max_uploads: i32::try_from(wanted.max).ok(),
        next_key_marker: next.as_ref().map(|name| name.key.clone()),
        next_upload_id_marker: next.map(|name| name.id),
        prefix: req.prefix,
        upload_id_marker: req.upload_id_marker,
        uploads: Some(uploads),
        ..ListMultipartUploadsOutput::default()
    })
}
