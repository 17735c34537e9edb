//! AWS JSON 1.0 and 1.1: one `POST /`, the operation in a header, a JSON object either way.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use serde::Serialize;

use crate::Error;
use crate::shape::{Path, Shape, Violations};

/// The largest request AWS takes, its headers included: 1 MiB, and the KiB by which its front end is more generous.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub const REQUEST_BYTES_MAX: usize = 1_049_600;

pub(crate) const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// What `X-Amz-Target` names: `AWSStepFunctions.StartExecution`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Which service: `AWSStepFunctions`, or with a version `DynamoDB_20120810`.
    pub prefix: &'a str,
    pub operation: &'a str,
}

impl<'a> Target<'a> {
    /// What the headers name, if they name an operation at all.
    pub fn of(headers: &'a HeaderMap) -> Option<Self> {
        let (prefix, operation) = headers.get(TARGET)?.to_str().ok()?.rsplit_once('.')?;
        Some(Target { prefix, operation })
    }
}

/// Reads a body as the input of an operation: its types first, then every constraint of its model.
pub fn decode<T: Shape>(body: &[u8]) -> Result<T, Error> {
    let text = match std::str::from_utf8(body) {
        // An operation without members may be called with no body at all.
        Ok("") => "{}",
        Ok(text) => text,
        Err(_) => return Err(Error::serialization("Invalid UTF-8 in the request body")),
    };
    let wire = serde_json::from_str(text).map_err(|error| serialization(&error))?;
    let mut violations = Violations::default();
    match (T::from_wire(wire, &Path::ROOT, &mut violations), violations.into_error()) {
        (Some(value), None) => Ok(value),
        (_, Some(error)) => Err(error),
        (None, None) => unreachable!("a shape that gives no value says what is wrong with it"),
    }
}

/// Writes what an operation gave as the body of its reply.
pub fn encode<T: Serialize>(reply: &T) -> Result<Bytes, Error> {
    serde_json::to_vec(reply).map(Bytes::from).map_err(|_| Error::internal())
}

fn serialization(error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return Error::serialization(format!("Could not parse request body into json: {error}"));
    }
    // Shapes word their own errors; serde_json appends where in the text they arose, which AWS doesn't.
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    Error::serialization(message)
}
