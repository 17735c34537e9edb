//! Lists of objects and of their versions.

use s3s::S3Result;
use s3s::dto::{
    ChecksumAlgorithm, CommonPrefix, DeleteMarkerEntry, ETag, EncodingType,
    ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput,
    ListObjectsV2Input, ListObjectsV2Output, Object, ObjectStorageClass, ObjectVersion,
    ObjectVersionStorageClass,
};

use crate::errors;
use crate::listing::{self, Max, Seen, Wanted, url_encoded};
use crate::ops::buckets;
use crate::tables::{After, Placed};
use crate::visit::{Visit, modified};

/// A page of a list.
#[derive(Default)]
struct Page {
    found: Vec<Placed>,
    prefixes: Vec<String>,
    /// The key or prefix behind which the list goes on, if it does.
    next: Option<String>,
}

impl Page {
    fn len(&self) -> usize {
        self.found.len() + self.prefixes.len()
    }
}

/// The newest versions of the objects behind `after`, without those that were deleted.
async fn objects(
    ctx: &Visit<'_>,
    bucket: &str,
    wanted: &Wanted,
    after: Option<String>,
) -> S3Result<Page> {
    let mut page = Page::default();
    if wanted.max == 0 {
        return Ok(page);
    }
    let mut from = match after {
        // A list that has ended with a prefix goes on behind all of its keys.
        Some(after) if wanted.is_prefix(&after) => After::Beginning(after),
        Some(after) => After::Key(after),
        None => After::Nothing,
    };
    let (mut key_before, mut shown_last) = (None, None);
    'rows: loop {
        let rows = ctx.tables().versions(bucket, &wanted.prefix, &from).await;
        let rows = rows.map_err(errors::of_store)?;
        let Some(end) = rows.last() else { return Ok(page) };
        from = After::Version(end.key.clone(), end.order);
        for placed in rows {
            let is_older = key_before.as_ref() == Some(&placed.key);
            key_before = Some(placed.key.clone());
            if is_older || placed.version.is_delete_marker {
                continue;
            }
            if page.len() == wanted.max {
                page.next = shown_last;
                return Ok(page);
            }
            match wanted.see(&placed.key) {
                Seen::Key => {
                    shown_last = Some(placed.key.clone());
                    page.found.push(placed);
                }
                Seen::Under(prefix) => {
                    shown_last = Some(prefix.clone());
                    from = After::Beginning(prefix.clone());
                    page.prefixes.push(prefix);
                    continue 'rows;
                }
            }
        }
    }
}

fn prefixes(page: &Page, write: impl Fn(&str) -> String) -> Option<Vec<CommonPrefix>> {
    let prefix = |prefix: &String| CommonPrefix { prefix: Some(write(prefix)) };
    Some(page.prefixes.iter().map(prefix).collect())
}

/// How keys are written: as they are, or encoded.
fn writer(encoding: Option<&EncodingType>) -> fn(&str) -> String {
    match encoding.map(EncodingType::as_str) {
        Some(EncodingType::URL) => url_encoded,
        _ => str::to_owned,
    }
}

fn object(placed: &Placed, write: fn(&str) -> String) -> Object {
    let (version, class) = (&placed.version, placed.version.headers.storage_class.clone());
    let checksum = version.body.checksum.as_ref();
    Object {
        checksum_algorithm: checksum
            .map(|checksum| vec![ChecksumAlgorithm::from_static(checksum.algorithm.name())]),
        e_tag: Some(ETag::Strong(version.body.etag.clone())),
        key: Some(write(&placed.key)),
        last_modified: Some(modified(version.modified_at)),
        size: i64::try_from(version.body.size).ok(),
        storage_class: Some(class.map_or(ObjectStorageClass::from_static("STANDARD"), Into::into)),
        ..Object::default()
    }
}

fn count(number: usize) -> Option<i32> {
    i32::try_from(number).ok()
}

pub(crate) async fn v2(ctx: &Visit<'_>, req: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    ctx.allow("s3:ListBucket", &req.bucket, "").await?;
    ctx.bucket(&req.bucket).await?;
    let wanted = Wanted::new(req.prefix.clone(), req.delimiter.clone(), Max::keys(req.max_keys))?;
    let after = match &req.continuation_token {
        Some(token) => Some(listing::place(token)?),
        None => req.start_after.clone().filter(|after| !after.is_empty()),
    };
    let page = objects(ctx, &req.bucket, &wanted, after).await?;
    let start_after = req.start_after.filter(|_| req.continuation_token.is_none());
    let write = writer(req.encoding_type.as_ref());
    let owner = req.fetch_owner.unwrap_or_default().then(|| buckets::owner(ctx));
    let shown_object = |placed| Object { owner: owner.clone(), ..object(placed, write) };
    Ok(ListObjectsV2Output {
        common_prefixes: prefixes(&page, write),
        contents: Some(page.found.iter().map(shown_object).collect()),
        continuation_token: req.continuation_token,
        delimiter: req.delimiter.as_deref().map(write),
        encoding_type: req.encoding_type,
        is_truncated: Some(page.next.is_some()),
        key_count: count(page.len()),
        max_keys: count(wanted.max),
        name: Some(req.bucket),
        next_continuation_token: page.next.as_deref().map(listing::token),
        prefix: Some(write(&wanted.prefix)),
        // A token takes the place of it.
        start_after: start_after.as_deref().map(write),
        ..ListObjectsV2Output::default()
    })
}

