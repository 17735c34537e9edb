//! Paging tokens: what `nextToken` holds.
//!
//! A token says where the next page begins. It is opaque to clients, and sealed: one made for another operation or
//! other arguments, altered, or older than AWS's 24 hours is refused as AWS refuses it.

use std::time::Duration;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::Error;

const LIFETIME: Duration = Duration::from_hours(24);
const SEAL_BYTES: usize = 16;
const HEAD_BYTES: usize = SEAL_BYTES + size_of::<i64>();

/// Entries of a page when the client doesn't say; AWS also takes 0 for it.
const PAGE_SIZE_DEFAULT: usize = 100;

/// How many entries a page holds, of a `maxResults` that is within its bounds.
pub fn page_size(max_results: Option<i32>) -> usize {
    match max_results.map(usize::try_from) {
        None | Some(Ok(0) | Err(_)) => PAGE_SIZE_DEFAULT,
        Some(Ok(size)) => size,
    }
}

/// Makes and opens the paging tokens of one house, whose secret key it holds.
#[derive(Clone)]
pub struct PageTokens(Hmac<Sha256>);

impl PageTokens {
    /// Tokens outlive the process if the key does.
    pub fn new(key: [u8; 32]) -> Self {
        PageTokens(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
    }

    /// The token for the page that begins at `position`. `arguments` are those that a client has to keep
    /// from page to page, written out in an order of the operation's choice.
    pub fn seal(
        &self,
        operation: &str,
        arguments: &[&str],
        position: &[u8],
        now: Timestamp,
    ) -> String {
        let made_at = now.as_millis().to_be_bytes();
        let mut token = Vec::with_capacity(HEAD_BYTES + position.len());
        let seal = self.sealing(operation, arguments, &made_at, position).finalize().into_bytes();
        token.extend_from_slice(&seal[..SEAL_BYTES]);
        token.extend_from_slice(&made_at);
        token.extend_from_slice(position);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The position that a token holds, or `InvalidToken`.
    pub fn open(
        &self,
        operation: &str,
        arguments: &[&str],
        token: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>, Error> {
        self.opened(operation, arguments, token, now).ok_or_else(Error::invalid_token)
    }

    fn opened(
        &self,
        operation: &str,
        arguments: &[&str],
        token: &str,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (seal, rest) = bytes.split_at_checked(SEAL_BYTES)?;
        let (made_at, position) = rest.split_first_chunk()?;
        self.sealing(operation, arguments, made_at, position).verify_truncated_left(seal).ok()?;
        let made_at = Timestamp::from_millis(i64::from_be_bytes(*made_at));
        (now.since(made_at) < LIFETIME).then(|| position.to_vec())
    }
    fn sealing(
        &self,
        operation: &str,
        arguments: &[&str],
        made_at: &[u8],
        position: &[u8],
    ) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // Each part goes in with its length: no two lists of parts run together to the same bytes.
        let mut part = |bytes: &[u8]| {
            mac.update(&(bytes.len() as u64).to_be_bytes());
            mac.update(bytes);
        };
        part(operation.as_bytes());
        part(made_at);
        part(position);
        for argument in arguments {
            part(argument.as_bytes());
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn tokens() -> PageTokens {
        PageTokens::new([7; 32])
    }

    #[test]
    fn opens_what_it_sealed() {
        let token = tokens().seal("ListExecutions", &["arn", "RUNNING"], b"key-41", NOW);
        let opened = tokens().open("ListExecutions", &["arn", "RUNNING"], &token, NOW);
        assert_eq!(opened, Ok(b"key-41".to_vec()));
    }

    #[test]
    fn refuses_other_operations_arguments_and_keys() {
        let token = tokens().seal("ListExecutions", &["arn", "RUNNING"], b"key-41", NOW);
        let refused = Err(Error::invalid_token());
        let open = |operation, arguments: &[&str]| tokens().open(operation, arguments, &token, NOW);
        assert_eq!(open("ListMapRuns", &["arn", "RUNNING"]), refused);
        assert_eq!(open("ListExecutions", &["arn", "FAILED"]), refused);
        assert_eq!(open("ListExecutions", &["arnRUNNING"]), refused);
        let other_house = PageTokens::new([8; 32]);
        assert_eq!(other_house.open("ListExecutions", &["arn", "RUNNING"], &token, NOW), refused);
    }

    #[test]
    fn refuses_every_altered_token() {
        let token = tokens().seal("ListExecutions", &[], b"key-41", NOW);
        let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64");
        for index in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[index] ^= 1;
            let altered = URL_SAFE_NO_PAD.encode(altered);
            let opened = tokens().open("ListExecutions", &[], &altered, NOW);
            assert_eq!(opened, Err(Error::invalid_token()), "byte {index}");
        }
        for text in ["", "x", "not base64!", "AAAA"] {
            let opened = tokens().open("ListExecutions", &[], text, NOW);
            assert_eq!(opened, Err(Error::invalid_token()), "{text:?}");
        }
    }

    #[test]
    fn expires_after_a_day() {
        let token = tokens().seal("ListExecutions", &[], b"", NOW);
        let open = |after| tokens().open("ListExecutions", &[], &token, NOW.after(after));
        assert!(open(LIFETIME - Duration::from_millis(1)).is_ok());
        assert_eq!(open(LIFETIME), Err(Error::invalid_token()));
    }

    #[test]
    fn takes_zero_for_the_default_page_size() {
        assert_eq!([None, Some(0), Some(7)].map(page_size), [100, 100, 7]);
    }
}
