use crate::arn::{MachineArn, Qualifier};
use crate::errors::{Conflict, Error, Validation};
use crate::model::Machine;
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit};
use crate::wire::{DeleteStateMachineVersionInput, Empty};

/// Executions of the version go on. Its number is never used again.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html>
pub(crate) async fn delete_state_machine_version(
    ctx: &Visit<'_>,
    req: DeleteStateMachineVersionInput,
) -> Result<Empty, Error> {
    let arn = MachineArn::parse(&req.state_machine_version_arn)?;
    let Qualifier::Version(number) = arn.qualifier else {
        return Err(Validation::WrongQualifier(arn, "version").into());
    };
    loop {
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        let Some(found) = tables.machine(&arn).await? else { return Ok(Empty {}) };
        let Some(version) = tables.version(&arn, number).await? else { return Ok(Empty {}) };
        let aliases = tables.aliases(&arn).await?.into_iter();
        let leading: Vec<String> =
            aliases.filter(|(_, alias)| alias.leads_to(number)).map(|(name, _)| name).collect();
        if !leading.is_empty() {
            return Err(Conflict::VersionInUse(leading).into());
        }
        let is_current = version.revision == found.value.revision;
        let published = found.value.published.filter(|_| !is_current);
        let mut batch = tables::change(&found, Machine { published, ..found.value.clone() });
        tables::delete_version(&mut batch, &arn, number);
        if !is_current {
            tables::delete_revision(&mut batch, &arn, version.revision);
        }
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
