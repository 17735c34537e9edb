//! From an HTTP request to `s3s` and back.
//!
//! Whoever comes here was let in by the head of the request: what it was signed with is taken off, for `s3s` to read it as
//! a request that needs no signature. Only what the head couldn't tell is checked here: the body's hash, and whether a
//! presigned URL is still good.

use std::sync::Arc;

use aws::codec::client;
use aws::sigv2;
use aws::sigv4::{self, Chain};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use s3s::host::{S3Host, VirtualHost};
use s3s::{Body, S3Error, S3Result, s3_error};
use service::{Ctx, HttpBody};

use crate::S3;
use crate::access::Circumstances;
use crate::chunked::{Chunked, Hashed, Trailers};
use crate::cors;
use crate::errors;
use crate::forms;
use crate::replies;

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const SDK_CHECKSUM: &str = "x-amz-sdk-checksum-algorithm";
const CHECKSUM: &str = "x-amz-checksum-algorithm";
/// What the names of checksums, and of their kinds, begin with.
const OF_CHECKSUM: &str = "x-amz-checksum-";
/// What else stands in the names of checksums themselves.
const DIGESTS: [&str; 5] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];
const SIGNED_CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
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

/// Headers with the tag of an object.
const TAG_HEADERS: [&str; 4] =
    ["if-match", "if-none-match", "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match"];
/// Lists, which clients write into one header and s3s reads from several.
const LIST_HEADERS: [&str; 2] = ["x-amz-object-attributes", "x-amz-optional-object-attributes"];

/// Numbers of a query, which `s3s` refuses in words of its own.
const INTEGERS: [&str; 4] = ["max-keys", "max-parts", "max-uploads", "part-number-marker"];

/// What the names of S3's own headers begin with, also in a query.
const OF_HEADER: &str = "x-amz-";

/// Buckets in host names: `bucket.s3.localhost:4566`, `bucket.s3.us-east-1.amazonaws.com`.
pub(crate) struct BucketHosts;

impl S3Host for BucketHosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        Ok(match sigv2::bucket_of_host(host) {
            Some(bucket) => VirtualHost::new(host).with_bucket(bucket),
            None => VirtualHost::new(host),
        })
    }
}

