use super::describe_api_destination::shown;
use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ApiDestination, ListApiDestinationsInput, ListApiDestinationsOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListApiDestinations.html>
pub(crate) async fn list_api_destinations(
    ctx: &Visit<'_>,
    req: ListApiDestinationsInput,
) -> Result<ListApiDestinationsOutput, Error> {
    let scope = ctx.scope();
    let prefix = req.name_prefix.unwrap_or_default();
    let connection = req.connection_arn.unwrap_or_default();
    let mut destinations = ctx.tables().destinations(&scope).await?;
    destinations.retain(|(name, destination)| {
        name.starts_with(&prefix)
            && (connection.is_empty() || connection == destination.connection_arn)
    });
    let listing = Listing {
        operation: "ListApiDestinations",
        arguments: &[&prefix, &connection],
        next_token: req.next_token.as_deref(),
        limit: req.limit,
    };
    let (page, next_token) = listing.page(ctx, destinations)?;
    let api_destinations = page.into_iter().map(|(name, destination)| ApiDestination {
        description: None,
        ..shown(&scope, name, destination)
    });
    Ok(ListApiDestinationsOutput { api_destinations: api_destinations.collect(), next_token })
}
