use runner::{Description, Redrive};

use crate::arn;
use crate::errors::Error;
use crate::redrive::status;
use crate::visit::Visit;
use crate::wire::{
    DataDetails, DescribeExecutionInput, DescribeExecutionOutput, ExecutionRedriveStatus,
    IncludedData,
};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>
pub(crate) async fn describe_execution(
    ctx: &Visit<'_>,
    req: DescribeExecutionInput,
) -> Result<DescribeExecutionOutput, Error> {
    let arn = &req.execution_arn;
    arn::check_execution_or_express_child(arn)?;
    let described = ctx.runner().describe(arn).await;
    let described = described.map_err(|error| Error::of_execution(error, arn))?;
    let redrive = status(ctx, &described).await?;
    let shows_data = req.included_data != Some(IncludedData::MetadataOnly);
    Ok(reply(described, redrive, shows_data))
}

fn reply(described: Description, redrive: Redrive, shows_data: bool) -> DescribeExecutionOutput {
    let (redrive_status, redrive_status_reason) = match redrive {
        Redrive::Redrivable => (ExecutionRedriveStatus::Redrivable, None),
        Redrive::RedrivableByMapRun => (ExecutionRedriveStatus::RedrivableByMapRun, None),
        Redrive::NotRedrivable(reason) => (ExecutionRedriveStatus::NotRedrivable, Some(reason)),
    };
    let text = |text: &std::sync::Arc<str>| text.to_string();
    let details = DataDetails { included: true };
    let facts = described.machine.facts();
    let output = described.output.as_ref().filter(|_| shows_data);
    let failure = described.failure.filter(|_| shows_data).unwrap_or_default();
    DescribeExecutionOutput {
        execution_arn: text(&described.execution_arn),
        state_machine_arn: text(&described.state_machine_arn),
        name: text(&described.name),
        status: described.status.into(),
        start_date: described.start_date.into(),
        stop_date: described.stop_date.map(Into::into),
        input: shows_data.then(|| text(&described.input)),
        input_details: shows_data.then(|| details.clone()),
        output: output.map(text),
        output_details: output.map(|_| details),
        trace_header: described.trace_header.as_ref().map(text),
        map_run_arn: described.map_run_arn.as_ref().map(text),
        error: failure.error.as_ref().map(text),
        cause: failure.cause.as_ref().map(text),
        state_machine_version_arn: facts.version_arn.as_ref().map(text),
        state_machine_alias_arn: facts.alias_arn.as_ref().map(text),
        redrive_count: Some(i32::try_from(described.redrive_count).unwrap_or(i32::MAX)),
        redrive_date: described.redrive_date.map(Into::into),
        redrive_status: Some(redrive_status),
        redrive_status_reason,
    }
}
