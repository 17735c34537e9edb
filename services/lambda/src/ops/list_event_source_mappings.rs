use crate::describe;
use crate::errors::Error;
use crate::mappings;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListEventSourceMappingsInput, ListEventSourceMappingsOutput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html>
pub(crate) async fn list_event_source_mappings(
    ctx: &Visit<'_>,
    req: ListEventSourceMappingsInput,
) -> Result<ListEventSourceMappingsOutput, Error> {
    let scope = ctx.scope();
    let function = req.function_name.as_deref().map(|name| ctx.arn(name, None)).transpose()?;
    let function = function.map(|arn| arn.to_string());
    let source = req.event_source_arn.as_deref();
    let arguments = [function.as_deref().unwrap_or_default(), source.unwrap_or_default()];
    let listing = Listing { operation: "ListEventSourceMappings", arguments: &arguments };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let size = page_size(req.max_items);
    let mut found = ctx.tables().mappings(&scope, after.as_deref(), usize::MAX).await?;
    found.retain(|(_, mapping)| {
        source.is_none_or(|source| mapping.source_arn == source)
            && function.as_ref().is_none_or(|function| mapping.function_arn == *function)
    });
    let next_marker = listing.cut(ctx, &mut found, size, |(id, _)| id.clone());
    let show = |(id, mapping): &(String, _)| {
        describe::mapping(&scope, id, mapping, mappings::state(mapping))
    };
    Ok(ListEventSourceMappingsOutput {
        event_source_mappings: found.iter().map(show).collect(),
        next_marker,
    })
}
