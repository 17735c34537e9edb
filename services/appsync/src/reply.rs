//! What clients of an API hear over HTTP, whatever becomes of their request.

use ::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use ::http::{Response, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use serde_json::json;
use service::HttpBody;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, OPTIONS");

/// Browsers may use APIs from any page, and read these headers of the replies.
const CROSS_ORIGIN: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*")),
    (
        HeaderName::from_static("access-control-expose-headers"),
        HeaderValue::from_static(
            "x-amzn-RequestId,x-amzn-ErrorType,x-amz-user-agent,x-amzn-ErrorMessage,Date,x-amz-schema-version",
        ),
    ),
];

/// Why a request gets no GraphQL answer: status, type and sentence as AWS has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        error_type: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Refusal { status, error_type, message: message.into() }
    }

    pub(crate) fn malformed(message: &str) -> Self {
        Refusal::new(StatusCode::BAD_REQUEST, "MalformedHttpRequestException", message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Refusal::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Refusal::new(StatusCode::UNAUTHORIZED, "UnauthorizedException", message)
    }

    /// The API is of no use to the caller, whatever he asks.
    pub(crate) fn not_authorized() -> Self {
        Refusal::unauthorized("You are not authorized to make this call.")
    }

    /// A signature that doesn't hold, in the words of who has checked it.
    pub(crate) fn signature(error: &aws::Error) -> Self {
        let error_type = match &*error.code {
            "InvalidSignatureException" => "InvalidSignatureException",
            "IncompleteSignatureException" => "IncompleteSignatureException",
            "MissingAuthenticationTokenException" => "MissingAuthenticationTokenException",
            "ExpiredTokenException" => "ExpiredTokenException",
            _ => "UnrecognizedClientException",
        };
        let message = error.message.clone().unwrap_or_default();
        Refusal::new(StatusCode::FORBIDDEN, error_type, message)
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let message = format!("The request is larger than {} KB.", bytes_max / 1024);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", message)
    }

    /// There is no place for one more connection.
    pub(crate) fn too_many() -> Self {
        let message = "There are too many connections.";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "LimitExceededException", message)
    }

    /// More is asked than AWS answers; its sentence wasn't seen.
    pub(crate) fn throttled() -> Self {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "ThrottlingException", "Rate exceeded")
    }

    /// As clients have seen it over connections.
    pub(crate) fn rate_exceeded() -> Self {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "LimitExceededError", "Rate limit exceeded")
    }

    pub(crate) fn no_schema() -> Self {
        let message = "No schema definition exists.";
        Refusal::new(StatusCode::BAD_GATEWAY, "GraphQLSchemaException", message)
    }

    pub(crate) fn not_found() -> Self {
        Refusal::new(StatusCode::NOT_FOUND, "NotFoundException", "There is no such API here.")
    }

    /// AWS takes GET and POST (<https://github.com/graphql/graphql-over-http/issues/81>); what it says to others is unknown.
    pub(crate) fn method_not_allowed() -> Self {
        let (status, message) = (StatusCode::METHOD_NOT_ALLOWED, "Use GET or POST.");
        Refusal::new(status, "MethodNotAllowedException", message)
    }

    pub(crate) fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Refusal::new(status, "InternalFailure", "The request could not be processed.")
    }

    /// The refusal as a reply.
    pub(crate) fn reply(&self, request_id: &str) -> Response<HttpBody> {
        let error = json!({ "errorType": self.error_type, "message": self.message });
        let body = json!({ "errors": [error] }).to_string();
        let mut reply = answer(request_id, body);
        *reply.status_mut() = self.status;
        reply.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(self.error_type));
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            reply.headers_mut().insert(ALLOW, METHODS);
        }
        reply
    }
}

/// A reply with a JSON body.
pub(crate) fn answer(request_id: &str, body: String) -> Response<HttpBody> {
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {});
    let mut reply = Response::new(body.boxed_unsync());
    let headers = reply.headers_mut();
    headers.extend(CROSS_ORIGIN);
    headers.insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    reply
}

/// What a browser hears that asks whether it may ask.
pub(crate) fn preflight(request_id: &str, asked: Option<&HeaderValue>) -> Response<HttpBody> {
    let mut reply = answer(request_id, String::new());
    let headers = reply.headers_mut();
    headers.insert("access-control-allow-methods", METHODS);
    headers.insert("access-control-max-age", HeaderValue::from_static("172800"));
    if let Some(asked) = asked {
        headers.insert("access-control-allow-headers", asked.clone());
    }
    reply
}
