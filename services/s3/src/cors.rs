//! What browsers are told of who may ask from elsewhere, by the rules of the bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use aws::sigv2;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use s3s::dto::{CORSConfiguration, CORSRule};
use s3s::{S3Error, S3Result};
use service::HttpBody;

use crate::Room;
use crate::errors;
use crate::ops::configurations::{self, Kind};
use crate::tables::Tables;

/// What a browser says of a request from elsewhere.
pub(crate) struct Asked {
    bucket: String,
    has_key: bool,
    origin: String,
    /// Of the request, or of the one that a preflight asks about.
    method: String,
    /// The headers that a preflight asks about, in lower case.
    headers: Vec<String>,
}

impl Asked {
    /// Nothing, if the request has no origin.
    pub(crate) fn of(request: &Request<HttpBody>) -> Option<Self> {
        let header = |name: HeaderName| request.headers().get(name)?.to_str().ok();
        let path = request.uri().path().trim_start_matches('/');
        let (bucket, key) = match header(header::HOST).and_then(sigv2::bucket_of_host) {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        let method = header(header::ACCESS_CONTROL_REQUEST_METHOD);
        let headers = header(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let headers = headers.split(',').map(|name| name.trim().to_ascii_lowercase());
        Some(Asked {
            bucket: bucket.to_owned(),
            has_key: !key.is_empty(),
            origin: header(header::ORIGIN)?.to_owned(),
            method: method.unwrap_or(request.method().as_str()).to_owned(),
            headers: headers.filter(|name| !name.is_empty()).collect(),
        })
    }

    fn is_meant_by(&self, rule: &CORSRule) -> bool {
        let allows = |name: &String| {
            let patterns = rule.allowed_headers.iter().flatten();
            patterns.into_iter().any(|pattern| fits(&pattern.to_ascii_lowercase(), name))
        };
        rule.allowed_origins.iter().any(|pattern| fits(pattern, &self.origin))
            && rule.allowed_methods.iter().any(|method| method.as_str() == self.method)
            && self.headers.iter().all(allows)
    }

    fn headers_by(&self, rule: &CORSRule) -> Vec<(HeaderName, String)> {
        let is_open = rule.allowed_origins.iter().any(|pattern| pattern == "*");
        let origin = if is_open { "*" } else { self.origin.as_str() };
        let methods: Vec<&str> = rule.allowed_methods.iter().map(|it| it.as_str()).collect();
        let mut headers = vec![
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.to_owned()),
            (header::ACCESS_CONTROL_ALLOW_METHODS, methods.join(", ")),
            (
                header::VARY,
                "Origin, Access-Control-Request-Headers, Access-Control-Request-Method".to_owned(),
            ),
        ];
        if !is_open {
            headers.push((header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true".to_owned()));
        }
        if !self.headers.is_empty() {
            headers.push((header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers.join(", ")));
        }
        if let Some(exposed) = rule.expose_headers.as_ref().filter(|exposed| !exposed.is_empty()) {
            headers.push((header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed.join(", ")));
        }
        if let Some(seconds) = rule.max_age_seconds {
            headers.push((header::ACCESS_CONTROL_MAX_AGE, seconds.to_string()));
        }
        headers
    }
}

/// Whether a pattern with one asterisk at most means a text.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            start.len() + end.len() <= text.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

async fn rules(room: &Room, bucket: &str) -> S3Result<Option<Vec<CORSRule>>> {
    let kept = Tables(&*room.store).configuration(bucket, Kind::Cors.name()).await;
    let Some(xml) = kept.map_err(errors::of_store)? else { return Ok(None) };
    let kept: CORSConfiguration = configurations::parse(&xml)?;
    Ok(Some(kept.cors_rules))
}

/// The headers of a reply to a request from elsewhere; none if no rule means it.
pub(crate) async fn headers(room: &Room, asked: &Asked) -> HeaderMap {
    // Without its headers the browser refuses the reply: who couldn't read the rules has logged it.
    let rules = rules(room, &asked.bucket).await.ok().flatten().unwrap_or_default();
    let rule = rules.iter().find(|rule| asked.is_meant_by(rule));
    let headers = rule.map(|rule| asked.headers_by(rule)).unwrap_or_default();
    let value = |text: String| HeaderValue::from_str(&text).ok();
    headers.into_iter().filter_map(|(name, text)| Some((name, value(text)?))).collect()
}

/// The reply to the question that a browser asks before a request.
pub(crate) async fn preflight(room: &Room, asked: Option<&Asked>) -> S3Result<Response<s3s::Body>> {
    let Some(asked) = asked else {
        return Err(errors::coded(
            "BadRequest",
            StatusCode::BAD_REQUEST,
            "Insufficient information. Origin request header needed.",
        ));
    };
    let Some(rules) = rules(room, &asked.bucket).await? else {
        return Err(forbidden(asked, "CORSResponse: CORS is not enabled for this bucket."));
    };
    if !rules.iter().any(|rule| asked.is_meant_by(rule)) {
        return Err(forbidden(
            asked,
            "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
        ));
    }
    Ok(Response::new(s3s::Body::empty()))
}

fn forbidden(asked: &Asked, message: &'static str) -> S3Error {
    let error = errors::coded("AccessForbidden", StatusCode::FORBIDDEN, message);
    let error = errors::with_detail(error, "method", &asked.method);
    let kind = if asked.has_key { "OBJECT" } else { "BUCKET" };
    errors::with_detail(error, "resourcetype", kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asterisk_stands_for_anything() {
        for (pattern, text) in [
            ("*", "http://a.b"),
            ("http://*.b", "http://a.b"),
            ("http://a.b", "http://a.b"),
            ("x-amz-*", "x-amz-date"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("http://*.b", "https://a.b"), ("a*a", "a"), ("a", "b")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
