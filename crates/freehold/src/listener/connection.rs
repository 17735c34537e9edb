//! One connection: HTTP/1.1 with keep-alive, as every AWS client speaks it, until it ends or a room takes it over.

use std::convert::Infallible;
use std::io;
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

use super::Timeouts;
use crate::router::Router;

/// The largest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A connection to come, and who is to have it.
type Awaited = Mutex<Option<(OnUpgrade, Upgrade)>>;

/// Answers the requests of one client until it goes, or until the server stops and the one under way is answered.
/// A connection that a room takes over no longer counts as one of HTTP.
pub(super) async fn serve(
    stream: TcpStream,
    router: Arc<Router>,
    timeouts: Timeouts,
    mut stopping: Stopping,
    counted: OwnedSemaphorePermit,
) {
    if let Err(error) = prepare(&stream, timeouts.write) {
        tracing::debug!(%error, "failed to prepare a connection");
    }
    let awaited = Arc::new(Awaited::default());
    let served = speak_http(stream, router, timeouts, &mut stopping, Arc::clone(&awaited)).await;
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

async fn speak_http(
    stream: TcpStream,
    router: Arc<Router>,
    timeouts: Timeouts,
    stopping: &mut Stopping,
    awaited: Arc<Awaited>,
) -> hyper::Result<()> {
    let peer = stream.peer_addr().ok();
    let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
        let (router, awaited) = (Arc::clone(&router), Arc::clone(&awaited));
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        async move {
            let connection = hyper::upgrade::on(&mut request);
            let mut reply = router.answer(request, timeouts.body).await;
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
            .header_read_timeout(timeouts.head)
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
