use base::Timestamp;
use engine::Outcome;
use runner::{Finished, MachineType, Start};

use crate::arn::MachineArn;
use crate::errors::Error;
use crate::execution_input::ExecutionInput;
use crate::machines::Runnable;
use crate::name;
use crate::visit::Visit;
use crate::wire::{
    BillingDetails, DataDetails, IncludedData, StartSyncExecutionInput, StartSyncExecutionOutput,
    SyncExecutionStatus,
};

/// AWS bills Express executions by steps of time and memory.
/// <https://aws.amazon.com/step-functions/pricing/>
const BILLED_MILLIS: u64 = 100;
/// The least that AWS bills. We don't measure what an execution needs.
const BILLED_MEGABYTES: i64 = 64;

/// Answers when the execution has ended, however it ended.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>
pub(crate) async fn start_sync_execution(
    ctx: &Visit<'_>,
    req: StartSyncExecutionInput,
) -> Result<StartSyncExecutionOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    let name = req.name.unwrap_or_else(|| ctx.house().uuid());
    name::check(&name)?;
    let input = ExecutionInput::parse(req.input, ctx.limits())?;
    let Runnable { machine, .. } = ctx.runnable(&arn).await?;
    if machine.facts().machine_type != MachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }

    let execution_arn = arn.express(&name, &ctx.house().uuid());
    let trace_header = ctx.trace_header(req.trace_header);
    let start = Start {
        machine,
        execution_arn: execution_arn.as_str().into(),
        name: name.as_str().into(),
        input_text: input.text.clone(),
        input: input.value,
        trace_header: trace_header.clone(),
        attempt: ctx.request.attempt().cloned(),
        machine_row: None,
    };
    let Finished { start_date, stop_date, outcome, .. } = ctx.runner().run_express(start).await?;

    let shows_data = req.included_data != Some(IncludedData::MetadataOnly);
    let details = || shows_data.then_some(DataDetails { included: true });
    let (status, output, failure) = match outcome {
        Outcome::Succeeded(output) => {
            (SyncExecutionStatus::Succeeded, Some(output.to_string()), None)
        }
        Outcome::TimedOut(failure) => (SyncExecutionStatus::TimedOut, None, Some(failure)),
        // Nobody can stop an Express execution.
        Outcome::Failed(failure) | Outcome::Aborted(failure) => {
            (SyncExecutionStatus::Failed, None, Some(failure))
        }
    };
    let failure = failure.filter(|_| shows_data).unwrap_or_default();
    Ok(StartSyncExecutionOutput {
        execution_arn,
        state_machine_arn: arn.unqualified().to_string(),
        name,
        start_date: start_date.into(),
        stop_date: stop_date.into(),
        status,
        error: failure.error.map(|error| error.to_string()),
        cause: failure.cause.map(|cause| cause.to_string()),
        input: shows_data.then(|| input.text.to_string()),
        input_details: details(),
        // Even without an output (recorded: express_sync_base, `BASE_RAISE_FAILURE`).
        output_details: details(),
        output: output.filter(|_| shows_data),
        trace_header: trace_header.map(|header| header.to_string()),
        billing_details: billing(start_date, stop_date),
    })
}

fn billing(start_date: Timestamp, stop_date: Timestamp) -> BillingDetails {
    let millis = u64::try_from(stop_date.since(start_date).as_millis()).unwrap_or(u64::MAX);
    let steps = millis.div_ceil(BILLED_MILLIS).max(1);
    BillingDetails {
        billed_memory_used_in_m_b: BILLED_MEGABYTES,
        billed_duration_in_milliseconds: i64::try_from(steps * BILLED_MILLIS).unwrap_or(i64::MAX),
    }
}
