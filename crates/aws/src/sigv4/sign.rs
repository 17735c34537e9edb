use std::time::Duration;

use base::Timestamp;
use hmac::Mac;
use http::header::{AUTHORIZATION, HOST, HeaderValue, InvalidHeaderValue};
use http::{HeaderMap, HeaderName, Request as HttpRequest, Uri};
use sha2::{Digest as _, Sha256};

use super::{ALGORITHM, Credentials, Request, Scope, canonical, hex, signature, time};

pub(super) const DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(super) const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Headers that proxies or the transport may change on the way.
const UNSIGNED: [&str; 6] =
    ["authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

/// Signs a request for `service` in `region`: adds `host` (unless it is there), `x-amz-date`,
/// the session token, and `authorization` over all of its headers.
pub fn sign<B: AsRef<[u8]>>(
    request: &mut HttpRequest<B>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: Timestamp,
) -> Result<(), InvalidHeaderValue> {
    let instant = time::format(now);
    let host = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let headers = request.headers_mut();
    if let Some(host) = host.filter(|_| !headers.contains_key(HOST)) {
        headers.insert(HOST, HeaderValue::from_str(&host)?);
    }
    headers.insert(DATE, HeaderValue::from_str(&instant)?);
    if let Some(token) = &credentials.session_token {
        headers.insert(SECURITY_TOKEN, HeaderValue::from_str(token)?);
    }

    if service == canonical::S3 {
        let hash = hex(&Sha256::digest(request.body().as_ref()));
        request.headers_mut().insert(canonical::CONTENT_SHA256, HeaderValue::from_str(&hash)?);
    }
    let signed = signed_headers(request.headers());
    let signed: Vec<&str> = signed.iter().map(String::as_str).collect();
    let canonical_request = canonical::request(&Request::of(request), &signed, service, false);
    let scope = Scope {
        date: instant[..8].to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    };
    let signature = signature(&credentials.secret_access_key, &scope, &instant, &canonical_request);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={}",
        credentials.access_key_id,
        signed.join(";"),
        hex(&signature.finalize().into_bytes())
    );
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&authorization)?);
    Ok(())
}

/// Signs a request in its query, so that whoever has its URL can make it, for as long as `expires` says. The signature
/// covers `host` (from the URL, unless it is there) and all other headers, which must come with it.
pub fn presign<B: AsRef<[u8]>>(
    request: &mut HttpRequest<B>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    expires: Duration,
    now: Timestamp,
) -> Result<(), http::Error> {
    if !request.headers().contains_key(HOST)
        && let Some(host) = request.uri().authority().map(|it| HeaderValue::from_str(it.as_str()))
    {
        request.headers_mut().insert(HOST, host?);
    }
    let instant = time::format(now);
    let scope = Scope {
        date: instant[..8].to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    };
    let signed = signed_headers(request.headers());
    let mut parameters = vec![
        ("X-Amz-Algorithm", ALGORITHM.to_owned()),
        ("X-Amz-Credential", format!("{}/{scope}", credentials.access_key_id)),
        ("X-Amz-Date", instant.clone()),
        ("X-Amz-Expires", expires.as_secs().to_string()),
        ("X-Amz-SignedHeaders", signed.join(";")),
    ];
    if let Some(token) = &credentials.session_token {
        parameters.push(("X-Amz-Security-Token", token.clone()));
    }
    let mut query = request.uri().query().unwrap_or_default().to_owned();
    for (name, value) in parameters {
        canonical::push_parameter(&mut query, name, &value);
    }
    let unsigned = Request { query: &query, ..Request::of(request) };
    let names: Vec<&str> = signed.iter().map(String::as_str).collect();
    let canonical_request = canonical::request(&unsigned, &names, service, true);
    let signature = signature(&credentials.secret_access_key, &scope, &instant, &canonical_request);
    let signature = hex(&signature.finalize().into_bytes());
    canonical::push_parameter(&mut query, canonical::SIGNATURE_PARAMETER, &signature);
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(format!("{}?{query}", request.uri().path()).try_into()?);
    *request.uri_mut() = Uri::from_parts(parts)?;
    Ok(())
}

/// The names of the headers that a signature covers, sorted.
fn signed_headers(headers: &HeaderMap) -> Vec<String> {
    let names = headers.keys().map(HeaderName::as_str).filter(|name| !UNSIGNED.contains(name));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names
}

impl<'a> Request<'a> {
    /// What a signature covers of an HTTP request.
    pub fn of<B: AsRef<[u8]>>(request: &'a HttpRequest<B>) -> Self {
        Request {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: request.body().as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::Presented;

    #[test]
    fn a_presigned_request_is_verified_until_it_expires_and_with_its_headers() {
        let credentials = Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: Some("to+k/en==".to_owned()),
        };
        let mut request = HttpRequest::get("https://sts.us-east-1.amazonaws.com/?Action=Get")
            .header("x-k8s-aws-id", "cluster")
            .body(Vec::new())
            .expect("a request");
        let (now, expires) = (Timestamp::from_millis(1_440_938_160_000), Duration::from_secs(60));
        presign(&mut request, &credentials, "us-east-1", "sts", expires, now).expect("is signed");
        let query = request.uri().query().expect("a query");
        assert!(query.starts_with("Action=Get&X-Amz-Algorithm=AWS4-HMAC-SHA256&"), "{query}");
        assert!(query.contains("X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"), "{query}");
        let presented = Presented::of(request.headers(), query).expect("is signed");
        let verify = |request: &HttpRequest<Vec<u8>>, seconds| {
            let at = now.after(Duration::from_secs(seconds));
            presented.verify(&Request::of(request), &credentials, "sts", at)
        };
        verify(&request, 59).expect("is good");
        verify(&request, 61).expect_err("has expired");
        request.headers_mut().insert("x-k8s-aws-id", HeaderValue::from_static("other"));
        verify(&request, 0).expect_err("is for another cluster");
    }
}
