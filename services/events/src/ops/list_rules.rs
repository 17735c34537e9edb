use crate::errors::Error;
use crate::identifier::BusName;
use crate::model;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ListRulesInput, ListRulesOutput, Rule};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html>
pub(crate) async fn list_rules(
    ctx: &Visit<'_>,
    req: ListRulesInput,
) -> Result<ListRulesOutput, Error> {
    let (bus, _) = ctx.bus(req.event_bus_name.as_deref()).await?;
    let prefix = req.name_prefix.unwrap_or_default();
    let mut rules = ctx.tables().rules(&bus).await?;
    rules.retain(|(name, _)| name.starts_with(&prefix));
    let listing = Listing {
        operation: "ListRules",
        arguments: &[&bus.name, &prefix],
        next_token: req.next_token.as_deref(),
        limit: req.limit,
    };
    let (page, next_token) = listing.page(ctx, rules)?;
    let rules = page.into_iter().map(|(name, rule)| shown(&bus, name, rule)).collect();
    Ok(ListRulesOutput { rules, next_token })
}

fn shown(bus: &BusName, name: String, rule: model::Rule) -> Rule {
    let name = bus.clone().rule(name);
    Rule {
        arn: name.arn(),
        name: name.name,
        event_pattern: rule.pattern,
        state: rule.state,
        description: rule.description,
        schedule_expression: rule.schedule,
        role_arn: rule.role_arn,
        managed_by: rule.managed_by,
        event_bus_name: name.bus.name,
    }
}
