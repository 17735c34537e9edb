//! Calls between rooms.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;
use http::{Request, Response};

use crate::{Access, Ctx, Guard, Registry};

/// Carries a call to a neighbor, by AWS operation name, as an outside client would make it.
///
/// Rooms are built before they all exist, so each gets a clone of an unconnected bus,
/// and whoever assembles the house connects it when the registry stands. The registry owns the rooms, not the bus:
/// once it is dropped, no call finds anyone.
#[derive(Clone, Debug, Default)]
pub struct Bus(Arc<Lines>);

#[derive(Default)]
struct Lines {
    rooms: OnceLock<Weak<Registry>>,
    outside: OnceLock<Arc<dyn Outside>>,
    gatekeeper: OnceLock<Arc<dyn Gatekeeper>>,
}

/// Services that the configuration sends to AWS or to another server, in place of rooms or beside them.
pub trait Outside: Send + Sync {
    /// Whether calls of that service go outside. The name is any that the service has: `logs`, `cloudwatchlogs`.
    fn reaches(&self, service: &str) -> bool;

    /// Calls an operation of a service that it reaches, once.
    fn call<'a>(
        &'a self,
        ctx: Ctx,
        service: &'a str,
        operation: &'a str,
        body: Bytes,
    ) -> OutsideReply<'a>;

    /// Sends a request as it is, wherever it is for, once.
    fn fetch(&self, request: Request<Bytes>) -> Fetched<'_>;
}

/// Tells who has signed a request.
pub trait Gatekeeper: Send + Sync {
    /// The request `ctx`, by whoever has signed it for that service; or why he isn't let in, as AWS words it.
    fn admit(
        &self,
        ctx: &Ctx,
        signed: &aws::sigv4::Request<'_>,
        signing_name: &str,
    ) -> Result<Ctx, aws::Error>;

    /// The request `ctx`, by whoever has signed the form in its body.
    fn admit_form(
        &self,
        ctx: &Ctx,
        form: &aws::SignedForm,
        signing_name: &str,
    ) -> Result<Ctx, aws::Error>;
}

/// Stands among the extensions of a request that is fetched: certificates as PEM, the only ones by which its server
/// may prove who it is. Without it those are the public ones.
#[derive(Clone, Debug)]
pub struct TrustedCertificates(pub Bytes);

/// Stands among the extensions of a request that is fetched: it may go over a connection that was kept from another.
/// That is fast; but where the server closes such a connection just then, the request fails.
#[derive(Clone, Copy, Debug)]
pub struct KeptConnection;

/// The answer of a server that isn't a service's, to be awaited.
pub type Fetched<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, CallError>> + Send + 'a>>;

/// The answer from outside, to be awaited.
pub type OutsideReply<'a> = Pin<Box<dyn Future<Output = Result<Bytes, CallError>> + Send + 'a>>;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The house has no room of that name.
    #[error("no room answers for {0}")]
    NoRoom(String),
    /// The neighbor refused, as it would have refused a client.
    #[error(transparent)]
    Refused(#[from] aws::Error),
    /// A server outside couldn't be asked, or gave no answer that can be understood. What it did isn't known.
    #[error("{0}")]
    Unanswered(String),
}

impl Bus {
    /// A bus that no room is connected to yet.
    pub fn new() -> Self {
        Bus::default()
    }

    /// Connects the rooms, once.
    pub fn connect(&self, registry: &Arc<Registry>) {
        let connected = self.0.rooms.set(Arc::downgrade(registry));
        assert!(connected.is_ok(), "a bus is connected once");
    }

    /// Connects what is outside, once. It wins over a room of the same service.
    pub fn connect_outside(&self, outside: Arc<dyn Outside>) {
        let connected = self.0.outside.set(outside);
        assert!(connected.is_ok(), "a bus is connected once");
    }

    /// Connects who knows the keys of the house, once.
    pub fn connect_gatekeeper(&self, gatekeeper: Arc<dyn Gatekeeper>) {
        let connected = self.0.gatekeeper.set(gatekeeper);
        assert!(connected.is_ok(), "a bus is connected once");
    }

    /// The request `ctx`, by whoever has signed it for that service. A house without keys lets nobody in.
    pub fn admit(
        &self,
        ctx: &Ctx,
        signed: &aws::sigv4::Request<'_>,
        signing_name: &str,
    ) -> Result<Ctx, aws::Error> {
        match self.0.gatekeeper.get() {
            Some(gatekeeper) => gatekeeper.admit(ctx, signed, signing_name),
            None => Err(aws::Error::unrecognized_client()),
        }
    }

