//! AWS Signature Version 4, verified and made.
//!
//! [`Presented`] is what a request claims about its signer, read from its `Authorization` header or its query;
//! [`Presented::verify`] holds it against the key of that name. [`sign`] signs a request to somebody else, [`presign`] one
//! that somebody else shall make.
//! [`Chain`] holds the chunks of a body against their signatures, as S3 alone has them.
//! It knows no keys: who keeps them passes them in.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod canonical;
mod chain;
mod presented;
mod sign;
mod time;

pub use chain::Chain;
pub use presented::Presented;
pub(crate) use presented::credential_of;
pub use sign::{presign, sign};
pub use time::parse as instant;

use hmac::{Hmac, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";

/// An access key with its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Goes with temporary keys, and has to be presented with them.
    pub session_token: Option<String>,
}

/// What of a request a signature covers.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// As it stands in the request line, without the query.
    pub path: &'a str,
    /// As it stands in the request line, without the question mark.
    pub query: &'a str,
    /// `host` among them, which HTTP/2 carries elsewhere.
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// Percent escapes resolved; a percent sign that begins none stays.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    canonical::decoded(text)
}

/// A text as it stands in a path or a query, slashes escaped too.
pub fn percent_encoded(text: &str) -> String {
    canonical::encoded(text.as_bytes())
}

/// The parameters of a query, decoded.
pub fn query_parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    canonical::parameters(query).map(move |(name, value)| (text(name), text(value)))
}

/// Where and when a signature is valid: `20150830/us-east-1/states/aws4_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `YYYYMMDD`.
    date: String,
    region: String,
    pub(crate) service: String,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}/{TERMINATOR}", self.date, self.region, self.service)
    }
}

/// The signature, still to be written out or compared: the keyed hash over
/// `algorithm, instant, scope, hash of the canonical request`.
fn signature(secret: &str, scope: &Scope, instant: &str, canonical_request: &str) -> Hmac<Sha256> {
    let hash = hex(&Sha256::digest(canonical_request));
    let string_to_sign = format!("{ALGORITHM}\n{instant}\n{scope}\n{hash}");
    mac(&signing_key(secret, scope), string_to_sign.as_bytes())
}

/// The key of a secret for one scope.
pub(crate) fn signing_key(secret: &str, scope: &Scope) -> Vec<u8> {
    let first = format!("AWS4{secret}").into_bytes();
    [&*scope.date, &*scope.region, &*scope.service, TERMINATOR]
        .into_iter()
        .fold(first, |key, part| mac(&key, part.as_bytes()).finalize().into_bytes().to_vec())
}

pub(crate) fn mac(key: &[u8], data: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes that hexadecimal digits stand for; `None` for anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
