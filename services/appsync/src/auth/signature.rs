//! `AWS_IAM`: requests signed with a key of the house.

use aws::sigv4;
use base::Arn;
use bytes::Bytes;
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

pub(super) async fn enter(room: &Room, way: &Way, claim: &Claim<'_>) -> Result<Entrant, Refusal> {
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
    let identity = identity(room, &ctx, claim).await;
    Ok(Entrant::new(way, ctx.with_account(account), identity))
}

/// What AWS tells of a caller; those of identity pools come with the room of Cognito.
async fn identity(room: &Room, ctx: &service::Ctx, claim: &Claim<'_>) -> Value {
    let arn = &ctx.caller().arn;
    let parsed = Arn::parse(arn).ok();
    let account = parsed.as_ref().map_or_else(|| ctx.account().to_owned(), |it| it.account.clone());
    let last = parsed.and_then(|it| it.resource.rsplit('/').next().map(str::to_owned));
    // A role that isn't there, as development lets one be taken up, has no id of its own.
    let id = id_of(room, ctx).await.filter(|id| *id != account || last.as_deref() == Some("root"));
    Value::object([
        ("accountId", Value::from(account)),
        ("cognitoIdentityPoolId", Value::NULL),
        ("cognitoIdentityId", Value::NULL),
        ("sourceIp", Value::array(claim.source_ip.iter().cloned())),
        ("username", id.or(last).map(Value::from).unwrap_or_default()),
        ("userArn", Value::from(arn.as_str())),
        ("cognitoIdentityAuthType", Value::NULL),
        ("cognitoIdentityAuthProvider", Value::NULL),
    ])
}

/// The id of a user, or of a role with its session, which AWS was seen to tell as the name:
/// `AROAXYKJUOW6FHGUSK5FA:username` (the example of Powertools for `AppSyncResolverEvent`).
/// An STS outside isn't asked: it would tell whose key the house signs with, not who has signed here.
async fn id_of(room: &Room, ctx: &service::Ctx) -> Option<String> {
    if !room.bus.reaches("sts") {
        return None;
    }
    let asked = Bytes::from_static(b"{}");
    let told = room.bus.call(ctx.clone(), "sts", "GetCallerIdentity", asked).await;
    let told =
        told.inspect_err(|error| tracing::warn!(%error, "a caller's id isn't known")).ok()?;
    let told = Value::parse(std::str::from_utf8(&told).ok()?).ok()?;
    told.get("UserId")?.as_str().map(str::to_owned)
}