pub(crate) async fn v1(ctx: &Visit<'_>, req: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    ctx.allow("s3:ListBucket", &req.bucket, "").await?;
    ctx.bucket(&req.bucket).await?;
    let wanted = Wanted::new(req.prefix.clone(), req.delimiter.clone(), Max::keys(req.max_keys))?;
    let after = req.marker.clone().filter(|marker| !marker.is_empty());
    let page = objects(ctx, &req.bucket, &wanted, after).await?;
    let write = writer(req.encoding_type.as_ref());
    let owner = buckets::owner(ctx);
    let shown_object = |placed| Object { owner: Some(owner.clone()), ..object(placed, write) };
    Ok(ListObjectsOutput {
        common_prefixes: prefixes(&page, write),
        contents: Some(page.found.iter().map(shown_object).collect()),
        delimiter: req.delimiter.as_deref().map(write),
        encoding_type: req.encoding_type,
        is_truncated: Some(page.next.is_some()),
        marker: Some(write(req.marker.as_deref().unwrap_or_default())),
        max_keys: count(wanted.max),
        name: Some(req.bucket),
        // Only lists with a delimiter say where they go on; others go on behind their last key.
        next_marker: page.next.as_deref().filter(|_| wanted.delimiter.is_some()).map(write),
        prefix: Some(write(&wanted.prefix)),
        ..ListObjectsOutput::default()
    })
}

pub(crate) async fn versions(
    ctx: &Visit<'_>,
    req: ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    ctx.allow("s3:ListBucketVersions", &req.bucket, "").await?;
    ctx.bucket(&req.bucket).await?;
    let wanted = Wanted::new(req.prefix.clone(), req.delimiter.clone(), Max::keys(req.max_keys))?;
    let write = writer(req.encoding_type.as_ref());
    let key_marker = req.key_marker.clone().filter(|marker| !marker.is_empty());
    let version_marker = req.version_id_marker.clone().filter(|marker| !marker.is_empty());
    let from = match (key_marker, version_marker) {
        (None, None) => After::Nothing,
        (None, Some(_)) => {
            return Err(errors::invalid_argument(
                "A version-id marker cannot be specified without a key marker.",
            ));
        }
        (Some(key), Some(id)) => {
            let placed = ctx.placed(&req.bucket, &key, &id).await;
            let placed =
                placed.map_err(|_| errors::invalid_argument("Invalid version id specified"))?;
            After::Version(key, placed.order)
        }
        (Some(key), None) if wanted.is_prefix(&key) => After::Beginning(key),
        (Some(key), None) => After::Key(key),
    };
    let (page, latest) = version_page(ctx, &req.bucket, &wanted, from).await?;
    let owner = buckets::owner(ctx);
    let (mut shown_versions, mut markers) = (Vec::new(), Vec::new());
    for (placed, is_latest) in page.found.iter().zip(latest) {
        let (version, key) = (&placed.version, Some(write(&placed.key)));
        let last_modified = Some(modified(version.modified_at));
        let (owner, version_id) = (Some(owner.clone()), Some(version.id.clone()));
        if version.is_delete_marker {
            let is_latest = Some(is_latest);
            markers.push(DeleteMarkerEntry { is_latest, key, last_modified, owner, version_id });
            continue;
        }
        let class = version.headers.storage_class.clone();
        let class = class.map_or(ObjectVersionStorageClass::from_static("STANDARD"), Into::into);
        shown_versions.push(ObjectVersion {
            e_tag: Some(ETag::Strong(version.body.etag.clone())),
            is_latest: Some(is_latest),
            key,
            last_modified,
            owner,
            size: i64::try_from(version.body.size).ok(),
            storage_class: Some(class),
            version_id,
            ..ObjectVersion::default()
        });
    }
    let last = page.found.last().filter(|placed| page.next.as_ref() == Some(&placed.key));
    Ok(ListObjectVersionsOutput {
        common_prefixes: prefixes(&page, write),
        delete_markers: Some(markers),
        delimiter: req.delimiter.as_deref().map(write),
        is_truncated: Some(page.next.is_some()),
        key_marker: Some(write(req.key_marker.as_deref().unwrap_or_default())),
        max_keys: count(wanted.max),
        next_key_marker: page.next.as_deref().map(write),
        next_version_id_marker: last.map(|placed| placed.version.id.clone()),
        prefix: Some(write(&wanted.prefix)),
        version_id_marker: Some(req.version_id_marker.unwrap_or_default()),
        versions: Some(shown_versions),
        encoding_type: req.encoding_type,
        name: Some(req.bucket),
        ..ListObjectVersionsOutput::default()
    })
}

/// All versions behind a place, and whether each is the newest of its object.
async fn version_page(
    ctx: &Visit<'_>,
    bucket: &str,
    wanted: &Wanted,
    mut from: After,
) -> S3Result<(Page, Vec<bool>)> {
    let (mut page, mut latest) = (Page::default(), Vec::new());
    if wanted.max == 0 {
        return Ok((page, latest));
    }
    let mut key_before = match &from {
        After::Version(key, _) => Some(key.clone()),
        After::Nothing | After::Key(_) | After::Beginning(_) => None,
    };
    let mut shown_last = None;
    'rows: loop {
        let rows = ctx.tables().versions(bucket, &wanted.prefix, &from).await;
        let rows = rows.map_err(errors::of_store)?;
        let Some(end) = rows.last() else { return Ok((page, latest)) };
        from = After::Version(end.key.clone(), end.order);
        for placed in rows {
            if page.len() == wanted.max {
                page.next = shown_last;
                return Ok((page, latest));
            }
            match wanted.see(&placed.key) {
                Seen::Key => {
                    latest.push(key_before.as_ref() != Some(&placed.key));
                    key_before = Some(placed.key.clone());
                    shown_last = Some(placed.key.clone());
                    page.found.push(placed);
                }
                Seen::Under(prefix) => {
                    shown_last = Some(prefix.clone());
                    from = After::Beginning(prefix.clone());
                    page.prefixes.push(prefix);
                    continue 'rows;
                }
            }
        }
    }
}
