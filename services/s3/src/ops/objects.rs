//! Objects: put, read, copied, deleted.

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Result, s3_error};

use crate::bodies::Bodies;
use crate::conditions::{ReadConditions, WriteConditions};
use crate::errors;
use crate::incoming::{self, Claims};
use crate::model::{self, Algorithm, Headers, Version};
use crate::notifications::Event;
use crate::ops::{tagging, versions};
use crate::visit::{Visit, instant, shown};

/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 1_024;
/// All names and values of a user's metadata, in bytes.
const METADATA_BYTES_MAX: usize = 2_048;
/// Objects that one request deletes.
const DELETE_MAX: usize = 1_000;

pub(crate) async fn put(ctx: &Visit<'_>, mut req: PutObjectInput) -> S3Result<PutObjectOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key)?;
    check_key(&req.key)?;
    ctx.bucket(&req.bucket).await?;
    let headers = headers_of_put(&req);
    check_metadata(&headers)?;
    let tags = tagging::parse_header(req.tagging.as_deref())?;
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
        algorithm: req.checksum_algorithm.as_ref().and_then(|name| Algorithm::named(name.as_str())),
        trailers: ctx.trailers.clone(),
    };
    let body =
        incoming::receive(&ctx.room.bodies, ctx.file_name(), req.body.take(), &claims).await?;
    let conditions = WriteConditions { if_match: req.if_match, if_none_match: req.if_none_match };
    let new = versions::New { body, headers, tags, conditions, event: Event::Put };
    let (found, version) = versions::put(ctx, &req.bucket, &req.key, new, None).await?;
    let sums = Sums::of(&version.body);
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(version.body.etag.clone())),
        version_id: found.value.versioning.shown(&version),
        server_side_encryption: encryption(),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        ..PutObjectOutput::default()
    })
}

/// S3 encrypts everything it keeps since January 2023, and says so.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>
fn encryption() -> Option<ServerSideEncryption> {
    Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256))
}

fn headers_of_put(req: &PutObjectInput) -> Headers {
    Headers {
        content_type: req.content_type.clone(),
        cache_control: req.cache_control.clone(),
        content_disposition: req.content_disposition.clone(),
        content_encoding: plain_encoding(req.content_encoding.as_deref()),
        content_language: req.content_language.clone(),
        expires_at: req.expires.as_ref().and_then(instant),
        website_redirect_location: req.website_redirect_location.clone(),
        storage_class: req.storage_class.as_ref().map(|class| class.as_str().to_owned()),
        metadata: metadata(req.metadata.as_ref()),
    }
}

/// `aws-chunked` says how the request was sent, not what the object is.
pub(crate) fn plain_encoding(encoding: Option<&str>) -> Option<String> {
    let kept: Vec<&str> = encoding?
        .split(',')
        .map(str::trim)
        .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

pub(crate) fn metadata(given: Option<&Metadata>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect();
    pairs.sort();
    pairs
}

pub(crate) fn check_metadata(headers: &Headers) -> S3Result<()> {
    let bytes: usize = headers.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if METADATA_BYTES_MAX < bytes {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size"
        ));
    }
    Ok(())
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
    fn shown(body: &model::Body, mode: Option<&ChecksumMode>, is_whole: bool) -> Self {
        match mode {
            Some(_) if is_whole => Sums::of(body),
            _ => Sums::default(),
        }
    }
}

/// The members that GetObject and HeadObject have in common.
macro_rules! described {
    ($output:ident, $version:expr, $versioning:expr, $sums:expr) => {{
        let (version, headers, sums) = (&$version, &$version.headers, $sums);
        let tags = i32::try_from(version.tags.len()).unwrap_or(i32::MAX);
        let output = $output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: headers.cache_control.clone(),
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: sums.kind,
            content_disposition: headers.content_disposition.clone(),
            content_encoding: headers.content_encoding.clone(),
            content_language: headers.content_language.clone(),
            content_type: Some(content_type(headers)),
            e_tag: Some(ETag::Strong(version.body.etag.clone())),
            expires: headers.expires_at.map(shown),
            last_modified: Some(shown(version.modified_at)),
            metadata: (!headers.metadata.is_empty())
                .then(|| headers.metadata.iter().cloned().collect()),
            server_side_encryption: encryption(),
            storage_class: storage_class(headers),
            version_id: $versioning.shown(version),
            website_redirect_location: headers.website_redirect_location.clone(),
            ..$output::default()
        };
        (output, (0 < tags).then_some(tags))
    }};
}

fn content_type(headers: &Headers) -> String {
    headers.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}

/// The usual class isn't named.
fn storage_class(headers: &Headers) -> Option<StorageClass> {
    let class = headers.storage_class.clone().filter(|class| class != StorageClass::STANDARD);
    class.map(StorageClass::from)
}

