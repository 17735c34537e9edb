use runner::{MachineType, Start, StartError};

use crate::arn::MachineArn;
use crate::errors::Error;
use crate::execution_input::ExecutionInput;
use crate::machines::Runnable;
use crate::name;
use crate::visit::Visit;
use crate::wire::{StartExecutionInput, StartExecutionOutput};

/// Standard executions are told apart by their names, Express ones never.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
pub(crate) async fn start_execution(
    ctx: &Visit<'_>,
    req: StartExecutionInput,
) -> Result<StartExecutionOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    let name = req.name.unwrap_or_else(|| ctx.house().uuid());
    name::check(&name)?;
    let input = ExecutionInput::parse(req.input, ctx.limits())?;
    let (started, execution_arn) = loop {
        let runnable = ctx.runnable(&arn).await?;
        let (start, execution_arn) =
            start(ctx, &arn, &name, &input, req.trace_header.clone(), runnable);
        let started = match start.machine.facts().machine_type {
            MachineType::Standard => ctx.runner().start(start).await,
            MachineType::Express => ctx.runner().start_express(start).await,
        };
        match started {
            // It was updated, or deleted, which the next look tells.
            Err(StartError::MachineChanged) => {}
            started => break (started, execution_arn),
        }
    };
    let started = started.map_err(|error| Error::of_start(error, &execution_arn))?;
    Ok(StartExecutionOutput {
        execution_arn: started.execution_arn.to_string(),
        start_date: started.start_date.into(),
    })
}

/// What the runner is asked for, and the execution's ARN.
fn start(
    ctx: &Visit<'_>,
    arn: &MachineArn,
    name: &str,
    input: &ExecutionInput,
    trace_header: Option<String>,
    Runnable { machine, row }: Runnable,
) -> (Start, String) {
    let machine_type = machine.facts().machine_type;
    let execution_arn = match machine_type {
        MachineType::Standard => arn.execution(name),
        MachineType::Express => arn.express(name, &ctx.house().uuid()),
    };
    let start = Start {
        machine,
        execution_arn: execution_arn.as_str().into(),
        name: name.into(),
        input_text: input.text.clone(),
        input: input.value.clone(),
        trace_header: ctx.trace_header(trace_header),
        attempt: ctx.request.attempt().cloned(),
        machine_row: row,
    };
    (start, execution_arn)
}
