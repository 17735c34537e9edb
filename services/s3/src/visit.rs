//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws::{sigv2, sigv4};
use base::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use s3s::{S3Error, S3Request, S3Result, s3_error};
use service::Ctx;
use store::{Batch, Store};

pub(crate) use store::Commit;

use crate::access::Circumstances;
use crate::chunked::Trailers;
use crate::model::{NULL_VERSION, Segment, Version, Versioning};
use crate::tables::{FoundBucket, Placed, Tables};
use crate::{Room, errors};

const VERSION_ID_CHARS: usize = 32;

/// One request in the room.
pub(crate) struct Visit<'r> {
    pub(crate) room: &'r Room,
    pub(crate) request: Ctx,
    /// Headers behind the body, for requests that announce some.
    pub(crate) trailers: Option<Arc<Trailers>>,
    pub(crate) circumstances: Circumstances,
    /// The status of the reply, where it isn't the one that `s3s` knows.
    pub(crate) status: OnceLock<StatusCode>,
    /// Headers of the reply besides those that `s3s` writes.
    pub(crate) headers: OnceLock<HeaderMap>,
}

impl<'r> Visit<'r> {
    /// The request as `front` has prepared it.
    pub(crate) fn of<T>(room: &'r Room, request: &mut S3Request<T>) -> S3Result<Self> {
        let ctx = request.extensions.remove::<Ctx>();
        let ctx = ctx.ok_or_else(|| s3_error!(InternalError, "The request has no caller."))?;
        let circumstances = request.extensions.remove().unwrap_or_default();
        let trailers = request.extensions.remove();
        let (status, headers) = (OnceLock::new(), OnceLock::new());
        Ok(Visit { room, request: ctx, trailers, circumstances, status, headers })
    }

    /// Answers with that status.
    pub(crate) fn says(&self, status: StatusCode) {
        // The first one said stands.
        let _ = self.status.set(status);
    }

    /// Answers with these headers too.
    pub(crate) fn adds(&self, headers: HeaderMap) {
        // Those said first stand.
        let _ = self.headers.set(headers);
    }

