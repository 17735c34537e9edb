//! `HTTP`: a request to an endpoint of anybody's, or, signed, to a service of AWS.
//!
//! What is signed for a service that the house has, and sent to AWS's own host name, is the house's to answer.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-http.html>

use std::fmt::Write as _;

use ::http::header::{CONTENT_TYPE, HOST};
use ::http::{HeaderName, HeaderValue, Request, Response, Uri};
use aws::Target;
use aws::sigv4::{self, Credentials};
use bytes::Bytes;
use json::{Kind, Value};
use resolver::Failure;
use serde_json::json;

use super::{Query, Refusal, body, given, misfit, text};
use crate::wire::AwsIamConfig;

/// AWS's own hosts.
const AWS_DOMAIN: &str = ".amazonaws.com";

/// A request in the making.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) url: String,
    /// Names and values, or lists of them.
    pub(super) query: Value,
    pub(super) headers: Value,
    pub(super) body: Option<Value>,
    /// The kind of the body where the headers don't say it.
    pub(super) content_type: Option<&'static str>,
}

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    let request = query.request;
    let config = query.source.http_config.as_ref();
    let endpoint = config.and_then(|config| config.endpoint.as_deref()).unwrap_or_default();
    let params = given(request, "params").unwrap_or_default();
    let method = text(request, "method").unwrap_or_else(|| "GET".to_owned());
    if !matches!(method.as_str(), "GET" | "POST" | "PUT" | "DELETE" | "PATCH") {
        return Err(misfit(format!("Unsupported method '{method}'.")));
    }
    let asked = Asked {
        method,
        url: url(endpoint, &text(request, "resourcePath").unwrap_or_default())?,
        query: given(&params, "query").unwrap_or_default(),
        headers: given(&params, "headers").unwrap_or_default(),
        body: given(&params, "body"),
        content_type: None,
    };
    let authorization = config.and_then(|config| config.authorization_config.as_ref());
    let signing = authorization.and_then(|it| it.aws_iam_config.as_ref());
    let answer = send(query, asked, signing).await?;
    let body = answer.body();
    if query.room.limits.result_bytes_max < body.len() {
        return Err(Failure::new("The response is larger than 5 MB.", "ResponseTooLarge"));
    }
    let headers = answer
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), Value::from(value.to_str().ok()?))));
    Ok(Value::object([
        ("statusCode", Value::from(i64::from(answer.status().as_u16()))),
        ("headers", Value::object(headers)),
        ("body", Value::from(String::from_utf8_lossy(body).into_owned())),
    ]))
}

/// The URL of a path below an endpoint.
pub(super) fn url(endpoint: &str, path: &str) -> Result<String, Failure> {
    let is_url = endpoint.starts_with("http://") || endpoint.starts_with("https://");
    let is_path = path.is_empty() || path.starts_with('/');
    match is_url && is_path {
        true => Ok(format!("{}{path}", endpoint.trim_end_matches('/'))),
        false => Err(misfit(format!("Invalid endpoint or resource path: {endpoint}{path}"))),
    }
}

/// Sends a request, signed in the role of the data source if that says so.
pub(super) async fn send(
    query: &Query<'_>,
    asked: Asked,
    signing: Option<&AwsIamConfig>,
) -> Result<Response<Bytes>, Failure> {
    let mut request = request(asked)?;
    if let Some(signing) = signing {
        if let Some(answer) = by_room(query, &request, signing).await {
            return answer;
        }
        sign(query, &mut request, signing).await?;
    }
    // A resolver is asked often, and its client asks again.
    request.extensions_mut().insert(service::KeptConnection);
    let answer = query.room.bus.fetch(request).await;
    answer.map_err(|error| Failure::new(error.to_string(), "Http:RequestFailed"))
}

