//! Which room answers what.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Ctx, Facts, Guard, Service};

/// The rooms of the house, to be found by the ways a request can name a service.
#[derive(Default)]
pub struct Registry {
    rooms: Vec<(Facts, Arc<dyn Service>)>,
    guard: Option<Arc<dyn Guard>>,
}

impl Registry {
    /// The rooms of a house; no two of them may have one name.
    pub fn new(rooms: impl IntoIterator<Item = Arc<dyn Service>>) -> Self {
        let rooms: Vec<_> = rooms.into_iter().map(|room| (room.facts(), room)).collect();
        for (index, (facts, _)) in rooms.iter().enumerate() {
            let twice = rooms[..index].iter().any(|(other, _)| other.name == facts.name);
            assert!(!twice, "two rooms are called {}", facts.name);
        }
        Registry { rooms, guard: None }
    }

    /// The same rooms, each of which is asked only what the guard allows.
    #[must_use]
    pub fn guarded_by(mut self, guard: Arc<dyn Guard>) -> Self {
        self.guard = Some(guard);
        self
    }

    /// The guard, if the house has one.
    pub fn guard(&self) -> Option<&Arc<dyn Guard>> {
        self.guard.as_ref()
    }

    /// Has a room of this registry answer, if the caller may ask it that. A [`RawHttp`](crate::RawHttp) finds that out itself.
    pub async fn call(
        &self,
        room: &dyn Service,
        ctx: Ctx,
        operation: &str,
        body: Bytes,
    ) -> Result<Bytes, aws::Error> {
        self.check(room, &ctx, operation, &body).await?;
        room.call(ctx, operation, body).await
    }

    /// Whether the caller may ask a room that.
    pub(crate) async fn check(
        &self,
        room: &dyn Service,
        ctx: &Ctx,
        operation: &str,
        body: &[u8],
    ) -> Result<(), aws::Error> {
        let is_strangers = ctx.caller().is_anonymous() && room.is_open(operation);
        let is_left_to_room = is_strangers || room.raw_http().is_some();
        match self.guard.as_ref().filter(|_| !is_left_to_room) {
            Some(guard) => guard.check(ctx, room, operation, body).await,
            None => Ok(()),
        }
    }

    /// Every room, in the order of assembly.
    pub fn rooms(&self) -> impl Iterator<Item = &Arc<dyn Service>> {
        self.rooms.iter().map(|(_, room)| room)
    }

    /// The room of that name.
    pub fn named(&self, name: &str) -> Option<&Arc<dyn Service>> {
        self.find(|facts| facts.name == name)
    }

    /// The room whose operations `X-Amz-Target` names with that prefix.
    pub fn by_target(&self, prefix: &str) -> Option<&Arc<dyn Service>> {
        self.find(|facts| !prefix.is_empty() && facts.target_prefix == prefix)
    }

    /// The room that the scope of a signature names.
    pub fn by_signing_name(&self, name: &str) -> Option<&Arc<dyn Service>> {
        self.find(|facts| facts.signing_name == name)
    }

    /// The room that a host name begins with: `states.localhost`, `states.us-east-1.amazonaws.com`.
    /// The prefix `sync-`, which SDKs put before the host of some operations, names nothing.
    pub fn by_host(&self, host: &str) -> Option<&Arc<dyn Service>> {
        let label = host.split(['.', ':']).next()?;
        let label = label.strip_prefix("sync-").unwrap_or(label);
        self.find(|facts| facts.endpoint_prefix == label)
    }

    fn find(&self, is_it: impl Fn(&Facts) -> bool) -> Option<&Arc<dyn Service>> {
        self.rooms.iter().find(|(facts, _)| is_it(facts)).map(|(_, room)| room)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rooms.iter().map(|(facts, _)| facts.name)).finish()
    }
}
