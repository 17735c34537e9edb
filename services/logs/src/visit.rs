//! What an operation has at hand: the room's parts and the request it answers.

use base::Timestamp;
use service::Ctx;
use store::{Batch, Found, Store};

pub(crate) use store::Commit;

use crate::Room;
use crate::errors::Error;
use crate::identifier::Scope;
use crate::model::{Group, Stream};
use crate::tables::Tables;

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Room,
    pub(crate) request: Ctx,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Room, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &Room {
        self.room
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    /// Whose log groups the request sees.
    pub(crate) fn scope(&self) -> Scope {
        let request = &self.request;
        Scope::new(request.partition(), request.region(), request.account())
    }

    /// The newest data.
    pub(crate) fn tables(&self) -> Tables<'_> {
        let store: &dyn Store = &*self.room.store;
        Tables(store)
    }

    pub(crate) async fn group(&self, name: &str) -> Result<Found<Group>, Error> {
        self.tables().group(&self.scope(), name).await?.ok_or(Error::GroupNotFound)
    }

    pub(crate) async fn stream(&self, group: &str, name: &str) -> Result<Found<Stream>, Error> {
        self.tables().stream(&self.scope(), group, name).await?.ok_or(Error::StreamNotFound)
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Commit, Error> {
        Ok(store::row::commit(&*self.room.store, batch).await?)
    }

    /// Where the page begins that a token asks for; the first one without a token.
    pub(crate) fn position(
        &self,
        operation: &str,
        arguments: &[&str],
        token: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let Some(token) = token else { return Ok(None) };
        let tokens = self.request.house().page_tokens();
        let position = tokens
            .open(operation, arguments, token, self.now())
            .map_err(|_| Error::page_token())?;
        String::from_utf8(position).map(Some).map_err(|_| Error::page_token())
    }

    /// The token for the page that begins after `position`.
    pub(crate) fn token(&self, operation: &str, arguments: &[&str], position: &str) -> String {
        let tokens = self.request.house().page_tokens();
        tokens.seal(operation, arguments, position.as_bytes(), self.now())
    }
}

/// The name of the log group that a request means: exactly one of its two members says so.
pub(crate) fn group_name(
    ctx: &Visit<'_>,
    name: Option<String>,
    identifier: Option<&str>,
) -> Result<String, Error> {
    match (name, identifier) {
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) => ctx.scope().name_of(identifier),
        (Some(_), Some(_)) => Err(Error::parameter(
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        )),
        (None, None) => {
            Err(Error::parameter("Either logGroupName or logGroupIdentifier must be specified"))
        }
    }
}