    /// The URL of an object, as replies tell it: with the host that the client has asked.
    pub(crate) fn location(&self, bucket: &str, key: &str) -> String {
        let key = sigv4::percent_encoded(key);
        let Some(origin) = self.request.origin() else {
            return format!("https://{bucket}.s3.{}.amazonaws.com/{key}", self.request.region());
        };
        let is_in_host = self.request.host().and_then(sigv2::bucket_of_host) == Some(bucket);
        match is_in_host {
            true => format!("{origin}/{key}"),
            false => format!("{origin}/{bucket}/{key}"),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        let store: &dyn Store = &*self.room.store;
        Tables(store)
    }

    /// A bucket that exists and isn't going.
    pub(crate) async fn bucket(&self, name: &str) -> S3Result<FoundBucket> {
        let found = self.tables().bucket(name).await.map_err(errors::of_store)?;
        found.filter(|found| !found.value.is_going).ok_or_else(|| errors::no_such_bucket(name))
    }

    /// The version that a request means: that of the id, else the newest. A deleted object is none.
    pub(crate) async fn version(
        &self,
        bucket: &str,
        key: &str,
        id: Option<&str>,
    ) -> S3Result<(FoundBucket, Version)> {
        let found = self.bucket(bucket).await?;
        let version = match id {
            None => {
                let head = self.tables().head(bucket, key).await.map_err(errors::of_store)?;
                let newest = self.tables().newest(bucket, key, &head).await;
                match newest.map_err(errors::of_store)? {
                    Some(newest) => newest,
                    None => return Err(self.missing(bucket, key).await),
                }
            }
            Some(id) => self.placed(bucket, key, id).await?.version,
        };
        if !version.is_delete_marker {
            return Ok((found, version));
        }
        let mut error = match id {
            None => self.missing(bucket, key).await,
            Some(_) => {
                let error = s3_error!(
                    MethodNotAllowed,
                    "The specified method is not allowed against this resource."
                );
                let error = errors::with_detail(error, "method", &self.circumstances.method);
                errors::with_detail(error, "resourcetype", "DeleteMarker")
            }
        };
        let mut headers = error.headers().cloned().unwrap_or_default();
        headers.extend(marker_headers(&version));
        if id.is_some() {
            headers.insert(header::ALLOW, HeaderValue::from_static("DELETE"));
            let modified = http_date(version.modified_at);
            headers.extend(modified.map(|at| (header::LAST_MODIFIED, at)));
        }
        error.set_headers(headers);
        Err(error)
    }

    /// Only who may list a bucket learns that an object isn't in it.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
    async fn missing(&self, bucket: &str, key: &str) -> S3Error {
        let denied = self.allow("s3:ListBucket", bucket, "").await.err();
        denied.unwrap_or_else(|| errors::no_such_key(key))
    }

    /// The version of that id, a mark of deletion included.
    pub(crate) async fn placed(&self, bucket: &str, key: &str, id: &str) -> S3Result<Placed> {
        if !is_version_id(id) {
            return Err(errors::invalid_argument("Invalid version id specified"));
        }
        let versions = self.tables().versions_of(bucket, key).await.map_err(errors::of_store)?;
        let found = versions.into_iter().find(|placed| placed.version.id == id);
        found.ok_or_else(|| {
            let error = errors::with_detail(errors::no_such_version(), "key", key);
            errors::with_detail(error, "versionid", id)
        })
    }

    pub(crate) async fn commit(&self, batch: Batch) -> S3Result<Commit> {
        store::row::commit(&*self.room.store, batch).await.map_err(errors::of_store)
    }

    /// Removes the files of what a batch has removed, without letting the client wait for it.
    pub(crate) async fn forget(&self, segments: Vec<Segment>) {
        self.room.bodies.remove(segments).await;
    }

    /// The name of a new file.
    pub(crate) fn file_name(&self) -> String {
        self.request.house().uuid().replace('-', "")
    }

    /// The id of a new version or upload: 32 characters, as AWS's have.
    pub(crate) fn id(&self) -> String {
        let mut bytes = [0; 24];
        self.request.house().entropy().fill(&mut bytes);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The id of the version that is put next.
    pub(crate) fn next_version_id(&self, versioning: Versioning) -> String {
        versioning.next_id(|| self.id())
    }
}

/// What could be the id of a version: other texts are refused, whatever versions there are.
fn is_version_id(id: &str) -> bool {
    id == NULL_VERSION || id.len() == VERSION_ID_CHARS
}

fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let mut date = Vec::new();
    shown(at).format(s3s::dto::TimestampFormat::HttpDate, &mut date).ok()?;
    HeaderValue::from_bytes(&date).ok()
}

fn marker_headers(version: &Version) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(&version.id) {
        headers.insert("x-amz-version-id", id);
    }
    headers
}

/// An instant as `s3s` writes it.
pub(crate) fn shown(at: Timestamp) -> s3s::dto::Timestamp {
    let since = Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or_default());
    (SystemTime::UNIX_EPOCH + since).into()
}

/// When something was changed: in S3 that is whole seconds, so that lists and heads tell the same.
pub(crate) fn modified(at: Timestamp) -> s3s::dto::Timestamp {
    shown(Timestamp::from_millis(at.as_millis() / 1000 * 1000))
}

/// An instant as `s3s` has read it.
pub(crate) fn instant(at: &s3s::dto::Timestamp) -> Option<Timestamp> {
    let mut seconds = Vec::new();
    at.format(s3s::dto::TimestampFormat::EpochSeconds, &mut seconds).ok()?;
    let seconds: f64 = std::str::from_utf8(&seconds).ok()?.parse().ok()?;
    Some(Timestamp::from_millis((seconds * 1000.0).round() as i64))
}
