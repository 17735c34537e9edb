//! Certificates from an ACME server, Let's Encrypt or another, for the domain names that rooms serve.
//!
//! The server convinces itself that a name leads to the house by TLS-ALPN-01 ([RFC 8737]): it connects to the name's port
//! 443 and has to be shown a certificate with the answer to its challenge. So the house has to be reachable there, and
//! names with a wildcard can't be ordered.
//!
//! [RFC 8737]: https://www.rfc-editor.org/rfc/rfc8737

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base::{Clock, Timestamp};
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType,
    HttpClient, Identifier, NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use service::Registry;
use store::{Batch, Store};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use x509_cert::der::Decode as _;

use super::pair;
use crate::config::AcmeServer;
use crate::tables::{self, Certificate};

/// The protocol by which the server asks for the answer to a challenge.
pub(super) const CHALLENGE: &[u8] = b"acme-tls/1";
/// How long to wait after an order that failed. Let's Encrypt takes five failures of a name an hour.
const PAUSE: Duration = Duration::from_mins(15);
/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Acme {
    server: AcmeServer,
    client: Http,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    certificates: RwLock<HashMap<String, Kept>>,
    challenges: RwLock<HashMap<String, Arc<CertifiedKey>>>,
    /// When to try again for names that failed.
    paused: RwLock<HashMap<String, Timestamp>>,
}

struct Kept {
    pair: Arc<CertifiedKey>,
    renewed_at: Timestamp,
}

impl Acme {
    /// Takes up the certificates that were ordered before; nobody is asked yet.
    pub(super) async fn open(
        server: &AcmeServer,
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let mut certificates = HashMap::new();
        for (name, certificate) in tables::certificates(&**store).await? {
            let kept = kept(&certificate).with_context(|| format!("use the one of {name}"))?;
            certificates.insert(name, kept);
        }
        Ok(Acme {
            client: Http::new(server)?,
            server: server.clone(),
            store: Arc::clone(store),
            clock: Arc::clone(clock),
            certificates: RwLock::new(certificates),
            challenges: RwLock::default(),
            paused: RwLock::default(),
        })
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let certificates = self.certificates.read().unwrap_or_else(PoisonError::into_inner);
        certificates.get(name).map(|kept| Arc::clone(&kept.pair))
    }

    /// What the server is shown that challenges the house to answer for a name.
    pub(super) fn challenge(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        self.challenges.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Orders a certificate for every name that has none, or one that is running out.
    pub(super) async fn order_due(&self, registry: &Registry) {
        let rooms = registry.rooms().filter_map(|room| room.public_http());
        let names: BTreeSet<_> = rooms.flat_map(|room| room.domains()).collect();
        for name in names.iter().filter(|name| self.is_due(name)) {
            match self.order(name).await {
                Ok(()) => tracing::info!(name, "a certificate was issued"),
                Err(error) => {
                    tracing::error!(name, error = format!("{error:#}"), "order a certificate");
                    let mut paused = self.paused.write().unwrap_or_else(PoisonError::into_inner);
                    paused.insert(name.clone(), self.clock.now().after(PAUSE));
                }
            }
        }
    }

    fn is_due(&self, name: &str) -> bool {
        let now = self.clock.now();
        let paused = self.paused.read().unwrap_or_else(PoisonError::into_inner);
        let is_paused = paused.get(name).is_some_and(|until| now < *until);
        let certificates = self.certificates.read().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = certificates.get(name).is_some_and(|kept| now < kept.renewed_at);
        !name.starts_with("*.") && !is_paused && !is_fresh
    }

    async fn order(&self, name: &str) -> anyhow::Result<()> {
        let account = self.account().await.context("open the account")?;
        let identifiers = [Identifier::Dns(name.to_owned())];
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            match authorization.status {
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                other => bail!("be authorized: the authorization is {other:?}"),
            }
            let mut challenge = authorization
                .challenge(ChallengeType::TlsAlpn01)
                .context("find a challenge by TLS-ALPN-01")?;
            let answer = answer(name, challenge.key_authorization().digest().as_ref())?;
            self.set_challenge(name, Some(answer));
            challenge.set_ready().await?;
        }
        let issued = async {
            let retries = RetryPolicy::default().timeout(TIMEOUT);
            let status = order.poll_ready(&retries).await?;
            if status != OrderStatus::Ready {
                bail!("answer the challenge: the order is {status:?}");
            }
            let key = order.finalize().await?;
            let chain = order.poll_certificate(&retries).await?;
            Ok(Certificate { chain, key })
        };
        let issued = issued.await;
        self.set_challenge(name, None);
        self.keep(name, &issued?).await
    }

