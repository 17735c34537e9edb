//! What a client sees when AWS refuses: one type, rendered in one place.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A refusal as AWS words it: HTTP status, error code, message, and the extra members some codes carry.
///
/// Rooms convert their own error enums into this; they hold the codes and sentences of their service.
/// Here stand only those that every service shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The HTTP status: 400 for nearly every mistake of a client.
    pub status: u16,
    /// The error code, such as `StateMachineDoesNotExist`; clients choose their exception by it.
    pub code: Cow<'static, str>,
    /// AWS's sentence; absent where AWS sends none.
    pub message: Option<String>,
    /// Members beside code and message, such as `resourceName` or `reason`.
    pub fields: Vec<(&'static str, serde_json::Value)>,
    /// The code that the query protocol has for it, where that is another one: `AWS.SimpleQueueService.NonExistentQueue`.
    /// Services that left the query protocol still tell it to their JSON clients, in `x-amzn-query-error`.
    pub query_code: Option<&'static str>,
}

impl Error {
    /// An error with any status.
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        let (code, message) = (code.into(), Some(message.into()));
        Error { status, code, message, fields: Vec::new(), query_code: None }
    }

    /// The client's mistake: status 400.
    pub fn client(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Error::new(400, code, message)
    }

    /// Adds a member such as `resourceName`.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: impl Into<serde_json::Value>) -> Self {
        self.fields.push((member, value.into()));
        self
    }

    /// Adds the code of the query protocol.
    #[must_use]
    pub fn with_query_code(mut self, query_code: &'static str) -> Self {
        self.query_code = Some(query_code);
        self
    }

    /// The body can't be read as the operation's input.
    pub fn serialization(message: impl Into<String>) -> Self {
        Error::client("SerializationException", message)
    }

    /// The input breaks a rule of the service's model or a rule that the service checks itself.
    pub fn validation(message: impl Into<String>) -> Self {
        Error::client("ValidationException", message)
    }

    /// No operation has that name.
    pub fn unknown_operation() -> Self {
        Error { message: None, ..Error::client("UnknownOperationException", "") }
    }

    /// Headers and body are together larger than AWS takes.
    ///
    /// AWS sends the sentence as plain text, on which clients other than boto3 fail to parse; here it is an error body.
    pub fn request_too_large() -> Self {
        let message = format!("HTTP content length exceeded {} bytes.", crate::REQUEST_BYTES_MAX);
        Error::new(413, "RequestEntityTooLargeException", message)
    }

    /// The body didn't arrive in time.
    pub fn request_timeout() -> Self {
        Error::new(408, "RequestTimeoutException", "The request body didn't arrive in time.")
    }

    /// A paging token that isn't ours, was made for other arguments, or is older than 24 hours.
    pub fn invalid_token() -> Self {
        Error::client("InvalidToken", "Invalid Token: 'Invalid token'")
    }

    /// No access key has that name, or it wasn't presented with its session token.
    pub fn unrecognized_client() -> Self {
        let message = "The security token included in the request is invalid.";
        Error::client("UnrecognizedClientException", message)
    }

    /// Too many requests, where throttling is switched on.
    pub fn throttling() -> Self {
        Error::client("ThrottlingException", "Rate exceeded")
    }

    /// Our own trouble. What it was belongs in the log beside the request id, never in the reply.
    pub fn internal() -> Self {
        Error { message: None, ..Error::new(500, "InternalServerError", "") }
    }

    /// The service can't answer now, and a client may try again.
    pub fn service_unavailable() -> Self {
        Error { message: None, ..Error::new(503, "ServiceUnavailable", "") }
    }

    /// Whether the fault is ours.
    pub fn is_server_fault(&self) -> bool {
        500 <= self.status
    }

    /// The body of the JSON protocols: `{"__type": …, "message": …}` and the extra members.
    pub fn to_json(&self) -> Bytes {
        self.body(true)
    }

    /// The body of the REST-JSON protocol, whose code stands in a header.
    pub(crate) fn to_json_without_type(&self) -> Bytes {
        self.body(false)
    }

    fn body(&self, with_type: bool) -> Bytes {
        let body = serde_json::to_vec(&JsonBody { error: self, with_type });
        body.expect("texts and JSON values always serialize").into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.code),
            None => f.write_str(&self.code),
        }
    }
}

impl std::error::Error for Error {}

struct JsonBody<'a> {
    error: &'a Error,
    with_type: bool,
}

impl Serialize for JsonBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.with_type {
            map.serialize_entry("__type", &self.error.code)?;
        }
        if let Some(message) = &self.error.message {
            map.serialize_entry("message", message)?;
        }
        for (member, value) in &self.error.fields {
            map.serialize_entry(member, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_extra_members_beside_code_and_message() {
        let error =
            Error::client("ResourceNotFound", "Resource not found: 'x'").with("resourceName", "x");
        assert_eq!(
            error.to_json(),
            r#"{"__type":"ResourceNotFound","message":"Resource not found: 'x'","resourceName":"x"}"#
        );
    }

    #[test]
    fn sends_no_message_where_aws_sends_none() {
        assert_eq!(
            Error::unknown_operation().to_json(),
            r#"{"__type":"UnknownOperationException"}"#
        );
    }
}
