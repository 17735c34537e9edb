//! A certificate with the key that goes with it.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Reads a chain, the certificate first, and its key, both as PEM has them.
pub(super) fn read(chain: &[u8], key: &[u8]) -> anyhow::Result<Arc<CertifiedKey>> {
    let chain = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| anyhow!("{error}"))
        .context("read the certificates")?;
    if chain.is_empty() {
        return Err(anyhow!("find a certificate: the file has none"));
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| anyhow!("{error}"))
        .context("read the key")?;
    let pair = of(chain, &key)?;
    pair.keys_match().context("match the key with the certificate")?;
    Ok(pair)
}

/// Puts together what was made to belong together.
pub(super) fn of(
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'_>,
) -> anyhow::Result<Arc<CertifiedKey>> {
    let key = any_supported_type(key).context("use the key")?;
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}
