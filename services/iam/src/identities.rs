//! Who is behind an access key: what the gate asks.

use std::sync::Arc;

use aws::Error;
use aws::sigv4::Credentials;
use base::{Arn, Timestamp};
use service::{Caller, Session};

use crate::{Enforcement, Room};

/// Tells whose credentials are presented. Clones look at the same keys.
#[derive(Clone)]
pub struct Identities(pub(crate) Arc<Room>);

/// The owner of credentials that exist and are in force. Whether they were used to sign is not said by this.
#[derive(Clone)]
pub struct Bearer {
    /// What a signature is to be held against.
    pub credentials: Credentials,
    /// Who may use them.
    pub caller: Caller,
    /// The caller's account.
    pub account: String,
    /// What temporary credentials say beside that.
    pub session: Option<Arc<Session>>,
}

impl Identities {
    /// The owner of a key, or AWS's refusal of a key that isn't known, isn't active, or has expired.
    pub fn bearer(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Bearer, Error> {
        match session_token {
            Some(token) => self.temporary(access_key_id, token, now),
            None => self.lasting(access_key_id).ok_or_else(Error::unrecognized_client),
        }
    }

    /// The owner of a key that is used for its name only, where signatures aren't verified.
    pub fn named(&self, access_key_id: &str, session_token: Option<&str>) -> Option<Bearer> {
        match session_token {
            Some(token) => self.opened(access_key_id, token),
            None => self.lasting(access_key_id),
        }
    }

    fn lasting(&self, access_key_id: &str) -> Option<Bearer> {
        let world = self.0.world();
        let key = world.access_keys.get(access_key_id)?;
        if key.inactive == Some(true) {
            return None;
        }
        let credentials = Credentials {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: key.secret_access_key.clone(),
            session_token: None,
        };
        let account = Arn::parse(&key.arn).ok()?.account;
        let caller = Caller { arn: key.arn.clone() };
        Some(Bearer { credentials, caller, account, session: None })
    }

    fn temporary(&self, access_key_id: &str, token: &str, now: Timestamp) -> Result<Bearer, Error> {
        let (claims, _) = self.0.tokens.open(token).ok_or_else(Error::unrecognized_client)?;
        if claims.expires_at_millis <= now.as_millis() {
            let message = "The security token included in the request is expired";
            return Err(Error::client("ExpiredTokenException", message));
        }
        let is_gone =
            self.0.enforcement == Some(Enforcement::On) && self.is_of_no_role(&claims.arn);
        let opened = self.opened(access_key_id, token).filter(|_| !is_gone);
        opened.ok_or_else(Error::unrecognized_client)
    }

    /// Whether it is the session of a role that isn't there any more. Where nothing is enforced, it need never have been.
    fn is_of_no_role(&self, arn: &str) -> bool {
        let arn = Arn::parse(arn).ok().filter(|arn| arn.resource.starts_with("assumed-role/"));
        arn.is_some_and(|arn| self.0.world().behind(&arn).is_none())
    }

    fn opened(&self, access_key_id: &str, token: &str) -> Option<Bearer> {
        let (claims, credentials) = self.0.tokens.open(token)?;
        if claims.access_key_id != access_key_id {
            return None;
        }
        let session = Some(claims.session());
        let caller = Caller { arn: claims.arn };
        Some(Bearer { credentials, caller, account: claims.account, session })
    }
}
