//! The one text that client and server make of the same request.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

use super::{Request, hex};

/// The parameter of a presigned query that the signature can't cover: itself.
pub(super) const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

/// The service whose bodies are too large to be read before they are signed, and whose paths are keys.
pub(super) const S3: &str = "s3";
pub(super) const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// The canonical request with those signed headers (lower case, sorted).
/// Of S3 it covers the hash that the request names, not the body: who takes the body in holds it against that.
pub(super) fn request(
    request: &Request<'_>,
    signed_headers: &[&str],
    service: &str,
    is_presigned: bool,
) -> String {
    let mut text = String::with_capacity(512);
    text.push_str(request.method);
    text.push('\n');
    match service {
        S3 => encode_path(&mut text, request.path),
        _ => path(&mut text, request.path),
    }
    text.push('\n');
    query(&mut text, request.query);
    text.push('\n');
    for name in signed_headers {
        text.push_str(name);
        text.push(':');
        header(&mut text, request.headers, name);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&signed_headers.join(";"));
    text.push('\n');
    match request.headers.get(CONTENT_SHA256).and_then(|hash| hash.to_str().ok()) {
        Some(hash) if service == S3 => text.push_str(hash),
        None if service == S3 && is_presigned => text.push_str("UNSIGNED-PAYLOAD"),
        _ => text.push_str(&hex(&Sha256::digest(request.body))),
    }
    text
}

/// The path as S3 has it: every segment stands for itself, encoded once.
fn encode_path(text: &mut String, path: &str) {
    for (index, segment) in path.split('/').enumerate() {
        if 0 < index {
            text.push('/');
        }
        encode(text, &decoded(segment));
    }
}

/// Dot segments and empty ones resolved, then encoded: what the client encoded already is encoded again,
/// as every service but S3 does it.
fn path(text: &mut String, path: &str) {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    for segment in &segments {
        text.push('/');
        encode(text, segment.as_bytes());
    }
    let ends_in_slash = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if segments.is_empty() || ends_in_slash {
        text.push('/');
    }
}

/// Parameters sorted by their encoded names, then values.
fn query(text: &mut String, query: &str) {
    let mut parameters: Vec<(String, String)> = parameters(query)
        .filter(|(name, _)| name != SIGNATURE_PARAMETER.as_bytes())
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    parameters.sort();
    for (index, (name, value)) in parameters.iter().enumerate() {
        if 0 < index {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
}

/// Adds a parameter to a query, encoded.
pub(super) fn push_parameter(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    encode(query, name.as_bytes());
    query.push('=');
    encode(query, value.as_bytes());
}

/// The parameters of a query, decoded.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query.split('&').filter(|parameter| !parameter.is_empty()).map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (decoded(name), decoded(value))
    })
}

/// All values of a header, each trimmed and with runs of blanks folded into one.
fn header(text: &mut String, headers: &HeaderMap, name: &str) {
    for (index, value) in headers.get_all(name).iter().enumerate() {
        if 0 < index {
            text.push(',');
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        for (index, word) in value.split([' ', '\t']).filter(|word| !word.is_empty()).enumerate() {
            if 0 < index {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
}

pub(super) fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    encode(&mut text, bytes);
    text
}

/// Everything percent-encoded but RFC 3986's unreserved characters.
fn encode(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(*byte));
        } else {
            write!(text, "%{byte:02X}").expect("a String takes all that is written");
        }
    }
}

/// Percent escapes resolved; a percent sign that begins none stays.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, tail @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                bytes.push(value(*high) << 4 | value(*low));
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

fn value(hex_digit: u8) -> u8 {
    match hex_digit {
        b'0'..=b'9' => hex_digit - b'0',
        _ => (hex_digit | 0x20) - b'a' + 10,
    }
}
