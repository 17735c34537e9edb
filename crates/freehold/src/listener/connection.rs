//! One connection: HTTP/1.1 with keep-alive, as every AWS client speaks it.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::Timeouts;
use crate::router::Router;

/// The largest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Answers the requests of one client until it goes, or until the server stops and the one under way is answered.
pub(super) async fn serve(
    stream: TcpStream,
    router: Arc<Router>,
    timeouts: Timeouts,
    stopped: watch::Receiver<bool>,
) {
    if let Err(error) = prepare(&stream, timeouts.write) {
        tracing::debug!(%error, "failed to prepare a connection");
    }
    let peer = stream.peer_addr().ok();
    let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
        let router = Arc::clone(&router);
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        async move { Ok::<_, Infallible>(router.answer(request, timeouts.body).await) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.head)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), answer)
    );
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stopping(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Waits until the server stops; one that is gone has.
async fn stopping(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn prepare(stream: &TcpStream, write_timeout: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if cfg!(target_os = "linux") {
        SockRef::from(stream).set_tcp_user_timeout(Some(write_timeout))?;
    }
    Ok(())
}
