use crate::errors::Error;
use crate::model::Rule;
use crate::schedule::Schedule;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, RuleInput, RuleState};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html>
pub(crate) async fn enable_rule(ctx: &Visit<'_>, req: RuleInput) -> Result<Empty, Error> {
    set(ctx, &req, RuleState::Enabled).await
}

/// Switches a rule on or off.
pub(super) async fn set(
    ctx: &Visit<'_>,
    req: &RuleInput,
    state: RuleState,
) -> Result<Empty, Error> {
    loop {
        let (name, found) = ctx.rule(req.event_bus_name.as_deref(), &req.name).await?;
        name.check_own(found.value.managed_by.as_deref())?;
        if found.value.state == state {
            return Ok(Empty {});
        }
        if state != RuleState::Disabled {
            ctx.listen(&name.bus, found.value.pattern.as_deref());
        }
        let schedule = found.value.schedule.as_deref().and_then(Schedule::parse);
        let due = schedule
            .filter(|_| state != RuleState::Disabled)
            .and_then(|schedule| schedule.next_after(ctx.now()));
        let changed = Rule { state, due, ..found.value.clone() };
        if ctx.commit(tables::rule_change(&found, &name, changed)).await? == Commit::Done {
            ctx.room().bell.ring();
            return Ok(Empty {});
        }
    }
}
