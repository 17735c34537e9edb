//! Temporary credentials for whoever an identity provider vouches for.

use std::collections::BTreeMap;

use base::Arn;
use json::Value;
use openid::{Place, Token};

use super::sts::{claims, issue, packed_size, role_arn, session_policies, session_seconds};
use crate::errors::Error;
use crate::guard::Asking;
use crate::ids;
use crate::reference::Access;
use crate::session::Claims;
use crate::visit::{Visit, check_name};
use crate::wire::{
    AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput, AssumedRoleUser,
};

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";
/// The claim by which providers give tags to sessions.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp>
const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// A token whose issuer has signed it, for one of its provider's audiences.
struct Identity {
    provider_arn: String,
    /// The issuer as condition keys name it: without its scheme.
    issuer: String,
    subject: String,
    audience: String,
    claims: Value,
}

/// The role's trust policy is held against the token where policies are enforced.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
pub(crate) async fn assume_role_with_web_identity(
    ctx: &Visit<'_>,
    req: AssumeRoleWithWebIdentityInput,
) -> Result<AssumeRoleWithWebIdentityOutput, Error> {
    check_name("roleSessionName", &req.role_session_name)?;
    let arn = role_arn(&req.role_arn)?;
    let identity = verified(ctx, &arn, &req.web_identity_token).await?;
    let (tags, transitive_tag_keys) = identity.tags();
    let source_identity = text(&identity.claims, SOURCE_IDENTITY);
    if ctx.enforces() && !may(ctx, &req, &identity, &tags, source_identity.as_deref()) {
        return Err(Error::AccessDenied(format!("Not authorized to perform {ACTION}")));
    }
    let world = ctx.world();
    let role = world.behind(&arn);
    let seconds = session_seconds(role.map(|role| &**role), req.duration_seconds)?;
    let policies = session_policies(ctx, req.policy.as_ref(), req.policy_arns.as_deref())?;
    let packed_policy_size = packed_size(&policies);
    let name = arn.resource.rsplit('/').next().unwrap_or(&arn.resource);
    let session_arn = format!(
        "arn:{}:sts::{}:assumed-role/{name}/{}",
        arn.partition, arn.account, req.role_session_name
    );
    let role_id =
        role.map_or_else(|| ids::unique("AROA", &mut ctx.entropy()), |role| role.id.clone());
    let claims = Claims {
        policies,
        tags,
        transitive_tag_keys,
        source_identity: source_identity.clone(),
        ..claims(ctx, arn.account, session_arn.clone(), seconds)
    };
    Ok(AssumeRoleWithWebIdentityOutput {
        credentials: issue(ctx, claims),
        subject_from_web_identity_token: identity.subject,
        assumed_role_user: AssumedRoleUser {
            assumed_role_id: format!("{role_id}:{}", req.role_session_name),
            arn: session_arn,
        },
        packed_policy_size,
        provider: identity.provider_arn,
        audience: identity.audience,
        source_identity,
    })
}

