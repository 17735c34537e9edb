//! Sockets and the threads that serve them: one single-threaded runtime a core, each with connections of its own.
//!
//! Measured against one runtime over all cores, this answers more than twice the requests (design §5).
//! Where the kernel spreads connections over several sockets of one port, each core accepts for itself;
//! elsewhere one core accepts and deals them out in turn.

mod connection;
mod source;

use std::io;
use std::net::{SocketAddr, TcpListener as Socket};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use service::Stopping;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_rustls::rustls::ServerConfig;

use crate::router::Router;
use source::Source;

/// Connections that speak HTTP with a core at once; more wait in the kernel's queue. Those that rooms have taken over
/// aren't counted: they are many, cheap, and the rooms' to bound.
const CONNECTIONS_MAX: usize = 8_192;
/// How long a core rests when it can't accept, usually for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long the server waits for a client, and a client for the server to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request to arrive; also how long a connection may stay idle.
    pub head: Duration,
    /// For the body of a request to arrive.
    pub body: Duration,
    /// For what we sent to be acknowledged.
    pub write: Duration,
    /// For requests under way to end when the server stops.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            head: Duration::from_secs(60),
            body: Duration::from_secs(30),
            write: Duration::from_secs(60),
            drain: Duration::from_secs(5),
        }
    }
}

/// How connections come to the cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// The kernel spreads them over a socket for each core.
    Kernel,
    /// The first core accepts and deals them out.
    Dealer,
}

impl Sharing {
    /// What works on this platform. Elsewhere `SO_REUSEPORT` exists too, but gives all connections to one socket.
    pub const BEST: Sharing =
        if cfg!(target_os = "linux") { Sharing::Kernel } else { Sharing::Dealer };
}

/// A port that is bound, with the sockets of every core.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    sockets: Vec<Socket>,
    cores: usize,
}

/// A listener that answers requests.
#[derive(Debug)]
pub struct Serving {
    stop: watch::Sender<bool>,
    /// Closed when the last core has ended.
    ended: mpsc::Receiver<()>,
}

/// What connections are answered with.
struct Answering {
    router: Arc<Router>,
    /// Present where the port also takes TLS.
    tls: Option<Arc<ServerConfig>>,
    timeouts: Timeouts,
}

impl Listener {
    /// Binds the address for that many cores. A port that someone else listens on is an error.
    pub fn bind(address: SocketAddr, cores: usize, sharing: Sharing) -> io::Result<Self> {
        let cores = cores.max(1);
        let sockets = source::bind(address, cores, sharing)?;
        let address = sockets[0].local_addr()?;
        Ok(Listener { address, sockets, cores })
    }

    /// Where it listens; with the port that the system chose, if it was to choose one.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts the threads that answer requests, over TLS too if they are told how.
    pub fn serve(
        self,
        router: &Arc<Router>,
        tls: Option<Arc<ServerConfig>>,
        timeouts: Timeouts,
    ) -> io::Result<Serving> {
        let answering = Arc::new(Answering { router: Arc::clone(router), tls, timeouts });
        let (stop, stopped) = watch::channel(false);
        let (running, ended) = mpsc::channel(1);
        for (core, seat) in source::seats(self.sockets, self.cores).into_iter().enumerate() {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let source = {
                let _inside = runtime.enter();
                seat.open()?
            };
            let answering = Arc::clone(&answering);
            let (stopped, running) = (stopped.clone(), running.clone());
            thread::Builder::new().name(format!("core-{core}")).spawn(move || {
                runtime.block_on(serve(source, answering, stopped));
                drop(running);
            })?;
        }
        Ok(Serving { stop, ended })
    }
}

impl Serving {
    /// Accepts no more connections, lets the requests under way end, and returns when all cores are done.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.ended.recv().await.is_some() {}
    }
}

/// The work of one core.
async fn serve(mut source: Source, answering: Arc<Answering>, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => {}
            Some((stream, place)) = accept_counted(&mut source, &places) => {
                let answering = Arc::clone(&answering);
                let stopping = Stopping::new(stopped.clone());
                connections.spawn(connection::serve(stream, answering, stopping, place));
            }
        }
    }
    drop(source);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(answering.timeouts.drain, drained).await.is_err() {
        tracing::warn!(connections = connections.len(), "stopped with requests under way");
    }
}

/// The next connection, once there is a place for it.
async fn accept_counted(
    source: &mut Source,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    Some((accept(source).await, place))
}

async fn accept(source: &mut Source) -> TcpStream {
    loop {
        match source.accept().await {
            Ok(stream) => return stream,
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                pause(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing is lost when this is forgotten")]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
