use store::Found;

use crate::arn::{self, MachineArn};
use crate::configuration::check_log_group;
use crate::errors::{Error, Validation};
use crate::model::{Machine, Revision, Version};
use crate::tables::{self, Tables};
use crate::visit::{Commit, Visit, living};
use crate::wire::{
    Configuration, CreateStateMachineInput, CreateStateMachineOutput, StateMachineType,
};
use crate::{name, tags};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
pub(crate) async fn create_state_machine(
    ctx: &Visit<'_>,
    req: CreateStateMachineInput,
) -> Result<CreateStateMachineOutput, Error> {
    name::check(&req.name)?;
    arn::check_role(&req.role_arn)?;
    let publish = req.publish.unwrap_or(false);
    if req.version_description.is_some() && !publish {
        return Err(Validation::VersionDescriptionWithoutPublish.into());
    }
    let arn = ctx.scope().machine(&req.name);
    let tags = tags::checked(&arn, req.tags.unwrap_or_default(), ctx.limits())?;
    let configuration = Configuration::of(
        req.logging_configuration,
        req.tracing_configuration,
        req.encryption_configuration,
    )?;
    let machine_type = req.r#type.unwrap_or(StateMachineType::Standard).into();
    ctx.compile(&req.definition, machine_type)?;
    check_log_group(ctx, &configuration.logging_configuration).await?;
    ctx.check_trust(&arn, &req.role_arn)?;

    let now = ctx.now();
    let wanted = Wanted {
        machine: Machine {
            id: ctx.house().uuid(),
            machine_type,
            is_deleting: false,
            created_at: now,
            tags,
            revision: 0,
            last_version: u64::from(publish),
            published: publish.then_some(1),
            changes: 0,
        },
        revision: Revision {
            id: None,
            definition: req.definition.into(),
            role_arn: req.role_arn.into(),
            configuration,
            updated_at: now,
        },
        version: publish.then_some(Version {
            revision: 0,
            description: req.version_description,
            created_at: now,
        }),
    };
    loop {
        let snapshot = ctx.snapshot().await?;
        let tables = Tables(&*snapshot);
        if let Some(found) = tables.machine(&arn).await? {
            return wanted.as_found(tables, &arn, living(Some(found), &arn)?).await;
        }
        if ctx.commit(wanted.creation(&arn)).await? == Commit::Done {
            return Ok(reply(&arn, &wanted.machine));
        }
    }
}

struct Wanted {
    machine: Machine,
    revision: Revision,
    version: Option<Version>,
}

impl Wanted {
    fn creation(&self, arn: &MachineArn) -> store::Batch {
        let mut batch = tables::creation(arn, self.machine.clone(), self.revision.clone());
        if let Some(version) = &self.version {
            tables::put_version(&mut batch, arn, self.machine.last_version, version.clone());
        }
        batch
    }

    /// The same machine again is no mistake, even if its role or tags differ: those aren't applied.
    async fn as_found(
        &self,
        tables: Tables<'_>,
        arn: &MachineArn,
        found: Found<Machine>,
    ) -> Result<CreateStateMachineOutput, Error> {
        let machine = found.value;
        let revision = tables.revision(arn, machine.revision).await?;
        let is_same = machine.machine_type == self.machine.machine_type
            && revision.definition == self.revision.definition
            && revision.configuration == self.revision.configuration;
        let is_published_so = match (&self.version, machine.published) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wanted), Some(number)) => {
                let version = tables.version(arn, number).await?;
                version.is_some_and(|version| version.description == wanted.description)
            }
        };
        if !is_same || !is_published_so {
            return Err(Error::StateMachineAlreadyExists(arn.clone()));
        }
        let published = machine.published.filter(|_| self.version.is_some());
        Ok(reply(arn, &Machine { published, ..machine }))
    }
}

fn reply(arn: &MachineArn, machine: &Machine) -> CreateStateMachineOutput {
    CreateStateMachineOutput {
        state_machine_arn: arn.to_string(),
        creation_date: machine.created_at.into(),
        state_machine_version_arn: machine.published.map(|number| arn.version(number).to_string()),
    }
}
