//! From a function's result to the reply of a request, and what is said where there is none.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use service::HttpBody;

use crate::environment::Outcome;
use crate::errors::Error;

/// What a stream is called that begins with the status and the headers of the reply, as JSON, and eight zeros.
const WITH_METADATA: &str = "application/vnd.awslambda.http-integration-response";
const DELIMITER: [u8; 8] = [0; 8];
const FORBIDDEN: &str = "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

/// Why a request gets no result of a function.
pub(super) enum Refusal {
    NotFound,
    Forbidden,
    /// The signature is missing, or isn't what it says.
    Unsigned(aws::Error),
    TooLarge,
    /// The body has ended before its end.
    CutOff,
    Failed(Error),
    /// The function has failed, or its result is no reply.
    BadGateway,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::FunctionNotFound(_) => Refusal::NotFound,
            other => Refusal::Failed(other),
        }
    }
}

impl Refusal {
    pub(super) fn into_response(self) -> Response<HttpBody> {
        let refused = |status: u16, code: &str, message: Value| {
            let mut response = whole(json!({ "Message": message }).to_string().into());
            *response.status_mut() =
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if let Ok(code) = HeaderValue::from_str(code) {
                headers.insert(HeaderName::from_static("x-amzn-errortype"), code);
            }
            response
        };
        match self {
            Refusal::NotFound => refused(404, "ResourceNotFoundException", Value::Null),
            Refusal::Forbidden => refused(403, "AccessDeniedException", FORBIDDEN.into()),
            Refusal::Unsigned(error) => {
                let message = error.message.clone().unwrap_or_default();
                refused(403, &error.code, message.into())
            }
            Refusal::TooLarge => {
                refused(413, "RequestEntityTooLargeException", "Request Entity Too Large".into())
            }
            Refusal::CutOff => refused(400, "BadRequestException", "Bad Request".into()),
            Refusal::BadGateway => {
                let mut response = refused(502, "InternalServerErrorException", Value::Null);
                *response.body_mut() = body(Bytes::from_static(b"Internal Server Error"));
                response
            }
            Refusal::Failed(error) => {
                let error = aws::Error::from(error);
                refused(error.status, &error.code, error.message.clone().into())
            }
        }
    }
}

/// The reply that a function's result is.
pub(super) fn of(outcome: Outcome) -> Result<Response<HttpBody>, Refusal> {
    let Outcome { payload, is_error, streamed, .. } = outcome;
    match streamed {
        _ if is_error => Err(Refusal::BadGateway),
        Some(kind) if kind == WITH_METADATA => {
            let end = payload.windows(DELIMITER.len()).position(|window| window == DELIMITER);
            let end = end.ok_or(Refusal::BadGateway)?;
            let metadata = serde_json::from_slice(&payload[..end]).unwrap_or_default();
            let mut response = described(&metadata, "application/octet-stream")?;
            *response.body_mut() = body(payload.slice(end + DELIMITER.len()..));
            Ok(response)
        }
        Some(kind) => typed(payload, &kind),
        None => buffered(payload),
    }
}

/// JSON without a status is the body itself.
fn buffered(payload: Bytes) -> Result<Response<HttpBody>, Refusal> {
    let result: Value = serde_json::from_slice(&payload).map_err(|_| Refusal::BadGateway)?;
    if result.get("statusCode").is_none() {
        return typed(payload, "application/json");
    }
    let mut response = described(&result, "application/json")?;
    let text = match &result["body"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let bytes = match result["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text).map_err(|_| Refusal::BadGateway)?,
        Some(false) | None => text.into_bytes(),
    };
    *response.body_mut() = body(bytes.into());
    Ok(response)
}

fn typed(payload: Bytes, kind: &str) -> Result<Response<HttpBody>, Refusal> {
    let kind = HeaderValue::from_str(kind).map_err(|_| Refusal::BadGateway)?;
    let mut response = whole(payload);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Ok(response)
}

/// A reply with the status, headers and cookies that a function names, and no body yet.
fn described(result: &Value, kind: &'static str) -> Result<Response<HttpBody>, Refusal> {
    let status = match &result["statusCode"] {
        Value::Null => Some(200),
        Value::String(text) => text.parse().ok(),
        other => other.as_u64().and_then(|status| u16::try_from(status).ok()),
    };
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = whole(Bytes::new());
    *response.status_mut() = status.ok_or(Refusal::BadGateway)?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in result["headers"].as_object().into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name = HeaderName::try_from(name).map_err(|_| Refusal::BadGateway)?;
        headers.insert(name, HeaderValue::try_from(text).map_err(|_| Refusal::BadGateway)?);
    }
    for cookie in result["cookies"].as_array().into_iter().flatten() {
        let cookie = HeaderValue::from_str(cookie.as_str().unwrap_or_default());
        headers.append(SET_COOKIE, cookie.map_err(|_| Refusal::BadGateway)?);
    }
    Ok(response)
}

/// Says which request it was.
pub(super) fn stamp(response: &mut Response<HttpBody>, request_id: &str) {
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-requestid"), request_id);
    }
}

pub(super) fn whole(bytes: Bytes) -> Response<HttpBody> {
    Response::new(body(bytes))
}

fn body(bytes: Bytes) -> HttpBody {
    HttpBody::new(Full::new(bytes).map_err(|never| match never {}))
}
