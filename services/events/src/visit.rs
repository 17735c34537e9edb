//! What an operation has at hand: the room's parts and the request it answers.

use base::Timestamp;
use serde_json::{Value, json};
use service::Ctx;
use store::{Batch, Found, Store};

pub(crate) use store::Commit;

use crate::Room;
use crate::errors::Error;
use crate::identifier::{ArchiveName, BusName, RuleName, Scope};
use crate::model::{Archive, EventBus, Replay, Rule};
use crate::tables::Tables;
use crate::vault::Vault;

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Room,
    pub(crate) request: Ctx,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Room, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &'r Room {
        self.room
    }

    pub(crate) fn vault(&self) -> &'r Vault {
        &self.room.vault
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    /// Whose things the request makes.
    pub(crate) fn scope(&self) -> Scope {
        let request = &self.request;
        Scope::new(request.partition(), request.region(), request.account())
    }

    /// The newest data.
    pub(crate) fn tables(&self) -> Tables<'r> {
        let store: &dyn Store = &*self.room.store;
        Tables(store)
    }

    /// The bus that a request means by a name, an ARN or nothing, and that exists.
    pub(crate) async fn bus(
        &self,
        given: Option<&str>,
    ) -> Result<(BusName, Found<EventBus>), Error> {
        let name = BusName::of(self.scope(), given);
        let found = self.tables().bus(&name).await?;
        match found {
            Some(found) => Ok((name, found)),
            None => Err(Error::BusNotFound(name.name)),
        }
    }

    /// The rule that a request means, and that exists.
    pub(crate) async fn rule(
        &self,
        bus: Option<&str>,
        name: &str,
    ) -> Result<(RuleName, Found<Rule>), Error> {
        let (bus, _) = self.bus(bus).await?;
        let name = bus.rule(name);
        match self.tables().rule(&name).await? {
            Some(found) => Ok((name, found)),
            None => Err(name.not_found()),
        }
    }

    /// The archive that a request means, and that exists.
    pub(crate) async fn archive(&self, name: &str) -> Result<(ArchiveName, Found<Archive>), Error> {
        let name = ArchiveName { scope: self.scope(), name: name.to_owned() };
        match self.tables().archive(&name).await? {
            Some(found) => Ok((name, found)),
            None => Err(Error::ArchiveNotFound(name.name)),
        }
    }

    /// The replay that a request means, and that exists.
    pub(crate) async fn replay(&self, name: &str) -> Result<Found<Replay>, Error> {
        let found = self.tables().replay(&self.scope(), name).await?;
        found.ok_or_else(|| Error::ReplayNotFound(name.to_owned()))
    }

    /// Rooms are to tell what happens, if a rule of that bus with that pattern could want it. To be said before the rule
    /// is there.
    pub(crate) fn listen(&self, bus: &BusName, pattern: Option<&str>) {
        if bus.is_default() && pattern.is_some() {
            self.request.house().feed().listen();
        }
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Commit, Error> {
        Ok(store::row::commit(&*self.room.store, batch).await?)
    }

    /// The policy of the bus of that ARN.
    pub(crate) async fn policy_of(&self, bus_arn: &str) -> Result<Option<String>, Error> {
        let Some(name) = BusName::of_arn(bus_arn) else { return Ok(None) };
        let Some(found) = self.tables().bus(&name).await? else { return Ok(None) };
        let caller = &self.request.caller().arn;
        match name.is_default() && caller.ends_with(".amazonaws.com") {
            true => with_service(found.value.policy.as_deref(), caller, bus_arn).map(Some),
            false => Ok(found.value.policy),
        }
    }
}

/// The policy of a default bus, which takes what the services themselves tell, whatever else it says.
fn with_service(policy: Option<&str>, service: &str, bus_arn: &str) -> Result<String, Error> {
    let mut policy: Value = match policy {
        None => json!({"Version": "2012-10-17", "Statement": []}),
        Some(text) => serde_json::from_str(text)
            .map_err(|_| store::Error::Corrupt("the policy of an event bus"))?,
    };
    let mut statements = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        one => vec![one],
    };
    statements.push(json!({
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "events:PutEvents",
        "Resource": bus_arn,
    }));
    policy["Statement"] = statements.into();
    Ok(policy.to_string())
}
