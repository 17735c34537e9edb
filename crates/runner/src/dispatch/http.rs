//! `http:invoke` and `apigateway:invoke`: requests over HTTP to wherever the task says.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html>. The result has the members of
//! recordings (apigetway_task_service_invoke_base). Beyond AWS, an endpoint may say `http://`.

use std::time::Duration;

use asl::resources::{Integration, Pattern};
use asl::{Failure, error_name};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RANGE, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use json::{Kind, Object, Value};
use service::{Access, CallError};

use super::connection::{self, Connection};
use super::{Errand, Sent, form, signing};
use crate::Runner;

/// AWS waits no longer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A request in the making.
pub(super) struct Draft {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

/// What has come of a request instead of an answer.
pub(super) enum Trouble {
    /// The request can't be made of the task's parameters.
    Unusable(String),
    /// Nothing answered.
    Socket(String),
}

/// `apigateway:invoke`.
pub(super) async fn invoke_api(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    let parameters = &errand.dispatch.parameters;
    let text = |name: &str| parameters.get(name).and_then(|it| it.as_str().map(str::to_owned));
    let path: String = [text("Stage"), text("Path")]
        .into_iter()
        .flatten()
        .map(|part| format!("/{}", part.trim_matches('/')))
        .collect();
    let endpoint = text("ApiEndpoint").unwrap_or_default();
    let method = match method(parameters) {
        Ok(method) => method,
        Err(failure) => return Sent::refused(pattern, failure),
    };
    let draft = Draft {
        method,
        url: format!("{}{path}", with_scheme(endpoint.trim_end_matches('/'))),
        query: pairs(parameters.get("QueryParameters")),
        headers: pairs(parameters.get("Headers")),
        body: parameters.get("RequestBody").filter(|body| !body.is_null()),
    };
    let is_signed = text("AuthType").as_deref() == Some("IAM_ROLE");
    let answer = match draft.into_request(runner, None) {
        Ok(mut request) => {
            if is_signed
                && let Err(failure) = signing::sign(runner, errand, integration, &mut request).await
            {
                return Sent::refused(pattern, failure);
            }
            fetch(runner, request).await
        }
        Err(trouble) => Err(trouble),
    };
    let refused = |error: String, cause: String| Sent::refused(pattern, Failure::new(error, cause));
    match answer {
        Ok(answer) if answer.status().is_success() => {
            Sent::answered(pattern, result(&answer, titled))
        }
        // Recorded: apigetway_task_service_invoke_error.
        Ok(answer) => refused(
            format!("{}.{}", integration.error_prefix(), answer.status().as_u16()),
            String::from_utf8_lossy(answer.body()).into_owned(),
        ),
        Err(Trouble::Unusable(why)) => refused(error_name::RUNTIME.to_owned(), why),
        Err(Trouble::Socket(why)) => {
            refused(format!("{}.SdkClientException", integration.error_prefix()), why)
        }
    }
}

/// `http:invoke`.
pub(super) async fn invoke(runner: &Runner, errand: &Errand, pattern: Pattern) -> Sent {
    match invoked(runner, errand).await {
        Ok(result) => Sent::answered(pattern, result),
        Err(failure) => Sent::refused(pattern, failure),
    }
}

async fn invoked(runner: &Runner, errand: &Errand) -> Result<Value, Failure> {
    let ctx = errand.ctx(runner)?;
    let machine_arn = &errand.facts.machine.facts.arn;
    let parameters = &errand.dispatch.parameters;
    let text = |name: &str| parameters.get(name).and_then(|it| it.as_str().map(str::to_owned));
    let method = method(parameters)?;
    // <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-permissions>
    let conditions = [
        ("states:HTTPMethod", method.to_string()),
        ("states:HTTPEndpoint", text("ApiEndpoint").unwrap_or_default()),
    ];
    let access = Access::new("states:InvokeHTTPEndpoint", machine_arn);
    let may = runner.0.bus.check_access(&ctx, &Access { conditions: &conditions, ..access });
    may.map_err(|refusal| {
        Failure::new(error_name::PERMISSIONS, refusal.message.unwrap_or_default())
    })?;
    let mut draft = Draft {
        method,
        url: with_scheme(&text("ApiEndpoint").unwrap_or_default()),
        query: pairs(parameters.get("QueryParameters")),
        headers: pairs(parameters.get("Headers")),
        body: parameters.get("RequestBody").filter(|body| !body.is_null()),
    };
    let region = runner.0.house.region();
    draft
        .headers
        .push((USER_AGENT.to_string(), format!("Amazon|StepFunctions|HttpInvoke|{region}")));
    draft.headers.push((RANGE.to_string(), "bytes=0-262144".to_owned()));
    if let Some(arn) = connection_arn(parameters) {
        let connection = Connection::retrieve(runner, ctx, &arn).await?;
        connection::apply(runner, &connection, &mut draft).await?;
    }
    let request = draft.into_request(runner, parameters.get("Transform").as_ref());
    let answer = match request {
        Ok(request) => fetch(runner, request).await,
        Err(trouble) => Err(trouble),
    };
    let answer = answer.map_err(Trouble::failure)?;
    if answer.status().is_success() {
        if let Some(kind) = binary_kind(&answer) {
            let cause = format!("A response of the content type '{kind}' is not supported.");
            return Err(Failure::new(error_name::RUNTIME, cause));
        }
        return Ok(result(&answer, str::to_owned));
    }
    Err(status_failure(&answer))
}

impl Trouble {
    pub(super) fn failure(self) -> Failure {
        match self {
            Trouble::Unusable(why) => Failure::new(error_name::RUNTIME, why),
            Trouble::Socket(why) => Failure::new(error_name::HTTP_SOCKET, why),
        }
    }
}

pub(super) fn status_failure(answer: &Response<Bytes>) -> Failure {
    let status = answer.status();
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    let reason = status.canonical_reason().unwrap_or_default();
    let cause = if body.is_empty() { reason.to_owned() } else { body };
    Failure::new(format!("States.Http.StatusCode.{}", status.as_u16()), cause)
}

fn connection_arn(parameters: &Value) -> Option<String> {
    let arn = ["Authentication", "InvocationConfig"]
        .into_iter()
        .find_map(|name| parameters.get(name)?.get("ConnectionArn"))?;
    arn.as_str().map(str::to_owned)
}

/// Only AWS's seven are methods. Its words for what is none aren't known; these are those of other fields.
pub(super) fn method(parameters: &Value) -> Result<Method, Failure> {
    const METHODS: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::HEAD,
    ];
    let refused = |why: &str| Failure::new(error_name::RUNTIME, why);
    let named = parameters.get("Method");
    let named = named.ok_or_else(|| refused("The field 'Method' is required but was missing"))?;
    let known = METHODS.into_iter().find(|method| named.as_str() == Some(method.as_str()));
    known.ok_or_else(|| refused("The value of the field 'Method' has an invalid format"))
}

