use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ListRuleNamesByTargetInput, ListRuleNamesByTargetOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html>
pub(crate) async fn list_rule_names_by_target(
    ctx: &Visit<'_>,
    req: ListRuleNamesByTargetInput,
) -> Result<ListRuleNamesByTargetOutput, Error> {
    let (bus, _) = ctx.bus(req.event_bus_name.as_deref()).await?;
    let mut rules = ctx.tables().rules(&bus).await?;
    rules.retain(|(_, rule)| rule.targets.iter().any(|target| target.arn == req.target_arn));
    let listing = Listing {
        operation: "ListRuleNamesByTarget",
        arguments: &[&bus.name, &req.target_arn],
        next_token: req.next_token.as_deref(),
        limit: req.limit,
    };
    let (page, next_token) = listing.page(ctx, rules)?;
    let rule_names = page.into_iter().map(|(name, _)| name).collect();
    Ok(ListRuleNamesByTargetOutput { rule_names, next_token })
}
