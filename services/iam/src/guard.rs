//! The house's guard: who may have what done, by the policies of this room.

use std::borrow::Cow;
use std::sync::Arc;

use base::Arn;
use json::{Kind, Value};
use policy::{
    Context, Denial, Kind as PolicyKind, Policies, Policy, PolicyType, Principal, PrincipalKind,
    Request, Verdict, evaluate,
};
use service::{Check, Ctx, Facts, Guard, Service};

use crate::Room;
use crate::reference::{self, Access};
use crate::world::World;

/// What becomes of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// It is logged, and the request is made all the same.
    Warn,
    /// The request isn't made.
    On,
}

/// Lets a request through if the policies of its caller allow it.
pub struct PolicyGuard {
    room: Arc<Room>,
    enforcement: Enforcement,
}

impl PolicyGuard {
    pub(crate) fn new(room: Arc<Room>, enforcement: Enforcement) -> Self {
        PolicyGuard { room, enforcement }
    }

    fn enforce(&self, ctx: &Ctx, decision: Result<(), aws::Error>) -> Result<(), aws::Error> {
        match (self.enforcement, decision) {
            (Enforcement::Warn, Err(refusal)) => {
                let request_id = ctx.request_id();
                tracing::warn!(request_id, %refusal, "would be refused if policies were enforced");
                Ok(())
            }
            (_, decision) => decision,
        }
    }
}

impl Guard for PolicyGuard {
    fn check<'a>(
        &'a self,
        ctx: &'a Ctx,
        room: &'a dyn Service,
        operation: &'a str,
        body: &'a [u8],
    ) -> Check<'a> {
        Box::pin(async move {
            let asking = Asking::new(self.room.world(), ctx);
            if asking.is_root_at_home() || !room.operations().contains(&operation) {
                return Ok(());
            }
            let facts = room.facts();
            let (text, body) = match members(body) {
                Ok(members) => (body, members),
                Err(unreadable) => return self.enforce(ctx, Err(unreadable)),
            };
            let told = match reference::to_be_told(facts.name, operation, &body) {
                Some(reference) => room.resource_arn(ctx, operation, &reference).await,
                None => None,
            };
            let world = &asking.world;
            let request =
                reference::Asked { room: facts.name, operation, body: &body, ctx, world, told };
            let accesses = match request.accesses() {
                Ok(accesses) => accesses,
                Err(unreadable) => return self.enforce(ctx, Err(unreadable)),
            };
            for mut access in accesses {
                for (key, values) in room.conditions(ctx, operation, text, &access.resource).await {
                    access.context.set_all(key, values);
                }
                let resource_policy = match room.resource_policy(ctx, &access.resource).await {
                    Ok(policy) => policy,
                    Err(unreadable) => return self.enforce(ctx, Err(unreadable)),
                };
                let decision = asking.decide(&access, resource_policy.as_deref());
                let refused = decision.map_err(|denial| {
                    refusal(&facts, &asking.denied(&access.action, &access.resource, denial))
                });
                self.enforce(ctx, refused)?;
            }
            Ok(())
        })
    }

    fn check_access(&self, ctx: &Ctx, access: &service::Access<'_>) -> Result<(), aws::Error> {
        let asking = Asking::new(self.room.world(), ctx);
        let is_at_home = access.owner.is_none_or(|owner| owner == asking.principal.account);
        // What a resource's own policy denies is denied to the root too.
        if asking.is_root_at_home() && is_at_home && access.policy.is_none() {
            return Ok(());
        }
        let service::Access { action, resource, .. } = *access;
        let mut asked = Access::new(action.to_owned(), resource.to_owned());
        asked.owner = access.owner.map(str::to_owned);
        for (key, value) in access.conditions {
            asked.context.set(key, value.clone());
        }
        let decision = asking.decide(&asked, access.policy).map_err(|denial| {
            aws::Error::client("AccessDeniedException", asking.denied(action, resource, denial))
        });
        self.enforce(ctx, decision)
    }

    fn check_role(&self, ctx: &Ctx, role_arn: &str) -> Result<(), aws::Error> {
        let asking = Asking::new(self.room.world(), ctx);
        let access = Access::new("sts:AssumeRole".to_owned(), role_arn.to_owned());
        let decision = asking.decide_role(&access).map_err(|_| {
            let message = asking.not_authorized("sts:AssumeRole", role_arn);
            aws::Error::new(403, "AccessDenied", message)
        });
        self.enforce(ctx, decision)
    }
}

/// The members of a request. Nobody is let by with a body that can't be read: the room may read it otherwise.
fn members(body: &[u8]) -> Result<Value, aws::Error> {
    // An operation without members may be called with no body at all.
    if body.is_empty() {
        return Ok(Value::empty_object());
    }
    let text = std::str::from_utf8(body)
        .map_err(|_| aws::Error::serialization("Invalid UTF-8 in the request body"))?;
    let unreadable = |why: &str| {
        aws::Error::serialization(format!("Could not parse request body into json: {why}"))
    };
    let body = Value::parse(text).map_err(|error| unreadable(&error.message))?;
    match body.kind() {
        Kind::Object => Ok(body),
        other => Err(unreadable(&format!("expected an object, found {}", other.name()))),
    }
}

