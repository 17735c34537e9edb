use std::ops::Bound;

use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListAliasesInput, ListAliasesOutput};

/// By name; with a version those that lead to it.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html>
pub(crate) async fn list_aliases(
    ctx: &Visit<'_>,
    req: ListAliasesInput,
) -> Result<ListAliasesOutput, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let function = ctx.function(&arn).await?.value;
    let version = req.function_version.as_deref();
    let arguments = [&*arn.to_string(), version.unwrap_or_default()];
    let listing = Listing { operation: "ListAliases", arguments: &arguments };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let after = after.map_or(Bound::Unbounded, Bound::Excluded);
    let size = page_size(req.max_items);
    let aliases = function.aliases.range((after, Bound::Unbounded));
    let leads_there = |alias: &crate::model::Alias| {
        version.is_none_or(|version| {
            let also = alias.also.as_ref().map(|also| also.version.as_str());
            alias.version == version || also == Some(version)
        })
    };
    let aliases = aliases.filter(|(_, alias)| leads_there(alias));
    let mut aliases: Vec<_> =
        aliases.take(size + 1).map(|(name, alias)| describe::alias(&arn, name, alias)).collect();
    let next_marker = listing.cut(ctx, &mut aliases, size, |alias| alias.name.clone());
    Ok(ListAliasesOutput { aliases, next_marker })
}
