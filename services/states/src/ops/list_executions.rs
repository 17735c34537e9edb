use runner::{Cursor, Description, ListExecutions, MachineType, Status};

use crate::arn::{self, MachineArn, Qualifier};
use crate::errors::{Error, Validation};
use crate::paging::Listing;
use crate::tables::Tables;
use crate::visit::{Visit, unlabeled};
use crate::wire::{
    ExecutionListItem, ExecutionRedriveFilter, ExecutionStatus, ListExecutionsInput,
    ListExecutionsOutput,
};

/// Newest first, of a machine, one of its versions or aliases, or of a map run.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html>
pub(crate) async fn list_executions(
    ctx: &Visit<'_>,
    req: ListExecutionsInput,
) -> Result<ListExecutionsOutput, Error> {
    let of = match (&req.state_machine_arn, &req.map_run_arn) {
        (Some(machine), None) => check_machine(ctx, &req, machine).await?,
        (None, Some(map_run)) => {
            arn::check_map_run(map_run)?;
            let described = ctx.runner().describe_map_run(map_run).await;
            described.map_err(|error| Error::of_map_run(error, map_run))?;
            map_run
        }
        (Some(_), Some(_)) | (None, None) => return Err(Validation::MachineOrMapRun.into()),
    };
    let query = ListExecutions {
        of: of.as_str().into(),
        status: req.status_filter.map(Status::from),
        redriven: req.redrive_filter.map(|filter| filter == ExecutionRedriveFilter::Redriven),
    };
    let status = req.status_filter.map_or("", ExecutionStatus::as_str);
    let redriven = req.redrive_filter.map_or("", ExecutionRedriveFilter::as_str);
    let arguments = [of.as_str(), status, redriven];
    let listing = Listing { operation: "ListExecutions", arguments: &arguments };
    let after = listing.cursor(ctx, req.next_token.as_deref())?;
    let size = aws::page_size(req.max_results);
    let page = ctx.runner().list(&query, after.as_ref(), size).await?;
    let next = page.next.as_ref().map(|cursor: &Cursor| listing.token_of_cursor(ctx, cursor));
    let of_map_run = req.map_run_arn.is_some();
    let items = page.items.iter().map(|described| show(described, of_map_run));
    Ok(ListExecutionsOutput { executions: items.collect(), next_token: next })
}

async fn check_machine<'q>(
    ctx: &Visit<'_>,
    req: &ListExecutionsInput,
    text: &'q String,
) -> Result<&'q String, Error> {
    let arn = MachineArn::parse(text)?;
    unlabeled(&arn)?;
    if req.status_filter == Some(ExecutionStatus::PendingRedrive) {
        return Err(Validation::WithoutMapRun("The status PENDING_REDRIVE").into());
    }
    if req.redrive_filter.is_some() {
        return Err(Validation::WithoutMapRun("redriveFilter").into());
    }
    let snapshot = ctx.snapshot().await?;
    let tables = Tables(&*snapshot);
    let found = tables.machine(&arn).await?;
    let found = found.ok_or_else(|| Error::StateMachineDoesNotExist(arn.clone()))?;
    if found.value.machine_type == MachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let exists = match &arn.qualifier {
        Qualifier::None | Qualifier::Label(_) => true,
        Qualifier::Version(number) => tables.version(&arn, *number).await?.is_some(),
        Qualifier::Alias(name) => tables.alias(&arn, name).await?.is_some(),
    };
    if exists { Ok(text) } else { Err(Error::ReferenceNotFound(text.clone())) }
}

fn show(described: &Description, of_map_run: bool) -> ExecutionListItem {
    let facts = described.machine.facts();
    let text = |text: &std::sync::Arc<str>| text.to_string();
    ExecutionListItem {
        execution_arn: text(&described.execution_arn),
        state_machine_arn: text(&described.state_machine_arn),
        name: text(&described.name),
        status: described.status.into(),
        start_date: described.start_date.into(),
        stop_date: described.stop_date.map(Into::into),
        map_run_arn: described.map_run_arn.as_ref().filter(|_| of_map_run).map(text),
        item_count: described
            .item_count
            .filter(|_| of_map_run)
            .map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
        state_machine_version_arn: facts.version_arn.as_ref().map(text),
        state_machine_alias_arn: facts.alias_arn.as_ref().map(text),
        redrive_count: Some(i32::try_from(described.redrive_count).unwrap_or(i32::MAX)),
        redrive_date: described.redrive_date.map(Into::into),
    }
}
