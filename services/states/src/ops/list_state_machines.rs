use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ListStateMachinesInput, ListStateMachinesOutput, StateMachineListItem};

/// By name (recorded: list_sms_pagination).
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html>
pub(crate) async fn list_state_machines(
    ctx: &Visit<'_>,
    req: ListStateMachinesInput,
) -> Result<ListStateMachinesOutput, Error> {
    let listing = Listing { operation: "ListStateMachines", arguments: &[] };
    let after = listing.position(ctx, req.next_token.as_deref())?;
    let (scope, size) = (ctx.scope(), aws::page_size(req.max_results));
    let mut found = ctx.tables().machines(&scope, after.as_deref(), size + 1).await?;
    let next_token = listing.cut(ctx, &mut found, size, |(name, _)| name.clone());
    let items = found.into_iter().map(|(name, machine)| StateMachineListItem {
        state_machine_arn: scope.machine(&name).to_string(),
        name,
        r#type: machine.machine_type.into(),
        creation_date: machine.created_at.into(),
    });
    Ok(ListStateMachinesOutput { state_machines: items.collect(), next_token })
}
