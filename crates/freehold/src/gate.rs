//! Who may enter.

use std::sync::Arc;

use aws::sigv4::{Chain, Presented, Request};
use aws::{Error, SignedForm, sigv2};
use base::Timestamp;
use http::header::{AUTHORIZATION, HOST};
use iam::{Bearer, Identities};
use service::{Caller, Ctx, Gatekeeper, House, Session};

/// The code that a request without a signature is refused with.
pub(crate) const UNSIGNED: &str = "MissingAuthenticationTokenException";

/// What signatures begin with that AWS takes and only `freehold dev` does, which verifies none: the older ones of S3
/// and those for many regions.
const OTHER_SCHEMES: [&str; 2] = ["AWS ", "AWS4-ECDSA-P256-SHA256 "];

/// The rule by which requests are let in.
pub enum Gate {
    /// `freehold dev`: any credentials or none, on loopback only. Who uses a key of the house is its owner; who uses
    /// twelve digits is the root of that account; everybody else is the root of the house's.
    Anyone {
        /// The root of the house's account.
        root: Caller,
        identities: Identities,
        /// What clients call the house besides the names of this machine and AWS's.
        names: Vec<String>,
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
    /// What the signatures of the body's chunks follow from, where signatures are verified.
    pub chain: Option<Chain>,
}

impl Gate {
    /// Where it lets in who shows no key at all: the names that the house has besides those of this machine and AWS's.
    pub fn names_for_anyone(&self) -> Option<&[String]> {
        match self {
            Gate::Anyone { names, .. } => Some(names),
            Gate::Keys(_) => None,
        }
    }

    /// Tells who sends a request to a room, or refuses as AWS does.
    pub fn admit(
        &self,
        request: &Request<'_>,
        signing_name: &str,
        now: Timestamp,
    ) -> Result<Admitted, Error> {
        let presented = Presented::of(request.headers, request.query);
        match self {
            Gate::Anyone { root, identities, .. } => {
                let presented = match presented {
                    Err(error) if error.code == UNSIGNED || is_of_other_scheme(request) => None,
                    presented => Some(presented?),
                };
                let named = presented
                    .and_then(|it| named(it.access_key_id(), it.session_token(), root, identities));
                Ok(named.unwrap_or_else(|| Admitted::root(root)))
            }
            Gate::Keys(identities) => {
                if let Some(link) =
                    sigv2::Presented::of(request.query).filter(|_| takes_links(signing_name))
                {
                    let bearer =
                        identities.bearer(link.access_key_id(), link.session_token(), now)?;
                    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok());
                    let bucket = host.and_then(sigv2::bucket_of_host);
                    link.verify(request, bucket, &bearer.credentials, now)?;
                    return Ok(bearer.into());
                }
                let presented = presented?;
                let (key, token) = (presented.access_key_id(), presented.session_token());
                let bearer = identities.bearer(key, token, now)?;
                presented.verify(request, &bearer.credentials, signing_name, now)?;
                let chain = presented.chain(&bearer.credentials);
                Ok(Admitted { chain: Some(chain), ..bearer.into() })
            }
        }
    }
}

impl Gate {
    /// Tells who has signed a form, or refuses as AWS does.
    fn signer(
        &self,
        form: &SignedForm,
        signing_name: &str,
        now: Timestamp,
    ) -> Result<Admitted, Error> {
        let (key, token) = (form.access_key_id(), form.session_token());
        match self {
            Gate::Anyone { root, identities, .. } => {
                let named = named(key, token, root, identities);
                Ok(named.unwrap_or_else(|| Admitted::root(root)))
            }
            Gate::Keys(identities) => {
                let bearer = identities.bearer(key, token, now)?;
                form.verify(&bearer.credentials, signing_name)?;
                Ok(bearer.into())
            }
        }
    }
}

fn is_of_other_scheme(request: &Request<'_>) -> bool {
    let authorization = request.headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    authorization.is_some_and(|it| OTHER_SCHEMES.iter().any(|scheme| it.starts_with(scheme)))
}

/// S3 alone takes links that are signed in the older way.
fn takes_links(signing_name: &str) -> bool {
    signing_name == "s3"
}

impl Gatekeeper for Gate {
    fn admit(&self, ctx: &Ctx, signed: &Request<'_>, signing_name: &str) -> Result<Ctx, Error> {
        Ok(Gate::admit(self, signed, signing_name, ctx.now())?.instead_of(ctx))
    }

    fn admit_form(&self, ctx: &Ctx, form: &SignedForm, signing_name: &str) -> Result<Ctx, Error> {
        Ok(self.signer(form, signing_name, ctx.now())?.instead_of(ctx))
    }
}

/// Who is meant by a key that nobody verifies.
fn named(
    key: &str,
    token: Option<&str>,
    root: &Caller,
    identities: &Identities,
) -> Option<Admitted> {
    if let Some(bearer) = identities.named(key, token) {
        return Some(bearer.into());
    }
    let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
    let mut arn = base::Arn::parse(&root.arn).ok().filter(|_| is_account)?;
    key.clone_into(&mut arn.account);
    let caller = Caller { arn: arn.to_string() };
    Some(Admitted { caller, account: Some(key.to_owned()), session: None, chain: None })
}

impl From<Bearer> for Admitted {
    fn from(bearer: Bearer) -> Self {
        let Bearer { caller, account, session, .. } = bearer;
        Admitted { caller, account: Some(account), session, chain: None }
    }
}

impl Admitted {
    fn root(root: &Caller) -> Self {
        Admitted { caller: root.clone(), account: None, session: None, chain: None }
    }

    /// The same request, made by him.
    fn instead_of(self, ctx: &Ctx) -> Ctx {
        let trace_header = ctx.trace_header().map(str::to_owned);
        self.ctx(ctx.house(), ctx.request_id())
            .with_trace_header(trace_header)
            .with_host(ctx.host())
            .with_tls(ctx.is_secure())
            .with_arrival(ctx.arrival().cloned())
    }

    /// Somebody without a signature, who asks for what anybody may.
    pub fn stranger() -> Self {
        Admitted { caller: Caller::anonymous(), account: None, session: None, chain: None }
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