pub(crate) async fn get(ctx: &Visit<'_>, req: GetObjectInput) -> S3Result<GetObjectOutput> {
    ctx.allow(read_action(req.version_id.as_deref()), &req.bucket, &req.key)?;
    let (found, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    ReadConditions {
        if_match: req.if_match,
        if_none_match: req.if_none_match,
        if_modified_since: req.if_modified_since.as_ref().and_then(instant),
        if_unmodified_since: req.if_unmodified_since.as_ref().and_then(instant),
    }
    .check(&version)?;
    let cut = Cut::of(&version, req.range, req.part_number)?;
    let sums = Sums::shown(&version.body, req.checksum_mode.as_ref(), cut.is_whole());
    let reading = ctx.room.bodies.read(&version.body.segments, cut.start, cut.end);
    let (mut output, tag_count) =
        described!(GetObjectOutput, version, found.value.versioning, sums);
    output.tag_count = tag_count;
    output.body = Some(StreamingBlob::wrap(reading));
    output.content_length = Some(cut.length());
    output.content_range = cut.content_range();
    output.parts_count = cut.parts_count;
    output.cache_control = req.response_cache_control.or(output.cache_control);
    output.content_disposition = req.response_content_disposition.or(output.content_disposition);
    output.content_encoding = req.response_content_encoding.or(output.content_encoding);
    output.content_language = req.response_content_language.or(output.content_language);
    output.content_type = req.response_content_type.or(output.content_type);
    output.expires = req.response_expires.or(output.expires);
    Ok(output)
}

pub(crate) async fn head(ctx: &Visit<'_>, req: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    ctx.allow(read_action(req.version_id.as_deref()), &req.bucket, &req.key)?;
    let (found, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    ReadConditions {
        if_match: req.if_match,
        if_none_match: req.if_none_match,
        if_modified_since: req.if_modified_since.as_ref().and_then(instant),
        if_unmodified_since: req.if_unmodified_since.as_ref().and_then(instant),
    }
    .check(&version)?;
    let cut = Cut::of(&version, req.range, req.part_number)?;
    let sums = Sums::shown(&version.body, req.checksum_mode.as_ref(), cut.is_whole());
    let (mut output, _) = described!(HeadObjectOutput, version, found.value.versioning, sums);
    output.content_length = Some(cut.length());
    output.parts_count = cut.parts_count;
    Ok(output)
}

fn read_action(version_id: Option<&str>) -> &'static str {
    version_id.map_or("s3:GetObject", |_| "s3:GetObjectVersion")
}

/// Which bytes of an object a request wants.
struct Cut {
    start: u64,
    end: u64,
    size: u64,
    parts_count: Option<i32>,
}

impl Cut {
    fn of(version: &Version, range: Option<Range>, part: Option<i32>) -> S3Result<Self> {
        let size = version.body.size;
        let invalid = || s3_error!(InvalidRange, "The requested range is not satisfiable");
        match (range, part) {
            (Some(_), Some(_)) => Err(s3_error!(
                InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter"
            )),
            (Some(range), None) => {
                let range = range.check(size).map_err(|_| invalid())?;
                Ok(Cut { start: range.start, end: range.end, size, parts_count: None })
            }
            (None, Some(number)) => {
                let sizes = match version.body.part_sizes.as_slice() {
                    [] => &[size],
                    sizes => sizes,
                };
                let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
                let place = place.filter(|place| *place < sizes.len());
                let place = place.ok_or_else(|| {
                    errors::coded(
                        "InvalidPartNumber",
                        StatusCode::RANGE_NOT_SATISFIABLE,
                        "The requested partnumber is not satisfiable",
                    )
                })?;
                let start = sizes[..place].iter().sum();
                let parts_count = i32::try_from(version.body.part_sizes.len()).ok();
                let parts_count = parts_count.filter(|count| 0 < *count);
                Ok(Cut { start, end: start + sizes[place], size, parts_count })
            }
            (None, None) => Ok(Cut { start: 0, end: size, size, parts_count: None }),
        }
    }

    fn is_whole(&self) -> bool {
        self.start == 0 && self.end == self.size
    }

    fn length(&self) -> i64 {
        i64::try_from(self.end - self.start).unwrap_or(i64::MAX)
    }

    fn content_range(&self) -> Option<String> {
        let last = self.end.checked_sub(1)?;
        (!self.is_whole()).then(|| format!("bytes {}-{last}/{}", self.start, self.size))
    }
}

pub(crate) async fn attributes(
    ctx: &Visit<'_>,
    req: GetObjectAttributesInput,
) -> S3Result<GetObjectAttributesOutput> {
    ctx.allow("s3:GetObjectAttributes", &req.bucket, &req.key)?;
    let (found, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let wants = |name: &str| req.object_attributes.iter().any(|wanted| wanted.as_str() == name);
    let body = &version.body;
    let sums = Sums::of(body);
    let checksum = Checksum {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
    };
    let parts = || GetObjectAttributesParts {
        total_parts_count: i32::try_from(body.part_sizes.len()).ok(),
        ..GetObjectAttributesParts::default()
    };
    let class = || storage_class(&version.headers).unwrap_or(StorageClass::from_static("STANDARD"));
    Ok(GetObjectAttributesOutput {
        checksum: (wants("Checksum") && body.checksum.is_some()).then_some(checksum),
        e_tag: wants("ETag").then(|| ETag::Strong(body.etag.clone())),
        last_modified: Some(shown(version.modified_at)),
        object_parts: (wants("ObjectParts") && !body.part_sizes.is_empty()).then(parts),
        object_size: wants("ObjectSize").then(|| i64::try_from(body.size).unwrap_or(i64::MAX)),
        storage_class: wants("StorageClass").then(class),
        version_id: found.value.versioning.shown(&version),
        ..GetObjectAttributesOutput::default()
    })
}

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
        return Err(s3_error!(NotImplemented, "A copy source is a bucket and a key here."));
    };
    ctx.allow(read_action(version_id.as_deref()), bucket, key)?;
    let (found, version) = ctx.version(bucket, key, version_id.as_deref()).await?;
    // Nothing is "not modified" in a copy: it fails.
    conditions.check(&version).map_err(|_| errors::precondition_failed())?;
    let version_id = found.value.versioning.shown(&version);
    Ok(Source { version, version_id })
}

