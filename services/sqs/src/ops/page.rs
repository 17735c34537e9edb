//! Pages of lists of queues.

use crate::arn::QueueArn;
use crate::errors::Error;
use crate::visit::{Visit, bounded};

const PAGE_MAX: i32 = 1_000;

pub(super) struct Page {
    pub(super) urls: Vec<String>,
    pub(super) next_token: Option<String>,
}

/// The page of queues that a request asks for: `of` is what it has to keep from page to page.
pub(super) fn cut(
    ctx: &Visit<'_>,
    operation: &str,
    of: &str,
    mut arns: Vec<&QueueArn>,
    token: Option<String>,
    size: Option<i32>,
) -> Result<Page, Error> {
    let reason = "MaxResults must be an integer between 1 and 1000."; // By analogy.
    let asked = bounded(size, "MaxResults", 1, PAGE_MAX, reason)?;
    let tokens = ctx.house().page_tokens();
    if let Some(token) = token {
        let after = tokens.open(operation, &[of], &token, ctx.now());
        let after = after.map_err(|_| Error::InvalidPageToken)?;
        arns.retain(|arn| &*after < arn.as_str().as_bytes());
    }
    let size = asked.map_or(PAGE_MAX as usize, |size| size as usize);
    let is_last = arns.len() <= size;
    arns.truncate(size);
    let last = arns.last().filter(|_| !is_last && asked.is_some());
    let next_token =
        last.map(|arn| tokens.seal(operation, &[of], arn.as_str().as_bytes(), ctx.now()));
    Ok(Page { urls: arns.into_iter().map(|arn| ctx.url(arn)).collect(), next_token })
}
