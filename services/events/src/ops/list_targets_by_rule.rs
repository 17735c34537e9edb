use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ListTargetsByRuleInput, ListTargetsByRuleOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html>
pub(crate) async fn list_targets_by_rule(
    ctx: &Visit<'_>,
    req: ListTargetsByRuleInput,
) -> Result<ListTargetsByRuleOutput, Error> {
    let (name, found) = ctx.rule(req.event_bus_name.as_deref(), &req.rule).await?;
    let targets = found.value.targets.into_iter();
    let mut targets: Vec<_> = targets.map(|target| (target.id.clone(), target)).collect();
    targets.sort_by(|(a, _), (b, _)| a.cmp(b));
    let listing = Listing {
        operation: "ListTargetsByRule",
        arguments: &[&name.bus.name, &name.name],
        next_token: req.next_token.as_deref(),
        limit: req.limit,
    };
    let (page, next_token) = listing.page(ctx, targets)?;
    let targets = page.into_iter().map(|(_, target)| target).collect();
    Ok(ListTargetsByRuleOutput { targets, next_token })
}
