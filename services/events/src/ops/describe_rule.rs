use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{DescribeRuleOutput, RuleInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html>
pub(crate) async fn describe_rule(
    ctx: &Visit<'_>,
    req: RuleInput,
) -> Result<DescribeRuleOutput, Error> {
    let (name, found) = ctx.rule(req.event_bus_name.as_deref(), &req.name).await?;
    let rule = found.value;
    Ok(DescribeRuleOutput {
        arn: name.arn(),
        name: name.name,
        event_pattern: rule.pattern,
        schedule_expression: rule.schedule,
        state: rule.state,
        description: rule.description,
        role_arn: rule.role_arn,
        managed_by: rule.managed_by,
        event_bus_name: name.bus.name,
        created_by: rule.created_by,
    })
}
