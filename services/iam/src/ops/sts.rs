//! Temporary credentials.

use std::collections::BTreeMap;
use std::time::Duration;

use aws::sigv4;
use base::{Arn, Timestamp};
use policy::{Kind as PolicyKind, Policy};

use crate::errors::Error;
use crate::ids;
use crate::reference::Access;
use crate::session::Claims;
use crate::visit::{Visit, check_name};
use crate::wire::{
    AssumeRoleInput, AssumeRoleOutput, AssumedRoleUser, Credentials,
    DecodeAuthorizationMessageInput, Empty, GetAccessKeyInfoInput, GetAccessKeyInfoOutput,
    GetCallerIdentityOutput, GetSessionTokenInput, GetSessionTokenOutput, PolicyDescriptor,
};
use crate::world::Entity;

const ROLE_SECONDS: i32 = 3_600;
const USER_SECONDS: i32 = 43_200;
/// A session of a role that was assumed by a session of a role is an hour at most.
const CHAINED_SECONDS_MAX: i32 = 3_600;

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub(crate) async fn get_caller_identity(
    ctx: &Visit<'_>,
    _req: Empty,
) -> Result<GetCallerIdentityOutput, Error> {
    let asking = ctx.asking();
    Ok(GetCallerIdentityOutput {
        user_id: asking.user_id(),
        account: ctx.account().to_owned(),
        arn: asking.shown(),
    })
}

/// Where policies aren't enforced, any role can be assumed, even one that isn't there.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub(crate) async fn assume_role(
    ctx: &Visit<'_>,
    req: AssumeRoleInput,
) -> Result<AssumeRoleOutput, Error> {
    check_name("roleSessionName", &req.role_session_name)?;
    let arn = role_arn(&req.role_arn)?;
    allow(ctx, &req)?;
    let (world, session) = (ctx.world(), ctx.request.session());
    let role = world.behind(&arn);
    let name = arn.resource.rsplit('/').next().unwrap_or(&arn.resource);
    let seconds = session_seconds(role.map(|role| &**role), req.duration_seconds)?;
    if session.is_some() && CHAINED_SECONDS_MAX < seconds {
        return Err(Error::Validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining".to_owned(),
        ));
    }
    let mut tags: BTreeMap<String, String> = BTreeMap::new();
    let mut transitive = req.transitive_tag_keys.clone().unwrap_or_default();
    for key in session.iter().flat_map(|session| &session.transitive_tag_keys) {
        tags.extend(session.and_then(|its| Some((key.clone(), its.tags.get(key)?.clone()))));
        transitive.push(key.clone());
    }
    tags.extend(req.tags.clone().unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
    let source_identity = session
        .and_then(|session| session.source_identity.clone())
        .or_else(|| req.source_identity.clone());
    let session_arn = format!(
        "arn:{}:sts::{}:assumed-role/{name}/{}",
        arn.partition, arn.account, req.role_session_name
    );
    let role_id =
        role.map_or_else(|| ids::unique("AROA", &mut ctx.entropy()), |role| role.id.clone());
    let policies = session_policies(ctx, req.policy.as_ref(), req.policy_arns.as_deref())?;
    let packed_policy_size = packed_size(&policies);
    let claims = Claims {
        policies,
        tags,
        transitive_tag_keys: transitive,
        source_identity: source_identity.clone(),
        ..claims(ctx, arn.account, session_arn.clone(), seconds)
    };
    Ok(AssumeRoleOutput {
        credentials: issue(ctx, claims),
        assumed_role_user: AssumedRoleUser {
            assumed_role_id: format!("{role_id}:{}", req.role_session_name),
            arn: session_arn,
        },
        packed_policy_size,
        source_identity,
    })
}

/// Holds the caller's policies and the role's trust against the request, where policies are enforced.
fn allow(ctx: &Visit<'_>, req: &AssumeRoleInput) -> Result<(), Error> {
    if !ctx.enforces() {
        return Ok(());
    }
    let asking = ctx.asking();
    let mut actions = vec!["sts:AssumeRole"];
    if req.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        actions.push("sts:TagSession");
    }
    if req.source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    for action in actions {
        let mut access = Access::new(action.to_owned(), req.role_arn.clone());
        let keys = [
            ("sts:ExternalId", req.external_id.as_ref()),
            ("sts:RoleSessionName", Some(&req.role_session_name)),
            ("sts:SourceIdentity", req.source_identity.as_ref()),
        ];
        for (key, value) in keys {
            if let Some(value) = value {
                access.context.set(key, value.clone());
            }
        }
        for tag in req.tags.iter().flatten() {
            access.context.set(&format!("aws:RequestTag/{}", tag.key), tag.value.clone());
        }
        if asking.decide_role(&access).is_err() {
            // AWS doesn't say why here: whoever asks may know nothing of the role.
            return Err(Error::AccessDenied(asking.not_authorized(action, &req.role_arn)));
        }
    }
    Ok(())
}

