use crate::arn::MachineArn;
use crate::errors::{Conflict, Error};
use crate::publish;
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit, living, unqualified};
use crate::wire::{PublishStateMachineVersionInput, PublishStateMachineVersionOutput};

/// What AWS calls the revision that a machine is created with, which has no id.
const FIRST_REVISION: &str = "INITIAL";

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html>
pub(crate) async fn publish_state_machine_version(
    ctx: &Visit<'_>,
    req: PublishStateMachineVersionInput,
) -> Result<PublishStateMachineVersionOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    unqualified(&arn)?;
    loop {
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        let found = living(tables.machine(&arn).await?, &arn)?;
        if let Some(asked) = &req.revision_id {
            let current = tables.revision(&arn, found.value.revision).await?.id;
            let current = current.as_deref().unwrap_or(FIRST_REVISION);
            if asked != current {
                let (asked, current) = (asked.clone(), current.to_owned());
                return Err(Conflict::Revision { asked, current }.into());
            }
        }
        let mut machine = found.value.clone();
        let mut changes = store::Batch::new();
        let description = req.description.clone();
        let (number, version) =
            publish::current(ctx, tables, &arn, &mut machine, description, &mut changes).await?;
        let is_published = changes.is_empty();
        let mut batch = tables::change(&found, machine);
        batch.append(changes);
        if is_published || ctx.commit(batch).await? == Commit::Done {
            return Ok(PublishStateMachineVersionOutput {
                creation_date: version.created_at.into(),
                state_machine_version_arn: arn.version(number).to_string(),
            });
        }
    }
}
