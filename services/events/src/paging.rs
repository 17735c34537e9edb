//! Pages of lists: every list of this room is by name.

use crate::errors::Error;
use crate::visit::Visit;

/// Entries of a page when a request doesn't say, and their most.
const PAGE: usize = 100;

/// What a reply holds of a list, by name, and the token for the rest, if there is one.
pub(crate) type Page<T> = (Vec<(String, T)>, Option<String>);

/// A list of one operation, with the arguments that a client has to keep from page to page.
pub(crate) struct Listing<'a> {
    pub(crate) operation: &'static str,
    pub(crate) arguments: &'a [&'a str],
    pub(crate) next_token: Option<&'a str>,
    pub(crate) limit: Option<i32>,
}

/// Refuses more than one filter of a list that takes one.
pub(crate) fn one_filter(operation: &str, given: [bool; 3]) -> Result<(), Error> {
    if given.iter().filter(|given| **given).count() <= 1 {
        return Ok(());
    }
    Err(Error::validation(format!(
        "At most one filter is allowed for {operation}. Use either : State, EventSourceArn, or NamePrefix."
    )))
}

impl Listing<'_> {
    /// The page that a request asks for, of all that there is in the order of names; with the token for the rest.
    pub(crate) fn page<T>(
        &self,
        ctx: &Visit<'_>,
        mut all: Vec<(String, T)>,
    ) -> Result<Page<T>, Error> {
        let tokens = ctx.request.house().page_tokens();
        if let Some(token) = self.next_token {
            let opened = tokens.open(self.operation, self.arguments, token, ctx.now());
            let after = opened.ok().and_then(|after| String::from_utf8(after).ok());
            let after = after.ok_or_else(Error::page_token)?;
            all.retain(|(name, _)| after < *name);
        }
        let size = self.limit.map_or(PAGE, |limit| limit as usize);
        let is_last = all.len() <= size;
        all.truncate(size);
        let last = all.last().filter(|_| !is_last);
        let token = last.map(|(name, _)| {
            tokens.seal(self.operation, self.arguments, name.as_bytes(), ctx.now())
        });
        Ok((all, token))
    }
}
