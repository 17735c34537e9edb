use crate::errors::Error;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, RuleInput};

/// A rule that doesn't exist is no error, as on AWS.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html>
pub(crate) async fn delete_rule(ctx: &Visit<'_>, req: RuleInput) -> Result<Empty, Error> {
    let (bus, _) = ctx.bus(req.event_bus_name.as_deref()).await?;
    let name = bus.rule(req.name);
    loop {
        let Some(found) = ctx.tables().rule(&name).await? else { return Ok(Empty {}) };
        name.check_own(found.value.managed_by.as_deref())?;
        if !found.value.targets.is_empty() {
            return Err(Error::validation("Rule can't be deleted since it has targets."));
        }
        if ctx.commit(tables::rule_removal(&found, &name)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
