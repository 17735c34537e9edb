use runner::Redrive;

use crate::arn::{self, MachineArn};
use crate::errors::Error;
use crate::redrive::{DELETING, status};
use crate::visit::Visit;
use crate::wire::{RedriveExecutionInput, RedriveExecutionOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html>
pub(crate) async fn redrive_execution(
    ctx: &Visit<'_>,
    req: RedriveExecutionInput,
) -> Result<RedriveExecutionOutput, Error> {
    let arn = &req.execution_arn;
    arn::check_execution(arn)?;
    let described = ctx.runner().describe(arn).await;
    let described = described.map_err(|error| Error::of_execution(error, arn))?;
    // The runner refuses for all other reasons; one that it has redriven for the same token runs already.
    let is_redrivable = described.redrive == Redrive::Redrivable;
    if is_redrivable && let Redrive::NotRedrivable(reason) = status(ctx, &described).await? {
        return Err(Error::ExecutionNotRedrivable(reason));
    }
    let redriven = ctx.runner().redrive(arn, req.client_token.as_deref()).await;
    let redriven = redriven.map_err(|error| Error::of_execution(error, arn))?;
    if is_redrivable {
        let machine = MachineArn::parse(&described.machine.facts().arn)?;
        if ctx.stop_if_deleted(arn, &machine).await? {
            return Err(Error::ExecutionNotRedrivable(DELETING.to_owned()));
        }
    }
    Ok(RedriveExecutionOutput { redrive_date: redriven.into() })
}
