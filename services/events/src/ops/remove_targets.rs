use crate::errors::Error;
use crate::model::Rule;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{PutTargetsOutput, RemoveTargetsInput};

/// An id that isn't there is no error.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html>
pub(crate) async fn remove_targets(
    ctx: &Visit<'_>,
    req: RemoveTargetsInput,
) -> Result<PutTargetsOutput, Error> {
    loop {
        let (name, found) = ctx.rule(req.event_bus_name.as_deref(), &req.rule).await?;
        name.check_own(found.value.managed_by.as_deref())?;
        let mut targets = found.value.targets.clone();
        targets.retain(|target| !req.ids.contains(&target.id));
        let changed = Rule { targets, ..found.value.clone() };
        if ctx.commit(tables::rule_change(&found, &name, changed)).await? == Commit::Done {
            return Ok(PutTargetsOutput { failed_entry_count: 0, failed_entries: Vec::new() });
        }
    }
}
