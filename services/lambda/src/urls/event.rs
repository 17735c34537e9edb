//! The event that a function gets for a request: payload format 2.0.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload>

use std::collections::BTreeMap;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE, USER_AGENT};
use serde_json::{Value, json};
use service::Ctx;

use super::{Asked, Signer, source_ip};
use crate::invocation::Target;
use crate::visit::Visit;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) async fn of(ctx: &Visit<'_>, target: &Target, asked: &Asked<'_>) -> Value {
    let Asked { head, place, body, signer } = asked;
    let region = ctx.request.region();
    let query = head.uri.query().unwrap_or_default();
    let now = ctx.now();
    let mut context = json!({
        "accountId": "anonymous",
        "apiId": place.id,
        "domainName": format!("{}.lambda-url.{region}.on.aws", place.id),
        "domainPrefix": place.id,
        "http": {
            "method": head.method.as_str(),
            "path": place.path,
            "protocol": format!("{:?}", head.version),
            "sourceIp": source_ip(head),
            "userAgent": text(&head.headers, USER_AGENT.as_str()),
        },
        "requestId": ctx.request.request_id(),
        "routeKey": "$default",
        "stage": "$default",
        "time": apache(now),
        "timeEpoch": now.as_millis(),
    });
    if let Some(signer) = signer {
        let iam = identity(target, ctx, signer).await;
        context["accountId"] = iam["accountId"].clone();
        context["authorizer"] = json!({ "iam": iam });
    }
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": place.path,
        "rawQueryString": query,
        "headers": headers(&head.headers),
        "requestContext": context,
        "isBase64Encoded": false,
    });
    let cookies: Vec<&str> = (head.headers.get_all(COOKIE).iter())
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split("; "))
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let parameters = parameters(query);
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(parameters);
    }
    if !body.is_empty() {
        let (text, is_encoded) = body_of(&head.headers, body);
        event["body"] = text.into();
        event["isBase64Encoded"] = is_encoded.into();
    }
    event
}

/// Who has signed, as `requestContext.authorizer.iam` tells. An STS outside isn't asked: it would tell whose key the house
/// signs with.
async fn identity(target: &Target, ctx: &Visit<'_>, signer: &Signer) -> Value {
    let caller: &Ctx = &signer.ctx;
    let bus = &ctx.room().bus;
    let mut told = Value::Null;
    if bus.reaches("sts") {
        let body = Bytes::from_static(b"{}");
        match bus.call(caller.clone(), "sts", "GetCallerIdentity", body).await {
            Ok(reply) => told = serde_json::from_slice(&reply).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(function = %target.arn, %error, "a caller's identity isn't known");
            }
        }
    }
    json!({
        "accessKey": signer.access_key_id,
        "accountId": caller.account(),
        "callerId": told["UserId"],
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": told["Arn"].as_str().unwrap_or(&caller.caller().arn),
        "userId": told["UserId"],
    })
}

/// All values of a header, joined; cookies stand beside.
fn headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| **name != COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.to_string());
    }
    joined
}

/// The values of each parameter, joined.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in aws::sigv4::query_parameters(&query.replace('+', "%20")) {
        joined
            .entry(name)
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    joined
}

/// A body of text as it is, anything else in base64: forms too, as AWS has it.
fn body_of(headers: &HeaderMap, body: &Bytes) -> (String, bool) {
    let kind = text(headers, CONTENT_TYPE.as_str()).unwrap_or("text/plain").to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_text = kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || matches!(kind, "application/json" | "application/javascript" | "application/xml");
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// `12/Mar/2020:19:03:58 +0000`.
fn apache(now: Timestamp) -> String {
    let text = now.to_string();
    let month = text[5..7].parse().map_or(0, |month: usize| month - 1);
    format!("{}/{}/{}:{} +0000", &text[8..10], MONTHS[month], &text[..4], &text[11..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_in_apaches_logs() {
        assert_eq!(apache(Timestamp::from_millis(1_583_348_638_390)), "04/Mar/2020:19:03:58 +0000");
    }

    #[test]
    fn values_of_one_name_are_joined() {
        let read = parameters("a=1&a=2&b=%2Fx+y");
        assert_eq!(
            read.into_iter().collect::<Vec<_>>(),
            [("a".to_owned(), "1,2".to_owned()), ("b".to_owned(), "/x y".to_owned()),]
        );
    }

    #[test]
    fn what_is_no_text_is_encoded() {
        let body = |kind: &'static str, body: &'static [u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
            body_of(&headers, &Bytes::from_static(body))
        };
        assert_eq!(body("application/json; charset=utf-8", b"{}"), ("{}".to_owned(), false));
        assert_eq!(body("application/x-www-form-urlencoded", b"a=b"), ("YT1i".to_owned(), true));
        assert_eq!(body("text/plain", b"\xff"), ("/w==".to_owned(), true));
    }
}
