use base::Timestamp;
use hmac::Mac;
use http::header::{AUTHORIZATION, HOST, HeaderValue, InvalidHeaderValue};
use http::{HeaderName, Request as HttpRequest};
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
    let mut signed: Vec<&str> = (request.headers().keys().map(HeaderName::as_str))
        .filter(|name| !UNSIGNED.contains(name))
        .collect();
    signed.sort_unstable();
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