/// One caller with what is known of it.
pub(crate) struct Asking<'a> {
    pub(crate) world: Arc<World>,
    ctx: &'a Ctx,
    principal: Principal,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(world: Arc<World>, ctx: &'a Ctx) -> Self {
        let arn = &ctx.caller().arn;
        let behind = Arn::parse(arn).ok().and_then(|arn| world.behind(&arn).cloned());
        let role_arn = behind
            .filter(|entity| entity.role.is_some())
            .map(|entity| crate::arn::identity(ctx.partition(), &entity));
        let principal = Principal::of_arn(arn, role_arn.as_deref());
        Asking { world, ctx, principal }
    }

    /// Whoever an identity provider vouches for.
    pub(crate) fn federated(world: Arc<World>, ctx: &'a Ctx, provider_arn: &str) -> Self {
        Asking { world, ctx, principal: Principal::federated(provider_arn) }
    }

    /// Whether the caller is the root of the account that it asks in, which needs no policy.
    fn is_root_at_home(&self) -> bool {
        self.principal.kind == PrincipalKind::Root
            && self.principal.account == self.ctx.account()
            && self.ctx.session().is_none_or(|session| session.policies.is_empty())
    }

    /// Whether the caller may have that access to a resource with that policy.
    fn decide(&self, access: &Access, resource_policy: Option<&str>) -> Result<(), Denial> {
        // A policy that its room took and that can't be read allows nothing.
        let resource = resource_policy.map(|text| Policy::parse(text, PolicyKind::Resource));
        let nobody = Denial::Implicit(PolicyType::Resource);
        let resource = resource.transpose().map_err(|_| nobody)?;
        self.evaluate(access, resource.as_ref(), false)
    }

    /// Whether the caller may assume the role that an access is to. A role that isn't there trusts nobody.
    pub(crate) fn decide_role(&self, access: &Access) -> Result<(), Denial> {
        let arn = Arn::parse(&access.resource).ok();
        let role = arn.and_then(|arn| self.world.behind(&arn).cloned());
        let trust = role.and_then(|role| role.trust.clone());
        self.evaluate(access, trust.as_ref(), true)
    }

    fn evaluate(
        &self,
        access: &Access,
        resource: Option<&Policy>,
        resource_must_allow: bool,
    ) -> Result<(), Denial> {
        let behind = Arn::parse(&self.principal.arn).ok();
        let behind = behind.and_then(|arn| self.world.behind(&arn));
        let identity = behind.map(|entity| self.world.policies_of(entity)).unwrap_or_default();
        let boundary = behind.and_then(|entity| entity.boundary.as_deref());
        // A boundary that isn't there any more allows nothing.
        let boundary = match boundary.map(|arn| self.world.policy(arn)) {
            Some(None) => return Err(Denial::Implicit(PolicyType::Boundary)),
            Some(Some(managed)) => Some(managed),
            None => None,
        };
        let session: Result<Vec<_>, _> = self
            .ctx
            .session()
            .iter()
            .flat_map(|session| &session.policies)
            .map(|text| Policy::parse(text, PolicyKind::Inline))
            .collect();
        let session = session.map_err(|_| Denial::Implicit(PolicyType::Session))?;
        let account = || Arn::parse(&access.resource).ok().map(|arn| arn.account);
        let owner = access.owner.clone().or_else(account);
        let owner = owner.filter(|account| !account.is_empty() && account != "*");
        let context = self.context(access, owner.as_deref());
        let request = Request {
            principal: &self.principal,
            action: &access.action,
            resource: &access.resource,
            context: &context,
        };
        let policies = Policies {
            identity: &identity,
            boundary: boundary.as_ref().map(|managed| &managed.policy),
            session: &session,
            resource,
            resource_must_allow,
            resource_account: owner.as_deref(),
        };
        match evaluate(&request, &policies) {
            Verdict::Allowed => Ok(()),
            Verdict::Denied(denial) => Err(denial),
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    fn context(&self, access: &Access, resource_account: Option<&str>) -> Context {
        let (ctx, principal) = (self.ctx, &self.principal);
        let mut context = access.context.clone();
        let now = ctx.now();
        context
            .set("aws:CurrentTime", now.to_string())
            .set("aws:EpochTime", (now.as_millis() / 1000).to_string())
            .set("aws:RequestedRegion", ctx.region())
            .set("aws:PrincipalArn", principal.principal_arn())
            .set("aws:PrincipalAccount", principal.account.clone())
            .set("aws:PrincipalType", self.principal_type())
            .set("aws:ResourceAccount", resource_account.unwrap_or(ctx.account()))
            .set(
                "aws:PrincipalIsAWSService",
                (principal.kind == PrincipalKind::Service && !ctx.caller().is_anonymous())
                    .to_string(),
            )
            .set("aws:userid", self.user_id());
        // What the house asks of itself comes by no network; AWS's services ask each other over TLS.
        let is_secure = ctx.arrival().is_none() || ctx.is_secure();
        // Nothing here is asked with a client's own rights on its behalf: services have roles.
        context.set("aws:SecureTransport", is_secure.to_string()).set("aws:ViaAWSService", "false");
        if let Some(arrival) = ctx.arrival() {
            let source_ip = arrival.source_ip.map(|address| address.to_string());
            for (key, value) in [
                ("aws:SourceIp", source_ip),
                ("aws:UserAgent", arrival.user_agent.clone()),
                ("aws:Referer", arrival.referer.clone()),
            ] {
                if let Some(value) = value {
                    context.set(key, value);
                }
            }
        }
        if let Some(source) = ctx.source_arn() {
            context.set("aws:SourceArn", source);
            let named = Arn::parse(source).map(|arn| arn.account).unwrap_or_default();
            let account = if named.is_empty() { ctx.account().to_owned() } else { named };
            context.set("aws:SourceAccount", account);
        }
        let behind = Arn::parse(&principal.arn).ok();
        if let Some(entity) = behind.and_then(|arn| self.world.behind(&arn).cloned()) {
            if principal.kind == PrincipalKind::User {
                context.set("aws:username", entity.name.clone());
            }
            for tag in &entity.tags {
                context.set(&format!("aws:PrincipalTag/{}", tag.key), tag.value.clone());
            }
        }
        if let Some(session) = ctx.session() {
            context.set("aws:TokenIssueTime", session.issued_at.to_string());
            context.set("aws:MultiFactorAuthPresent", "false");
            for (key, value) in &session.tags {
                context.set(&format!("aws:PrincipalTag/{key}"), value.clone());
            }
            if let Some(source) = &session.source_identity {
                context.set("aws:SourceIdentity", source.clone());
            }
        }
        context
    }

    fn principal_type(&self) -> &'static str {
        match self.ctx.caller().is_anonymous() {
            true => "Anonymous",
            false => self.principal.type_name(),
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
    pub(crate) fn user_id(&self) -> String {
        let arn = Arn::parse(&self.principal.arn).ok();
        let entity = arn.as_ref().and_then(|arn| self.world.behind(arn));
        match (&self.principal.kind, entity) {
            (PrincipalKind::User, Some(entity)) => entity.id.clone(),
            (PrincipalKind::Session { .. }, Some(entity)) => {
                format!("{}:{}", entity.id, self.session_name())
            }
            (PrincipalKind::Service, _) => self.principal.arn.clone(),
            _ => self.principal.account.clone(),
        }
    }

    fn session_name(&self) -> Cow<'_, str> {
        let named = self.principal.arn.split_once(":assumed-role/");
        match named.and_then(|(_, rest)| rest.split_once('/')) {
            Some((_, session)) => Cow::Borrowed(session),
            // A task is done by a session that Step Functions makes up a name for.
            None => Cow::Owned(self.ctx.request_id().replace('-', "")),
        }
    }

    /// The caller as AWS names it: for a role that acts, its session.
    pub(crate) fn shown(&self) -> String {
        let arn = Arn::parse(&self.principal.arn).ok();
        match arn.as_ref().and_then(|arn| Some((arn, arn.resource.strip_prefix("role/")?))) {
            Some((arn, rest)) => format!(
                "arn:{}:sts::{}:assumed-role/{}/{}",
                arn.partition,
                arn.account,
                rest.rsplit('/').next().unwrap_or(rest),
                self.session_name()
            ),
            None => self.principal.arn.clone(),
        }
    }

    pub(crate) fn not_authorized(&self, action: &str, resource: &str) -> String {
        let who = self.shown();
        format!("User: {who} is not authorized to perform: {action} on resource: {resource}")
    }

    fn denied(&self, action: &str, resource: &str, denial: Denial) -> String {
        format!("{} {}", self.not_authorized(action, resource), denial.because(action))
    }
}

/// AWS's refusal in the code of a service: those that speak XML or began with it say `AccessDenied`.
fn refusal(facts: &Facts, message: &str) -> aws::Error {
    match facts.name {
        "iam" | "sts" | "s3" => aws::Error::new(403, "AccessDenied", message),
        "sqs" => {
            aws::Error::new(403, "AccessDeniedException", message).with_query_code("AccessDenied")
        }
        "sns" => aws::Error::new(403, "AuthorizationError", message),
        _ if facts.protocol == aws::Protocol::RestJson => {
            aws::Error::new(403, "AccessDeniedException", message)
        }
        _ => aws::Error::client("AccessDeniedException", message),
    }
}
