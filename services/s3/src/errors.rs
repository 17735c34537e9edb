//! Everything that is refused, in S3's words.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use std::borrow::Cow;
use std::io;

use http::{HeaderName, HeaderValue, StatusCode};
use s3s::{S3Error, S3ErrorCode, s3_error};

use crate::model::Algorithm;

/// What the headers begin with by which an error carries more than its code and message to `front`, which writes them.
pub(crate) const DETAIL: &str = "x-freehold-detail-";

/// The same error with one more element: `BucketName`, `Key`, `Condition`.
pub(crate) fn with_detail(mut error: S3Error, element: &str, text: &str) -> S3Error {
    let name = HeaderName::from_bytes(format!("{DETAIL}{element}").as_bytes());
    // Headers hold no line feeds, which keys can: such a detail is left out.
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(text)) {
        let mut headers = error.headers().cloned().unwrap_or_default();
        headers.insert(name, value);
        error.set_headers(headers);
    }
    error
}

pub(crate) fn no_such_bucket(name: &str) -> S3Error {
    let error = s3_error!(NoSuchBucket, "The specified bucket does not exist");
    with_detail(error, "bucketname", name)
}

pub(crate) fn no_such_key(key: &str) -> S3Error {
    with_detail(s3_error!(NoSuchKey, "The specified key does not exist."), "key", key)
}

/// An object that must be restored before it can be read.
pub(crate) fn archived(class: &str) -> S3Error {
    let error =
        s3_error!(InvalidObjectState, "The operation is not valid for the object's storage class");
    with_detail(error, "storageclass", class)
}

/// An object that must be restored before it can be copied.
pub(crate) fn archived_source() -> S3Error {
    let message = "The source object of the COPY action is not in the active tier and is only stored in Amazon S3 Glacier.";
    coded("ObjectNotInActiveTierError", StatusCode::FORBIDDEN, message)
}

pub(crate) fn no_such_version() -> S3Error {
    s3_error!(NoSuchVersion, "The specified version does not exist.")
}

pub(crate) fn no_such_upload(id: &str) -> S3Error {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    with_detail(S3Error::with_message(S3ErrorCode::NoSuchUpload, message), "uploadid", id)
}

/// The header that names the condition is told: `If-Match`.
pub(crate) fn precondition_failed(condition: &str) -> S3Error {
    let message = "At least one of the pre-conditions you specified did not hold";
    let error = S3Error::with_message(S3ErrorCode::PreconditionFailed, message);
    with_detail(error, "condition", condition)
}

pub(crate) fn invalid_argument(message: impl Into<Cow<'static, str>>) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidArgument, message)
}

/// A number below zero (moto: multipart_list_parts_invalid_argument).
pub(crate) fn negative_argument(name: &str, given: i32) -> S3Error {
    let message = format!("Argument {name} must be an integer between 0 and 2147483647");
    of_argument(invalid_argument(message), name, &given.to_string())
}

/// A text that is no number, or one that is too large (moto: multipart_list_parts_invalid_argument).
pub(crate) fn no_integer(name: &str, given: &str) -> S3Error {
    let message = format!("Provided {name} not an integer or within integer range");
    of_argument(invalid_argument(message), name, given)
}

/// The same error with the argument that it is about.
pub(crate) fn of_argument(error: S3Error, name: &str, value: &str) -> S3Error {
    with_detail(with_detail(error, "argumentname", name), "argumentvalue", value)
}

/// A part with another checksum than its upload has asked for, as AWS words it (<https://github.com/apache/opendal/pull/4533>).
pub(crate) fn other_checksum(expected: Algorithm, actual: Option<Algorithm>) -> S3Error {
    let name = |algorithm: Algorithm| algorithm.name().to_ascii_lowercase();
    let message = format!(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
        name(expected),
        actual.map_or("null".to_owned(), name),
    );
    S3Error::with_message(S3ErrorCode::InvalidRequest, message)
}

/// A signature that isn't good, or of nobody.
pub(crate) fn of_signature(error: aws::Error) -> S3Error {
    let message = error.message.unwrap_or_default();
    match &*error.code {
        "UnrecognizedClientException" => S3Error::with_message(
            S3ErrorCode::InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        "ExpiredTokenException" => S3Error::with_message(S3ErrorCode::ExpiredToken, message),
        "SignatureDoesNotMatch" => {
            S3Error::with_message(S3ErrorCode::SignatureDoesNotMatch, message)
        }
        _ => S3Error::with_message(S3ErrorCode::AccessDenied, message),
    }
}

/// A refusal whose code `s3s` doesn't know.
pub(crate) fn coded(
    code: &'static str,
    status: StatusCode,
    message: impl Into<Cow<'static, str>>,
) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// Our trouble: the client learns that there is some, the log what.
pub(crate) fn internal(error: impl std::error::Error) -> S3Error {
    tracing::error!(%error, "failed to answer a request to S3");
    s3_error!(InternalError, "We encountered an internal error. Please try again.")
}

/// A file could not be written or read. A full disk is trouble that may pass.
pub(crate) fn of_file(error: &io::Error) -> S3Error {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tracing::error!(%error, "there is no room for a body");
        return s3_error!(ServiceUnavailable, "Please reduce your request rate.");
    }
    internal(error)
}

pub(crate) fn of_store(error: store::Error) -> S3Error {
    internal(error)
}
