//! Pages of lists: from a position to a `Marker` and back.

use crate::errors::Error;
use crate::visit::Visit;

/// Entries of a page when the client doesn't say, and the most that AWS gives.
const PAGE_SIZE: usize = 50;

/// A list of one operation, with the arguments that a client has to keep from page to page.
pub(crate) struct Listing<'a> {
    pub(crate) operation: &'static str,
    pub(crate) arguments: &'a [&'a str],
}

/// How many entries a page holds.
pub(crate) fn page_size(max_items: Option<i32>) -> usize {
    let asked = max_items.and_then(|items| usize::try_from(items).ok());
    asked.unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE)
}

impl Listing<'_> {
    /// Where the page begins that a marker asks for; the first one without a marker.
    pub(crate) fn position(
        &self,
        ctx: &Visit<'_>,
        marker: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let Some(marker) = marker.filter(|marker| !marker.is_empty()) else { return Ok(None) };
        let tokens = ctx.house().page_tokens();
        let position = tokens
            .open(self.operation, self.arguments, marker, ctx.now())
            .map_err(|_| Error::InvalidMarker)?;
        String::from_utf8(position).map(Some).map_err(|_| Error::InvalidMarker)
    }

    /// Cuts what was read, one more than a page, to a page; with the marker for the rest, if there is one.
    pub(crate) fn cut<T>(
        &self,
        ctx: &Visit<'_>,
        items: &mut Vec<T>,
        size: usize,
        position: impl Fn(&T) -> String,
    ) -> Option<String> {
        let is_last = items.len() <= size;
        items.truncate(size);
        let last = items.last().filter(|_| !is_last)?;
        let tokens = ctx.house().page_tokens();
        Some(tokens.seal(self.operation, self.arguments, position(last).as_bytes(), ctx.now()))
    }
}
