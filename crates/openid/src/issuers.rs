//! The public keys of issuers of tokens, fetched when they are first needed and kept for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::Timestamp;
use bytes::Bytes;
use http::Request;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde_json::Value;
use service::Bus;

const KEPT: Duration = Duration::from_hours(1);
/// A key that isn't among an issuer's may be new: they are fetched again, but not for every token that says so.
const PAUSE: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where an issuer has its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where its configuration says, as OpenID Connect has it.
    Discovered,
    /// Where Cognito has them, which needn't be asked.
    Known,
}

/// The issuers that were asked.
#[derive(Debug)]
pub struct Issuers {
    /// Where the configuration says that an issuer's keys are.
    configured: BTreeMap<String, String>,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    keys: Arc<JwkSet>,
    at: Timestamp,
}

impl Issuers {
    /// Those that a configuration names, by issuer, with where their keys are; others are asked.
    pub fn new(configured: BTreeMap<String, String>) -> Self {
        Issuers { configured, known: Mutex::default() }
    }

    /// The key of that id, of that issuer.
    pub async fn key(
        &self,
        bus: &Bus,
        now: Timestamp,
        issuer: &str,
        place: Place,
        key_id: Option<&str>,
    ) -> Option<Jwk> {
        let known = self.known(issuer);
        if let Some(known) = known.filter(|known| now.since(known.at) < KEPT) {
            let found = find(&known.keys, key_id);
            if found.is_some() || now.since(known.at) < PAUSE {
                return found;
            }
        }
        let keys = Arc::new(self.fetch(bus, issuer, place).await?);
        let found = find(&keys, key_id);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(issuer.to_owned(), Known { keys, at: now });
        found
    }

    fn known(&self, issuer: &str) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned()
    }

    async fn fetch(&self, bus: &Bus, issuer: &str, place: Place) -> Option<JwkSet> {
        let issuer = issuer.trim_end_matches('/');
        let url = match (self.configured.get(issuer), place) {
            (Some(url), _) => url.clone(),
            (None, Place::Known) => format!("{issuer}/.well-known/jwks.json"),
            (None, Place::Discovered) => {
                let url = format!("{issuer}/.well-known/openid-configuration");
                let document: Value = serde_json::from_slice(&fetch(bus, &url).await?).ok()?;
                document["jwks_uri"].as_str()?.to_owned()
            }
        };
        let keys = keys(&fetch(bus, &url).await?);
        if keys.is_none() {
            tracing::warn!(%url, "the keys of an issuer can't be read");
        }
        keys
    }
}

/// The keys of a document, but for those of kinds that aren't known here: they belong to tokens that couldn't be read
/// either, and the others are none the worse for them (RFC 7517 §5).
fn keys(document: &[u8]) -> Option<JwkSet> {
    let document: Value = serde_json::from_slice(document).ok()?;
    let keys = document.get("keys")?.as_array()?.iter();
    let known = keys.filter_map(|key| serde_json::from_value(key.clone()).ok());
    Some(JwkSet { keys: known.collect() })
}

async fn fetch(bus: &Bus, url: &str) -> Option<Bytes> {
    let request = Request::get(url).body(Bytes::new()).ok()?;
    let answer = tokio::time::timeout(TIMEOUT, bus.fetch(request)).await;
    match answer {
        Ok(Ok(answer)) if answer.status().is_success() => Some(answer.into_body()),
        Ok(Ok(answer)) => {
            tracing::warn!(%url, status = %answer.status(), "the keys of an issuer");
            None
        }
        Ok(Err(error)) => {
            tracing::warn!(%url, %error, "the keys of an issuer");
            None
        }
        Err(_) => {
            tracing::warn!(%url, "the keys of an issuer didn't come in time");
            None
        }
    }
}

fn find(keys: &JwkSet, key_id: Option<&str>) -> Option<Jwk> {
    match (key_id, keys.keys.as_slice()) {
        (Some(id), _) => keys.find(id).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_an_unknown_kind_leaves_the_others() {
        let document = br#"{"keys": [
            {"kty": "OKP", "crv": "X25519", "use": "enc", "kid": "x", "x": "AAAA"},
            {"kty": "AKP", "alg": "ML-DSA-44", "kid": "m", "pub": "AAAA"},
            {"kty": "EC", "crv": "P-521", "alg": "ES512", "kid": "e", "x": "AAAA", "y": "AAAA"},
            {"kty": "RSA", "alg": "RS256", "kid": "r", "n": "AQAB", "e": "AQAB"}]}"#;
        let known = keys(document).unwrap();
        assert!(find(&known, Some("r")).is_some());
        assert!(find(&known, Some("x")).is_none());
        assert!(keys(b"{}").is_none());
    }
}
