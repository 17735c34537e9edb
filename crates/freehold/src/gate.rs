//! Who may enter.

use std::sync::Arc;

use aws::Error;
use aws::sigv4::{Presented, Request};
use base::Timestamp;
use iam::{Bearer, Identities};
use service::{Caller, Ctx, Facts, House, Session};

/// The rule by which requests are let in.
pub enum Gate {
    /// `freehold dev`: any credentials or none, on loopback only. Who uses a key of the house is its owner; who uses
    /// twelve digits is the root of that account; everybody else is the root of the house's.
    Anyone {
        /// The root of the house's account.
        root: Caller,
        identities: Identities,
    },
    /// `freehold serve`: requests signed with a key of the house, or with a session's.
    Keys(Identities),
}

/// Somebody who was let in.
pub struct Admitted {
    caller: Caller,
    /// Where it isn't the house's own.
    account: Option<String>,
    session: Option<Arc<Session>>,
}

impl Gate {
    /// Tells who sends a request to a room, or refuses as AWS does.
    pub fn admit(
        &self,
        request: &Request<'_>,
        room: &Facts,
        now: Timestamp,
    ) -> Result<Admitted, Error> {
        let presented = Presented::of(request.headers, request.query);
        match self {
            Gate::Anyone { root, identities } => {
                Ok(presented.ok().and_then(|it| named(&it, root, identities)).unwrap_or_else(
                    || Admitted { caller: root.clone(), account: None, session: None },
                ))
            }
            Gate::Keys(identities) => {
                let presented = presented?;
                let (key, token) = (presented.access_key_id(), presented.session_token());
                let bearer = identities.bearer(key, token, now)?;
                presented.verify(request, &bearer.credentials, room.signing_name, now)?;
                Ok(bearer.into())
            }
        }
    }
}

/// Who is meant by a key that nobody verifies.
fn named(presented: &Presented, root: &Caller, identities: &Identities) -> Option<Admitted> {
    let (key, token) = (presented.access_key_id(), presented.session_token());
    if let Some(bearer) = identities.named(key, token) {
        return Some(bearer.into());
    }
    let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
    let mut arn = base::Arn::parse(&root.arn).ok().filter(|_| is_account)?;
    key.clone_into(&mut arn.account);
    let caller = Caller { arn: arn.to_string() };
    Some(Admitted { caller, account: Some(key.to_owned()), session: None })
}

impl From<Bearer> for Admitted {
    fn from(bearer: Bearer) -> Self {
        let Bearer { caller, account, session, .. } = bearer;
        Admitted { caller, account: Some(account), session }
    }
}

impl Admitted {
    /// Somebody without a signature, who asks for what anybody may.
    pub fn stranger() -> Self {
        Admitted { caller: Caller::anonymous(), account: None, session: None }
    }

    /// The request that was let in.
    pub fn ctx(self, house: &Arc<House>, request_id: &str) -> Ctx {
        let ctx = Ctx::new(Arc::clone(house), self.caller, request_id);
        let ctx = match self.account {
            Some(account) if account != house.account() => ctx.with_account(account),
            _ => ctx,
        };
        match self.session {
            Some(session) => ctx.with_session(session),
            None => ctx,
        }
    }
}
