//! Prefixes, delimiters and pages: the same for every list of keys.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::S3Result;

use crate::errors;

/// The most entries of a page.
const PAGE_MAX: i32 = 1_000;

/// Which keys a client wants to see.
pub(crate) struct Wanted {
    pub(crate) prefix: String,
    pub(crate) delimiter: Option<String>,
    pub(crate) max: usize,
}

/// How many entries a client wants of a page, and what AWS calls that.
pub(crate) struct Max {
    pub(crate) argument: &'static str,
    pub(crate) entries: Option<i32>,
}

impl Max {
    pub(crate) fn keys(entries: Option<i32>) -> Self {
        Max { argument: "maxKeys", entries }
    }

    pub(crate) fn uploads(entries: Option<i32>) -> Self {
        Max { argument: "max-uploads", entries }
    }

    pub(crate) fn parts(entries: Option<i32>) -> Self {
        Max { argument: "max-parts", entries }
    }
}

/// What a key is to a listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is shown itself.
    Key,
    /// It is one of those that are shown as this prefix.
    Under(String),
}

impl Wanted {
    pub(crate) fn new(
        prefix: Option<String>,
        delimiter: Option<String>,
        max: Max,
    ) -> S3Result<Self> {
        let entries = max.entries.unwrap_or(PAGE_MAX);
        let max = usize::try_from(entries.min(PAGE_MAX))
            .map_err(|_| errors::negative_argument(max.argument, entries))?;
        let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty());
        Ok(Wanted { prefix: prefix.unwrap_or_default(), delimiter, max })
    }

    /// How a key with the prefix is shown.
    pub(crate) fn see(&self, key: &str) -> Seen {
        let rest = key.get(self.prefix.len()..).unwrap_or_default();
        let delimiter = self.delimiter.as_deref();
        let end = delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
        match end {
            Some(end) => Seen::Under(key[..self.prefix.len() + end].to_owned()),
            None => Seen::Key,
        }
    }

    /// Whether that text stands for all keys that begin with it.
    pub(crate) fn is_prefix(&self, text: &str) -> bool {
        matches!(self.see(text), Seen::Under(prefix) if prefix == text)
    }
}

/// The place behind which a list goes on, as a token.
pub(crate) fn token(after: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(after)
}

/// The place that a token names.
pub(crate) fn place(token: &str) -> S3Result<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| !bytes.is_empty());
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| errors::invalid_argument("The continuation token provided is incorrect"))
}

/// A key as `encoding-type=url` writes it.
pub(crate) fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_below_a_delimiter_are_shown_as_their_prefix() {
        let wanted = |prefix: &str, delimiter: &str| {
            Wanted::new(Some(prefix.into()), Some(delimiter.into()), Max::keys(None))
                .expect("is valid")
        };
        assert_eq!(wanted("", "/").see("a/b/c"), Seen::Under("a/".into()));
        assert_eq!(wanted("a/", "/").see("a/b/c"), Seen::Under("a/b/".into()));
        assert_eq!(wanted("a/b/", "/").see("a/b/c"), Seen::Key);
        assert_eq!(wanted("a", "--").see("a--b--c"), Seen::Under("a--".into()));
        assert_eq!(wanted("", "").see("a/b"), Seen::Key);
    }

    #[test]
    fn a_token_names_its_place() {
        assert_eq!(place(&token("a/ä b")).expect("opens"), "a/ä b");
        assert!(place("?").is_err());
    }

    #[test]
    fn keys_are_encoded_as_aws_does() {
        assert_eq!(url_encoded("a b/ü+%"), "a+b/%C3%BC%2B%25");
    }
}
