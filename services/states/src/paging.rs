//! Pages of lists: from a position to a `nextToken` and back.

use base::Timestamp;
use runner::Cursor;

use crate::errors::Error;
use crate::visit::Visit;

/// A list of one operation, with the arguments that a client has to keep from page to page.
pub(crate) struct Listing<'a> {
    pub(crate) operation: &'static str,
    pub(crate) arguments: &'a [&'a str],
}

impl Listing<'_> {
    /// Where the page begins that a token asks for; the first one without a token.
    pub(crate) fn position(
        &self,
        ctx: &Visit<'_>,
        token: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let Some(token) = token else { return Ok(None) };
        let tokens = ctx.house().page_tokens();
        let position = tokens
            .open(self.operation, self.arguments, token, ctx.now())
            .map_err(|_| Error::InvalidPageToken)?;
        String::from_utf8(position).map(Some).map_err(|_| Error::InvalidPageToken)
    }

    /// The token for the page that begins after `position`.
    pub(crate) fn token(&self, ctx: &Visit<'_>, position: &str) -> String {
        let tokens = ctx.house().page_tokens();
        tokens.seal(self.operation, self.arguments, position.as_bytes(), ctx.now())
    }

    /// Cuts what was read, one more than a page, to a page; with the token for the rest, if there is one.
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
        Some(self.token(ctx, &position(last)))
    }

    /// The same as [`Listing::position`], for lists of the runner.
    pub(crate) fn cursor(
        &self,
        ctx: &Visit<'_>,
        token: Option<&str>,
    ) -> Result<Option<Cursor>, Error> {
        let Some(position) = self.position(ctx, token)? else { return Ok(None) };
        let (millis, arn) = position.split_once(' ').ok_or(Error::InvalidPageToken)?;
        let millis = millis.parse().map_err(|_| Error::InvalidPageToken)?;
        Ok(Some(Cursor { date: Timestamp::from_millis(millis), arn: arn.into() }))
    }

    /// The same as [`Listing::token`], for lists of the runner.
    pub(crate) fn token_of_cursor(&self, ctx: &Visit<'_>, cursor: &Cursor) -> String {
        self.token(ctx, &format!("{} {}", cursor.date.as_millis(), cursor.arn))
    }
}
