use crate::errors::{Conflict, Error};
use crate::model::Alias;
use crate::routing;
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit, living};
use crate::wire::{CreateStateMachineAliasInput, CreateStateMachineAliasOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html>
pub(crate) async fn create_state_machine_alias(
    ctx: &Visit<'_>,
    req: CreateStateMachineAliasInput,
) -> Result<CreateStateMachineAliasOutput, Error> {
    let (arn, routes) = routing::checked(&req.routing_configuration)?;
    let now = ctx.now();
    let wanted = Alias { description: req.description, routes, created_at: now, updated_at: now };
    loop {
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        let found = living(tables.machine(&arn).await?, &arn)?;
        routing::check_versions_exist(tables, &arn, &wanted.routes).await?;
        let aliases = tables.aliases(&arn).await?;
        let existing = aliases.iter().find(|(name, _)| *name == req.name).map(|(_, alias)| alias);
        if let Some(existing) = existing {
            let same =
                (&existing.routes, &existing.description) == (&wanted.routes, &wanted.description);
            return if same {
                Ok(CreateStateMachineAliasOutput {
                    state_machine_alias_arn: arn.alias(&req.name).to_string(),
                    creation_date: existing.created_at.into(),
                })
            } else {
                Err(Conflict::AliasExists.into())
            };
        }
        if ctx.limits().aliases_max <= aliases.len() {
            let message = "The maximum number of aliases of the state machine has been reached.";
            return Err(Error::ServiceQuotaExceeded(message));
        }
        let mut batch = tables::change(&found, found.value.clone());
        tables::put_alias(&mut batch, &arn, &req.name, wanted.clone());
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(CreateStateMachineAliasOutput {
                state_machine_alias_arn: arn.alias(&req.name).to_string(),
                creation_date: wanted.created_at.into(),
            });
        }
    }
}
