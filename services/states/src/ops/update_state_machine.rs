use std::sync::Arc;

use base::Timestamp;

use crate::arn::{self, MachineArn};
use crate::configuration::check_log_group;
use crate::errors::{Error, Validation};
use crate::model::{Machine, Revision};
use crate::publish;
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit, living, unlabeled};
use crate::wire::{UpdateStateMachineInput, UpdateStateMachineOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html>
pub(crate) async fn update_state_machine(
    ctx: &Visit<'_>,
    req: UpdateStateMachineInput,
) -> Result<UpdateStateMachineOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    unlabeled(&arn)?;
    if arn.is_qualified() {
        // Recorded: update_state_machine of a version.
        return Err(Error::StateMachineDoesNotExist(arn));
    }
    let nothing_given = req.definition.is_none()
        && req.role_arn.is_none()
        && req.logging_configuration.is_none()
        && req.tracing_configuration.is_none()
        && req.encryption_configuration.is_none();
    if nothing_given {
        return Err(Error::MissingRequiredParameter);
    }
    let publish = req.publish.unwrap_or(false);
    if req.version_description.is_some() && !publish {
        return Err(Validation::VersionDescriptionWithoutPublish.into());
    }
    if let Some(role_arn) = &req.role_arn {
        arn::check_role(role_arn)?;
        ctx.check_trust(&arn, role_arn)?;
    }
    let id = Arc::from(ctx.house().uuid());
    let now = ctx.now();
    loop {
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        let found = living(tables.machine(&arn).await?, &arn)?;
        let current = tables.revision(&arn, found.value.revision).await?;
        let wanted = changed(ctx, &req, &current, found.value.machine_type, &id, now)?;
        if req.logging_configuration.is_some() {
            check_log_group(ctx, &wanted.configuration.logging_configuration).await?;
        }

        let mut machine = found.value.clone();
        let mut revision = current.clone();
        let mut changes = store::Batch::new();
        if !wanted.is_like(&current) {
            if machine.published.is_none() {
                tables::delete_revision(&mut changes, &arn, machine.revision);
            }
            machine = Machine { revision: machine.revision + 1, published: None, ..machine };
            tables::put_revision(&mut changes, &arn, machine.revision, wanted.clone());
            revision = wanted;
        }
        if publish {
            if is_described_anew(tables, &arn, &machine, req.version_description.as_deref()).await?
            {
                machine.published = None;
            }
            let description = req.version_description.clone();
            publish::current(ctx, tables, &arn, &mut machine, description, &mut changes).await?;
        }
        let version = machine.published.filter(|_| publish);
        let is_unchanged = changes.is_empty();
        let mut batch = tables::change(&found, machine);
        batch.append(changes);
        if is_unchanged || ctx.commit(batch).await? == Commit::Done {
            return Ok(UpdateStateMachineOutput {
                update_date: revision.updated_at.into(),
                revision_id: revision.id.map(|id| id.to_string()),
                state_machine_version_arn: version.map(|number| arn.version(number).to_string()),
            });
        }
    }
}

/// Whether the revision was published under another description: an update publishes it again then (moto, verified
/// against AWS: create_state_machine_with_version_description). Without a description it doesn't (recorded:
/// empty_revision_with_publish_and_publish_on_creation).
async fn is_described_anew(
    tables: Tables<'_>,
    arn: &MachineArn,
    machine: &Machine,
    description: Option<&str>,
) -> Result<bool, Error> {
    let (Some(number), Some(description)) = (machine.published, description) else {
        return Ok(false);
    };
    let version = tables.version(arn, number).await?;
    Ok(version.is_some_and(|version| version.description.as_deref() != Some(description)))
}

/// The revision that follows, which may turn out to be like the current one.
fn changed(
    ctx: &Visit<'_>,
    req: &UpdateStateMachineInput,
    current: &Revision,
    machine_type: runner::MachineType,
    id: &Arc<str>,
    now: Timestamp,
) -> Result<Revision, Error> {
    let definition = match req.definition.as_deref() {
        Some(given) if given != &*current.definition => {
            ctx.compile(given, machine_type)?;
            given.into()
        }
        _ => Arc::clone(&current.definition),
    };
    let role_arn = match req.role_arn.as_deref() {
        Some(given) => given.into(),
        None => Arc::clone(&current.role_arn),
    };
    let configuration = current.configuration.clone().with(
        req.logging_configuration.clone(),
        req.tracing_configuration.clone(),
        req.encryption_configuration.clone(),
    )?;
    Ok(Revision { id: Some(Arc::clone(id)), definition, role_arn, configuration, updated_at: now })
}
