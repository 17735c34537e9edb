//! What pages of other origins may do with an address.
//!
//! With a configuration, Lambda itself answers what browsers ask beforehand, and its headers go before the function's.
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors>

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use service::HttpBody;

use super::reply::whole;
use crate::model::Cors;

/// Whether a browser asks beforehand.
pub(super) fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

pub(super) fn preflight(cors: &Cors, asked: &HeaderMap) -> Response<HttpBody> {
    let mut response = whole(Bytes::new());
    if allow(cors, asked, &mut response) {
        put(&mut response, ACCESS_CONTROL_ALLOW_METHODS, &cors.methods.join(","));
        put(&mut response, ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers.join(","));
        if let Some(seconds) = cors.max_age_seconds {
            put(&mut response, ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
    }
    response
}

/// Adds what a reply says to a page, if the page's origin may read it.
pub(super) fn allow(cors: &Cors, asked: &HeaderMap, response: &mut Response<HttpBody>) -> bool {
    let Some(origin) = asked.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    let allows_all = cors.origins.iter().any(|allowed| allowed == "*");
    let is_allowed = allows_all || cors.origins.iter().any(|allowed| allowed == origin);
    if !is_allowed {
        return false;
    }
    // What goes with credentials has to name the origin.
    let allows_credentials = cors.allows_credentials == Some(true);
    put(
        response,
        ACCESS_CONTROL_ALLOW_ORIGIN,
        if allows_all && !allows_credentials { "*" } else { origin },
    );
    put(response, VARY, "Origin");
    if allows_credentials {
        put(response, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    put(response, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.exposed_headers.join(","));
    true
}

fn put(response: &mut Response<HttpBody>, name: HeaderName, text: &str) {
    if let (false, Ok(value)) = (text.is_empty(), HeaderValue::from_str(text)) {
        response.headers_mut().insert(name, value);
    }
}
