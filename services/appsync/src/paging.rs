//! Pages of lists: from a position to a `nextToken` and back.

use crate::errors::Error;
use crate::visit::Visit;

/// Entries of a page when the client doesn't say, and the most that AWS gives.
const PAGE_SIZE: usize = 25;

/// A list of one operation, with the arguments that a client has to keep from page to page.
pub(crate) struct Listing<'a> {
    pub(crate) operation: &'static str,
    pub(crate) arguments: &'a [&'a str],
    pub(crate) next_token: Option<&'a str>,
    pub(crate) max_results: Option<i32>,
}

impl Listing<'_> {
    /// How many entries a page holds. AWS takes 0 for its own choice.
    pub(crate) fn size(&self) -> usize {
        let asked = self.max_results.and_then(|asked| usize::try_from(asked).ok());
        asked.filter(|asked| 0 < *asked).unwrap_or(PAGE_SIZE).min(PAGE_SIZE)
    }

    /// The name after which the page begins; none for the first page.
    pub(crate) fn position(&self, ctx: &Visit<'_>) -> Result<Option<String>, Error> {
        let Some(token) = self.next_token else { return Ok(None) };
        let tokens = ctx.house().page_tokens();
        let position = tokens.open(self.operation, self.arguments, token, ctx.now());
        let position = position.map_err(|_| Error::InvalidToken)?;
        String::from_utf8(position).map(Some).map_err(|_| Error::InvalidToken)
    }

    /// Cuts what was read, one more than a page, to a page; with the token for the rest, if there is one.
    pub(crate) fn cut<T>(
        &self,
        ctx: &Visit<'_>,
        items: &mut Vec<T>,
        name: impl Fn(&T) -> String,
    ) -> Option<String> {
        let is_last = items.len() <= self.size();
        items.truncate(self.size());
        let last = items.last().filter(|_| !is_last)?;
        let tokens = ctx.house().page_tokens();
        Some(tokens.seal(self.operation, self.arguments, name(last).as_bytes(), ctx.now()))
    }

    /// The page of a list that is at hand as a whole, in the order of its names.
    pub(crate) fn page<T>(
        &self,
        ctx: &Visit<'_>,
        mut all: Vec<T>,
        name: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let after = self.position(ctx)?;
        all.sort_by_cached_key(&name);
        all.retain(|item| after.as_ref().is_none_or(|after| *after < name(item)));
        let next_token = self.cut(ctx, &mut all, name);
        Ok((all, next_token))
    }
}