fn with_scheme(endpoint: &str) -> String {
    match endpoint.contains("://") {
        true => endpoint.to_owned(),
        false => format!("https://{endpoint}"),
    }
}

/// The members of an object as pairs; one for each item where a member is a list.
pub(super) fn pairs(object: Option<Value>) -> Vec<(String, String)> {
    let object = object.unwrap_or_default();
    let entries = object.entries().flat_map(|(name, value)| {
        let values = match value.kind() {
            Kind::Array => value.items().collect(),
            Kind::Null => Vec::new(),
            _ => vec![value],
        };
        let name = name.to_owned();
        values.into_iter().map(move |value| (name.clone(), super::casing::text(&value)))
    });
    entries.collect()
}

impl Draft {
    /// The request, its body written as `Transform` says.
    pub(super) fn into_request(
        self,
        runner: &Runner,
        transform: Option<&Value>,
    ) -> Result<Request<Bytes>, Trouble> {
        let encoding = transform.and_then(|it| it.get("RequestBodyEncoding"));
        let is_form = encoding.as_ref().and_then(Value::as_str) == Some("URL_ENCODED");
        let mut url = self.url;
        if !self.query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&form::encode_pairs(&self.query));
        }
        let body = match &self.body {
            None => None,
            Some(body) if is_form => {
                let options = transform.and_then(|it| it.get("RequestEncodingOptions"));
                let format = options.and_then(|it| it.get("ArrayFormat"));
                let format = format.as_ref().and_then(Value::as_str).unwrap_or("INDICES");
                Some((form::encode(body, format), "application/x-www-form-urlencoded"))
            }
            Some(body) => Some((super::casing::text(body), "application/json")),
        };
        let unusable = |why: &dyn std::fmt::Display| Trouble::Unusable(why.to_string());
        let (body, content_type) = body.unzip();
        let mut request = Request::builder()
            .method(self.method)
            .uri(&url)
            .body(Bytes::from(body.unwrap_or_default()))
            .map_err(|error| {
                unusable(&format_args!("The endpoint {url} can't be called: {error}."))
            })?;
        for (name, value) in self.headers {
            let parsed = HeaderName::try_from(&name).ok().zip(HeaderValue::try_from(&value).ok());
            let (header, value) = parsed
                .ok_or_else(|| unusable(&format_args!("The header '{name}' can't be sent.")))?;
            if is_reserved(header.as_str()) {
                return Err(unusable(&format_args!("The header '{name}' is reserved.")));
            }
            request.headers_mut().append(header, value);
        }
        if let Some(content_type) = content_type
            && !request.headers().contains_key(CONTENT_TYPE)
        {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if request.headers().get(USER_AGENT).is_none() {
            let agent = format!("Amazon|StepFunctions|{}", runner.0.house.region());
            let agent = HeaderValue::try_from(agent);
            request.headers_mut().extend(agent.ok().map(|agent| (USER_AGENT, agent)));
        }
        Ok(request)
    }
}