    /// The request `ctx`, by whoever has signed the form in its body.
    pub fn admit_form(
        &self,
        ctx: &Ctx,
        form: &aws::SignedForm,
        signing_name: &str,
    ) -> Result<Ctx, aws::Error> {
        match self.0.gatekeeper.get() {
            Some(gatekeeper) => gatekeeper.admit_form(ctx, form, signing_name),
            None => Err(aws::Error::unrecognized_client()),
        }
    }

    /// Whether calls of that service go outside.
    pub fn goes_outside(&self, service: &str) -> bool {
        self.outside(service).is_some()
    }

    /// Whether a room of the house answers for that name.
    pub fn reaches(&self, room: &str) -> bool {
        !self.goes_outside(room) && self.has_room(room)
    }

    fn has_room(&self, room: &str) -> bool {
        self.registry().is_some_and(|registry| registry.named(room).is_some())
    }

    /// Whether the house has a room of that name that may be asked again for the same attempt.
    /// See [`Service::answers_again`](crate::Service::answers_again).
    pub fn answers_again(&self, room: &str, operation: &str) -> bool {
        !self.goes_outside(room)
            && self.registry().is_some_and(|registry| {
                registry.named(room).is_some_and(|room| room.answers_again(operation))
            })
    }

    /// Calls `operation` of the room called `room`, or of the server outside that stands for it, with a JSON body, as the request `ctx`
    /// (usually a [`Ctx::follow_up`] of the caller's own).
    pub async fn call(
        &self,
        ctx: Ctx,
        room: &str,
        operation: &str,
        body: Bytes,
    ) -> Result<Bytes, CallError> {
        if let Some(outside) = self.outside(room) {
            return outside.call(ctx, room, operation, body).await;
        }
        let no_room = || CallError::NoRoom(room.to_owned());
        let registry = self.registry().ok_or_else(no_room)?;
        let neighbor = registry.named(room).ok_or_else(no_room)?;
        Ok(registry.call(&**neighbor, ctx, operation, body).await?)
    }

    /// Whether the caller might make that call; it isn't made. What goes outside is decided there.
    pub async fn check_call(
        &self,
        ctx: &Ctx,
        room: &str,
        operation: &str,
        body: &[u8],
    ) -> Result<(), aws::Error> {
        let registry = self.registry().filter(|_| !self.goes_outside(room));
        let asked = registry.as_ref().and_then(|registry| Some((registry, registry.named(room)?)));
        match asked {
            Some((registry, room)) => registry.check(&**room, ctx, operation, body).await,
            None => Ok(()),
        }
    }

    /// Whether the caller may do what is no operation of a room, such as `states:InvokeHTTPEndpoint`.
    pub fn check_action(&self, ctx: &Ctx, action: &str, resource: &str) -> Result<(), aws::Error> {
        self.check_access(ctx, &Access::new(action, resource))
    }

    /// Whether the caller may have that access to a resource whose policy and owner the room knows.
    pub fn check_access(&self, ctx: &Ctx, access: &Access<'_>) -> Result<(), aws::Error> {
        match self.guard() {
            Some(guard) => guard.check_access(ctx, access),
            None => Ok(()),
        }
    }

    /// Whether anybody decides who may do what. Where nobody does, a room needn't look for policies.
    pub fn is_guarded(&self) -> bool {
        self.guard().is_some()
    }

    /// The same request as that role, in the role's account, if the caller may assume it.
    pub fn assume(&self, ctx: &Ctx, role_arn: &str) -> Result<Ctx, aws::Error> {
        if let Some(guard) = self.guard() {
            guard.check_role(ctx, role_arn)?;
        }
        Ok(ctx.clone().assuming(role_arn))
    }

    /// Sends a request over HTTP to wherever it is for: an endpoint of a task, of a subscription.
    pub async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        match self.0.outside.get() {
            Some(outside) => outside.fetch(request).await,
            None => Err(CallError::Unanswered("The house has no way to the outside.".to_owned())),
        }
    }

    fn guard(&self) -> Option<Arc<dyn Guard>> {
        self.registry()?.guard().cloned()
    }

    fn registry(&self) -> Option<Arc<Registry>> {
        self.0.rooms.get()?.upgrade()
    }

    fn outside(&self, service: &str) -> Option<&Arc<dyn Outside>> {
        self.0.outside.get().filter(|outside| outside.reaches(service))
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("rooms", &self.rooms)
            .field("has_outside", &self.outside.get().is_some())
            .field("has_gatekeeper", &self.gatekeeper.get().is_some())
            .finish()
    }
}
