//! From an HTTP request to `s3s` and back.
//!
//! Whoever comes here was let in by the head of the request: what it was signed with is taken off, for `s3s` to read it as
//! a request that needs no signature. Only what the head couldn't tell is checked here: the body's hash, and whether a
//! presigned URL is still good.

use std::sync::Arc;

use aws::codec::client;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use s3s::host::{S3Host, VirtualHost};
use s3s::service::S3Service;
use s3s::{Body, S3Error, S3Result, s3_error};
use service::{Ctx, HttpBody};

use crate::S3;
use crate::chunked::{Chunked, Hashed, Trailers};

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const SDK_CHECKSUM: &str = "x-amz-sdk-checksum-algorithm";
const CHECKSUM: &str = "x-amz-checksum-algorithm";
const DECODED_LENGTH: &str = "x-amz-decoded-content-length";
/// What a presigned URL was signed with, by the names of its query.
const SIGNED_WITH: [&str; 10] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "AWSAccessKeyId",
    "Signature",
    "Expires",
];

/// Buckets in host names: `bucket.s3.localhost:4566`, `bucket.s3.us-east-1.amazonaws.com`.
pub(crate) struct BucketHosts;

impl S3Host for BucketHosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let of_bucket = name
            .match_indices(".s3")
            .find(|(at, dot)| {
                matches!(name.as_bytes().get(at + dot.len()), None | Some(b'.' | b'-'))
            })
            .map(|(at, _)| &name[..at]);
        Ok(match of_bucket {
            Some(bucket) if !bucket.is_empty() => VirtualHost::new(host).with_bucket(bucket),
            _ => VirtualHost::new(host),
        })
    }
}

