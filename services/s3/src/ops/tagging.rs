//! The tags of objects and buckets.

use http::StatusCode;
use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput, Tag, Tagging,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::errors;
use crate::model::Version;
use crate::notifications::Event;
use crate::ops::configurations::{self, Kind};
use crate::visit::Visit;

/// The most tags of an object. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>
const OBJECT_TAGS_MAX: usize = 10;
/// The most tags of a bucket.
pub(crate) const BUCKET_TAGS_MAX: usize = 50;
const KEY_CHARS_MAX: usize = 128;
const VALUE_CHARS_MAX: usize = 256;
/// What the names of AWS's own tags begin with.
const SYSTEM_TAGS: &str = "aws:";

/// Tags as `x-amz-tagging` writes them: the query of an URL.
pub(crate) fn parse_header(header: Option<&str>) -> S3Result<Vec<(String, String)>> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode(&spaced).ok_or_else(|| {
            errors::invalid_argument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
        })
    };
    let mut tags: Vec<(String, String)> = Vec::new();
    for pair in header.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        tags.push((decode(name)?, decode(value)?));
    }
    // The header has a sentence of its own (moto, verified against AWS: put_object_with_tagging).
    if tags.iter().any(|(name, _)| name.starts_with(SYSTEM_TAGS)) {
        return Err(s3_error!(InvalidTag, "Your TagKey cannot be prefixed with aws:"));
    }
    check(tags, OBJECT_TAGS_MAX)
}

/// The right to do that with the tags of an object, or of a version of it.
pub(crate) fn action(verb: &str, version_id: Option<&str>) -> String {
    let version = if version_id.is_some() { "Version" } else { "" };
    format!("s3:{verb}Object{version}Tagging")
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

/// Tags as XML has them.
pub(crate) fn of_set(set: Vec<Tag>, max: usize) -> S3Result<Vec<(String, String)>> {
    let pair = |tag: Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    check(set.into_iter().map(pair).collect(), max)
}

fn check(tags: Vec<(String, String)>, max: usize) -> S3Result<Vec<(String, String)>> {
    let invalid = |message: String| S3Error::with_message(S3ErrorCode::InvalidTag, message);
    if max < tags.len() {
        let what = if max == OBJECT_TAGS_MAX { "Object" } else { "Bucket" };
        let message = format!("{what} tags cannot be greater than {max}");
        return Err(errors::coded("BadRequest", StatusCode::BAD_REQUEST, message));
    }
    for (place, (name, value)) in tags.iter().enumerate() {
        if name.is_empty() || KEY_CHARS_MAX < name.chars().count() {
            return Err(invalid("The TagKey you have provided is invalid".into()));
        }
        if VALUE_CHARS_MAX < value.chars().count() {
            return Err(invalid("The TagValue you have provided is invalid".into()));
        }
        if tags[..place].iter().any(|(other, _)| other == name) {
            return Err(invalid("Cannot provide multiple Tags with the same key".into()));
        }
        if name.starts_with(SYSTEM_TAGS) {
            return Err(invalid("System tags cannot be added/updated by requester".into()));
        }
    }
    Ok(tags)
}

pub(crate) fn to_set(tags: &[(String, String)]) -> Vec<Tag> {
    let tag = |(name, value): &(String, String)| Tag {
        key: Some(name.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(tag).collect()
}

pub(crate) async fn get(
    ctx: &Visit<'_>,
    req: GetObjectTaggingInput,
) -> S3Result<GetObjectTaggingOutput> {
    ctx.allow(&action("Get", req.version_id.as_deref()), &req.bucket, &req.key).await?;
    let (found, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let version_id = found.value.versioning.shown(&version);
    Ok(GetObjectTaggingOutput { tag_set: to_set(&version.tags), version_id })
}

pub(crate) async fn put(
    ctx: &Visit<'_>,
    req: PutObjectTaggingInput,
) -> S3Result<PutObjectTaggingOutput> {
    ctx.allow(&action("Put", req.version_id.as_deref()), &req.bucket, &req.key).await?;
    let tags = of_set(req.tagging.tag_set, OBJECT_TAGS_MAX)?;
    let version_id = set(ctx, &req.bucket, &req.key, req.version_id.as_deref(), &tags).await?;
    Ok(PutObjectTaggingOutput { version_id })
}

pub(crate) async fn delete(
    ctx: &Visit<'_>,
    req: DeleteObjectTaggingInput,
) -> S3Result<DeleteObjectTaggingOutput> {
    ctx.allow(&action("Delete", req.version_id.as_deref()), &req.bucket, &req.key).await?;
    let version_id = set(ctx, &req.bucket, &req.key, req.version_id.as_deref(), &[]).await?;
    Ok(DeleteObjectTaggingOutput { version_id })
}

/// Gives a version other tags; the id of the version, where it is shown.
async fn set(
    ctx: &Visit<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
    tags: &[(String, String)],
) -> S3Result<Option<String>> {
    let event = if tags.is_empty() { Event::TagsDeleted } else { Event::TagsPut };
    let change = |version: &mut Version| {
        version.tags = tags.to_vec();
        Ok(())
    };
    let (found, version) = ctx.change_version(bucket, key, version_id, event, change).await?;
    Ok(found.value.versioning.shown(&version))
}

/// Gives a bucket these tags alone. With an empty set it has none, as if they had been deleted (moto, verified against
/// AWS: get_bucket_tagging).
pub(crate) async fn put_of_bucket(ctx: &Visit<'_>, bucket: &str, set: Vec<Tag>) -> S3Result<()> {
    ctx.says(StatusCode::NO_CONTENT);
    if set.is_empty() {
        return configurations::delete(ctx, bucket, Kind::Tagging).await;
    }
    let tags = of_set(set, BUCKET_TAGS_MAX)?;
    configurations::put(ctx, bucket, Kind::Tagging, &Tagging { tag_set: to_set(&tags) }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_a_header_are_a_query() {
        let tags = parse_header(Some("a=1&b+c=%C3%BC&d")).expect("parses");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(tags, [pair("a", "1"), pair("b c", "ü"), pair("d", "")]);
    }

    #[test]
    fn tags_that_s3_refuses_are_refused() {
        let long = "k".repeat(129);
        let many: Vec<String> = (0..11).map(|n| format!("k{n}=v")).collect();
        for header in ["a=1&a=2", "aws:x=1", "=1", "a=%zz", &long, &many.join("&")] {
            assert!(parse_header(Some(header)).is_err(), "{header}");
        }
    }
}
