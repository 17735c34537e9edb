//! A load generator: connections that are kept, one request after the other on each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::Server;

pub(crate) struct Request(Vec<u8>);

impl Request {
    pub(crate) fn echo(body: &str) -> Self {
        Request::new("POST", "/", "", body)
    }

    pub(crate) fn aws(operation: &str, body: &str) -> Self {
        let target = format!("X-Amz-Target: AWSStepFunctions.{operation}\r\n");
        Request::new("POST", "/", &(target + &signature("states")), body)
    }

    /// A request of SQS.
    pub(crate) fn sqs(operation: &str, body: &str) -> Self {
        let target = format!("X-Amz-Target: AmazonSQS.{operation}\r\n");
        Request::new("POST", "/", &(target + &signature("sqs")), body)
    }

    /// A request of Lambda, which names its operation by method and path.
    pub(crate) fn lambda(method: &str, path: &str, body: &str) -> Self {
        Request::rest("lambda", method, path, body)
    }

    /// A request of a service that names its operations by method and path.
    pub(crate) fn rest(service: &str, method: &str, path: &str, body: &str) -> Self {
        Request::new(method, path, &signature(service), body)
    }

    /// A request that isn't signed.
    pub(crate) fn plain(path: &str, headers: &str, body: &str) -> Self {
        Request::new("POST", path, headers, body)
    }

    /// A request of AppSync, which names its operation by its path.
    pub(crate) fn appsync(path: &str, body: &str) -> Self {
        Request::new("POST", path, &signature("appsync"), body)
    }

    /// A query for any GraphQL server.
    pub(crate) fn graphql(path: &str, headers: &str, body: &str) -> Self {
        Request::typed("POST", path, ("application/json", headers), body)
    }

    fn new(method: &str, path: &str, headers: &str, body: &str) -> Self {
        Request::typed(method, path, ("application/x-amz-json-1.0", headers), body)
    }

    fn typed(method: &str, path: &str, (content_type, headers): (&str, &str), body: &str) -> Self {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n\
             Content-Length: {length}\r\n{headers}\r\n"
        );
        Request([head.as_bytes(), body.as_bytes()].concat())
    }
}

/// Names a service; nobody looks at the signature itself.
fn signature(service: &str) -> String {
    format!(
        "X-Amz-Date: 20260101T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-target, \
         Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n"
    )
}

pub(crate) struct Load {
    pub(crate) per_second: f64,
    /// The server's processor time for one request.
    pub(crate) server_micros: f64,
    pub(crate) p50_millis: f64,
    pub(crate) p99_millis: f64,
}

/// Sends requests for a time.
pub(crate) fn load(
    server: &Server,
    request: &Request,
    connections: usize,
    span: Duration,
) -> Result<Load> {
    let until = now() + span;
    measure(server, request, connections, move || now() < until)
}

/// Sends so many requests.
pub(crate) fn load_count(
    server: &Server,
    request: &Request,
    connections: usize,
    count: usize,
) -> Result<Load> {
    let left = Arc::new(AtomicUsize::new(count));
    let one_left = |left: &AtomicUsize| {
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    };
    measure(server, request, connections, move || one_left(&left))
}

pub(crate) fn once(server: &Server, request: &Request) -> Result<Vec<u8>> {
    once_at(&server.address, request)
}

pub(crate) fn once_at(address: &str, request: &Request) -> Result<Vec<u8>> {
    runtime()?.block_on(async {
        let mut connection = TcpStream::connect(address).await?;
        exchange(&mut connection, request, &mut Vec::new()).await
    })
}

fn measure(
    server: &Server,
    request: &Request,
    connections: usize,
    go_on: impl Fn() -> bool + Clone + Send + 'static,
) -> Result<Load> {
    once(server, request)?;
    let (processor, started) = (server.processor_seconds()?, now());
    let mut micros = runtime()?.block_on(async {
        let tasks: Vec<_> = (0..connections)
            .map(|_| {
                let (address, bytes, go_on) =
                    (server.address.clone(), request.0.clone(), go_on.clone());
                tokio::spawn(async move { repeat(&address, &Request(bytes), go_on).await })
            })
            .collect();
        let mut micros = Vec::new();
        for task in tasks {
            micros.extend(task.await??);
        }
        Ok::<_, anyhow::Error>(micros)
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let used = server.processor_seconds()? - processor;
    ensure!(!micros.is_empty(), "no request was answered");
    micros.sort_unstable();
    let at = |share: f64| f64::from(micros[((micros.len() - 1) as f64 * share) as usize]) / 1000.0;
    Ok(Load {
        per_second: micros.len() as f64 / seconds,
        server_micros: used * 1e6 / micros.len() as f64,
        p50_millis: at(0.5),
        p99_millis: at(0.99),
    })
}

/// The time each request took, in microseconds.
async fn repeat(address: &str, request: &Request, go_on: impl Fn() -> bool) -> Result<Vec<u32>> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let (mut buffer, mut micros) = (Vec::new(), Vec::new());
    while go_on() {
        let sent = now();
        exchange(&mut connection, request, &mut buffer).await?;
        micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(micros)
}

async fn exchange(
    connection: &mut TcpStream,
    request: &Request,
    buffer: &mut Vec<u8>,
) -> Result<Vec<u8>> {
    connection.write_all(&request.0).await?;
    buffer.clear();
    loop {
        ensure!(connection.read_buf(buffer).await? != 0, "the server closed the connection");
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.context("the answer has a length")?.parse()?;
            if end + 4 + length <= buffer.len() {
                let body = buffer[end + 4..].to_vec();
                ensure!(
                    head.starts_with("http/1.1 20"),
                    "{head}: {}",
                    String::from_utf8_lossy(&body)
                );
                return Ok(body);
            }
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
