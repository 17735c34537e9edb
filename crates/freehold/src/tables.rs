//! What the roof itself keeps in the store: the secrets of the house, and its certificates.

use store::key::{Key, Parts};
use store::{Batch, Error, Read};

const SECRET: &str = "house_secret";
const AUTHORITY: &str = "house_authority";
const CERTIFICATE: &str = "house_certificate";
const ACME_ACCOUNT: &str = "house_acme_account";
/// What the rows of a certificate end with.
const CHAIN: &str = "chain";
const KEY: &str = "key";

/// A certificate with its chain, and its key, both as PEM has them.
pub(crate) struct Certificate {
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// The secret of that name, such as the one that seals paging tokens.
pub(crate) async fn secret(store: &dyn Read, name: &str) -> Result<Option<[u8; 32]>, Error> {
    let Some(value) = store.get(&Key::of(SECRET).text(name)).await? else {
        return Ok(None);
    };
    (*value).try_into().map(Some).map_err(|_| Error::Corrupt("secret of the house"))
}

pub(crate) fn put_secret(batch: &mut Batch, name: &str, secret: [u8; 32]) {
    batch.put(Key::of(SECRET).text(name), secret.to_vec());
}

/// The development authority, if the house has made one.
pub(crate) async fn authority(store: &dyn Read) -> Result<Option<Certificate>, Error> {
    certificate(store, Key::of(AUTHORITY)).await
}

pub(crate) fn put_authority(batch: &mut Batch, certificate: &Certificate) {
    put(batch, Key::of(AUTHORITY), certificate);
}

/// The certificates of domain names, by name.
pub(crate) async fn certificates(store: &dyn Read) -> Result<Vec<(String, Certificate)>, Error> {
    let mut certificates = Vec::new();
    for entry in store.scan(&Key::of(CERTIFICATE).scan()).await? {
        let mut parts = Parts::of(CERTIFICATE, &entry.key)?;
        let (name, member) = (parts.text()?, parts.text()?);
        parts.end()?;
        let certificate = match member.as_str() {
            CHAIN => certificate(store, Key::of(CERTIFICATE).text(&name)).await?,
            _ => None,
        };
        certificates.extend(certificate.map(|certificate| (name, certificate)));
    }
    Ok(certificates)
}

pub(crate) fn put_certificate(batch: &mut Batch, name: &str, certificate: &Certificate) {
    put(batch, Key::of(CERTIFICATE).text(name), certificate);
}

async fn certificate(store: &dyn Read, key: Key) -> Result<Option<Certificate>, Error> {
    let Some(chain) = text(store, key.clone().text(CHAIN)).await? else { return Ok(None) };
    let key = text(store, key.text(KEY)).await?;
    let key = key.ok_or(Error::Corrupt("certificate of the house: it has no key"))?;
    Ok(Some(Certificate { chain, key }))
}

fn put(batch: &mut Batch, key: Key, certificate: &Certificate) {
    batch.put(key.clone().text(CHAIN), certificate.chain.clone());
    batch.put(key.text(KEY), certificate.key.clone());
}

/// The credentials of the house's account with an ACME server.
pub(crate) async fn acme_account(
    store: &dyn Read,
    directory: &str,
) -> Result<Option<String>, Error> {
    text(store, Key::of(ACME_ACCOUNT).text(directory)).await
}

pub(crate) fn put_acme_account(batch: &mut Batch, directory: &str, credentials: &str) {
    batch.put(Key::of(ACME_ACCOUNT).text(directory), credentials.to_owned());
}

async fn text(store: &dyn Read, key: Key) -> Result<Option<String>, Error> {
    let Some(value) = store.get(&key).await? else { return Ok(None) };
    let text = std::str::from_utf8(&value);
    text.map(|text| Some(text.to_owned())).map_err(|_| Error::Corrupt("text of the house"))
}
