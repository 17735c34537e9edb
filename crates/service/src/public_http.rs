//! Requests that a room answers for its users' own clients, and connections that leave HTTP with them.

use std::pin::Pin;
use std::sync::Arc;

use http::Request;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use crate::{Ctx, HttpBody, HttpReply};

/// A room that serves clients who ask by address and needn't be callers of AWS: the APIs of AppSync.
///
/// It gets a request before anybody has asked who sends it, and tells by its own rules who may come in:
/// [`Bus::admit`](crate::Bus::admit) says who has signed a request. What it gets and gives is HTTP as it is;
/// a reply `101 Switching Protocols` with an [`Upgrade`] among its extensions takes the connection over.
pub trait PublicHttp: Send + Sync {
    /// Whether it serves that path of that host. It is asked of every request, so it must be quick.
    fn serves(&self, host: Option<&str>, path: &str) -> bool;

    /// The domain names that the room's users have brought, for which the house gets certificates.
    fn domains(&self) -> Vec<String> {
        Vec::new()
    }

    /// Answers one request. The caller that `ctx` names is nobody.
    fn answer(&self, ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_>;
}

/// Bytes both ways: a connection as it is once HTTP has left it.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection that was taken over.
pub type Connection = Box<dyn Duplex>;

/// What is done with a connection as long as it lasts.
pub type Served = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes a connection over.
pub trait TakeOver: Send + Sync {
    /// Serves the connection, on the core that has accepted it, until it ends or the house stops.
    fn take_over(self: Arc<Self>, connection: Connection, stopping: Stopping) -> Served;
}

/// Who takes over the connection of a request, said among the extensions of the reply to it.
#[derive(Clone)]
pub struct Upgrade(pub Arc<dyn TakeOver>);

/// Says when the house stops: whoever serves a connection then has a few seconds to take leave.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// A house that stops when the value becomes true, or when nobody can change it any more.
    pub fn new(stopped: watch::Receiver<bool>) -> Self {
        Stopping(stopped)
    }

    /// Waits until the house stops.
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}