/// Answers a request that came over HTTP.
pub(crate) async fn answer(
    protocol: &S3Service,
    ctx: Ctx,
    request: Request<HttpBody>,
) -> Response<HttpBody> {
    let request_id = ctx.request_id().to_owned();
    let answered = match prepared(ctx, request) {
        Ok(request) => protocol.call(request).await.map_err(|error| {
            let error: Box<dyn std::error::Error + Send + Sync> = error.into();
            tracing::error!(%error, "failed to write a reply of S3");
        }),
        Err(error) => error.to_http_response().map_err(|_| ()),
    };
    let mut response = match answered {
        Ok(response) => response.map(|body| HttpBody::new(body.map_err(Into::into))),
        Err(()) => {
            let mut response = Response::new(empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    };
    if let Ok(id) = http::HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-amz-request-id", id.clone());
        response.headers_mut().insert("x-amz-id-2", id);
    }
    response
}

fn empty() -> HttpBody {
    HttpBody::new(Full::new(Bytes::new()).map_err(|never| match never {}))
}

/// The request as `s3s` shall read it.
fn prepared(ctx: Ctx, request: Request<HttpBody>) -> S3Result<Request<Body>> {
    let (mut head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().to_owned();
    check_expiry(&query, ctx.now().as_millis())?;
    head.uri = unsigned(&head.uri, &query)?;
    head.headers.remove(header::AUTHORIZATION);
    // Clients name the checksum by this header, s3s reads the other.
    if let Some(algorithm) = head.headers.remove(SDK_CHECKSUM) {
        head.headers.entry(CHECKSUM).or_insert(algorithm);
    }
    let trailers = Arc::new(Trailers::announced_by(&head.headers));
    let hash = text(&head.headers, CONTENT_SHA256).map(str::to_owned);
    head.headers.remove(CONTENT_SHA256);
    let body = match hash.as_deref() {
        Some(hash) if hash.starts_with("STREAMING-") => {
            let length = head.headers.remove(DECODED_LENGTH);
            let length = length.ok_or_else(|| {
                s3_error!(MissingContentLength, "You must provide the Content-Length HTTP header.")
            })?;
            head.headers.insert(header::CONTENT_LENGTH, length);
            HttpBody::new(Chunked::new(body, Arc::clone(&trailers)))
        }
        Some(hash) if hash.len() == 64 => HttpBody::new(Hashed::new(body, hash)),
        _ => body,
    };
    head.extensions.insert(ctx);
    head.extensions.insert(trailers);
    Ok(Request::from_parts(head, Body::http_body_unsync(body)))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The same address without what it was signed with.
fn unsigned(uri: &Uri, query: &str) -> S3Result<Uri> {
    let is_presigned = query.contains("Signature=");
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !is_presigned || !SIGNED_WITH.contains(&name)
        })
        .filter(|pair| !pair.is_empty())
        .collect();
    let mut parts = uri.clone().into_parts();
    let path_and_query = match kept.is_empty() {
        true => uri.path().to_owned(),
        false => format!("{}?{}", uri.path(), kept.join("&")),
    };
    let invalid = |_| s3_error!(InvalidURI, "Couldn't parse the specified URI.");
    parts.path_and_query = Some(path_and_query.parse().map_err(invalid)?);
    Uri::from_parts(parts).map_err(|_| s3_error!(InvalidURI, "Couldn't parse the specified URI."))
}

/// A presigned URL is good until it expires, whoever is let in.
fn check_expiry(query: &str, now: i64) -> S3Result<()> {
    let value =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let expired = || s3_error!(AccessDenied, "Request has expired");
    if let (Some(signed), Some(seconds)) = (value("X-Amz-Date"), value("X-Amz-Expires")) {
        let signed = aws::sigv4::instant(signed);
        let until = signed.zip(seconds.parse::<i64>().ok());
        let (signed, seconds) = until.ok_or_else(|| {
            S3Error::with_message(
                s3s::S3ErrorCode::AuthorizationQueryParametersError,
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
            )
        })?;
        if signed.as_millis() + seconds * 1000 < now {
            return Err(expired());
        }
    }
    if let (Some(_), Some(until)) = (value("AWSAccessKeyId"), value("Expires")) {
        let until = until.parse::<i64>().map_err(|_| expired())?;
        if until * 1000 < now {
            return Err(expired());
        }
    }
    Ok(())
}

/// Answers a neighbor: its JSON body becomes the request that a client would have sent.
pub(crate) async fn call(
    s3: &S3,
    ctx: Ctx,
    operation: &str,
    body: Bytes,
) -> Result<Bytes, aws::Error> {
    let service = models::find("s3").ok_or_else(aws::Error::internal)?;
    let operation = service.operation(operation).ok_or_else(aws::Error::unknown_operation)?;
    let home = Uri::from_static("http://s3.localhost");
    let body = with_checksum(operation.name(), body)?;
    let request = client::request(operation, &home, &body, || ctx.house().uuid());
    let request = request.map_err(|error| aws::Error::serialization(error.to_string()))?;
    let mut request =
        request.map(|body| HttpBody::new(Full::new(body).map_err(|never| match never {})));
    let length = http_body::Body::size_hint(request.body()).exact().unwrap_or_default();
    request.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    let (head, body) = answer(&s3.protocol, ctx, request).await.into_parts();
    let body = body.collect().await.map_err(|error| {
        tracing::error!(%error, "failed to read a body");
        aws::Error::internal()
    })?;
    let body = body.to_bytes();
    let reply = client::Reply { status: head.status.as_u16(), headers: &head.headers, body: &body };
    client::read(operation, &reply).map_err(|failure| match failure {
        client::Failure::Refused(error) => error,
        client::Failure::Garbage { .. } => {
            tracing::error!(%failure, "failed to read a reply of S3");
            aws::Error::internal()
        }
    })
}

/// The SDK by which workflows reach S3 sends a CRC32 with what it puts, unless another checksum was asked for
/// (recorded: aws_sdk_task_service_s3_put_object_*, whose result has a `ChecksumCRC32`).
fn with_checksum(operation: &str, body: Bytes) -> Result<Bytes, aws::Error> {
    if !matches!(operation, "PutObject" | "UploadPart") {
        return Ok(body);
    }
    let mut input: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&body)
        .map_err(|error| aws::Error::serialization(error.to_string()))?;
    if !input.keys().any(|member| member.starts_with("Checksum")) {
        input.insert("ChecksumAlgorithm".to_owned(), "CRC32".into());
    }
    Ok(serde_json::Value::Object(input).to_string().into())
}
