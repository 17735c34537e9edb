//! What a room learns of the request it answers.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use aws::PageTokens;
use base::{Arn, Clock, Entropy, Timestamp};

use crate::Feed;

/// What all requests have in common: whose house this is, and the sources of time, ids and secrets.
pub struct House {
    account: String,
    region: String,
    clock: Arc<dyn Clock>,
    entropy: Mutex<Entropy>,
    page_tokens: PageTokens,
    feed: Feed,
}

impl House {
    /// A house with an identity and its sources; made once, by whoever assembles it.
    pub fn new(
        account: impl Into<String>,
        region: impl Into<String>,
        clock: Arc<dyn Clock>,
        entropy: Entropy,
        page_tokens: PageTokens,
    ) -> Self {
        House {
            account: account.into(),
            region: region.into(),
            clock,
            entropy: Mutex::new(entropy),
            page_tokens,
            feed: Feed::default(),
        }
    }

    /// The AWS account number that its ARNs carry.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The AWS region that its ARNs carry.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The partition that the region belongs to.
    pub fn partition(&self) -> &'static str {
        match self.region.split_once('-') {
            Some(("cn", _)) => "aws-cn",
            Some(("us", rest)) if rest.starts_with("gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A random id: of a request, an execution, a revision.
    pub fn uuid(&self) -> String {
        self.entropy.lock().unwrap_or_else(PoisonError::into_inner).uuid()
    }

    /// A generator of its own, for work that draws much.
    pub fn entropy(&self) -> Entropy {
        self.entropy.lock().unwrap_or_else(PoisonError::into_inner).fork()
    }

    /// Makes and opens `nextToken`s.
    pub fn page_tokens(&self) -> &PageTokens {
        &self.page_tokens
    }

    /// Where what happens is written and read.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }
}

/// What stands in place of the ARN of who has none.
const ANONYMOUS: &str = "anonymous";

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The ARN of the user, role or role session, or of the account's root.
    pub arn: String,
}

impl Caller {
    /// The root of the house's account.
    pub fn root(house: &House) -> Self {
        Caller { arn: format!("arn:{}:iam::{}:root", house.partition(), house.account()) }
    }

    /// Somebody who doesn't say who. See [`Service::is_open`](crate::Service::is_open).
    pub fn anonymous() -> Self {
        Caller { arn: ANONYMOUS.to_owned() }
    }

    /// Whether nobody knows who it is.
    pub fn is_anonymous(&self) -> bool {
        self.arn == ANONYMOUS
    }
}

/// What temporary credentials say beside the ARN of who holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// When they were made.
    pub issued_at: Timestamp,
    /// Policies that bound what may be done with them, as texts: those of the request that asked for them.
    pub policies: Vec<String>,
    /// The tags of the session.
    pub tags: BTreeMap<String, String>,
    /// Those of them that a role keeps which is assumed with these credentials.
    pub transitive_tag_keys: Vec<String>,
    /// Who is behind it, as the first request in a chain of roles has said.
    pub source_identity: Option<String>,
}

/// How a client's request came to the house: what policies look at besides who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The other end of the connection: behind a proxy, the proxy's.
    pub source_ip: Option<IpAddr>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// The header `Referer`.
    pub referer: Option<String>,
}

/// One request: who asks, which request it is, and the house it is asked in.
#[derive(Clone)]
pub struct Ctx {
    house: Arc<House>,
    caller: Caller,
    /// The caller's, where it isn't the house's own.
    account: Option<Arc<str>>,
    session: Option<Arc<Session>>,
    request_id: String,
    trace_header: Option<String>,
    host: Option<Arc<str>>,
    is_secure: bool,
    arrival: Option<Arc<Arrival>>,
    attempt: Option<Arc<str>>,
    source_arn: Option<Arc<str>>,
}

impl Ctx {
    /// A request by `caller`.
    pub fn new(house: Arc<House>, caller: Caller, request_id: impl Into<String>) -> Self {
        Ctx {
            house,
            caller,
            account: None,
            session: None,
            request_id: request_id.into(),
            trace_header: None,
            host: None,
            is_secure: false,
            arrival: None,
            attempt: None,
            source_arn: None,
        }
    }

    /// A request by the account's root, as every request is in `freehold dev`.
    pub fn root(house: Arc<House>) -> Self {
        let (caller, request_id) = (Caller::root(&house), house.uuid());
        Ctx::new(house, caller, request_id)
    }

