//! From an ARN to a state machine that can run: the revision it picks, compiled.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use asl::{Failure, Options};
use bytes::Bytes;
use runner::MachineFacts;
use store::Found;

use crate::arn::{MachineArn, Qualifier};
use crate::errors::{Error, Validation};
use crate::model::{Machine, Revision, Version};
use crate::tables::Tables;
use crate::visit::{Visit, compile, living};

/// How many compiled machines are kept. Most houses have fewer revisions in use; when there are more, all are forgotten
/// and compiled again as they are asked for.
const KEPT_MAX: usize = 1_000;

/// Compiled machines, by what never changes: revisions don't.
#[derive(Default)]
pub(crate) struct Machines(Mutex<BTreeMap<Picked, Arc<runner::Machine>>>);

/// What an ARN picks of a machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Picked {
    /// Of the machine, which another one of its name doesn't share.
    id: String,
    revision: u64,
    version: Option<u64>,
    alias: Option<String>,
}

impl Machines {
    fn kept(&self, picked: &Picked) -> Option<Arc<runner::Machine>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(picked).cloned()
    }

    fn keep(&self, picked: Picked, machine: Arc<runner::Machine>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if KEPT_MAX <= kept.len() {
            kept.clear();
        }
        kept.insert(picked, machine);
    }
}

/// A machine that can run.
pub(crate) struct Runnable {
    pub(crate) machine: Arc<runner::Machine>,
    /// Key and value of the row that says so.
    pub(crate) row: Option<(Bytes, Bytes)>,
}

/// A machine and the revision that an ARN picks of it.
pub(crate) struct Described {
    pub(crate) machine: Machine,
    pub(crate) revision: Revision,
    /// The version, if the ARN names one.
    pub(crate) version: Option<Version>,
}

impl Visit<'_> {
    /// The machine that an execution started by this ARN runs.
    pub(crate) async fn runnable(&self, arn: &MachineArn) -> Result<Runnable, Error> {
        if let Qualifier::Label(_) = arn.qualifier {
            return Err(Validation::LabeledArn.into());
        }
        let snapshot = self.snapshot().await?;
        let tables = Tables(&*snapshot);
        let found = living(tables.machine(arn).await?, arn)?;
        let picked = self.pick(tables, arn, &found).await?;
        let row = found.row();
        if let Some(machine) = self.machines().kept(&picked) {
            return Ok(Runnable { machine, row });
        }
        let revision = tables.revision(arn, picked.revision).await?;
        let program = compile(&revision.definition, &Options::stored(found.value.machine_type))?;
        let machine_arn = arn.unqualified();
        let text = |arn: MachineArn| Arc::from(arn.to_string());
        let facts = MachineFacts {
            arn: text(machine_arn.clone()),
            name: arn.name.as_str().into(),
            machine_type: found.value.machine_type,
            definition: revision.definition,
            role_arn: revision.role_arn,
            revision_id: revision.id,
            version_arn: picked.version.map(|number| text(machine_arn.version(number))),
            alias_arn: picked.alias.as_ref().map(|name| text(machine_arn.alias(name))),
            update_date: revision.updated_at,
            configuration: revision.configuration.to_text(),
        };
        let machine = runner::Machine::new(facts, program);
        self.machines().keep(picked, Arc::clone(&machine));
        Ok(Runnable { machine, row })
    }

    /// To be asked once an execution was redriven: the deletion of its machine may have looked before for what runs, and
    /// then it is stopped here. Whether it was.
    pub(crate) async fn stop_if_deleted(
        &self,
        execution_arn: &str,
        arn: &MachineArn,
    ) -> Result<bool, Error> {
        if self.tables().machine(arn).await?.is_some_and(|found| !found.value.is_deleting) {
            return Ok(false);
        }
        let stopped = self.runner().stop(execution_arn, Failure::default()).await;
        stopped.map_err(|error| Error::of_execution(error, execution_arn))?;
        Ok(true)
    }

    /// What the ARN picks; an alias picks anew each time.
    async fn pick(
        &self,
        tables: Tables<'_>,
        arn: &MachineArn,
        found: &Found<Machine>,
    ) -> Result<Picked, Error> {
        let missing = || Error::StateMachineDoesNotExist(arn.clone());
        let (number, alias) = match &arn.qualifier {
            Qualifier::None | Qualifier::Label(_) => (None, None),
            Qualifier::Version(number) => (Some(*number), None),
            Qualifier::Alias(name) => {
                let alias = tables.alias(arn, name).await?.ok_or_else(missing)?;
                let mut entropy = self.house().entropy();
                (Some(alias.pick(entropy.next_unit())), Some(name.clone()))
            }
        };
        let version = match number {
            None => None,
            Some(number) => Some(tables.version(arn, number).await?.ok_or_else(missing)?),
        };
        let revision = version.map_or(found.value.revision, |version| version.revision);
        Ok(Picked { id: found.value.id.clone(), revision, version: number, alias })
    }

    /// What DescribeStateMachine says of an ARN, which may be of a machine that is being deleted.
    pub(crate) async fn describe(&self, arn: &MachineArn) -> Result<Described, Error> {
        let missing = || Error::StateMachineDoesNotExist(arn.clone());
        let snapshot = self.snapshot().await?;
        let tables = Tables(&*snapshot);
        let machine = tables.machine(arn).await?.ok_or_else(missing)?.value;
        let number = match &arn.qualifier {
            Qualifier::None | Qualifier::Label(_) => None,
            Qualifier::Version(number) => Some(*number),
            Qualifier::Alias(name) => {
                let alias = tables.alias(arn, name).await?.ok_or_else(missing)?;
                alias.routes.first().map(|route| route.version)
            }
        };
        let version = match number {
            None => None,
            Some(number) => Some(tables.version(arn, number).await?.ok_or_else(missing)?),
        };
        let number = version.as_ref().map_or(machine.revision, |version| version.revision);
        let revision = tables.revision(arn, number).await?;
        Ok(Described { machine, revision, version })
    }
}
