//! The regular expressions in an API's settings. They are Java's, and match the whole of a text or not at all.

use velocity::Regex;

use crate::errors::Error;

/// Whether the text is one that the expression describes. One that can't be told in reasonable time isn't.
pub(super) fn describes(expression: &str, text: &str) -> bool {
    Regex::of(expression).is_full_match(text).unwrap_or(false)
}

/// Checks that an expression, if there is one, can be used. The sentence is our own.
pub(super) fn check(member: &str, expression: Option<&str>) -> Result<(), Error> {
    let Some(expression) = expression else { return Ok(()) };
    Regex::of(expression).check().map_err(|error| {
        Error::bad_request(format!("{member} is not a valid regular expression: {error}"))
    })
}
