use crate::arn::{self, MachineArn, Qualifier};
use crate::definition::{Part, Shown};
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    Configuration, DescribeStateMachineForExecutionInput, DescribeStateMachineForExecutionOutput,
    IncludedData,
};

/// The machine as it was when the execution started.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html>
pub(crate) async fn describe_state_machine_for_execution(
    ctx: &Visit<'_>,
    req: DescribeStateMachineForExecutionInput,
) -> Result<DescribeStateMachineForExecutionOutput, Error> {
    let arn = &req.execution_arn;
    arn::check_execution_or_express_child(arn)?;
    let described = ctx.runner().describe(arn).await;
    let described = described.map_err(|error| Error::of_execution(error, arn))?;
    let facts = described.machine.facts();
    let configuration = Configuration::from_text(&facts.configuration)?;
    let label = match MachineArn::parse(&described.state_machine_arn)?.qualifier {
        Qualifier::Label(label) => Some(label),
        Qualifier::None | Qualifier::Version(_) | Qualifier::Alias(_) => None,
    };
    let shown = match req.included_data {
        Some(IncludedData::MetadataOnly) => Some(Shown::hidden()),
        Some(IncludedData::AllData) | None => {
            let part = described.processor.map_or(Part::Whole, Part::Processor);
            Shown::new(&facts.definition, facts.machine_type, part)
        }
    };
    let shown = shown.ok_or(store::Error::Corrupt("definition of an execution"))?;
    Ok(DescribeStateMachineForExecutionOutput {
        state_machine_arn: described.state_machine_arn.to_string(),
        name: facts.name.to_string(),
        definition: shown.definition,
        role_arn: facts.role_arn.to_string(),
        update_date: facts.update_date.into(),
        logging_configuration: configuration.logging_configuration,
        tracing_configuration: configuration.tracing_configuration,
        map_run_arn: described.map_run_arn.as_deref().map(str::to_owned),
        label,
        revision_id: facts.revision_id.as_deref().map(str::to_owned),
        encryption_configuration: configuration.encryption_configuration,
        variable_references: shown.variable_references,
    })
}
