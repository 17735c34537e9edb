//! Uploads by a browser's form: `POST /bucket` with `multipart/form-data`.
//!
//! `s3s` reads the form and holds it against its policy. The form's own signature isn't verified: who sends one without
//! another signature is a stranger, and may do what strangers may.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, Full};
use s3s::{S3Result, s3_error};
use service::HttpBody;

/// The largest form. `s3s` reads it into memory too.
const FORM_BYTES_MAX: usize = 512 * 1024 * 1024;

/// The fields that `s3s` would verify a signature by, and what they are called for it to leave them alone.
const SIGNATURES: [(&[u8], &[u8]); 2] = [
    (b"name=\"x-amz-signature\"", b"name=\"x-ignore-signature\""),
    (b"name=\"signature\"", b"name=\"x-ignore-signature\""),
];
/// Fields behind the file are none.
const FILE: &[u8] = b"name=\"file\"";

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// The same form as one that needs no signature.
pub(crate) async fn without_signature(request: Request<HttpBody>) -> S3Result<Request<HttpBody>> {
    let (mut head, mut body) = request.into_parts();
    if head.method != http::Method::POST {
        return Ok(Request::from_parts(head, body));
    }
    let mut form = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            s3_error!(
                IncompleteBody,
                "You did not provide the number of bytes specified by the Content-Length HTTP header"
            )
        })?;
        let Ok(bytes) = frame.into_data() else { continue };
        if FORM_BYTES_MAX < form.len() + bytes.len() {
            return Err(s3_error!(
                EntityTooLarge,
                "Your proposed upload exceeds the maximum allowed object size."
            ));
        }
        form.extend_from_slice(&bytes);
    }
    let form = Bytes::from(renamed(&form));
    head.headers.insert(header::CONTENT_LENGTH, form.len().into());
    let body = HttpBody::new(Full::new(form).map_err(|never| match never {}));
    Ok(Request::from_parts(head, body))
}

fn renamed(form: &[u8]) -> Vec<u8> {
    let end = place(form, FILE).unwrap_or(form.len());
    let (mut fields, file) = (form[..end].to_vec(), &form[end..]);
    for (name, other) in SIGNATURES {
        if let Some(at) = place(&fields, name) {
            fields.splice(at..at + name.len(), other.iter().copied());
        }
    }
    fields.extend_from_slice(file);
    fields
}

fn place(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_of_a_form_is_put_aside_and_its_file_is_left_alone() {
        let form = b"name=\"key\" k name=\"x-amz-signature\" abc name=\"file\" name=\"signature\"";
        let expected =
            b"name=\"key\" k name=\"x-ignore-signature\" abc name=\"file\" name=\"signature\"";
        assert_eq!(renamed(form), expected);
    }
}
