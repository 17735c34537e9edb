//! The certificate authority of one developer's house: made on first start, kept in the store, trusted by whom the developer
//! tells to (`NODE_EXTRA_CA_CERTS`, `AWS_CA_BUNDLE`, `curl --cacert`).
//!
//! It vouches for whatever name a client asks for, because only those trust it who want to be led here; its key never
//! leaves the store.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use base::{Clock, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use store::{Batch, Store};
use time::OffsetDateTime;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::sign::CertifiedKey;

use super::pair;
use crate::tables::{self, Certificate};

/// How long the authority is trusted. Nothing renews it: clients would have to be told again.
const AUTHORITY_VALID: Duration = Duration::from_hours(24 * 365 * 20);
/// How long what it signs is valid, and when it is signed anew. Systems refuse more than 398 days.
const VALID: Duration = Duration::from_hours(24 * 90);
const RENEWED_BEFORE: Duration = Duration::from_hours(24 * 30);
/// How much a client's clock may be behind.
const SKEW: Duration = Duration::from_hours(24);
/// Certificates that are kept for the next client; who asks for ever new names has the others forgotten.
const KEPT_MAX: usize = 1_024;

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    /// The key of everything it signs.
    key: KeyPair,
    /// The addresses that clients ask without a name.
    addresses: Vec<IpAddr>,
    clock: Arc<dyn Clock>,
    issued: Mutex<HashMap<Option<String>, Issued>>,
}

#[derive(Debug)]
struct Issued {
    pair: Arc<CertifiedKey>,
    renewed_at: Timestamp,
}

impl Authority {
    /// The authority of a house, made if it has none yet. Clients without a name reach the house at `address` or on
    /// loopback.
    pub(super) async fn open(
        store: &dyn Store,
        clock: Arc<dyn Clock>,
        address: IpAddr,
    ) -> anyhow::Result<Self> {
        let Certificate { chain, key } = match tables::authority(store).await? {
            Some(kept) => kept,
            None => {
                let made = make(clock.now()).context("make a certificate authority")?;
                let mut batch = Batch::new();
                tables::put_authority(&mut batch, &made);
                store.commit(batch).await?;
                made
            }
        };
        let key = KeyPair::from_pem(&key).context("read the key of the certificate authority")?;
        let mut addresses = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        if !address.is_unspecified() && !addresses.contains(&address) {
            addresses.push(address);
        }
        Ok(Authority {
            issuer: Issuer::new(params(&key, None), key),
            certificate: chain,
            key: KeyPair::generate()?,
            addresses,
            clock,
            issued: Mutex::default(),
        })
    }

    /// Its certificate, as PEM has it.
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for the name that a client asks for, or for the addresses of the house.
    pub(super) fn issue(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let now = self.clock.now();
        let name = name.map(str::to_ascii_lowercase);
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issued) = issued.get(&name).filter(|issued| now < issued.renewed_at) {
            return Some(Arc::clone(&issued.pair));
        }
        let pair = self.sign(name.as_deref(), now).inspect_err(|error| {
            tracing::warn!(name, error = format!("{error:#}"), "issue a certificate");
        });
        let pair = pair.ok()?;
        if KEPT_MAX <= issued.len() {
            issued.clear();
        }
        let renewed_at = now.after(VALID - RENEWED_BEFORE);
        issued.insert(name, Issued { pair: Arc::clone(&pair), renewed_at });
        Some(pair)
    }

    fn sign(&self, name: Option<&str>, now: Timestamp) -> anyhow::Result<Arc<CertifiedKey>> {
        let names = match name {
            Some(name) => vec![name.to_owned()],
            None => {
                let addresses = self.addresses.iter().map(IpAddr::to_string);
                addresses.chain(["localhost".to_owned()]).collect()
            }
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        valid(&mut params, now, VALID);
        let certificate = params.signed_by(&self.key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        pair::of(vec![certificate.der().clone()], &key)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

fn make(now: Timestamp) -> anyhow::Result<Certificate> {
    let key = KeyPair::generate()?;
    let certificate = params(&key, Some(now)).self_signed(&key)?;
    Ok(Certificate { chain: certificate.pem(), key: key.serialize_pem() })
}

/// What the authority's certificate says; its name differs from that of every other house's.
fn params(key: &KeyPair, made_at: Option<Timestamp>) -> CertificateParams {
    let mut params = CertificateParams::default();
    let id = params.key_identifier(key);
    let id: String = id.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Freehold development {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    if let Some(now) = made_at {
        valid(&mut params, now, AUTHORITY_VALID);
    }
    params
}

fn valid(params: &mut CertificateParams, now: Timestamp, valid: Duration) {
    let now = OffsetDateTime::from_unix_timestamp(now.as_millis() / 1_000);
    let now = now.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    params.not_before = now - SKEW;
    params.not_after = now + valid;
}
