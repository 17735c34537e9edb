use crate::errors::Error;
use crate::identifier::DEFAULT_BUS;
use crate::model;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{EventBus, ListEventBusesInput, ListEventBusesOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html>
pub(crate) async fn list_event_buses(
    ctx: &Visit<'_>,
    req: ListEventBusesInput,
) -> Result<ListEventBusesOutput, Error> {
    let scope = ctx.scope();
    let mut buses = ctx.tables().buses(&scope).await?;
    if buses.iter().all(|(name, _)| name != DEFAULT_BUS) {
        buses.push((DEFAULT_BUS.to_owned(), model::EventBus::default()));
        buses.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    let prefix = req.name_prefix.unwrap_or_default();
    buses.retain(|(name, _)| name.starts_with(&prefix));
    let listing = Listing {
        operation: "ListEventBuses",
        arguments: &[&prefix],
        next_token: req.next_token.as_deref(),
        limit: req.limit,
    };
    let (page, next_token) = listing.page(ctx, buses)?;
    let shown = |(name, bus): (String, model::EventBus)| EventBus {
        arn: scope.bus(&name),
        name,
        description: bus.description,
        policy: bus.policy,
        creation_time: bus.created_at.map(Into::into),
        last_modified_time: bus.modified_at.map(Into::into),
    };
    Ok(ListEventBusesOutput { event_buses: page.into_iter().map(shown).collect(), next_token })
}
