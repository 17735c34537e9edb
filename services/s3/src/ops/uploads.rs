//! Multipart uploads: begun, fed with parts, completed or given up.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>. A completed object is its parts' files one
//! after the other: completing copies no bytes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use s3s::dto::*;
use s3s::{S3Result, s3_error};
use store::Batch;

use crate::conditions::{ReadConditions, WriteConditions};
use crate::errors;
use crate::incoming::{self, Claims, hex};
use crate::listing::{Seen, Wanted};
use crate::model::{self, Algorithm, Headers, Upload};
use crate::notifications::Event;
use crate::ops::objects::{self, Source, Sums};
use crate::ops::{buckets, tagging, versions};
use crate::tables::{self, UploadName};
use crate::visit::{Commit, Visit, instant, shown};

/// Numbers of parts go from 1 to this.
const PART_NUMBER_MAX: u64 = 10_000;
/// Every part but the last has at least so many bytes.
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;

pub(crate) async fn create(
    ctx: &Visit<'_>,
    req: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key)?;
    objects::check_key(&req.key)?;
    let found = ctx.bucket(&req.bucket).await?;
    let upload = Upload {
        initiated_at: ctx.now(),
        headers: Headers {
            content_type: req.content_type.clone(),
            cache_control: req.cache_control.clone(),
            content_disposition: req.content_disposition.clone(),
            content_encoding: objects::plain_encoding(req.content_encoding.as_deref()),
            content_language: req.content_language.clone(),
            expires_at: req.expires.as_ref().and_then(instant),
            website_redirect_location: req.website_redirect_location.clone(),
            storage_class: req.storage_class.as_ref().map(|class| class.as_str().to_owned()),
            metadata: objects::metadata(req.metadata.as_ref()),
        },
        tags: tagging::parse_header(req.tagging.as_deref())?,
        algorithm: req.checksum_algorithm.as_ref().and_then(|name| Algorithm::named(name.as_str())),
    };
    objects::check_metadata(&upload.headers)?;
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
        checksum_algorithm: req.checksum_algorithm,
        key: Some(name.key),
        upload_id: Some(name.id),
        server_side_encryption: Some(ServerSideEncryption::from_static(
            ServerSideEncryption::AES256,
        )),
        ..CreateMultipartUploadOutput::default()
    })
}

async fn upload(ctx: &Visit<'_>, name: &UploadName) -> S3Result<Upload> {
    ctx.bucket(&name.bucket).await?;
    let upload = ctx.tables().upload(name).await.map_err(errors::of_store)?;
    upload.ok_or_else(errors::no_such_upload)
}

fn part_number(number: i32) -> S3Result<u64> {
    let number = u64::try_from(number).ok();
    number.filter(|number| (1..=PART_NUMBER_MAX).contains(number)).ok_or_else(|| {
        errors::invalid_argument("Part number must be an integer between 1 and 10000, inclusive")
    })
}

pub(crate) async fn upload_part(
    ctx: &Visit<'_>,
    mut req: UploadPartInput,
) -> S3Result<UploadPartOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key)?;
    let number = part_number(req.part_number)?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let algorithm = upload(ctx, &name).await?.algorithm;
    let claims = Claims {
        content_md5: req.content_md5.take(),
        content_length: req.content_length,
        checksums: Claims::checksums([
            (Algorithm::Crc32, req.checksum_crc32.take()),
            (Algorithm::Crc32c, req.checksum_crc32c.take()),
            (Algorithm::Crc64Nvme, req.checksum_crc64nvme.take()),
            (Algorithm::Sha1, req.checksum_sha1.take()),
            (Algorithm::Sha256, req.checksum_sha256.take()),
        ]),
        algorithm,
        trailers: ctx.trailers.clone(),
    };
    let body =
        incoming::receive(&ctx.room.bodies, ctx.file_name(), req.body.take(), &claims).await?;
    let sums = Sums::of(&body);
    let e_tag = Some(ETag::Strong(body.etag.clone()));
    keep_part(ctx, &name, number, body).await?;
    Ok(UploadPartOutput {
        e_tag,
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..UploadPartOutput::default()
    })
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
            Err(errors::no_such_upload())
        }
    }
}

