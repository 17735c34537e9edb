//! Endpoints out of the house: what they are sent, and what their answers mean.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html>

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{Request, StatusCode, Uri};
use serde_json::{Map, Value, json};
use service::Bus;

use crate::work::Outcome;

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);
const AGENT: &str = "Amazon Simple Notification Service Agent";

/// What a message tells in its headers.
pub(crate) struct Head<'a> {
    pub(crate) kind: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) topic_arn: &'a str,
    /// A subscription that isn't confirmed has no ARN yet.
    pub(crate) subscription_arn: Option<&'a str>,
    pub(crate) is_raw: bool,
    pub(crate) content_type: &'a str,
}

/// A request as the row of its delivery holds it.
pub(crate) fn draft(head: &Head<'_>, body: &str) -> Value {
    let mut headers = Map::new();
    let mut put = |name: &str, value: &str| headers.insert(name.to_owned(), value.into());
    put("x-amz-sns-message-type", head.kind);
    put("x-amz-sns-message-id", head.message_id);
    put("x-amz-sns-topic-arn", head.topic_arn);
    if let Some(arn) = head.subscription_arn {
        put("x-amz-sns-subscription-arn", arn);
    }
    if head.is_raw {
        put("x-amz-sns-rawdelivery", "true");
    }
    put(CONTENT_TYPE.as_str(), head.content_type);
    put(USER_AGENT.as_str(), AGENT);
    json!({"headers": headers, "body": body})
}

/// The body of a request, for who gets it if the endpoint doesn't.
pub(crate) fn body_of(draft: &str) -> String {
    let draft: Value = serde_json::from_str(draft).unwrap_or_default();
    draft["body"].as_str().unwrap_or_default().to_owned()
}

/// Whether that can be the address of an endpoint of the protocol.
pub(crate) fn is_endpoint(protocol: &str, endpoint: &str) -> bool {
    let uri: Option<Uri> = endpoint.parse().ok();
    uri.is_some_and(|uri| uri.scheme_str() == Some(protocol) && uri.host().is_some())
}

/// Posts a draft once. Servers in trouble are asked again, and those that are asked too much.
pub(crate) async fn post(bus: &Bus, endpoint: &str, draft: &str) -> Outcome {
    let request = match request(endpoint, draft) {
        Ok(request) => request,
        Err(reason) => return Outcome::Refused(reason),
    };
    let answer = match tokio::time::timeout(TIMEOUT, bus.fetch(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Outcome::Failed(error.to_string()),
        Err(_) => return Outcome::Failed("The endpoint gave no answer in time.".to_owned()),
    };
    let status = answer.status();
    let reason = || format!("The endpoint answered {status}.");
    match status {
        _ if status.is_success() => Outcome::Delivered,
        StatusCode::TOO_MANY_REQUESTS => Outcome::Failed(reason()),
        _ if status.is_server_error() => Outcome::Failed(reason()),
        _ => Outcome::Refused(reason()),
    }
}

fn request(endpoint: &str, draft: &str) -> Result<Request<Bytes>, String> {
    let draft: Value = serde_json::from_str(draft).map_err(|error| error.to_string())?;
    let mut request = Request::post(endpoint);
    let headers = draft["headers"].as_object().into_iter().flatten();
    for (name, value) in headers {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    let uri: Uri = endpoint.parse().map_err(|error: http::uri::InvalidUri| error.to_string())?;
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    if let Some((user, _)) = authority.rsplit_once('@') {
        request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(user)));
    }
    let body = draft["body"].as_str().unwrap_or_default().to_owned();
    request.body(Bytes::from(body)).map_err(|error| error.to_string())
}
