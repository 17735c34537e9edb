use crate::errors::Error;
use crate::routing::AliasArn;
use crate::visit::Visit;
use crate::wire::{
    DescribeStateMachineAliasInput, DescribeStateMachineAliasOutput, RoutingConfigurationListItem,
};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html>
pub(crate) async fn describe_state_machine_alias(
    ctx: &Visit<'_>,
    req: DescribeStateMachineAliasInput,
) -> Result<DescribeStateMachineAliasOutput, Error> {
    let AliasArn { machine, name } = AliasArn::parse(&req.state_machine_alias_arn)?;
    let alias = ctx.tables().alias(&machine, &name).await?;
    let alias = alias.ok_or(Error::ReferenceNotFound(req.state_machine_alias_arn))?;
    let routes = alias.routes.iter().map(|route| RoutingConfigurationListItem {
        state_machine_version_arn: machine.version(route.version).to_string(),
        weight: i32::from(route.weight),
    });
    Ok(DescribeStateMachineAliasOutput {
        state_machine_alias_arn: machine.alias(&name).to_string(),
        name,
        description: alias.description,
        routing_configuration: routes.collect(),
        creation_date: alias.created_at.into(),
        update_date: alias.updated_at.into(),
    })
}
