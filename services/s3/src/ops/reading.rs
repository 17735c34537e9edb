//! Objects read: whole, in part, or their head alone.

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Result, s3_error};

use crate::conditions::ReadConditions;
use crate::errors;
use crate::model::{Headers, Version};
use crate::ops::objects::Sums;
use crate::ops::{archives, locks};
use crate::tables::FoundBucket;
use crate::visit::{Visit, instant, modified, shown};

/// What GetObject and HeadObject ask alike.
struct Asked {
    bucket: String,
    key: String,
    version_id: Option<String>,
    range: Option<Range>,
    part_number: Option<i32>,
    conditions: ReadConditions,
}

macro_rules! asked {
    ($req:expr) => {
        Asked {
            bucket: $req.bucket.clone(),
            key: $req.key.clone(),
            version_id: $req.version_id.clone(),
            range: $req.range,
            part_number: $req.part_number,
            conditions: ReadConditions {
                if_match: $req.if_match.clone(),
                if_none_match: $req.if_none_match.clone(),
                if_modified_since: $req.if_modified_since.as_ref().and_then(instant),
                if_unmodified_since: $req.if_unmodified_since.as_ref().and_then(instant),
            },
        }
    };
}

/// What they find alike.
struct Found {
    bucket: FoundBucket,
    version: Version,
    cut: Cut,
}

async fn find(ctx: &Visit<'_>, asked: Asked) -> S3Result<Found> {
    let version_id = asked.version_id.as_deref();
    ctx.allow(read_action(version_id), &asked.bucket, &asked.key).await?;
    let (bucket, version) = ctx.version(&asked.bucket, &asked.key, version_id).await?;
    asked.conditions.check(&version)?;
    let cut = Cut::of(&version, asked.range, asked.part_number)?;
    Ok(Found { bucket, version, cut })
}

/// The reply to either, of what was found and of the request's wishes about headers.
macro_rules! described {
    ($output:ident, $found:expr, $req:expr) => {{
        let Found { bucket, version, cut } = &$found;
        let (headers, lock) = (&version.headers, &version.lock);
        let sums = Sums::shown(&version.body, $req.checksum_mode.as_ref(), cut.is_whole());
        $output {
            accept_ranges: Some("bytes".to_owned()),
            bucket_key_enabled: headers.encryption.as_ref().and_then(|it| it.has_bucket_key),
            cache_control: $req.response_cache_control.or(headers.cache_control.clone()),
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: sums.kind,
            content_disposition: $req
                .response_content_disposition
                .or(headers.content_disposition.clone()),
            content_encoding: $req.response_content_encoding.or(headers.content_encoding.clone()),
            content_language: $req.response_content_language.or(headers.content_language.clone()),
            content_length: Some(cut.length()),
            content_range: cut.content_range(),
            content_type: $req.response_content_type.or_else(|| Some(content_type(headers))),
            e_tag: Some(ETag::Strong(version.body.etag.clone())),
            expires: $req.response_expires.or(headers.expires_at.map(shown)),
            last_modified: Some(modified(version.modified_at)),
            metadata: (!headers.metadata.is_empty())
                .then(|| headers.metadata.iter().cloned().collect()),
            object_lock_legal_hold_status: lock
                .has_legal_hold
                .then(|| ObjectLockLegalHoldStatus::from_static(ObjectLockLegalHoldStatus::ON)),
            object_lock_mode: lock
                .retention
                .as_ref()
                .map(|kept| ObjectLockMode::from_static(locks::mode_name(kept.mode))),
            object_lock_retain_until_date: lock.retention.as_ref().map(|kept| shown(kept.until)),
            parts_count: cut.parts_count,
            restore: version.restored_until.map(restoration),
            ssekms_key_id: headers.encryption.as_ref().and_then(|it| it.key_id.clone()),
            server_side_encryption: Some(encryption(headers)),
            storage_class: storage_class(headers),
            version_id: bucket.value.versioning.shown(version),
            website_redirect_location: headers.website_redirect_location.clone(),
            ..$output::default()
        }
    }};
}

pub(crate) async fn get(ctx: &Visit<'_>, req: GetObjectInput) -> S3Result<GetObjectOutput> {
    let found = find(ctx, asked!(req)).await?;
    if let Some(class) = archives::is_archived(ctx, &found.version) {
        return Err(errors::archived(class));
    }
    let Cut { start, end, .. } = found.cut;
    let reading = ctx.room.bodies.read(&found.version.body.segments, start, end);
    let tags = i32::try_from(found.version.tags.len()).ok().filter(|tags| 0 < *tags);
    let output = described!(GetObjectOutput, found, req);
    Ok(GetObjectOutput { body: Some(StreamingBlob::wrap(reading)), tag_count: tags, ..output })
}

pub(crate) async fn head(ctx: &Visit<'_>, req: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let found = find(ctx, asked!(req)).await?;
    Ok(described!(HeadObjectOutput, found, req))
}

fn content_type(headers: &Headers) -> String {
    headers.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}

/// The usual class isn't named.
fn storage_class(headers: &Headers) -> Option<StorageClass> {
    let class = headers.storage_class.clone().filter(|class| class != StorageClass::STANDARD);
    class.map(StorageClass::from)
}

/// S3 encrypts everything it keeps since January 2023, and says so.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>
pub(crate) fn encryption(headers: &Headers) -> ServerSideEncryption {
    let asked = headers.encryption.as_ref().map(|encryption| encryption.algorithm.clone());
    asked.map_or(
        ServerSideEncryption::from_static(ServerSideEncryption::AES256),
        ServerSideEncryption::from,
    )
}

fn restoration(until: base::Timestamp) -> String {
    let mut date = Vec::new();
    // A date that can't be written is left out; all that are kept can be.
    let written = shown(until).format(TimestampFormat::HttpDate, &mut date);
    let date = written.ok().and_then(|()| String::from_utf8(date).ok()).unwrap_or_default();
    format!("ongoing-request=\"false\", expiry-date=\"{date}\"")
}

pub(crate) fn read_action(version_id: Option<&str>) -> &'static str {
    version_id.map_or("s3:GetObject", |_| "s3:GetObjectVersion")
}

/// Which bytes of an object a request wants.
struct Cut {
    start: u64,
    end: u64,
    size: u64,
    parts_count: Option<i32>,
    /// A part of the object was asked for, be it all of it.
    is_asked: bool,
}

impl Cut {
    fn of(version: &Version, range: Option<Range>, part: Option<i32>) -> S3Result<Self> {
        let size = version.body.size;
        let invalid = |range: &Range| {
            let error = s3_error!(InvalidRange, "The requested range is not satisfiable");
            let error = errors::with_detail(error, "rangerequested", &range.to_header_string());
            errors::with_detail(error, "actualobjectsize", &size.to_string())
        };
        match (range, part) {
            (Some(_), Some(_)) => Err(s3_error!(
                InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter"
            )),
            (Some(range), None) => {
                let range = range.check(size).map_err(|_| invalid(&range))?;
                Ok(Cut {
                    start: range.start,
                    end: range.end,
                    size,
                    parts_count: None,
                    is_asked: true,
                })
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
                Ok(Cut { start, end: start + sizes[place], size, parts_count, is_asked: true })
            }
            (None, None) => {
                Ok(Cut { start: 0, end: size, size, parts_count: None, is_asked: false })
            }
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
        self.is_asked.then(|| format!("bytes {}-{last}/{}", self.start, self.size))
    }
}
