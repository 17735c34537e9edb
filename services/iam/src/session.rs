//! Temporary credentials, which are not stored: the token says who holds it, sealed, and the secret follows from it.
//!
//! So they outlive the process, cost no commit, and end by themselves. What they allow isn't in them: a session of a role
//! can do what the role may when it asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::sigv4::Credentials;
use base::{Entropy, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, Mac};
use minicbor::{Decode, Encode};
use service::Session;
use sha2::Sha256;

use crate::ids;

const SEAL_BYTES: usize = 32;

/// Makes and opens session tokens. Both are for the house whose secret it holds.
#[derive(Clone)]
pub(crate) struct SessionTokens(Hmac<Sha256>);

/// What a token says. Fields are numbered: new ones can be added, none reused.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Claims {
    #[n(0)]
    pub(crate) access_key_id: String,
    #[n(1)]
    pub(crate) account: String,
    #[n(2)]
    pub(crate) arn: String,
    #[n(3)]
    pub(crate) issued_at_millis: i64,
    #[n(4)]
    pub(crate) expires_at_millis: i64,
    #[n(5)]
    pub(crate) policies: Vec<String>,
    #[n(6)]
    pub(crate) tags: BTreeMap<String, String>,
    #[n(7)]
    pub(crate) transitive_tag_keys: Vec<String>,
    #[n(8)]
    pub(crate) source_identity: Option<String>,
}

impl Claims {
    pub(crate) fn session(&self) -> Arc<Session> {
        Arc::new(Session {
            issued_at: Timestamp::from_millis(self.issued_at_millis),
            policies: self.policies.clone(),
            tags: self.tags.clone(),
            transitive_tag_keys: self.transitive_tag_keys.clone(),
            source_identity: self.source_identity.clone(),
        })
    }
}

impl SessionTokens {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        SessionTokens(Hmac::new_from_slice(&secret).expect("HMAC takes a key of any length"))
    }

    /// Credentials for what `claims` say, under a key id of their own.
    pub(crate) fn issue(&self, mut claims: Claims, entropy: &mut Entropy) -> Credentials {
        claims.access_key_id = ids::access_key("ASIA", &claims.account, entropy);
        let said = minicbor::to_vec(&claims).expect("a vector takes all that is written");
        let mut token = self.mac(b"token", &said).finalize().into_bytes().to_vec();
        token.extend_from_slice(&said);
        Credentials {
            access_key_id: claims.access_key_id,
            secret_access_key: self.secret(&said),
            session_token: Some(STANDARD.encode(token)),
        }
    }

    /// What a token says and the credentials that it is part of; `None` if it isn't one of this house's.
    pub(crate) fn open(&self, token: &str) -> Option<(Claims, Credentials)> {
        let bytes = STANDARD.decode(token).ok()?;
        let (seal, said) = bytes.split_at_checked(SEAL_BYTES)?;
        self.mac(b"token", said).verify_slice(seal).ok()?;
        let claims: Claims = minicbor::decode(said).ok()?;
        let credentials = Credentials {
            access_key_id: claims.access_key_id.clone(),
            secret_access_key: self.secret(said),
            session_token: Some(token.to_owned()),
        };
        Some((claims, credentials))
    }

    /// Thirty of the bytes that only this house can make of what the token says.
    fn secret(&self, said: &[u8]) -> String {
        STANDARD_NO_PAD.encode(&self.mac(b"secret", said).finalize().into_bytes()[..30])
    }

    fn mac(&self, purpose: &[u8], said: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(purpose);
        mac.update(said);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            access_key_id: String::new(),
            account: "111111111111".into(),
            arn: "arn:aws:sts::111111111111:assumed-role/worker/run".into(),
            issued_at_millis: 1,
            expires_at_millis: 2,
            policies: vec!["{}".into()],
            tags: BTreeMap::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
        }
    }

    #[test]
    fn opens_what_it_issued_and_nothing_else() {
        let tokens = SessionTokens::new([1; 32]);
        let issued = tokens.issue(claims(), &mut Entropy::from_number(1));
        let token = issued.session_token.clone().expect("has a token");
        let (said, opened) = tokens.open(&token).expect("opens");
        assert!(opened == issued);
        assert_eq!(said, Claims { access_key_id: issued.access_key_id, ..claims() });

        assert!(SessionTokens::new([2; 32]).open(&token).is_none());
        let bytes = STANDARD.decode(&token).expect("base64");
        for index in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[index] ^= 1;
            assert!(tokens.open(&STANDARD.encode(altered)).is_none(), "byte {index}");
        }
        assert!(tokens.open("").is_none());
    }
}
