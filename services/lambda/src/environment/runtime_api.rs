//! The Runtime API: what a runtime asks for and tells, over HTTP on a port of its own.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

const PREFIX: &str = "/2018-06-01/runtime/";

pub(super) type Reply = Response<Full<Bytes>>;

/// One request of the runtime, with the way back.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) asks: Asks,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// What a runtime can ask.
#[derive(Debug)]
pub(super) enum Asks {
    /// For the next event. The reply comes when there is one.
    Next,
    /// To take the result of a request.
    Response {
        request_id: String,
        body: Body,
        /// The content type of what was streamed.
        streamed: Option<String>,
    },
    /// To take the error of a request.
    Error { request_id: String, body: Bytes },
    /// To take that the function can't be run at all.
    InitError { body: Bytes },
}

/// What a runtime sends, if it isn't more than can be taken.
#[derive(Debug)]
pub(super) enum Body {
    Whole(Bytes),
    TooLarge,
}

/// The server of one environment; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) calls: mpsc::Receiver<Call>,
    server: AbortHandle,
}

impl RuntimeApi {
    /// Listens on a free port of this machine, for it alone.
    pub(super) async fn open(body_bytes_max: usize) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, calls) = mpsc::channel(16);
        let server = tokio::spawn(serve(listener, sender, body_bytes_max)).abort_handle();
        Ok(RuntimeApi { address, calls, server })
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, calls: mpsc::Sender<Call>, body_bytes_max: usize) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // A connection that broke off before it was accepted, or no file descriptor left: the runtime tries again.
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Small replies shall not wait for an acknowledgment; a socket that refuses this works all the same.
        let _ = stream.set_nodelay(true);
        let calls = calls.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| answer(request, calls.clone(), body_bytes_max));
            // A runtime that breaks off has nothing to be told.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    calls: mpsc::Sender<Call>,
    body_bytes_max: usize,
) -> Result<Reply, Infallible> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, body_bytes_max).collect().await {
        Ok(body) => Body::Whole(body.to_bytes()),
        Err(_) => Body::TooLarge,
    };
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let Some(asks) = Asks::of(&head.method, path, streamed(&head.headers), body) else {
        return Ok(refusal(StatusCode::NOT_FOUND, "InvalidPath", "There is no such path"));
    };
    let (reply, replied) = oneshot::channel();
    let gone = || refusal(StatusCode::INTERNAL_SERVER_ERROR, "Closing", "The environment ends");
    if calls.send(Call { asks, reply }).await.is_err() {
        return Ok(gone());
    }
    Ok(replied.await.unwrap_or_else(|_| gone()))
}

/// The content type of a result that the runtime streams.
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>
fn streamed(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    text("lambda-runtime-function-response-mode").filter(|mode| *mode == "streaming")?;
    Some(text("content-type").unwrap_or("application/octet-stream").to_owned())
}

impl Asks {
    fn of(method: &Method, path: &str, streamed: Option<String>, body: Body) -> Option<Self> {
        let whole = |body| match body {
            Body::Whole(body) => body,
            Body::TooLarge => Bytes::from_static(b"{}"),
        };
        let parts: Vec<&str> = path.split('/').collect();
        match (method, parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => Some(Asks::Next),
            (&Method::POST, ["invocation", id, "response"]) => {
                Some(Asks::Response { request_id: (*id).to_owned(), body, streamed })
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                Some(Asks::Error { request_id: (*id).to_owned(), body: whole(body) })
            }
            (&Method::POST, ["init", "error"]) => Some(Asks::InitError { body: whole(body) }),
            _ => None,
        }
    }
}

/// What a runtime hears when what it told was taken.
pub(super) fn accepted() -> Reply {
    json(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.into())
}

/// What a runtime hears when it told something of a request that it doesn't work on.
pub(super) fn invalid_request_id() -> Reply {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

/// What a runtime hears when its result is too large.
pub(super) fn too_large() -> Reply {
    let message = "Exceeded maximum allowed payload size";
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message)
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Reply {
    let body = serde_json::json!({"errorMessage": message, "errorType": error_type});
    json(status, body.to_string())
}

fn json(status: StatusCode, body: String) -> Reply {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}
