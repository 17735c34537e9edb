use crate::errors::{Error, Validation};
use crate::model::Alias;
use crate::routing::{self, AliasArn};
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit, living};
use crate::wire::{UpdateStateMachineAliasInput, UpdateStateMachineAliasOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachineAlias.html>
pub(crate) async fn update_state_machine_alias(
    ctx: &Visit<'_>,
    req: UpdateStateMachineAliasInput,
) -> Result<UpdateStateMachineAliasOutput, Error> {
    let AliasArn { machine: arn, name } = AliasArn::parse(&req.state_machine_alias_arn)?;
    if req.description.is_none() && req.routing_configuration.is_none() {
        return Err(Validation::NothingToUpdate.into());
    }
    let routes = match &req.routing_configuration {
        None => None,
        Some(given) => Some(routing::checked_of(&arn, given)?),
    };
    let now = ctx.now();
    loop {
        let missing = || Error::ReferenceNotFound(req.state_machine_alias_arn.clone());
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        let machine = tables.machine(&arn).await?.ok_or_else(missing)?;
        let found = living(Some(machine), &arn)?;
        let alias = tables.alias(&arn, &name).await?.ok_or_else(missing)?;
        if let Some(routes) = &routes {
            routing::check_versions_exist(tables, &arn, routes).await?;
        }
        let changed = Alias {
            description: req.description.clone().or(alias.description),
            routes: routes.clone().unwrap_or(alias.routes),
            created_at: alias.created_at,
            updated_at: now,
        };
        let mut batch = tables::change(&found, found.value.clone());
        tables::put_alias(&mut batch, &arn, &name, changed);
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(UpdateStateMachineAliasOutput { update_date: now.into() });
        }
    }
}