    fn set_challenge(&self, name: &str, answer: Option<Arc<CertifiedKey>>) {
        let mut challenges = self.challenges.write().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Some(answer) => challenges.insert(name.to_owned(), answer),
            None => challenges.remove(name),
        };
    }

    async fn keep(&self, name: &str, certificate: &Certificate) -> anyhow::Result<()> {
        let kept = kept(certificate)?;
        let mut batch = Batch::new();
        tables::put_certificate(&mut batch, name, certificate);
        self.store.commit(batch).await?;
        let mut certificates = self.certificates.write().unwrap_or_else(PoisonError::into_inner);
        certificates.insert(name.to_owned(), kept);
        Ok(())
    }

    /// The house's account, made with the first order.
    async fn account(&self) -> anyhow::Result<Account> {
        let builder = Account::builder_with_http(Box::new(self.client.clone()));
        let directory = &self.server.directory;
        if let Some(credentials) = tables::acme_account(&*self.store, directory).await? {
            let credentials: AccountCredentials = serde_json::from_str(&credentials)?;
            return Ok(builder.from_credentials(credentials).await?);
        }
        let contact: Vec<_> = self.server.contact.iter().map(String::as_str).collect();
        let wanted = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let (account, credentials) = builder.create(&wanted, directory.clone(), None).await?;
        let mut batch = Batch::new();
        tables::put_acme_account(&mut batch, directory, &serde_json::to_string(&credentials)?);
        self.store.commit(batch).await?;
        Ok(account)
    }
}

impl std::fmt::Debug for Acme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acme").field("server", &self.server).finish_non_exhaustive()
    }
}

/// A certificate of the store, renewed when a third of its time is left.
fn kept(certificate: &Certificate) -> anyhow::Result<Kept> {
    let pair = pair::read(certificate.chain.as_bytes(), certificate.key.as_bytes())?;
    let first = pair.cert.first().context("find the certificate")?;
    let parsed = x509_cert::Certificate::from_der(first).context("read the certificate")?;
    let validity = parsed.tbs_certificate.validity;
    let (from, until) =
        (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
    let lasts = until.saturating_sub(from);
    let renewed_at = Timestamp::default().after(from + lasts * 2 / 3);
    Ok(Kept { pair, renewed_at })
}

/// The certificate that answers a challenge.
fn answer(name: &str, digest: &[u8]) -> anyhow::Result<Arc<CertifiedKey>> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    pair::of(vec![certificate.der().clone()], &key)
}

/// The client that talks to the server: over TLS, which a private server may have a root of its own for.
#[derive(Clone)]
struct Http(Client<HttpsConnector<HttpConnector>, BodyWrapper<bytes::Bytes>>);

impl Http {
    fn new(server: &AcmeServer) -> anyhow::Result<Self> {
        let connector = HttpsConnectorBuilder::new();
        let connector = match &server.trusted_roots {
            None => connector.with_webpki_roots(),
            Some(path) => {
                let describe = || format!("read the roots in {}", path.display());
                let mut roots = RootCertStore::empty();
                for root in CertificateDer::pem_file_iter(path).with_context(describe)? {
                    roots.add(root.with_context(describe)?).with_context(describe)?;
                }
                let client = ClientConfig::builder().with_root_certificates(roots);
                connector.with_tls_config(client.with_no_client_auth())
            }
        };
        let connector = connector.https_only().enable_http1().build();
        Ok(Http(Client::builder(TokioExecutor::new()).build(connector)))
    }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: http::Request<BodyWrapper<bytes::Bytes>>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>>
    {
        let answer = self.0.request(request);
        let other = |error| instant_acme::Error::Other(error);
        Box::pin(async move {
            let answer = tokio::time::timeout(TIMEOUT, answer);
            let answer = answer.await.map_err(|error| other(error.into()))?;
            let (parts, body) = answer.map_err(|error| other(error.into()))?.into_parts();
            let body = body.collect().await.map_err(|error| other(error.into()))?.to_bytes();
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}
