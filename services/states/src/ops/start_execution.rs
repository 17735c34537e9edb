use runner::{MachineType, Start};

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
    let Runnable { machine, id } = ctx.runnable(&arn).await?;

    let machine_type = machine.facts().machine_type;
    let execution_arn = match machine_type {
        MachineType::Standard => arn.execution(&name),
        MachineType::Express => arn.express(&name, &ctx.house().uuid()),
    };
    let start = Start {
        machine,
        execution_arn: execution_arn.as_str().into(),
        name: name.into(),
        input_text: input.text,
        input: input.value,
        trace_header: ctx.trace_header(req.trace_header),
        attempt: ctx.request.attempt().cloned(),
    };
    let started = match machine_type {
        MachineType::Standard => ctx.runner().start(start).await,
        MachineType::Express => ctx.runner().start_express(start).await,
    };
    let started = started.map_err(|error| Error::of_start(error, &execution_arn))?;
    if machine_type == MachineType::Standard
        && ctx.stop_if_deleted(&execution_arn, &arn, Some(&id)).await?
    {
        return Err(Error::StateMachineDeleting(arn));
    }
    Ok(StartExecutionOutput {
        execution_arn: started.execution_arn.to_string(),
        start_date: started.start_date.into(),
    })
}
