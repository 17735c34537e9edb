use crate::errors::Error;
use crate::routing::AliasArn;
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit};
use crate::wire::{DeleteStateMachineAliasInput, Empty};

/// An alias that doesn't exist is as good as deleted (recorded: delete_no_such_alias_arn), though the model of the
/// service lists `ResourceNotFound`.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html>
pub(crate) async fn delete_state_machine_alias(
    ctx: &Visit<'_>,
    req: DeleteStateMachineAliasInput,
) -> Result<Empty, Error> {
    let AliasArn { machine: arn, name } = AliasArn::parse(&req.state_machine_alias_arn)?;
    loop {
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        let Some(found) = tables.machine(&arn).await? else { return Ok(Empty {}) };
        if tables.alias(&arn, &name).await?.is_none() {
            return Ok(Empty {});
        }
        let mut batch = tables::change(&found, found.value.clone());
        tables::delete_alias(&mut batch, &arn, &name);
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
