use super::enable_rule;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, RuleInput, RuleState};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html>
pub(crate) async fn disable_rule(ctx: &Visit<'_>, req: RuleInput) -> Result<Empty, Error> {
    enable_rule::set(ctx, &req, RuleState::Disabled).await
}
