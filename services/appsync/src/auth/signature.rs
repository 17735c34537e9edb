//! `AWS_IAM`: requests signed with a key of the house.

use aws::sigv4;
use base::Arn;
use json::Value;

use super::{Claim, Entrant, Way};
use crate::Room;
use crate::reply::Refusal;

const SERVICE: &str = "appsync";

/// Whether a request is signed, in its headers or in its query.
pub(super) fn is_signed(claim: &Claim<'_>, authorization: Option<&str>) -> bool {
    authorization.is_some_and(|it| it.starts_with("AWS4-HMAC-SHA256"))
        || claim.query.contains("X-Amz-Signature=")
}

pub(super) fn enter(room: &Room, way: &Way, claim: &Claim<'_>) -> Result<Entrant, Refusal> {
    let signed = sigv4::Request {
        method: claim.method,
        path: claim.path,
        query: claim.query,
        headers: claim.headers,
        body: claim.body,
    };
    let account = claim.ctx.account();
    let ctx = room.bus.admit(claim.ctx, &signed, SERVICE);
    let ctx = ctx.map_err(|error| Refusal::signature(&error))?;
    let identity = identity(&ctx, claim);
    Ok(Entrant::new(way, ctx.with_account(account), identity))
}

/// What AWS tells of a caller; those of identity pools come with the room of Cognito.
fn identity(ctx: &service::Ctx, claim: &Claim<'_>) -> Value {
    let arn = &ctx.caller().arn;
    let parsed = Arn::parse(arn).ok();
    let account = parsed.as_ref().map_or_else(|| ctx.account().to_owned(), |it| it.account.clone());
    let name = parsed.and_then(|it| it.resource.rsplit('/').next().map(str::to_owned));
    Value::object([
        ("accountId", Value::from(account)),
        ("cognitoIdentityPoolId", Value::NULL),
        ("cognitoIdentityId", Value::NULL),
        ("sourceIp", Value::array(claim.source_ip.iter().cloned())),
        ("username", name.map(Value::from).unwrap_or_default()),
        ("userArn", Value::from(arn.as_str())),
        ("cognitoIdentityAuthType", Value::NULL),
        ("cognitoIdentityAuthProvider", Value::NULL),
    ])
}