pub(crate) async fn copy(ctx: &Visit<'_>, req: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    ctx.allow("s3:PutObject", &req.bucket, &req.key)?;
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
    if is_itself && !replaces_metadata && req.storage_class.is_none() {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    ctx.bucket(&req.bucket).await?;
    let mut headers = match replaces_metadata {
        false => from.headers.clone(),
        true => headers_of_copy(&req),
    };
    headers.storage_class = req.storage_class.as_ref().map(|class| class.as_str().to_owned());
    check_metadata(&headers)?;
    let tags = match replaces(req.tagging_directive.as_ref().map(TaggingDirective::as_str)) {
        true => tagging::parse_header(req.tagging.as_deref())?,
        false => from.tags.clone(),
    };
    let body = linked(ctx, &ctx.room.bodies, &from.body).await?;
    let conditions = WriteConditions::default();
    let new = versions::New { body, headers, tags, conditions, event: Event::Copy };
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
            last_modified: Some(shown(version.modified_at)),
        }),
        copy_source_version_id: version_id,
        server_side_encryption: encryption(),
        version_id: found.value.versioning.shown(&version),
        ..CopyObjectOutput::default()
    })
}

fn headers_of_copy(req: &CopyObjectInput) -> Headers {
    Headers {
        content_type: req.content_type.clone(),
        cache_control: req.cache_control.clone(),
        content_disposition: req.content_disposition.clone(),
        content_encoding: plain_encoding(req.content_encoding.as_deref()),
        content_language: req.content_language.clone(),
        expires_at: req.expires.as_ref().and_then(instant),
        website_redirect_location: req.website_redirect_location.clone(),
        storage_class: None,
        metadata: metadata(req.metadata.as_ref()),
    }
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
                    std::io::ErrorKind::NotFound => errors::no_such_key(),
                    _ => errors::of_file(&error),
                });
            }
        }
    }
    Ok(body)
}

pub(crate) async fn delete(
    ctx: &Visit<'_>,
    req: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    ctx.allow(delete_action(req.version_id.as_deref()), &req.bucket, &req.key)?;
    let conditions = WriteConditions { if_match: req.if_match, if_none_match: None };
    let deleted =
        versions::delete(ctx, &req.bucket, &req.key, req.version_id.as_deref(), &conditions);
    let deleted = deleted.await?;
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
        match delete_one(ctx, &req.bucket, &object).await {
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
) -> S3Result<DeletedObject> {
    let version_id = object.version_id.as_deref();
    ctx.allow(delete_action(version_id), bucket, &object.key)?;
    let conditions = WriteConditions {
        if_match: object.e_tag.clone().map(ETagCondition::ETag),
        if_none_match: None,
    };
    let done = versions::delete(ctx, bucket, &object.key, version_id, &conditions).await?;
    Ok(DeletedObject {
        delete_marker: done.is_delete_marker.then_some(true),
        delete_marker_version_id: done.version_id.filter(|_| done.is_delete_marker),
        key: Some(object.key.clone()),
        version_id: object.version_id.clone(),
    })
}
