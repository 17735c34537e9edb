//! The access keys that `freehold serve` verifies signatures against.

use std::collections::BTreeMap;

use aws::sigv4::Credentials;
use base::{Entropy, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use store::{Batch, Error, Store};

use crate::tables::{self, AccessKeyRow};

/// Every key of the house, in memory: a request must not wait for the store to be told who it is.
#[derive(Debug)]
pub struct AccessKeys(BTreeMap<String, AccessKeyRow>);

/// A key that was just made; its secret is shown now and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl AccessKeys {
    /// Reads the stored keys. If there are none, makes the root key, which is durable before it is returned.
    pub async fn open(
        store: &dyn Store,
        root_arn: &str,
        entropy: &mut Entropy,
        now: Timestamp,
    ) -> Result<(Self, Option<NewKey>), Error> {
        let mut keys = AccessKeys(tables::access_keys(store).await?.into_iter().collect());
        if !keys.0.is_empty() {
            return Ok((keys, None));
        }
        let new = NewKey { access_key_id: key_id(entropy), secret_access_key: secret(entropy) };
        let row = AccessKeyRow::new(new.secret_access_key.clone(), root_arn.to_owned(), now);
        let mut batch = Batch::new();
        tables::put_access_key(&mut batch, &new.access_key_id, &row);
        store.commit(batch).await?;
        keys.0.insert(new.access_key_id.clone(), row);
        Ok((keys, Some(new)))
    }

    /// The key of that id and who it stands for.
    pub fn find(&self, access_key_id: &str) -> Option<(Credentials, &str)> {
        let row = self.0.get(access_key_id)?;
        let credentials = Credentials {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: row.secret_access_key.clone(),
            session_token: None,
        };
        Some((credentials, &row.arn))
    }
}

/// `AKIA` and sixteen characters of Base32, as AWS forms ids of long-lived keys.
fn key_id(entropy: &mut Entropy) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    let letters = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    "AKIA".chars().chain(letters).collect()
}

/// Forty characters of Base64: 240 random bits.
fn secret(entropy: &mut Entropy) -> String {
    let mut bytes = [0; 30];
    entropy.fill(&mut bytes);
    STANDARD_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use store::Memory;

    use super::*;

    const ARN: &str = "arn:aws:iam::000000000000:root";

    #[tokio::test]
    async fn the_root_key_is_made_once() {
        let store = Memory::new();
        let mut entropy = Entropy::from_number(1);
        let now = Timestamp::from_millis(0);
        let (_, made) = AccessKeys::open(&store, ARN, &mut entropy, now).await.expect("opens");
        let made = made.expect("made on first start");
        assert_eq!((made.access_key_id.len(), made.secret_access_key.len()), (20, 40));

        let (keys, again) = AccessKeys::open(&store, ARN, &mut entropy, now).await.expect("opens");
        assert_eq!(again, None);
        let (credentials, arn) = keys.find(&made.access_key_id).expect("is kept");
        assert_eq!((credentials.secret_access_key, arn), (made.secret_access_key, ARN));
        assert!(keys.find("AKIDEXAMPLE").is_none());
    }
}