pub(crate) async fn upload_part_copy(
    ctx: &Visit<'_>,
    req: UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key)?;
    let number = part_number(req.part_number)?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    upload(ctx, &name).await?;
    let conditions = ReadConditions {
        if_match: req.copy_source_if_match,
        if_none_match: req.copy_source_if_none_match,
        if_modified_since: req.copy_source_if_modified_since.as_ref().and_then(instant),
        if_unmodified_since: req.copy_source_if_unmodified_since.as_ref().and_then(instant),
    };
    let Source { version, version_id } = objects::source(ctx, &req.copy_source, conditions).await?;
    let range = req.copy_source_range.as_deref().map(|range| {
        let range = Range::parse(range).ok().and_then(|range| range.check(version.body.size).ok());
        range.ok_or_else(|| {
            errors::invalid_argument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
        })
    });
    let range = range.transpose()?.unwrap_or(0..version.body.size);
    let reading = ctx.room.bodies.read(&version.body.segments, range.start, range.end);
    let stream = Some(StreamingBlob::wrap(reading));
    let body =
        incoming::receive(&ctx.room.bodies, ctx.file_name(), stream, &Claims::default()).await?;
    let part = keep_part(ctx, &name, number, body).await?;
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(CopyPartResult {
            e_tag: Some(ETag::Strong(part.body.etag)),
            last_modified: Some(shown(part.modified_at)),
            ..CopyPartResult::default()
        }),
        copy_source_version_id: version_id,
        ..UploadPartCopyOutput::default()
    })
}

pub(crate) async fn complete(
    ctx: &Visit<'_>,
    req: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key)?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let upload = upload(ctx, &name).await?;
    let wanted = req.multipart_upload.and_then(|parts| parts.parts).unwrap_or_default();
    let given = ctx.tables().parts(&name).await.map_err(errors::of_store)?;
    let body = joined(&upload, &wanted, &given)?;
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
        conditions: WriteConditions { if_match: req.if_match, if_none_match: req.if_none_match },
        event: Event::CompleteMultipartUpload,
    };
    let completion = versions::Completion { name: &name, unused: &unused };
    let put = versions::put(ctx, &name.bucket, &name.key, new, Some(&completion)).await;
    let (found, version) = put?;
    ctx.forget(unused).await;
    let sums = Sums::of(&version.body);
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", name.bucket, name.key)),
        bucket: Some(name.bucket),
        key: Some(name.key),
        e_tag: Some(ETag::Strong(version.body.etag.clone())),
        version_id: found.value.versioning.shown(&version),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        ..CompleteMultipartUploadOutput::default()
    })
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
    let (mut md5, mut sums) = (Md5::new(), Vec::new());
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
        sums.extend(found.checksum.as_ref().map(|checksum| checksum.value.clone()));
        body.size += found.size;
        body.part_sizes.push(found.size);
        body.segments.extend(found.segments.iter().cloned());
    }
    body.etag = format!("{}-{}", hex(&md5.finalize()), wanted.len());
    body.checksum = upload
        .algorithm
        .filter(|_| sums.len() == wanted.len())
        .and_then(|algorithm| composite(algorithm, &sums));
    Ok(body)
}

/// The checksum of the checksums of parts, and their number.
fn composite(algorithm: Algorithm, sums: &[String]) -> Option<model::Checksum> {
    let mut hasher = incoming::hasher(&[algorithm]);
    for sum in sums {
        hasher.update(&BASE64_STANDARD.decode(sum).ok()?);
    }
    let found = hasher.finalize();
    let value = match algorithm {
        Algorithm::Crc32 => found.checksum_crc32,
        Algorithm::Crc32c => found.checksum_crc32c,
        Algorithm::Crc64Nvme => found.checksum_crc64nvme,
        Algorithm::Sha1 => found.checksum_sha1,
        Algorithm::Sha256 => found.checksum_sha256,
    };
    let value = format!("{}-{}", value?, sums.len());
    Some(model::Checksum { algorithm, value, is_composite: true })
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
    ctx.allow("s3:AbortMultipartUpload", &req.bucket, &req.key)?;
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
        Commit::Raced => return Err(errors::no_such_upload()),
    }
    Ok(AbortMultipartUploadOutput::default())
}

pub(crate) async fn parts(ctx: &Visit<'_>, req: ListPartsInput) -> S3Result<ListPartsOutput> {
    ctx.allow("s3:ListMultipartUploadParts", &req.bucket, &req.key)?;
    let name = UploadName { bucket: req.bucket, key: req.key, id: req.upload_id };
    let upload = upload(ctx, &name).await?;
    let max = Wanted::new(None, None, req.max_parts)?.max;
    let after = req.part_number_marker.unwrap_or_default();
    let after = u64::try_from(after).unwrap_or_default();
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
            last_modified: Some(shown(part.modified_at)),
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
        part_number_marker: req.part_number_marker,
        storage_class: Some(class.map_or(StorageClass::from_static("STANDARD"), Into::into)),
        upload_id: Some(name.id),
        ..ListPartsOutput::default()
    })
}

pub(crate) async fn list(
    ctx: &Visit<'_>,
    req: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    ctx.allow("s3:ListBucketMultipartUploads", &req.bucket, "")?;
    ctx.bucket(&req.bucket).await?;
    let wanted = Wanted::new(req.prefix.clone(), req.delimiter.clone(), req.max_uploads)?;
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
                    initiated: Some(shown(upload.initiated_at)),
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
