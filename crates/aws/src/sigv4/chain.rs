//! The signatures of a body that comes in chunks: each follows from the one before, the first from the request's.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>, with headers behind the body
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.

use std::fmt;

use hmac::Mac as _;
use sha2::{Digest as _, Sha256};

use super::{ALGORITHM, Scope, hex, mac, unhex};

/// Where a chain of signatures stands. It never shows the key it is made with.
#[derive(Clone)]
pub struct Chain {
    key: Vec<u8>,
    instant: String,
    scope: String,
    previous: String,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain({}, {})", self.instant, self.scope)
    }
}

impl Chain {
    pub(super) fn new(key: Vec<u8>, instant: &str, scope: &Scope, seed: &str) -> Self {
        let (instant, scope) = (instant.to_owned(), scope.to_string());
        Chain { key, instant, scope, previous: seed.to_owned() }
    }

    /// Whether that is the signature of the next chunk, whose bytes have that SHA-256.
    #[must_use]
    pub fn takes_chunk(&mut self, hash: &[u8], signature: &str) -> bool {
        let nothing = hex(&Sha256::digest(b""));
        self.takes("PAYLOAD", &format!("{nothing}\n{}", hex(hash)), signature)
    }

    /// Whether that is the signature of the headers behind the last chunk: `name:value` and a line feed each.
    #[must_use]
    pub fn takes_trailer(&mut self, headers: &[u8], signature: &str) -> bool {
        self.takes("TRAILER", &hex(&Sha256::digest(headers)), signature)
    }

    fn takes(&mut self, what: &str, hashes: &str, signature: &str) -> bool {
        let Chain { key, instant, scope, previous } = &*self;
        let signed = format!("{ALGORITHM}-{what}\n{instant}\n{scope}\n{previous}\n{hashes}");
        let given = unhex(signature).unwrap_or_default();
        let is_right = mac(key, signed.as_bytes()).verify_slice(&given).is_ok();
        self.previous = signature.to_owned();
        is_right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::signing_key;

    /// The example of AWS's page: 65 KiB of `a`.
    fn example() -> Chain {
        let scope =
            Scope { date: "20130524".into(), region: "us-east-1".into(), service: "s3".into() };
        let key = signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", &scope);
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        Chain::new(key, "20130524T000000Z", &scope, seed)
    }

    const CHUNKS: [(usize, &str); 3] = [
        (65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        (1_024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
    ];

    #[test]
    fn the_chunks_of_the_example_have_their_signatures() {
        let mut chain = example();
        for (size, signature) in CHUNKS {
            let hash = Sha256::digest("a".repeat(size));
            assert!(chain.takes_chunk(&hash, signature), "{size}");
        }
    }

    #[test]
    fn another_chunk_or_another_order_is_not_taken() {
        let (size, signature) = CHUNKS[0];
        assert!(!example().takes_chunk(&Sha256::digest("b".repeat(size)), signature));
        let (size, signature) = CHUNKS[1];
        assert!(!example().takes_chunk(&Sha256::digest("a".repeat(size)), signature));
        assert!(!example().takes_chunk(&Sha256::digest(""), "not hexadecimal"));
    }
}
