//! Calls between rooms.

use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;

use crate::{Ctx, Registry};

/// Carries a call to a neighbor, by AWS operation name, as an outside client would make it.
///
/// Rooms are built before they all exist, so each gets a clone of an unconnected bus,
/// and whoever assembles the house connects it when the registry stands. The registry owns the rooms, not the bus:
/// once it is dropped, no call finds anyone.
#[derive(Clone, Debug, Default)]
pub struct Bus(Arc<OnceLock<Weak<Registry>>>);

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The house has no room of that name.
    #[error("no room answers for {0}")]
    NoRoom(String),
    /// The neighbor refused, as it would have refused a client.
    #[error(transparent)]
    Refused(#[from] aws::Error),
}

impl Bus {
    /// A bus that no room is connected to yet.
    pub fn new() -> Self {
        Bus::default()
    }

    /// Connects the rooms, once.
    pub fn connect(&self, registry: &Arc<Registry>) {
        let connected = self.0.set(Arc::downgrade(registry));
        assert!(connected.is_ok(), "a bus is connected once");
    }

    /// Whether the house has a room of that name.
    pub fn reaches(&self, room: &str) -> bool {
        self.registry().is_some_and(|registry| registry.named(room).is_some())
    }

    /// Calls `operation` of the room called `room` with a JSON body, as the request `ctx`
    /// (usually a [`Ctx::follow_up`] of the caller's own).
    pub async fn call(
        &self,
        ctx: Ctx,
        room: &str,
        operation: &str,
        body: Bytes,
    ) -> Result<Bytes, CallError> {
        let neighbor = self.registry().and_then(|registry| registry.named(room).cloned());
        let neighbor = neighbor.ok_or_else(|| CallError::NoRoom(room.to_owned()))?;
        Ok(neighbor.call(ctx, operation, body).await?)
    }

    fn registry(&self) -> Option<Arc<Registry>> {
        self.0.get()?.upgrade()
    }
}
