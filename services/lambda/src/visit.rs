//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use base::Timestamp;
use service::{Ctx, House};
use store::{Batch, Found, Store};

pub(crate) use store::Commit;

use crate::actor::Actor;
use crate::arn::{FunctionArn, Qualifier, Scope};
use crate::errors::Error;
use crate::invocation::Target;
use crate::model::{Code, Function, Settings};
use crate::tables::{self, Tables};
use crate::{Limits, Room};

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

    pub(crate) fn limits(&self) -> &Limits {
        &self.room.limits
    }

    /// Whose functions a name means.
    pub(crate) fn scope(&self) -> Scope {
        let request = &self.request;
        Scope::new(request.partition(), request.region(), request.account())
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        self.room.tables()
    }

    /// The function that a request names, with the qualifier beside the name or in it.
    pub(crate) fn arn(&self, name: &str, qualifier: Option<&str>) -> Result<FunctionArn, Error> {
        let invalid = || Error::invalid(format!("Invalid function name: {name}"));
        let arn = FunctionArn::parse(name, &self.scope()).ok_or_else(invalid)?;
        let Some(qualifier) = qualifier else { return Ok(arn) };
        let asked = arn.with_qualifier(qualifier);
        match &arn.qualifier {
            Some(inside) if Some(inside) != asked.qualifier.as_ref() => Err(Error::invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            )),
            Some(_) | None => Ok(asked),
        }
    }

    /// The function alone that a request names.
    pub(crate) fn function_arn(&self, name: &str) -> Result<FunctionArn, Error> {
        Ok(self.arn(name, None)?.unqualified())
    }

    /// Where policies are enforced, a function's role trusts this service.
    pub(crate) fn check_role(&self, function: &FunctionArn, role_arn: &str) -> Result<(), Error> {
        let assumed = self.room.request_of(&Actor::new(function, role_arn));
        assumed.map(drop).map_err(|_| Error::InvalidRole)
    }

    /// Where policies are enforced, a function's role may write to its dead-letter queue or topic.
    pub(crate) async fn check_dead_letter(
        &self,
        function: &FunctionArn,
        settings: &Settings,
    ) -> Result<(), Error> {
        let Some(dead_letter) = &settings.dead_letter else { return Ok(()) };
        let actor = Actor::new(function, &settings.role);
        self.room.check_dead_letter(&actor, dead_letter).await
    }

    /// A function that exists.
    pub(crate) async fn function(&self, arn: &FunctionArn) -> Result<Found<Function>, Error> {
        self.room.function(arn).await
    }

    /// Changes a function, however many others change it at once. Versions that come or go with the change
    /// are added to the batch.
    pub(crate) async fn change<T>(
        &self,
        arn: &FunctionArn,
        mut change: impl FnMut(&mut Function, &mut Batch) -> Result<T, Error>,
    ) -> Result<(T, Function), Error> {
        loop {
            let found = self.function(arn).await?;
            let (mut function, mut more) = (found.value.clone(), Batch::new());
            let given = change(&mut function, &mut more)?;
            let mut batch = tables::change(&found, function.clone());
            batch.append(more);
            if self.room.commit(batch).await? == Commit::Done {
                return Ok((given, function));
            }
        }
    }

    /// Where code can be had: a file of this machine, shown only where folders of it may be named too.
    pub(crate) fn location(&self, code: &Code) -> Option<String> {
        let path = match code {
            Code::Zip { sha256, .. } => self.room.folders.zip(sha256),
            Code::Folder { path } => path.into(),
        };
        self.room.allows_local_folders.then(|| format!("file://{}", path.display()))
    }

    /// What a new revision has in common, whatever changed.
    pub(crate) fn revise(&self, settings: &mut Settings) {
        settings.modified_at = self.now().as_millis();
        settings.revision_id = self.house().uuid();
    }
}

impl Room {
    pub(crate) fn tables(&self) -> Tables<'_> {
        let store: &dyn Store = &*self.store;
        Tables(store)
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Commit, Error> {
        Ok(store::row::commit(&*self.store, batch).await?)
    }

    pub(crate) async fn function(&self, arn: &FunctionArn) -> Result<Found<Function>, Error> {
        let found = self.tables().function(arn).await?;
        found.ok_or_else(|| Error::FunctionNotFound(arn.clone()))
    }

    /// What runs when that function is asked for: a version and its settings.
    pub(crate) async fn target(&self, arn: &FunctionArn) -> Result<Target, Error> {
        let function = self.function(arn).await?.value;
        let luck = self.house.entropy().next_unit();
        let not_found = || Error::FunctionNotFound(arn.clone());
        let version = function.version(arn.qualifier.as_ref(), luck).ok_or_else(not_found)?;
        let settings = match &version {
            Qualifier::Version(number) => {
                self.tables().version(arn, *number).await?.ok_or_else(not_found)?
            }
            Qualifier::Latest | Qualifier::Alias(_) => function.latest.clone(),
        };
        Ok(Target { arn: arn.clone(), function, version, settings })
    }
}

/// Refuses a change that was decided on another revision.
pub(crate) fn is_revision(asked: Option<&str>, current: &str) -> Result<(), Error> {
    match asked {
        Some(asked) if asked != current => Err(Error::OtherRevision),
        Some(_) | None => Ok(()),
    }
}
