//! One connection: HTTP/1.1 with keep-alive, as every AWS client speaks it, in the clear or over TLS, until it ends or a
//! room takes it over.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use service::{Stopping, Upgrade};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::{Answering, Timeouts};
use crate::router::OverTls;

/// The largest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What a client that wants TLS begins with: a record of its handshake.
const HANDSHAKE: u8 = 0x16;

/// A connection, encrypted or not.
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// A connection to come, and who is to have it.
type Awaited = Mutex<Option<(OnUpgrade, Upgrade)>>;

/// Answers the requests of one client until it goes, or until the server stops and the one under way is answered.
/// A connection that a room takes over no longer counts as one of HTTP.
pub(super) async fn serve(
    stream: TcpStream,
    answering: Arc<Answering>,
    mut stopping: Stopping,
    counted: OwnedSemaphorePermit,
) {
    let Timeouts { head, write, .. } = answering.timeouts;
    if let Err(error) = prepare(&stream, write) {
        tracing::debug!(%error, "failed to prepare a connection");
    }
    let peer = stream.peer_addr().ok();
    let opened = tokio::select! {
        opened = tokio::time::timeout(head, open(stream, answering.tls.clone())) => opened,
        () = stopping.wait() => return,
    };
    let stream = match opened {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "a connection did not come about"),
        Err(_) => return tracing::debug!("a connection did not begin"),
    };
    let awaited = Arc::new(Awaited::default());
    let answer = (answering, Arc::clone(&awaited));
    let served = speak_http(stream, peer, answer, &mut stopping).await;
    drop(counted);
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
    let awaited = awaited.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some((connection, Upgrade(room))) = awaited else { return };
    match connection.await {
        Ok(connection) => room.take_over(Box::new(TokioIo::new(connection)), stopping).await,
        Err(error) => tracing::debug!(%error, "a connection ended before it was taken over"),
    }
}

/// Takes a connection over as its first byte says.
async fn open(stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<Stream> {
    let Some(tls) = tls else { return Ok(Either::Left(stream)) };
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first != [HANDSHAKE] {
        return Ok(Either::Left(stream));
    }
    let stream = TlsAcceptor::from(tls).accept(stream).await?;
    Ok(Either::Right(Box::new(stream)))
}

async fn speak_http(
    stream: Stream,
    peer: Option<SocketAddr>,
    (answering, awaited): (Arc<Answering>, Arc<Awaited>),
    stopping: &mut Stopping,
) -> hyper::Result<()> {
    let head_timeout = answering.timeouts.head;
    let is_secure = matches!(stream, Either::Right(_));
    let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
        let (answering, awaited) = (Arc::clone(&answering), Arc::clone(&awaited));
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        if is_secure {
            request.extensions_mut().insert(OverTls);
        }
        async move {
            let connection = hyper::upgrade::on(&mut request);
            let mut reply = answering.router.answer(request, answering.timeouts.body).await;
            if let Some(upgrade) = reply.extensions_mut().remove() {
                let mut awaited = awaited.lock().unwrap_or_else(PoisonError::into_inner);
                *awaited = Some((connection, upgrade));
            }
            Ok::<_, Infallible>(reply)
        }
    });
    // On the heap, because a connection that was taken over lasts and needn't remember HTTP.
    let mut connection = Box::pin(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_timeout)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), answer)
            .with_upgrades(),
    );
    tokio::select! {
        served = connection.as_mut() => served,
        () = stopping.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

fn prepare(stream: &TcpStream, write_timeout: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if cfg!(target_os = "linux") {
        SockRef::from(stream).set_tcp_user_timeout(Some(write_timeout))?;
    }
    Ok(())
}