fn request(asked: Asked) -> Result<Request<Bytes>, Failure> {
    let uri = with_query(asked.url, &asked.query);
    let uri: Uri = uri.parse().map_err(|_| misfit(format!("Invalid URL: {uri}")))?;
    let body = match &asked.body {
        None => Bytes::new(),
        Some(body) => match body.as_str() {
            Some(text) => text.to_owned().into(),
            None => body.to_string().into(),
        },
    };
    let mut request = Request::new(body);
    *request.method_mut() = asked
        .method
        .parse()
        .map_err(|_| misfit(format!("Unsupported method '{}'.", asked.method)))?;
    *request.uri_mut() = uri;
    for (name, value) in asked.headers.entries() {
        let text = scalar(&value);
        let header = (name.parse::<HeaderName>().ok()).zip(HeaderValue::from_str(&text).ok());
        let (name, value) = header.ok_or_else(|| misfit(format!("Invalid header: {name}")))?;
        if name != HOST {
            request.headers_mut().insert(name, value);
        }
    }
    if let Some(content_type) = asked.content_type {
        let headers = request.headers_mut();
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    }
    Ok(request)
}

fn with_query(mut url: String, query: &Value) -> String {
    for (name, value) in query.entries() {
        let one = [value.clone()];
        let values: Vec<Value> =
            if value.kind() == Kind::Array { value.items().collect() } else { one.into() };
        for value in values {
            url.push(if url.contains('?') { '&' } else { '?' });
            percent_encode(name, &mut url);
            url.push('=');
            percent_encode(&scalar(&value), &mut url);
        }
    }
    url
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("writing to memory succeeds"),
        }
    }
}

/// The answer of the house's own room, if the request names an operation of one at AWS's host.
async fn by_room(
    query: &Query<'_>,
    request: &Request<Bytes>,
    signing: &AwsIamConfig,
) -> Option<Result<Response<Bytes>, Failure>> {
    let host = request.uri().host()?;
    let service = signing.signing_service_name.as_deref()?;
    let target = Target::of(request.headers())?;
    if !host.ends_with(AWS_DOMAIN) || !query.room.bus.reaches(service) {
        return None;
    }
    let asked = String::from_utf8_lossy(request.body()).into_owned();
    let (status, body) = match query.call(service, target.operation, asked).await {
        Ok(reply) => (200, Bytes::from(reply.to_string())),
        Err(Refusal::Refused(error)) => (error.status, error.to_json()),
        Err(Refusal::Failed(failure)) => return Some(Err(failure)),
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = status.try_into().ok()?;
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    Some(Ok(answer))
}

/// Signs a request with what the role of the data source gets from the room of tokens.
async fn sign(
    query: &Query<'_>,
    request: &mut Request<Bytes>,
    signing: &AwsIamConfig,
) -> Result<(), Failure> {
    let unsigned = |reason: String| Failure::new(reason, "UnauthorizedException");
    let role = query.source.service_role_arn.as_deref();
    let role = role.ok_or_else(|| unsigned("The data source has no role.".to_owned()))?;
    let asked = body(json!({ "RoleArn": role, "RoleSessionName": "appsync" }));
    let caller = service::Caller { arn: super::PRINCIPAL.to_owned() };
    let ctx = query.client.follow_up(caller).with_source_arn(query.api_arn);
    let reply = query.call_as(ctx, "sts", "AssumeRole", asked).await;
    let reply =
        reply.map_err(|refusal| query.failure("AWSSecurityTokenService", "STS", refusal))?;
    let given = given(&reply, "Credentials").unwrap_or_default();
    let part = |name: &str| {
        text(&given, name).ok_or_else(|| unsigned("The role has no credentials.".to_owned()))
    };
    let credentials = Credentials {
        access_key_id: part("AccessKeyId")?,
        secret_access_key: part("SecretAccessKey")?,
        session_token: Some(part("SessionToken")?),
    };
    let region = signing.signing_region.as_deref().unwrap_or(query.client.region());
    let service = signing.signing_service_name.as_deref().unwrap_or("appsync");
    sigv4::sign(request, &credentials, region, service, query.client.now())
        .map_err(|error| unsigned(error.to_string()))
}