/// What a token says, once its signature, its time and its audience have been checked.
async fn verified(ctx: &Visit<'_>, role: &Arn, token: &str) -> Result<Identity, Error> {
    let invalid = |why: &str| Error::InvalidIdentityToken(why.to_owned());
    let token = Token::parse(token).ok_or_else(|| {
        invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
    })?;
    let issuer = token.claim("iss").ok_or_else(|| invalid("Missing a required claim: iss"))?;
    let unknown =
        || invalid(&format!("No OpenIDConnect provider found in your account for {issuer}"));
    let url = trusted_url(&issuer).ok_or_else(unknown)?;
    let provider_arn = crate::arn::oidc_provider(&role.partition, &role.account, url);
    let world = ctx.world();
    let provider = world.oidc_providers.get(&provider_arn).ok_or_else(unknown)?;

    let room = ctx.room();
    let now = ctx.now();
    let key_id = token.key_id();
    let key = room.issuers.key(&room.bus, now, &issuer, Place::Discovered, key_id.as_deref()).await;
    // The two blanks are AWS's.
    let key = key.ok_or_else(|| {
        invalid("Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements")
    })?;
    if !token.is_signed_by(&key) {
        // By analogy.
        return Err(invalid("The signature of the ID Token provided is not valid."));
    }
    let now = now.as_millis() / 1000;
    let end = token.instant("exp").ok_or_else(|| invalid("Missing a required claim: exp"))?;
    if end <= now {
        return Err(Error::ExpiredToken { now, end });
    }
    let rejected = |why: &str| Error::IdpRejectedClaim(why.to_owned());
    if token.instant("nbf").is_some_and(|begin| now < begin) {
        // By analogy.
        return Err(rejected("The ID Token provided is not valid yet."));
    }
    let subject = token.claim("sub").ok_or_else(|| rejected("Missing a required claim: sub"))?;
    let audience = audiences(&token.claims)
        .into_iter()
        .find(|audience| provider.client_ids.contains(audience))
        .ok_or_else(|| invalid("Incorrect token audience"))?;
    let (issuer, claims) = (url.to_owned(), token.claims);
    Ok(Identity { provider_arn, issuer, subject, audience, claims })
}

/// The issuer as it is registered. What doesn't speak TLS is trusted on this machine alone.
fn trusted_url(issuer: &str) -> Option<&str> {
    let issuer = issuer.trim_end_matches('/');
    if let Some(url) = issuer.strip_prefix("https://") {
        return Some(url);
    }
    let url = issuer.strip_prefix("http://")?;
    let host = url.split(['/', ':']).next().unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1").then_some(url)
}

/// The parties that a token names as its audience, the authorized one among them.
fn audiences(claims: &Value) -> Vec<String> {
    let named = ["aud", "azp"].into_iter().filter_map(|claim| claims.get(claim));
    named.flat_map(|value| texts(&value)).collect()
}

fn may(
    ctx: &Visit<'_>,
    req: &AssumeRoleWithWebIdentityInput,
    identity: &Identity,
    tags: &BTreeMap<String, String>,
    source_identity: Option<&str>,
) -> bool {
    let asking = Asking::federated(ctx.world(), &ctx.request, &identity.provider_arn);
    let mut actions = vec![ACTION];
    if !tags.is_empty() {
        actions.push("sts:TagSession");
    }
    if source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    actions.into_iter().all(|action| {
        let mut access = Access::new(action.to_owned(), req.role_arn.clone());
        let issuer = &identity.issuer;
        access
            .context
            .set(&format!("{issuer}:aud"), identity.audience.clone())
            .set(&format!("{issuer}:sub"), identity.subject.clone())
            .set("sts:RoleSessionName", req.role_session_name.clone())
            .set("aws:FederatedProvider", identity.provider_arn.clone());
        for claim in ["amr", "azp", "email"] {
            if let Some(value) = identity.claims.get(claim) {
                access.context.set_all(&format!("{issuer}:{claim}"), texts(&value));
            }
        }
        if let Some(source_identity) = source_identity {
            access.context.set("sts:SourceIdentity", source_identity);
        }
        for (key, value) in tags {
            access.context.set(&format!("aws:RequestTag/{key}"), value.clone());
        }
        asking.decide_role(&access).is_ok()
    })
}

impl Identity {
    /// The tags that the provider gives the session, and the keys of those that stay with roles assumed from it.
    fn tags(&self) -> (BTreeMap<String, String>, Vec<String>) {
        let given = self.claims.get(TAGS).unwrap_or_default();
        let tags = given.get("principal_tags").unwrap_or_default();
        let first = |value: &Value| texts(value).into_iter().next();
        let tags =
            tags.entries().filter_map(|(key, value)| Some((key.to_string(), first(&value)?)));
        let transitive = given.get("transitive_tag_keys").unwrap_or_default();
        (tags.collect(), texts(&transitive))
    }
}

fn text(value: &Value, member: &str) -> Option<String> {
    value.get(member)?.as_str().map(str::to_owned)
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value.as_str() {
        Some(text) => vec![text.to_owned()],
        None => value.items().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
    }
}
