//! The protocols that AWS's services speak.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Response, StatusCode};

use crate::Error;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// How a service is asked and how it replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `POST /`, the operation in `X-Amz-Target`, a JSON object either way.
    Json1_0,
    /// The same with another content type, and codes of errors that AWS shortens.
    Json1_1,
    /// `POST /` with a form of `Action=…&Version=…`, an XML document in return.
    Query,
    /// Method and path name the operation; what isn't in path, query and headers is a JSON object.
    RestJson,
    /// The same with XML documents.
    RestXml,
    /// The query protocol as EC2 alone speaks it.
    Ec2,
}

impl Protocol {
    /// The content type of replies; with the JSON protocols also of requests.
    pub fn content_type(self) -> &'static str {
        match self {
            Protocol::Json1_0 => "application/x-amz-json-1.0",
            Protocol::Json1_1 => "application/x-amz-json-1.1",
            Protocol::RestJson => "application/json",
            Protocol::Query | Protocol::Ec2 => "text/xml",
            Protocol::RestXml => "application/xml",
        }
    }

    /// The reply to a client: what the operation gave, or why it was refused.
    pub fn reply(self, request_id: &str, outcome: Result<Bytes, Error>) -> Response<Bytes> {
        let query_error = outcome.as_ref().err().and_then(query_error);
        let (status, body) = match outcome {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => (
                StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                error.to_json(),
            ),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type()));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Some(query_error) = query_error {
            headers.insert(QUERY_ERROR, query_error);
        }
        response
    }
}

/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error-header>
fn query_error(error: &Error) -> Option<HeaderValue> {
    let fault = if error.is_server_fault() { "Receiver" } else { "Sender" };
    HeaderValue::from_str(&format!("{};{fault}", error.query_code?)).ok()
}
