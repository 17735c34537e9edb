use crate::arn::{MachineArn, Qualifier};
use crate::errors::{Error, Validation};
use crate::paging::Listing;
use crate::tables::Tables;
use crate::visit::{Visit, living};
use crate::wire::{
    ListStateMachineAliasesInput, ListStateMachineAliasesOutput, StateMachineAliasListItem,
};

/// By name (recorded: list_state_machine_aliases_pagination); of a version, those that lead to it.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineAliases.html>
pub(crate) async fn list_state_machine_aliases(
    ctx: &Visit<'_>,
    req: ListStateMachineAliasesInput,
) -> Result<ListStateMachineAliasesOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    let version = match &arn.qualifier {
        Qualifier::None => None,
        Qualifier::Version(number) => Some(*number),
        Qualifier::Label(_) => return Err(Validation::LabeledArn.into()),
        Qualifier::Alias(_) => return Err(Validation::QualifiedArn(arn).into()),
    };
    let arguments = [req.state_machine_arn.as_str()];
    let listing = Listing { operation: "ListStateMachineAliases", arguments: &arguments };
    let after = listing.position(ctx, req.next_token.as_deref())?;
    let snapshot = ctx.snapshot().await?;
    let tables = Tables(&*snapshot);
    living(tables.machine(&arn).await?, &arn)?;
    if let Some(number) = version {
        let found = tables.version(&arn, number).await?;
        found.ok_or_else(|| Error::ReferenceNotFound(req.state_machine_arn.clone()))?;
    }
    let mut found = tables.aliases(&arn).await?;
    found.retain(|(name, alias)| {
        after.as_ref().is_none_or(|after| after < name)
            && version.is_none_or(|version| alias.leads_to(version))
    });
    let size = aws::page_size(req.max_results);
    let next_token = listing.cut(ctx, &mut found, size, |(name, _)| name.clone());
    let items = found.into_iter().map(|(name, alias)| StateMachineAliasListItem {
        state_machine_alias_arn: arn.alias(&name).to_string(),
        creation_date: alias.created_at.into(),
    });
    Ok(ListStateMachineAliasesOutput { state_machine_aliases: items.collect(), next_token })
}
