//! Calls of services that the configuration sends to AWS or to a compatible server: written by their protocol, signed,
//! sent once. What goes wrong on the way is worded as AWS's SDK for Java words it, because workflows see it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws::client::{self, Failure, Reply};
use aws::sigv4;
use base::Clock;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::builderstates::WantsSchemes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use service::{
    CallError, Ctx, Fetched, KeptConnection, Outside, OutsideReply, TrustedCertificates,
};

use crate::config::Endpoint;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next call: less than the five seconds after which servers begin to close theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// How many connections to one server are kept.
const KEPT_PER_HOST_MAX: usize = 64;
/// The largest answer that is taken in: more than any service's but S3's.
const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;

type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The servers outside of the house.
pub struct Endpoints {
    endpoints: BTreeMap<&'static str, Endpoint>,
    client: HttpsClient,
    /// Keeps no connections.
    fresh: HttpsClient,
    clock: Arc<dyn Clock>,
}

impl Endpoints {
    /// The servers of a configuration; nobody is asked yet.
    pub fn new(endpoints: BTreeMap<&'static str, Endpoint>, clock: Arc<dyn Clock>) -> Self {
        let made = |kept| client(HttpsConnectorBuilder::new().with_webpki_roots(), kept);
        Endpoints { endpoints, client: made(KEPT_PER_HOST_MAX), fresh: made(0), clock }
    }

    fn find(&self, service: &str) -> Option<(&'static models::Service, &Endpoint)> {
        let service = models::find(service)?;
        Some((service, self.endpoints.get(service.name())?))
    }

    async fn ask(
        &self,
        ctx: &Ctx,
        service: &str,
        operation: &str,
        body: &[u8],
    ) -> Result<Bytes, CallError> {
        let no_room = || CallError::NoRoom(service.to_owned());
        let (service, endpoint) = self.find(service).ok_or_else(no_room)?;
        let operation = service.operation(operation).ok_or_else(aws::Error::unknown_operation)?;
        let mut request = client::request(operation, &endpoint.url, body, || ctx.house().uuid())
            .map_err(|error| {
                CallError::Unanswered(format!("Unable to marshall request: {error}"))
            })?;
        if let Some(key) = &endpoint.key {
            let region = endpoint.region.as_deref().unwrap_or(ctx.region());
            let now = self.clock.now();
            sigv4::sign(&mut request, &key.0, region, service.signing_name(), now).map_err(
                |error| CallError::Unanswered(format!("Unable to sign request: {error}")),
            )?;
        }
        let (parts, reply) = tokio::time::timeout(endpoint.timeout, send(request, &self.client))
            .await
            .map_err(|_| CallError::Unanswered(timed_out(endpoint.timeout)))??
            .into_parts();
        let reply = Reply { status: parts.status.as_u16(), headers: &parts.headers, body: &reply };
        client::read(operation, &reply).map_err(|failure| match failure {
            Failure::Refused(error) => CallError::Refused(error),
            // AWS's SDK has an exception of the service all the same, without a code.
            Failure::Garbage { status, .. } if 400 <= status => {
                let nameless = aws::Error::new(status, "", "");
                CallError::Refused(aws::Error { message: None, ..nameless })
            }
            Failure::Garbage { .. } => {
                CallError::Unanswered(format!("Unable to unmarshall response: {failure}"))
            }
        })
    }

    /// A connection that is kept may be closed by its server just when a request is on its way, and then nobody knows
    /// whether that was heard. So a request has a connection of its own unless it says that it would rather be fast.
    async fn fetch_once(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        if let Some(TrustedCertificates(pem)) = request.extensions().get() {
            let trusting = trusting(pem).map_err(|error| failed(&host(&request), error))?;
            return send(request, &trusting).await;
        }
        match request.extensions().get() {
            Some(KeptConnection) => send(request, &self.client).await,
            None => send(request, &self.fresh).await,
        }
    }
}

async fn send(request: Request<Bytes>, client: &HttpsClient) -> Result<Response<Bytes>, CallError> {
    let host = host(&request);
    let sent = client.request(request.map(Full::new)).await;
    let (parts, body) = sent.map_err(|error| failed(&host, innermost(&error)))?.into_parts();
    let body = Limited::new(body, REPLY_BYTES_MAX).collect().await;
    let body = body.map_err(|error| failed(&host, innermost(&*error)))?.to_bytes();
    Ok(Response::from_parts(parts, body))
}

fn host(request: &Request<Bytes>) -> String {
    request.uri().authority().map(ToString::to_string).unwrap_or_default()
}

fn failed(host: &str, reason: impl std::fmt::Display) -> CallError {
    CallError::Unanswered(format!("Unable to execute HTTP request to {host}: {reason}"))
}

fn client(connector: HttpsConnectorBuilder<WantsSchemes>, kept_per_host: usize) -> HttpsClient {
    let mut http = HttpConnector::new();
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http.set_nodelay(true);
    http.enforce_http(false);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(kept_per_host)
        .build(connector.https_or_http().enable_http1().wrap_connector(http))
}

/// A client for servers that these certificates vouch for, and no others.
fn trusting(pem: &[u8]) -> Result<HttpsClient, Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        return Err("there is no certificate to trust its server by".into());
    }
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(client(HttpsConnectorBuilder::new().with_tls_config(tls), 0))
}

impl Outside for Endpoints {
    fn reaches(&self, service: &str) -> bool {
        !self.endpoints.is_empty() && self.find(service).is_some()
    }

    fn call<'a>(
        &'a self,
        ctx: Ctx,
        service: &'a str,
        operation: &'a str,
        body: Bytes,
    ) -> OutsideReply<'a> {
        Box::pin(async move { self.ask(&ctx, service, operation, &body).await })
    }

    fn fetch(&self, request: Request<Bytes>) -> Fetched<'_> {
        Box::pin(self.fetch_once(request))
    }
}

fn timed_out(timeout: Duration) -> String {
    let millis = timeout.as_millis();
    format!(
        "Client execution did not complete before the specified timeout configuration: {millis} millis"
    )
}

/// The reason behind the reasons: `Connection refused`.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use base::SystemClock;
    use http::Method;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers the first request of each connection, and hangs up at the second.
    async fn forgetful(listener: TcpListener) {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                let _ = stream.read(&mut head).await;
            });
        }
    }

    #[tokio::test]
    async fn a_server_that_hangs_up_on_kept_connections_answers_every_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let url = format!("http://{}/", listener.local_addr().expect("has an address"));
        let server = tokio::spawn(forgetful(listener));
        let endpoints = Endpoints::new(BTreeMap::new(), Arc::new(SystemClock));
        for method in [Method::POST, Method::POST, Method::GET, Method::GET] {
            let request = Request::builder().method(&method).uri(&url).body(Bytes::new());
            let answer = endpoints.fetch(request.expect("is one")).await;
            assert_eq!(answer.expect("is answered").status(), 200, "{method}");
        }
        let mut kept = Vec::new();
        for _ in 0..2 {
            let request = Request::post(&url).extension(KeptConnection).body(Bytes::new());
            kept.push(endpoints.fetch(request.expect("is one")).await.is_ok());
        }
        assert_eq!(kept, [true, false], "the second is sent over the connection of the first");
        server.abort();
    }
}
