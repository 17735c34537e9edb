//! Where a core's connections come from.

use std::io;
use std::net::{SocketAddr, TcpListener as Socket, TcpStream as Stream};

use socket2::{Domain, Protocol, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::Sharing;

/// Connections that wait in the kernel until they are accepted.
const BACKLOG: i32 = 1_024;
/// Connections dealt to a core that it hasn't taken up yet.
const DEALT_MAX: usize = 64;

/// The sockets for that many cores: one each, or one for all.
pub(super) fn bind(address: SocketAddr, cores: usize, sharing: Sharing) -> io::Result<Vec<Socket>> {
    match sharing {
        Sharing::Dealer => Ok(vec![listen(socket(address)?)?]),
        Sharing::Kernel => {
            // Sockets that share a port would also share it with another process's: whether it is free
            // shows only to a socket that doesn't.
            let probe = socket(address)?;
            let address = probe.local_addr()?.as_socket().unwrap_or(address);
            drop(probe);
            (0..cores).map(|_| listen(sharing_socket(address)?)).collect()
        }
    }
}

fn socket(address: SocketAddr) -> io::Result<socket2::Socket> {
    let socket =
        socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Without it a restart would wait for the old connections to be forgotten.
    // Windows means something else by it: taking over a port that is in use.
    if cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

fn listen(socket: socket2::Socket) -> io::Result<Socket> {
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// What a core starts with, still bound to no runtime.
pub(super) enum Seat {
    Socket(Socket),
    Dealer { socket: Socket, others: Vec<mpsc::Sender<Stream>> },
    Dealt(mpsc::Receiver<Stream>),
}

/// A seat for each core.
pub(super) fn seats(mut sockets: Vec<Socket>, cores: usize) -> Vec<Seat> {
    let one = if sockets.len() < cores { sockets.pop() } else { None };
    let Some(socket) = one else {
        return sockets.into_iter().map(Seat::Socket).collect();
    };
    let (others, dealt): (Vec<_>, Vec<_>) = (1..cores).map(|_| mpsc::channel(DEALT_MAX)).unzip();
    let dealer = Seat::Dealer { socket, others };
    std::iter::once(dealer).chain(dealt.into_iter().map(Seat::Dealt)).collect()
}

impl Seat {
    /// Hands the seat to the runtime that the caller is inside of.
    pub(super) fn open(self) -> io::Result<Source> {
        Ok(match self {
            Seat::Socket(socket) => Source::Socket(TcpListener::from_std(socket)?),
            Seat::Dealer { socket, others } => {
                Source::Dealer { socket: TcpListener::from_std(socket)?, others, turn: 0 }
            }
            Seat::Dealt(dealt) => Source::Dealt(dealt),
        })
    }
}

/// Where a core takes connections from.
pub(super) enum Source {
    Socket(TcpListener),
    Dealer { socket: TcpListener, others: Vec<mpsc::Sender<Stream>>, turn: usize },
    Dealt(mpsc::Receiver<Stream>),
}

impl Source {
    /// The next connection for this core. Nothing is lost when it isn't awaited to the end.
    pub(super) async fn accept(&mut self) -> io::Result<TcpStream> {
        match self {
            Source::Socket(socket) => Ok(socket.accept().await?.0),
            Source::Dealer { socket, others, turn } => loop {
                let (stream, _) = socket.accept().await?;
                *turn = (*turn + 1) % (others.len() + 1);
                let Some(other) = others.get(*turn) else {
                    return Ok(stream);
                };
                // A core that is behind, or gone, leaves its connection to this one.
                match other.try_send(stream.into_std()?) {
                    Ok(()) => {}
                    Err(
                        mpsc::error::TrySendError::Full(stream)
                        | mpsc::error::TrySendError::Closed(stream),
                    ) => return TcpStream::from_std(stream),
                }
            },
            Source::Dealt(dealt) => match dealt.recv().await {
                Some(stream) => TcpStream::from_std(stream),
                // The dealer ends only when the server does, and so will this core.
                None => std::future::pending().await,
            },
        }
    }
}

#[cfg(unix)]
fn sharing_socket(address: SocketAddr) -> io::Result<socket2::Socket> {
    let socket =
        socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

#[cfg(not(unix))]
fn sharing_socket(_: SocketAddr) -> io::Result<socket2::Socket> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
