//! HTTPS on the port that HTTP is on: which certificate a client is shown (`docs/adr/0009-https-on-the-same-port.md`).
//!
//! A certificate comes from the folder that the configuration names, else from the ACME server that it names, else, for
//! developers, from an authority of the house's own. Who asks for a name that none of them has gets no connection.

mod acme;
mod authority;
mod folder;
mod pair;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use base::Clock;
use service::Registry;
use store::Store;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::assemble::Mode;
use crate::config;
use acme::Acme;
use authority::Authority;
use folder::Folder;

/// The file in the house's folder that clients are pointed to, to trust the development authority.
pub(crate) const AUTHORITY_FILE: &str = "certificate-authority.pem";
/// The protocol that connections carry, as clients name it.
const HTTP1: &[u8] = b"http/1.1";
/// When to look again for certificates that are new, or due.
const INTERVAL: Duration = Duration::from_secs(10);

/// The certificates of a house.
#[derive(Debug)]
pub struct Tls {
    folder: Option<Folder>,
    acme: Option<Acme>,
    authority: Option<Authority>,
}

impl Tls {
    /// Opens what the configuration names; none if it names nothing and the house isn't a developer's.
    pub async fn open(
        config: &config::Tls,
        mode: Mode,
        (listen, data): (IpAddr, &Path),
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Option<Arc<Self>>> {
        let folder = config.certificates.clone().map(Folder::open).transpose()?;
        let acme = match &config.acme {
            Some(server) => Some(Acme::open(server, store, clock).await?),
            None => None,
        };
        let wants_authority = config.development_authority.unwrap_or(mode == Mode::Dev);
        let authority = match wants_authority {
            true => Some(Authority::open(&**store, Arc::clone(clock), listen).await?),
            false => None,
        };
        if let Some(authority) = &authority {
            let path = data.join(AUTHORITY_FILE);
            std::fs::write(&path, authority.certificate())
                .with_context(|| format!("write {}", path.display()))?;
        }
        let has_any = folder.is_some() || acme.is_some() || authority.is_some();
        Ok(has_any.then(|| Arc::new(Tls { folder, acme, authority })))
    }

    /// Whether developers can have the house's own authority trusted.
    pub fn has_authority(&self) -> bool {
        self.authority.is_some()
    }

    /// What connections are taken over with.
    pub fn server(self: &Arc<Self>) -> anyhow::Result<Arc<ServerConfig>> {
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        server.alpn_protocols = vec![HTTP1.to_vec()];
        if self.acme.is_some() {
            server.alpn_protocols.push(acme::CHALLENGE.to_vec());
        }
        Ok(Arc::new(server))
    }

    /// Keeps certificates in date, as long as the process runs: those of the folder are read again when they change,
    /// those of the domain names that rooms serve are ordered.
    pub async fn work(self: Arc<Self>, registry: Arc<Registry>) {
        loop {
            if let Some(folder) = &self.folder {
                folder.reload();
            }
            if let Some(acme) = &self.acme {
                acme.order_due(&registry).await;
            }
            #[expect(clippy::disallowed_methods, reason = "this is when to look again")]
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name();
        let is_challenge =
            hello.alpn().is_some_and(|mut protocols| protocols.any(|it| it == acme::CHALLENGE));
        if is_challenge {
            return self.acme.as_ref()?.challenge(name?);
        }
        let of_folder = || self.folder.as_ref()?.find(name);
        let of_acme = || self.acme.as_ref()?.find(name?);
        let of_authority = || self.authority.as_ref()?.issue(name);
        of_folder().or_else(of_acme).or_else(of_authority)
    }
}
