//! Calls between rooms.

use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;

use crate::{Ctx, Guard, Registry};

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

    /// Whether the house has a room of that name that may be asked again for the same attempt.
    /// See [`Service::answers_again`](crate::Service::answers_again).
    pub fn answers_again(&self, room: &str, operation: &str) -> bool {
        self.registry().is_some_and(|registry| {
            registry.named(room).is_some_and(|room| room.answers_again(operation))
        })
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
        let no_room = || CallError::NoRoom(room.to_owned());
        let registry = self.registry().ok_or_else(no_room)?;
        let neighbor = registry.named(room).ok_or_else(no_room)?;
        Ok(registry.call(&**neighbor, ctx, operation, body).await?)
    }

    /// Whether the caller may do what is no operation of a room, such as `states:InvokeHTTPEndpoint`.
    pub fn check_action(&self, ctx: &Ctx, action: &str, resource: &str) -> Result<(), aws::Error> {
        match self.guard() {
            Some(guard) => guard.check_action(ctx, action, resource),
            None => Ok(()),
        }
    }

    /// The same request as that role, in the role's account, if the caller may assume it.
    pub fn assume(&self, ctx: &Ctx, role_arn: &str) -> Result<Ctx, aws::Error> {
        if let Some(guard) = self.guard() {
            guard.check_role(ctx, role_arn)?;
        }
        Ok(ctx.clone().assuming(role_arn))
    }

    fn guard(&self) -> Option<Arc<dyn Guard>> {
        self.registry()?.guard().cloned()
    }

    fn registry(&self) -> Option<Arc<Registry>> {
        self.0.get()?.upgrade()
    }
}