/// What HTTP itself or AWS's network sets.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-definition>
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 13] = [
        "connection",
        "content-length",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "www-authenticate",
    ];
    RESERVED.contains(&name) || name.starts_with("x-amz-") || name.starts_with("x-amzn-")
}

/// Sends a request and waits for its answer, as long as AWS would.
pub(super) async fn fetch(
    runner: &Runner,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Trouble> {
    match tokio::time::timeout(TIMEOUT, runner.0.bus.fetch(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(CallError::Unanswered(why))) => Err(Trouble::Socket(why)),
        Ok(Err(error)) => Err(Trouble::Socket(error.to_string())),
        Err(_) => Err(Trouble::Socket(format!("No answer within {} seconds.", TIMEOUT.as_secs()))),
    }
}

pub(super) fn result(answer: &Response<Bytes>, named: fn(&str) -> String) -> Value {
    let mut headers = Object::new();
    for name in answer.headers().keys() {
        let values = answer.headers().get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        headers.insert(named(name.as_str()), Value::array(values.map(Value::from)));
    }
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    let is_json = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_none_or(|kind| kind.contains("json"));
    let parsed = is_json.then(|| Value::parse(&body).ok()).flatten();
    let status = answer.status();
    let mut result = Object::new();
    result.insert("Headers", headers);
    result.insert("ResponseBody", parsed.unwrap_or_else(|| body.into()));
    result.insert("StatusCode", i64::from(status.as_u16()));
    result.insert("StatusText", status.canonical_reason().unwrap_or_default());
    result.into()
}

/// The content type of an answer whose body is no text: it says so, or doesn't read as any. AWS fails the task; the
/// sentence is ours.
fn binary_kind(answer: &Response<Bytes>) -> Option<String> {
    let kind = answer.headers().get(CONTENT_TYPE)?;
    let kind = String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase();
    let is_named = ["application/octet-stream", "image/", "audio/", "video/"]
        .iter()
        .any(|it| kind.starts_with(it));
    // Texts may be of another charset.
    let is_unreadable = !kind.starts_with("text/") && std::str::from_utf8(answer.body()).is_err();
    (!answer.body().is_empty() && (is_named || is_unreadable)).then_some(kind)
}

/// `Content-Type`, as API Gateway sends it.
pub(super) fn titled(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
