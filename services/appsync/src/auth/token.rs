//! `AMAZON_COGNITO_USER_POOLS` and `OPENID_CONNECT`: tokens of an issuer that the API trusts.

use json::Value;
use openid::{Place, Token};

use super::{Claim, Entrant, Way, expression};
use crate::Room;
use crate::reply::Refusal;
use crate::wire::{AuthenticationType, CognitoUserPoolConfig, OpenIdConnectConfig};

const EXPIRED: &str = "Token has expired.";

/// The way whose issuer the token names.
pub(super) fn way_of<'w>(ways: &'w [Way], token: &Token<'_>) -> Option<&'w Way> {
    let issuer = token.claim("iss")?;
    let issuer = issuer.trim_end_matches('/');
    ways.iter().find(|way| way.issuer().is_some_and(|own| own.trim_end_matches('/') == issuer))
}

impl Way {
    fn issuer(&self) -> Option<String> {
        match self.mode {
            AuthenticationType::AmazonCognitoUserPools => {
                let CognitoUserPoolConfig { user_pool_id, aws_region, .. } =
                    self.user_pool.as_ref()?;
                Some(format!("https://cognito-idp.{aws_region}.amazonaws.com/{user_pool_id}"))
            }
            AuthenticationType::OpenidConnect => Some(self.open_id.as_ref()?.issuer.clone()),
            AuthenticationType::ApiKey
            | AuthenticationType::AwsIam
            | AuthenticationType::AwsLambda => None,
        }
    }
}

pub(super) async fn enter(
    room: &Room,
    way: &Way,
    token: &Token<'_>,
    claim: &Claim<'_>,
) -> Result<Entrant, Refusal> {
    let is_cognito = way.mode == AuthenticationType::AmazonCognitoUserPools;
    let issuer = way.issuer().ok_or_else(Refusal::not_authorized)?;
    let place = if is_cognito { Place::Known } else { Place::Discovered };
    let (bus, now) = (&room.bus, claim.ctx.now());
    let key = room.issuers.key(bus, now, &issuer, place, token.key_id().as_deref()).await;
    if !key.is_some_and(|key| token.is_signed_by(&key)) {
        return Err(Refusal::not_authorized());
    }
    let now = now.as_millis() / 1000;
    if token.instant("exp").is_none_or(|exp| exp <= now) {
        return Err(Refusal::unauthorized(EXPIRED));
    }
    if token.instant("nbf").is_some_and(|nbf| now < nbf) {
        return Err(Refusal::not_authorized());
    }
    let mut entrant = Entrant::new(way, claim.ctx.clone(), Value::NULL);
    match (&way.user_pool, &way.open_id) {
        (Some(pool), _) if is_cognito => {
            check_client(pool.app_id_client_regex.as_deref(), &["aud", "client_id"], token)?;
            entrant.groups = groups(token);
            entrant.identity = of_pool(way, &issuer, token, &entrant.groups, claim);
        }
        (_, Some(config)) => {
            check_client(config.client_id.as_deref(), &["aud", "azp"], token)?;
            check_age(config, token, now)?;
            entrant.identity = Value::object([
                ("sub", claim_of(token, "sub")),
                ("issuer", Value::from(issuer)),
                ("claims", token.claims.clone()),
            ]);
        }
        (_, None) => return Err(Refusal::not_authorized()),
    }
    Ok(entrant)
}

/// The client that a token is for is one that the API's expression names.
fn check_client(
    expression: Option<&str>,
    claims: &[&str],
    token: &Token<'_>,
) -> Result<(), Refusal> {
    let Some(expression) = expression.filter(|it| !it.is_empty()) else { return Ok(()) };
    let named = claims.iter().filter_map(|name| token.claims.get(name));
    let mut clients = named.flat_map(|value| match value.as_str() {
        Some(text) => vec![text.to_owned()],
        None => value.items().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
    });
    match clients.any(|client| expression::describes(expression, &client)) {
        true => Ok(()),
        false => Err(Refusal::not_authorized()),
    }
}

/// A token may be too old for an API though it hasn't expired. Both bounds are milliseconds.
fn check_age(config: &OpenIdConnectConfig, token: &Token<'_>, now: i64) -> Result<(), Refusal> {
    let is_over = |claim: &str, ttl: Option<i64>| match ttl.filter(|ttl| 0 < *ttl) {
        Some(ttl) => token.instant(claim).is_none_or(|since| since + ttl / 1000 < now),
        None => false,
    };
    match is_over("iat", config.iat_t_t_l) || is_over("auth_time", config.auth_t_t_l) {
        true => Err(Refusal::unauthorized(EXPIRED)),
        false => Ok(()),
    }
}

fn groups(token: &Token<'_>) -> Vec<String> {
    let groups = token.claims.get("cognito:groups").unwrap_or_default();
    groups.items().filter_map(|group| group.as_str().map(str::to_owned)).collect()
}

fn of_pool(
    way: &Way,
    issuer: &str,
    token: &Token<'_>,
    groups: &[String],
    claim: &Claim<'_>,
) -> Value {
    let username = token.claim("cognito:username").or_else(|| token.claim("username"));
    let groups = match groups {
        [] => Value::NULL,
        groups => Value::array(groups.iter().map(|group| Value::from(group.as_str()))),
    };
    Value::object([
        ("claims", token.claims.clone()),
        ("defaultAuthStrategy", Value::from(way.default_action)),
        ("groups", groups),
        ("issuer", Value::from(issuer)),
        ("sourceIp", Value::array(claim.source_ip.iter().cloned())),
        ("sub", claim_of(token, "sub")),
        ("username", username.map(Value::from).unwrap_or_default()),
    ])
}

fn claim_of(token: &Token<'_>, name: &str) -> Value {
    token.claims.get(name).unwrap_or_default()
}