    /// The same request with an `X-Amzn-Trace-Id`.
    #[must_use]
    pub fn with_trace_header(mut self, trace_header: Option<String>) -> Self {
        self.trace_header = trace_header;
        self
    }

    /// The same request, sent to that host (and port).
    #[must_use]
    pub fn with_host(mut self, host: Option<&str>) -> Self {
        self.host = host.map(Arc::from);
        self
    }

    /// The same request, sent over TLS or not.
    #[must_use]
    pub fn with_tls(mut self, is_secure: bool) -> Self {
        self.is_secure = is_secure;
        self
    }

    /// The same request, which came from a client in that way.
    #[must_use]
    pub fn with_arrival(mut self, arrival: Option<Arc<Arrival>>) -> Self {
        self.arrival = arrival;
        self
    }

    /// The same request by a caller of that account: what it makes and finds is that account's.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<Arc<str>>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The same request, made with temporary credentials.
    #[must_use]
    pub fn with_session(mut self, session: Arc<Session>) -> Self {
        self.session = Some(session);
        self
    }

    /// The same request, made for the attempt of a task.
    #[must_use]
    pub fn with_attempt(mut self, attempt: impl Into<Arc<str>>) -> Self {
        self.attempt = Some(attempt.into());
        self
    }

    /// The same request, which a service makes for that resource of its own: policies know it as `aws:SourceArn`, and
    /// the account in it, or where it names none (a bucket's) that of the request, as `aws:SourceAccount`.
    #[must_use]
    pub fn with_source_arn(mut self, source_arn: impl Into<Arc<str>>) -> Self {
        self.source_arn = Some(source_arn.into());
        self
    }

    /// A request that follows from this one: another id, the same account and trace, on behalf of `caller`.
    pub fn follow_up(&self, caller: Caller) -> Self {
        let request_id = self.house.uuid();
        Ctx {
            caller,
            session: None,
            request_id,
            arrival: None,
            attempt: None,
            source_arn: None,
            ..self.clone()
        }
    }

    /// The same request on behalf of a role that the caller has assumed: in the role's account, its attempt kept.
    #[must_use]
    pub fn assuming(mut self, role_arn: &str) -> Self {
        if let Ok(arn) = Arn::parse(role_arn) {
            self.account = Some(arn.account.into());
        }
        self.caller = Caller { arn: role_arn.to_owned() };
        self.session = None;
        self.arrival = None;
        self.source_arn = None;
        self
    }

    /// The house it is asked in.
    pub fn house(&self) -> &Arc<House> {
        &self.house
    }

    /// The account it is asked in: the caller's. See [`House::account`] and [`Ctx::with_account`].
    pub fn account(&self) -> &str {
        self.account.as_deref().unwrap_or_else(|| self.house.account())
    }

    /// See [`House::region`].
    pub fn region(&self) -> &str {
        self.house.region()
    }

    /// See [`House::partition`].
    pub fn partition(&self) -> &'static str {
        self.house.partition()
    }

    /// What the temporary credentials say that it was made with, if it was.
    pub fn session(&self) -> Option<&Arc<Session>> {
        self.session.as_ref()
    }

    /// See [`House::now`].
    pub fn now(&self) -> Timestamp {
        self.house.now()
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The id that the reply carries in `x-amzn-RequestId`, and our log beside any trouble of ours.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The `X-Amzn-Trace-Id` of the HTTP request, which wins over a `traceHeader` in its body.
    pub fn trace_header(&self) -> Option<&str> {
        self.trace_header.as_deref()
    }

    /// The host that the client reached the house by, for URLs that it shall find its way back with.
    /// A neighbor's call has none.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Whether the client reached the house over TLS.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// How a client's request came, in a house that decides by policies. A request of the house itself has none.
    pub fn arrival(&self) -> Option<&Arc<Arrival>> {
        self.arrival.as_ref()
    }

    /// What such URLs begin with: `https://localhost:4566`.
    pub fn origin(&self) -> Option<String> {
        let scheme = if self.is_secure { "https" } else { "http" };
        Some(format!("{scheme}://{}", self.host()?))
    }

    /// The resource that a service asks for, where one does: the topic of a delivery.
    pub fn source_arn(&self) -> Option<&str> {
        self.source_arn.as_deref()
    }

    /// Which attempt of which task asks, if one does. It asks again with the same text after a crash, when it can't
    /// know whether it was heard: who keeps what it did for an attempt can answer without doing it twice.
    pub fn attempt(&self) -> Option<&Arc<str>> {
        self.attempt.as_ref()
    }
}
