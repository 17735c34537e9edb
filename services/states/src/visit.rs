//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use asl::compile::{Compiled, Options};
use asl::{Program, invalid_definition};
use base::Timestamp;
use json::Value;
use runner::{MachineType, Runner};
use service::{CallError, Caller, Ctx, House};
use store::{Batch, Found, Read, Store};

pub(crate) use store::Commit;

use crate::arn::{MachineArn, Qualifier, Scope};
use crate::errors::{Error, Validation};
use crate::machines::Machines;
use crate::model::Machine;
use crate::tables::Tables;
use crate::{ActivityIndex, Limits, Room};

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Arc<Room>,
    pub(crate) request: Ctx,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Arc<Room>, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &Arc<Room> {
        self.room
    }

    pub(crate) fn house(&self) -> &House {
        self.request.house()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn runner(&self) -> &Runner {
        &self.room.runner
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.room.limits
    }

    pub(crate) fn activities(&self) -> &ActivityIndex {
        &self.room.activities
    }

    pub(crate) fn machines(&self) -> &Machines {
        &self.room.machines
    }

    /// Whose resources the house makes.
    pub(crate) fn scope(&self) -> Scope {
        let request = &self.request;
        Scope::new(request.partition(), request.region(), request.account())
    }

    /// The newest data.
    pub(crate) fn tables(&self) -> Tables<'_> {
        let store: &dyn Store = &*self.room.store;
        Tables(store)
    }

    /// The data as it is now, for what takes several reads that have to agree.
    pub(crate) async fn snapshot(&self) -> Result<Arc<dyn Read>, Error> {
        Ok(self.room.store.snapshot().await?)
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Commit, Error> {
        Ok(store::row::commit(&*self.room.store, batch).await?)
    }

    /// Whether the machine may have that role: it must trust the service. Where no policy is enforced, any will do.
    ///
    /// The code and the sentence are those that clients report of CreateStateMachine; a role that isn't there trusts
    /// nobody.
    pub(crate) fn check_trust(&self, arn: &MachineArn, role_arn: &str) -> Result<(), Error> {
        let service = Caller { arn: "states.amazonaws.com".to_owned() };
        let asking = self.request.follow_up(service).with_source_arn(arn.to_string());
        match self.room.bus.assume(&asking, role_arn) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::RoleTrustsOthers),
        }
    }

    /// Whether the account has a log group of that name.
    pub(crate) async fn has_log_group(&self, name: &str) -> Result<bool, CallError> {
        let (partition, account) = (self.request.partition(), self.request.account());
        let account = Caller { arn: format!("arn:{partition}:iam::{account}:root") };
        let ctx = self.request.follow_up(account);
        let body = Value::object([("logGroupNamePrefix", name)]).to_string();
        let described = self.room.bus.call(ctx, "logs", "DescribeLogGroups", body.into()).await?;
        let described =
            std::str::from_utf8(&described).ok().and_then(|text| Value::parse(text).ok());
        // They come by name, so that the one of that very name is the first of those that begin with it.
        let first =
            described.and_then(|described| described.get("logGroups")?.at(0)?.get("logGroupName"));
        Ok(first.is_some_and(|first| first.as_str() == Some(name)))
    }

    /// What an execution keeps as its `traceHeader`: the request's own header wins over `given` in the body.
    pub(crate) fn trace_header(&self, given: Option<String>) -> Option<Arc<str>> {
        self.request.trace_header().map(Arc::from).or_else(|| given.map(Arc::from))
    }

    /// What a new definition compiles to, or everything that is wrong with it.
    pub(crate) fn compile(
        &self,
        definition: &str,
        machine_type: MachineType,
    ) -> Result<Arc<Program>, Error> {
        compile(definition, &self.compile_options(machine_type))
    }

    pub(crate) fn compile_options(&self, machine_type: MachineType) -> Options {
        let definition_bytes_max = self.limits().definition_bytes_max;
        Options { machine_type, definition_bytes_max, is_stored: false }
    }
}

/// What a definition compiles to, or everything that is wrong with it.
pub(crate) fn compile(definition: &str, options: &Options) -> Result<Arc<Program>, Error> {
    let Compiled { program, diagnostics, .. } = asl::compile(definition, options);
    program.ok_or_else(|| {
        let message = invalid_definition(&diagnostics);
        Error::InvalidDefinition(message.expect("what doesn't compile has an error"))
    })
}

/// A machine that exists and isn't going.
pub(crate) fn living(
    found: Option<Found<Machine>>,
    arn: &MachineArn,
) -> Result<Found<Machine>, Error> {
    match found {
        Some(found) if found.value.is_deleting => Err(Error::StateMachineDeleting(arn.clone())),
        Some(found) => Ok(found),
        None => Err(Error::StateMachineDoesNotExist(arn.clone())),
    }
}

/// Refuses ARNs with a version, alias or label, where an operation is about the whole machine.
pub(crate) fn unqualified(arn: &MachineArn) -> Result<(), Error> {
    match arn.qualifier {
        Qualifier::None => Ok(()),
        Qualifier::Label(_) => Err(Validation::LabeledArn.into()),
        Qualifier::Version(_) | Qualifier::Alias(_) => {
            Err(Validation::QualifiedArn(arn.clone()).into())
        }
    }
}

/// Refuses ARNs with a label.
pub(crate) fn unlabeled(arn: &MachineArn) -> Result<(), Error> {
    match arn.qualifier {
        Qualifier::Label(_) => Err(Validation::LabeledArn.into()),
        Qualifier::None | Qualifier::Version(_) | Qualifier::Alias(_) => Ok(()),
    }
}
