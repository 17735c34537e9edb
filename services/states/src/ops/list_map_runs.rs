use crate::arn;
use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ListMapRunsInput, ListMapRunsOutput, MapRunListItem};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html>
pub(crate) async fn list_map_runs(
    ctx: &Visit<'_>,
    req: ListMapRunsInput,
) -> Result<ListMapRunsOutput, Error> {
    let arn = &req.execution_arn;
    arn::check_execution(arn)?;
    let arguments = [arn.as_str()];
    let listing = Listing { operation: "ListMapRuns", arguments: &arguments };
    let after = listing.cursor(ctx, req.next_token.as_deref())?;
    let size = aws::page_size(req.max_results);
    let page = ctx.runner().list_map_runs(arn, after.as_ref(), size).await;
    let page = page.map_err(|error| Error::of_execution(error, arn))?;
    let next_token = page.next.as_ref().map(|cursor| listing.token_of_cursor(ctx, cursor));
    let items = page.items.iter().map(|described| MapRunListItem {
        execution_arn: described.execution_arn.to_string(),
        map_run_arn: described.map_run_arn.to_string(),
        state_machine_arn: described.state_machine_arn.to_string(),
        start_date: described.start_date.into(),
        stop_date: described.stop_date.map(Into::into),
    });
    Ok(ListMapRunsOutput { map_runs: items.collect(), next_token })
}
