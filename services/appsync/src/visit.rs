//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use base::Timestamp;
use service::{Ctx, House};
use store::{Batch, Found, Store};
use tokio::sync::MutexGuard;

pub(crate) use store::Commit;

use crate::errors::Error;
use crate::merge;
use crate::model::{Api, Domain};
use crate::paging::Listing;
use crate::tables::{self, Part, Tables};
use crate::wire::{Empty, ListInput};
use crate::{Limits, Room};

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Arc<Room>,
    pub(crate) request: Ctx,
}

/// A change of an API under way: the API as it shall be, and the parts of it that come and go.
pub(crate) struct Change<'r> {
    room: &'r Room,
    found: Found<Api>,
    pub(crate) api: Api,
    pub(crate) batch: Batch,
    _turn: MutexGuard<'r, ()>,
}

impl Change<'_> {
    /// Makes the change durable. Another node of the house may have been faster, as it may be on AWS.
    /// Merged APIs that take the API over by themselves have the change when this returns.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        let Change { room, found, api, batch: parts, _turn: turn } = self;
        let id = api.id().to_owned();
        let mut batch = tables::change(&found, api);
        batch.append(parts);
        match room.commit(batch).await? {
            Commit::Done => {
                drop(turn);
                Ok(merge::merge_into_all(room, &id, room.house.now()).await?)
            }
            Commit::Raced => Err(Error::Raced),
        }
    }
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Arc<Room>, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &'r Arc<Room> {
        self.room
    }

    pub(crate) fn house(&self) -> &House {
        self.request.house()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn limits(&self) -> &'r Limits {
        &self.room.limits
    }

    pub(crate) fn tables(&self) -> Tables<'r> {
        self.room.tables()
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Commit, Error> {
        self.room.commit(batch).await
    }

    /// The ARN of what is called so in the caller's account.
    pub(crate) fn arn(&self, resource: &str) -> String {
        let request = &self.request;
        let (partition, region, account) =
            (request.partition(), request.region(), request.account());
        format!("arn:{partition}:appsync:{region}:{account}:{resource}")
    }

    /// Whether the caller's account has what bears that ARN.
    pub(crate) fn owns(&self, arn: &str) -> bool {
        base::Arn::parse(arn).is_ok_and(|arn| arn.account == self.request.account())
    }

    /// An API of the caller's account, of either kind.
    pub(crate) async fn api(&self, id: &str) -> Result<Found<Api>, Error> {
        let found = self.tables().api(id).await?;
        let found = found.filter(|found| self.owns(found.value.arn()));
        found.ok_or_else(|| Error::ApiNotFound(id.to_owned()))
    }

    /// A GraphQL API of the caller's account.
    pub(crate) async fn graphql_api(&self, id: &str) -> Result<Api, Error> {
        let api = self.api(id).await?.value;
        match api.as_graphql() {
            Some(_) => Ok(api),
            None => Err(Error::ApiNotFound(id.to_owned())),
        }
    }

    /// Begins a change of an API or of its parts. Changes come one after the other.
    pub(crate) async fn change(&self, id: &str) -> Result<Change<'r>, Error> {
        let turn = self.room.changes.lock().await;
        let found = self.api(id).await?;
        let api = found.value.clone();
        Ok(Change { room: self.room, found, api, batch: Batch::new(), _turn: turn })
    }

    /// Removes an API, with all that belongs to it and the connections to it. It leaves its domain names first: AWS wants
    /// them disassociated, in these words (ekristen/aws-nuke#534).
    pub(crate) async fn remove_api(&self, id: &str) -> Result<Empty, Error> {
        loop {
            let turn = self.room.changes.lock().await;
            let found = self.api(id).await?;
            let leads_here = |domain: &Domain| {
                domain.association.as_ref().is_some_and(|association| association.api_id == id)
            };
            if self.tables().domains().await?.iter().any(leads_here) {
                return Err(Error::bad_request(
                    "API can not be deleted as it is associated to a domain",
                ));
            }
            let committed = self.commit(tables::removal(&found)).await?;
            drop(turn);
            if committed == Commit::Done {
                self.room.hub.end(id);
                return Ok(Empty {});
            }
        }
    }

    /// A page of the parts of one kind that an API has.
    pub(crate) async fn page_of_parts<P: Part>(
        &self,
        operation: &'static str,
        req: &ListInput,
    ) -> Result<(Vec<P>, Option<String>), Error> {
        self.api(&req.api_id).await?;
        let listing = Listing {
            operation,
            arguments: &[&req.api_id],
            next_token: req.next_token.as_deref(),
            max_results: req.max_results,
        };
        let after = listing.position(self)?;
        let (tables, more) = (self.tables(), listing.size() + 1);
        let mut parts = tables.parts(&req.api_id, "", after.as_deref(), more).await?;
        let next_token = listing.cut(self, &mut parts, P::name);
        Ok((parts, next_token))
    }

    /// A domain name of the caller's account.
    pub(crate) async fn domain(&self, name: &str) -> Result<Found<Domain>, Error> {
        let found = self.tables().domain(name).await?;
        let found = found.filter(|found| self.owns(&found.value.config.domain_name_arn));
        found.ok_or_else(|| Error::DomainNotFound(name.to_owned()))
    }

    /// A name that nobody can guess, of AWS's length: of an API, a function, a key.
    /// It begins with a letter, as the model wants the ids of functions to.
    pub(crate) fn new_id(&self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut bytes = [0; 26];
        self.house().entropy().fill(&mut bytes);
        bytes[0] %= 26;
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
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
}
