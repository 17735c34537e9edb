//! `AWS_LAMBDA`: a function of the API's owner decides, and its verdicts are kept for a while.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization>

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use json::Value;
use serde_json::json;
use service::Caller;
use sha2::{Digest as _, Sha256};

use super::{Claim, Entrant, Way, expression};
use crate::Room;
use crate::model::{Api, Kind};
use crate::reply::Refusal;

const TIMEOUT: Duration = Duration::from_secs(10);
const VERDICTS_MAX: usize = 10_000;
const PRINCIPAL: &str = "appsync.amazonaws.com";

/// The verdicts that still hold.
#[derive(Default)]
pub(crate) struct Verdicts(Mutex<HashMap<Case, Verdict>>);

/// An API and the hash of a token: tokens may be long, and needn't be kept.
type Case = (String, [u8; 32]);

#[derive(Clone)]
struct Verdict {
    is_authorized: bool,
    /// What it tells the code of the API.
    context: Value,
    denied_fields: Vec<String>,
    until: Timestamp,
}

impl Verdicts {
    fn find(&self, key: &Case, now: Timestamp) -> Option<Verdict> {
        let verdicts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        verdicts.get(key).filter(|verdict| now < verdict.until).cloned()
    }

    fn keep(&self, key: Case, verdict: &Verdict, now: Timestamp) {
        let mut verdicts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if VERDICTS_MAX <= verdicts.len() {
            verdicts.retain(|_, verdict| now < verdict.until);
        }
        if verdicts.len() < VERDICTS_MAX && now < verdict.until {
            verdicts.insert(key, verdict.clone());
        }
    }
}

pub(super) async fn enter(
    room: &Room,
    api: &Api,
    way: &Way,
    token: &str,
    claim: &Claim<'_>,
) -> Result<Entrant, Refusal> {
    let config = way.authorizer.as_ref().ok_or_else(Refusal::not_authorized)?;
    let expression = config.identity_validation_expression.as_deref();
    if expression.is_some_and(|expression| !expression::describes(expression, token)) {
        return Err(Refusal::not_authorized());
    }
    let now = claim.ctx.now();
    let key = (api.id().to_owned(), digest(token, claim.scope));
    let verdict = match room.verdicts.find(&key, now) {
        Some(verdict) => verdict,
        None => {
            let reply = ask(room, api, &config.authorizer_uri, token, claim).await;
            let reply = reply.ok_or_else(Refusal::not_authorized)?;
            // Nothing is kept unless somebody says so (API reference, LambdaAuthorizerConfig).
            let ttl = config.authorizer_result_ttl_in_seconds.map_or(0, i64::from);
            let verdict = read(api, &reply, ttl, now);
            room.verdicts.keep(key, &verdict, now);
            verdict
        }
    };
    if !verdict.is_authorized {
        return Err(Refusal::not_authorized());
    }
    let identity = Value::object([(context_member(api), verdict.context)]);
    let denied_fields = verdict.denied_fields;
    Ok(Entrant { denied_fields, ..Entrant::new(way, claim.ctx.clone(), identity) })
}

fn context_member(api: &Api) -> &'static str {
    match api.kind {
        Kind::Graphql(_) => "resolverContext",
        Kind::Events(_) => "handlerContext",
    }
}

fn digest(token: &str, scope: &str) -> [u8; 32] {
    Sha256::new().chain_update(token).chain_update([0]).chain_update(scope).finalize().into()
}

fn read(api: &Api, reply: &Value, ttl: i64, now: Timestamp) -> Verdict {
    let ttl = reply.get("ttlOverride").and_then(|ttl| ttl.as_i64()).unwrap_or(ttl);
    let denied = reply.get("deniedFields").unwrap_or_default();
    Verdict {
        is_authorized: reply.get("isAuthorized").and_then(|it| it.as_bool()).unwrap_or(false),
        context: reply.get(context_member(api)).unwrap_or_default(),
        denied_fields: denied.items().filter_map(|it| denied_field(api, it.as_str()?)).collect(),
        until: now.after(Duration::from_secs(u64::try_from(ttl).unwrap_or(0))),
    }
}

/// A field that is denied, as `Type.field`. A function that several APIs share names theirs by ARNs, which mean one API.
fn denied_field(api: &Api, denied: &str) -> Option<String> {
    if !denied.starts_with("arn:") {
        return Some(denied.to_owned());
    }
    let place = denied.strip_prefix(api.arn())?.strip_prefix("/types/")?;
    let (type_name, field) = place.split_once("/fields/")?;
    Some(format!("{type_name}.{field}"))
}

/// What the function says; nothing if it fails or takes too long.
async fn ask(
    room: &Room,
    api: &Api,
    function: &str,
    token: &str,
    claim: &Claim<'_>,
) -> Option<Value> {
    let headers = claim
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), Value::from(value.to_str().ok()?))));
    let context = [
        ("apiId", Value::from(api.id())),
        ("accountId", Value::from(claim.ctx.account())),
        ("requestId", Value::from(claim.ctx.request_id())),
    ];
    let event = Value::object([
        ("authorizationToken", Value::from(token)),
        ("requestContext", Value::object(context.into_iter().chain(claim.operation.entries()))),
        ("requestHeaders", Value::object(headers)),
    ]);
    let asked = json!({
        "FunctionName": function,
        "InvocationType": "RequestResponse",
        "Payload": BASE64.encode(event.to_string()),
    });
    let caller = Caller { arn: PRINCIPAL.to_owned() };
    let ctx = claim.ctx.follow_up(caller).with_source_arn(api.arn());
    let call = room.bus.call(ctx, "lambda", "Invoke", asked.to_string().into());
    let reply = tokio::time::timeout(TIMEOUT, call).await.ok()?;
    let reply = reply.inspect_err(|error| tracing::warn!(function, %error, "a Lambda authorizer"));
    let reply = Value::parse(std::str::from_utf8(&reply.ok()?).ok()?).ok()?;
    if reply.get("FunctionError").is_some_and(|error| !error.is_null()) {
        return None;
    }
    let payload = BASE64.decode(reply.get("Payload")?.as_str()?).ok()?;
    Value::parse(std::str::from_utf8(&payload).ok()?).ok()
}
