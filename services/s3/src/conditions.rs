//! `If-Match` and its like.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use base::Timestamp;
use http::{HeaderValue, StatusCode, header};
use s3s::dto::{ETag, ETagCondition};
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::errors;
use crate::model::Version;

/// Under which conditions an object is read.
#[derive(Default)]
pub(crate) struct ReadConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// As RFC 9110 orders them: a condition on the tag makes one on the time void.
    pub(crate) fn check(&self, version: &Version) -> S3Result<()> {
        let not_modified = || S3Error::with_message(S3ErrorCode::NotModified, "Not Modified");
        // HTTP's dates have no fractions.
        let modified = version.modified_at.as_millis() / 1000;
        let after = |since: Timestamp| since.as_millis() / 1000 < modified;
        match (&self.if_match, self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition, version) => {
                return Err(errors::precondition_failed("If-Match"));
            }
            (None, Some(since)) if after(since) => {
                return Err(errors::precondition_failed("If-Unmodified-Since"));
            }
            _ => {}
        }
        let mut error = not_modified();
        error.set_status_code(StatusCode::NOT_MODIFIED);
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", version.body.etag)) {
            error.set_headers([(header::ETAG, tag)].into_iter().collect());
        }
        match (&self.if_none_match, self.if_modified_since) {
            (Some(condition), _) if matches(condition, version) => Err(error),
            (None, Some(since)) if !after(since) => Err(error),
            _ => Ok(()),
        }
    }
}

impl ReadConditions {
    /// Against an object that is copied. Nothing is "not modified" in a copy: it fails, and names the header.
    pub(crate) fn check_source(&self, version: &Version) -> S3Result<()> {
        self.check(version).map_err(|error| {
            let condition = match error.code() {
                S3ErrorCode::NotModified if self.if_none_match.is_some() => "If-None-Match",
                S3ErrorCode::NotModified => "If-Modified-Since",
                _ if self.if_match.is_some() => "If-Match",
                _ => "If-Unmodified-Since",
            };
            errors::precondition_failed(&format!("x-amz-copy-source-{condition}"))
        })
    }
}

/// Under which conditions an object is written or deleted.
#[derive(Default)]
pub(crate) struct WriteConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// Against the object that is there now, if one is.
    pub(crate) fn check(&self, key: &str, current: Option<&Version>) -> S3Result<()> {
        let current = current.filter(|version| !version.is_delete_marker);
        match (&self.if_match, current) {
            (Some(_), None) => return Err(errors::no_such_key(key)),
            (Some(condition), Some(version)) if !matches(condition, version) => {
                return Err(errors::precondition_failed("If-Match"));
            }
            _ => {}
        }
        match (&self.if_none_match, current) {
            (Some(condition), Some(version)) if matches(condition, version) => {
                Err(errors::precondition_failed("If-None-Match"))
            }
            _ => Ok(()),
        }
    }
}

/// A condition as a header writes it, with quotes or without.
pub(crate) fn read(header: &str) -> ETagCondition {
    match header.trim() {
        "*" => ETagCondition::Any,
        tag => ETagCondition::ETag(ETag::Strong(tag.trim_matches('"').to_owned())),
    }
}

fn matches(condition: &ETagCondition, version: &Version) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == version.body.etag,
    }
}