/// Answers a request that came over HTTP.
pub(crate) async fn answer(s3: &S3, ctx: Ctx, request: Request<HttpBody>) -> Response<HttpBody> {
    let request_id = ctx.request_id().to_owned();
    let is_head = request.method() == http::Method::HEAD;
    let is_of_attributes = asks_for_attributes(&request);
    let is_form = forms::is_form(&request);
    let asked = cors::Asked::of(&request);
    let answered = match respond(s3, ctx, request, asked.as_ref()).await {
        Ok(response) => Ok(response),
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
    if response.status().is_client_error() || response.status().is_server_error() {
        response = replies::completed(response, &request_id, is_head).await;
    } else if is_of_attributes {
        response = replies::with_bare_tag(response).await;
    } else if is_form {
        response = replies::rewritten(response, forms::completed_reply).await;
    }
    if let Some(status) = response.extensions_mut().remove::<StatusCode>() {
        *response.status_mut() = status;
    }
    // Objects always have a type; the reply of HeadBucket gets this one (moto, verified against AWS: header_content_type).
    if is_head && response.status().is_success() {
        let xml = HeaderValue::from_static("application/xml");
        response.headers_mut().entry(header::CONTENT_TYPE).or_insert(xml);
    }
    // s3s says so of GetObject only.
    if is_head && response.headers().contains_key(header::CONTENT_RANGE) {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if let Some(asked) = &asked {
        response.headers_mut().extend(cors::headers(&s3.room, asked).await);
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-amz-request-id", id.clone());
        response.headers_mut().insert("x-amz-id-2", id);
    }
    response
}

/// Whether that is GetObjectAttributes.
fn asks_for_attributes(request: &Request<HttpBody>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    request.method() == http::Method::GET && names.any(|name| name == "attributes")
}

async fn respond(
    s3: &S3,
    ctx: Ctx,
    request: Request<HttpBody>,
    asked: Option<&cors::Asked>,
) -> S3Result<Response<Body>> {
    if request.method() == http::Method::OPTIONS {
        return cors::preflight(&s3.room, asked).await;
    }
    let (ctx, request) = match forms::is_form(&request) {
        true => forms::admitted(&s3.room, ctx, request).await?,
        false => (ctx, request),
    };
    let replied = s3.protocol.call(prepared(ctx, request)?).await;
    replied.map_err(|error| {
        let error: Box<dyn std::error::Error + Send + Sync> = error.into();
        tracing::error!(%error, "failed to write a reply of S3");
        s3_error!(InternalError, "We encountered an internal error. Please try again.")
    })
}

fn empty() -> HttpBody {
    HttpBody::new(Full::new(Bytes::new()).map_err(|never| match never {}))
}

/// The request as `s3s` shall read it.
fn prepared(ctx: Ctx, request: Request<HttpBody>) -> S3Result<Request<Body>> {
    let (mut head, body) = request.into_parts();
    let chain = head.extensions.remove::<Chain>();
    head.extensions.insert(Circumstances::of(&head));
    let query = head.uri.query().unwrap_or_default().to_owned();
    check_expiry(&query, ctx.now().as_millis())?;
    check_integers(&query)?;
    let is_link = query.contains("Signature=");
    if is_link {
        head.headers.extend(headers_of_link(&query));
    }
    head.uri = unsigned(&head.uri, &query, is_link)?;
    head.headers.remove(header::AUTHORIZATION);
    // A range that can't be read is none.
    let range = text(&head.headers, header::RANGE.as_str());
    if range.is_some_and(|range| range == "bytes=-" || s3s::dto::Range::parse(range).is_err()) {
        head.headers.remove(header::RANGE);
    }
    quote_tags(&mut head.headers);
    split_lists(&mut head.headers);
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
            let chunked = Chunked::new(body, Arc::clone(&trailers));
            let chain = chain.filter(|_| hash.starts_with(SIGNED_CHUNKS));
            HttpBody::new(match chain {
                Some(chain) => chunked.signed(chain, hash.ends_with("-TRAILER")),
                None => chunked,
            })
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

/// S3 takes tags with both quotes, with one, and without (moto, verified against AWS: put_object_if_match); s3s with both.
fn quote_tags(headers: &mut HeaderMap) {
    for name in TAG_HEADERS {
        let Some(tag) = text(headers, name).map(str::trim) else { continue };
        if tag == "*" || tag.starts_with("W/") {
            continue;
        }
        // No tag of ours has such a character, so what stands in its place is no object's either.
        let legal = |letter: char| if letter.is_ascii_graphic() { letter } else { '_' };
        let tag: String = tag.trim_matches('"').chars().map(legal).collect();
        if let Ok(quoted) = HeaderValue::from_str(&format!("\"{tag}\"")) {
            headers.insert(name, quoted);
        }
    }
}

fn split_lists(headers: &mut HeaderMap) {
    for name in LIST_HEADERS {
        let Some(list) = text(headers, name).filter(|list| list.contains(',')) else { continue };
        let items: Vec<_> =
            list.split(',').filter_map(|item| HeaderValue::from_str(item.trim()).ok()).collect();
        headers.remove(name);
        items.into_iter().for_each(|item| {
            headers.append(name, item);
        });
    }
}

/// The headers that a presigned URL carries in its query, as SDKs put them there.
///
/// The checksum among them isn't looked at, by AWS either: the SDK for JavaScript puts there that of an empty body,
/// whatever is uploaded later (<https://github.com/ministackorg/ministack/issues/1695>).
fn headers_of_link(query: &str) -> HeaderMap {
    let is_digest =
        |name: &str| name.strip_prefix(OF_CHECKSUM).is_some_and(|kind| DIGESTS.contains(&kind));
    let is_carried =
        |name: &str| name.starts_with(OF_HEADER) && !is_digest(name) && name != SDK_CHECKSUM;
    let carried = sigv4::query_parameters(query).filter(|(name, _)| is_carried(name));
    let header = |(name, value): (String, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(&value).ok()?))
    };
    carried.filter_map(header).collect()
}

/// The same address without what it was signed with.
fn unsigned(uri: &Uri, query: &str, is_link: bool) -> S3Result<Uri> {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !is_link || !(SIGNED_WITH.contains(&name) || name.starts_with(OF_HEADER))
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

fn check_integers(query: &str) -> S3Result<()> {
    for (name, value) in sigv4::query_parameters(query) {
        let given = INTEGERS.contains(&name.as_str()) && !value.is_empty();
        if given && value.parse::<i32>().is_err() {
            return Err(errors::no_integer(&name, &value));
        }
    }
    Ok(())
}

/// A presigned URL is good until it expires, whoever is let in.
fn check_expiry(query: &str, now: i64) -> S3Result<()> {
    let value =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let expired = || s3_error!(AccessDenied, "Request has expired");
    if let (Some(signed), Some(seconds)) = (value("X-Amz-Date"), value("X-Amz-Expires")) {
        let signed = sigv4::instant(signed);
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
    let (head, body) = answer(s3, ctx, request).await.into_parts();
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
