use crate::arn::{MachineArn, Qualifier};
use crate::definition::{Part, Shown};
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    DescribeStateMachineInput, DescribeStateMachineOutput, IncludedData, StateMachineStatus,
};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html>
pub(crate) async fn describe_state_machine(
    ctx: &Visit<'_>,
    req: DescribeStateMachineInput,
) -> Result<DescribeStateMachineOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    let described = ctx.describe(&arn).await?;
    let (machine, revision) = (described.machine, described.revision);
    let label = match &arn.qualifier {
        Qualifier::Label(label) => Some(label.clone()),
        Qualifier::None | Qualifier::Version(_) | Qualifier::Alias(_) => None,
    };
    let part = label.as_deref().map_or(Part::Whole, Part::Labeled);
    let shown = Shown::new(&revision.definition, machine.machine_type, part);
    let mut shown = shown.ok_or_else(|| Error::StateMachineDoesNotExist(arn.clone()))?;
    if req.included_data == Some(IncludedData::MetadataOnly) {
        shown = Shown::hidden();
    }
    let created_at = described.version.as_ref().map(|version| version.created_at);
    Ok(DescribeStateMachineOutput {
        state_machine_arn: req.state_machine_arn,
        name: arn.name,
        status: if machine.is_deleting {
            StateMachineStatus::Deleting
        } else {
            StateMachineStatus::Active
        },
        definition: shown.definition,
        role_arn: revision.role_arn.to_string(),
        r#type: machine.machine_type.into(),
        creation_date: created_at.unwrap_or(machine.created_at).into(),
        logging_configuration: revision.configuration.logging_configuration,
        tracing_configuration: revision.configuration.tracing_configuration,
        label,
        revision_id: revision.id.map(|id| id.to_string()),
        description: described.version.and_then(|version| version.description),
        encryption_configuration: revision.configuration.encryption_configuration,
        variable_references: shown.variable_references,
    })
}
