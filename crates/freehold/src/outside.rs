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
use service::{CallError, Ctx, Fetched, Outside, OutsideReply, TrustedCertificates};

use crate::config::Endpoint;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next call.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is taken in: more than any service's but S3's.
const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;

type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The servers outside of the house.
pub struct Endpoints {
    endpoints: BTreeMap<&'static str, Endpoint>,
    client: HttpsClient,
    clock: Arc<dyn Clock>,
}

impl Endpoints {
    /// The servers of a configuration; nobody is asked yet.
    pub fn new(endpoints: BTreeMap<&'static str, Endpoint>, clock: Arc<dyn Clock>) -> Self {
        let client = client(HttpsConnectorBuilder::new().with_webpki_roots());
        Endpoints { endpoints, client, clock }
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
        let (parts, reply) = tokio::time::timeout(endpoint.timeout, self.send(request))
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

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let failed = |reason: String| {
            let message = format!("Unable to execute HTTP request to {host}: {reason}");
            CallError::Unanswered(message)
        };
        let sent = match request.extensions().get::<TrustedCertificates>() {
            Some(TrustedCertificates(pem)) => {
                let trusting = trusting(pem).map_err(|error| failed(error.to_string()))?;
                trusting.request(request.map(Full::new)).await
            }
            None => self.client.request(request.map(Full::new)).await,
        };
        let (parts, body) = sent.map_err(|error| failed(innermost(&error)))?.into_parts();
        let body = Limited::new(body, REPLY_BYTES_MAX).collect().await;
        let body = body.map_err(|error| failed(innermost(&*error)))?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }
}

fn client(connector: HttpsConnectorBuilder<WantsSchemes>) -> HttpsClient {
    let mut http = HttpConnector::new();
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http.set_nodelay(true);
    http.enforce_http(false);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
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
    Ok(client(HttpsConnectorBuilder::new().with_tls_config(tls)))
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
        Box::pin(self.send(request))
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