/// The policies that bound the session: the one given, and those that are named.
pub(super) fn session_policies(
    ctx: &Visit<'_>,
    policy: Option<&String>,
    policy_arns: Option<&[PolicyDescriptor]>,
) -> Result<Vec<String>, Error> {
    let mut policies = Vec::new();
    if let Some(text) = policy {
        Policy::parse(text, PolicyKind::Inline)?;
        policies.push(text.clone());
    }
    for named in policy_arns.unwrap_or_default() {
        let arn = named.arn.clone().unwrap_or_default();
        let policy = ctx.world().policy(&arn);
        let policy = policy.ok_or_else(|| Error::NoSuchPolicy(arn))?;
        let version = policy.version(policy.default_version);
        policies.extend(version.map(|version| version.document.clone()));
    }
    Ok(policies)
}

/// How much of what a session may carry these policies take, in percent.
pub(super) fn packed_size(policies: &[String]) -> Option<i32> {
    let bytes: usize = policies.iter().map(String::len).sum();
    (0 < bytes).then(|| i32::try_from(bytes * 100 / 2_048).unwrap_or(100))
}

/// The role that a request names.
pub(super) fn role_arn(text: &str) -> Result<Arn, Error> {
    let arn = Arn::parse(text).ok();
    arn.filter(|arn| arn.service == "iam" && arn.resource.starts_with("role/"))
        .ok_or_else(|| Error::Validation(format!("{text} is invalid")))
}

/// How long a session shall last, if its role lets it.
pub(super) fn session_seconds(role: Option<&Entity>, asked: Option<i32>) -> Result<i32, Error> {
    let seconds = asked.unwrap_or(ROLE_SECONDS);
    let longest = role.and_then(|role| Some(role.role.as_ref()?.session_seconds_max));
    match longest {
        Some(longest) if longest < seconds => Err(Error::Validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
                .to_owned(),
        )),
        _ => Ok(seconds),
    }
}

/// For a user, or the root; the credentials are still theirs.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub(crate) async fn get_session_token(
    ctx: &Visit<'_>,
    req: GetSessionTokenInput,
) -> Result<GetSessionTokenOutput, Error> {
    if req.serial_number.is_some() || req.token_code.is_some() {
        return Err(Error::AccessDenied(
            "MultiFactorAuthentication failed: this house has no MFA devices.".to_owned(),
        ));
    }
    if ctx.request.session().is_some() {
        return Err(Error::AccessDenied(
            "Cannot call GetSessionToken with session credentials".to_owned(),
        ));
    }
    let seconds = req.duration_seconds.unwrap_or(USER_SECONDS);
    let arn = ctx.request.caller().arn.clone();
    let claims = claims(ctx, ctx.account().to_owned(), arn, seconds);
    Ok(GetSessionTokenOutput { credentials: issue(ctx, claims) })
}

/// Every key says whose account it is, whether it exists or not.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>
pub(crate) async fn get_access_key_info(
    ctx: &Visit<'_>,
    req: GetAccessKeyInfoInput,
) -> Result<GetAccessKeyInfoOutput, Error> {
    let world = ctx.world();
    let kept = world.access_keys.get(&req.access_key_id);
    let kept = kept.and_then(|key| Some(Arn::parse(&key.arn).ok()?.account));
    let account = kept.or_else(|| ids::account_of_key(&req.access_key_id));
    let account = account.ok_or_else(|| {
        Error::Validation("Access Key ID is malformed or does not exist.".to_owned())
    })?;
    Ok(GetAccessKeyInfoOutput { account })
}

/// No service of this house sends encoded messages, so none can be decoded.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>
pub(crate) async fn decode_authorization_message(
    _ctx: &Visit<'_>,
    _req: DecodeAuthorizationMessageInput,
) -> Result<Empty, Error> {
    Err(Error::InvalidAuthorizationMessage)
}

/// A house knows no SAML providers.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html>
pub(crate) async fn assume_role_with_saml(_ctx: &Visit<'_>, _req: Empty) -> Result<Empty, Error> {
    // Ours: AWS says what is wrong with an assertion, and here nobody's can be right.
    let why = "No SAML provider found in your account for this assertion: this house has none.";
    Err(Error::InvalidIdentityToken(why.to_owned()))
}

pub(super) fn claims(ctx: &Visit<'_>, account: String, arn: String, seconds: i32) -> Claims {
    let lifetime = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    Claims {
        access_key_id: String::new(),
        account,
        arn,
        issued_at_millis: ctx.now().as_millis(),
        expires_at_millis: ctx.now().after(lifetime).as_millis(),
        policies: Vec::new(),
        tags: BTreeMap::new(),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
    }
}

pub(super) fn issue(ctx: &Visit<'_>, claims: Claims) -> Credentials {
    let expiration = Timestamp::from_millis(claims.expires_at_millis).into();
    let issued = ctx.tokens().issue(claims, &mut ctx.entropy());
    let sigv4::Credentials { access_key_id, secret_access_key, session_token } = issued;
    let session_token = session_token.unwrap_or_default();
    Credentials { access_key_id, secret_access_key, session_token, expiration }
}
