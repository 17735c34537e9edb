//! Bytes as the texts that targets need.

/// The bytes as a text; those that aren't UTF-8 become replacement characters, so that no input is wasted.
pub(crate) fn of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The first line, and the rest.
pub(crate) fn head_and_rest(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
