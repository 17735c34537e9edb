//! EventBridge connections: what `http:invoke` adds to its request from one.
//!
//! The `events` room keeps them, their secrets encrypted, and gives them to tasks of this house alone.
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html>

use asl::{Failure, error_name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Method;
use json::{Object, Value};
use service::{CallError, Caller, Ctx};

use super::http::{Draft, fetch, status_failure};
use crate::Runner;

pub(super) struct Connection {
    kind: String,
    parameters: Value,
}

impl Connection {
    /// The house gives the secrets; the role of the execution must be allowed what AWS asks for.
    pub(super) async fn retrieve(runner: &Runner, ctx: Ctx, arn: &str) -> Result<Self, Failure> {
        let bus = &runner.0.bus;
        let may = bus.check_action(&ctx, "events:RetrieveConnectionCredentials", arn);
        may.map_err(|refusal| {
            Failure::new(error_name::PERMISSIONS, refusal.message.unwrap_or_default())
        })?;
        let house = Caller::root(ctx.house());
        let ctx = match ctx.attempt().cloned() {
            Some(attempt) => ctx.follow_up(house).with_attempt(attempt),
            None => ctx.follow_up(house),
        };
        let request = Value::object([("ConnectionArn", arn)]).to_string();
        let operation = "RetrieveConnectionSecrets";
        let answer = bus.call(ctx, "events", operation, Bytes::from(request)).await;
        let failed = |cause: String| Failure::new("Events.ConnectionResource.NotFound", cause);
        let answer = answer.map_err(|error| match error {
            CallError::Refused(error) => failed(error.message.unwrap_or_default()),
            other => failed(other.to_string()),
        })?;
        let answer = std::str::from_utf8(&answer).ok().and_then(|text| Value::parse(text).ok());
        let parts = answer.and_then(|answer| {
            let kind = answer.get("AuthorizationType")?.as_str()?.to_owned();
            Some(Connection { kind, parameters: answer.get("AuthParameters")? })
        });
        parts.ok_or_else(|| {
            Failure::new(
                error_name::RUNTIME,
                "The events room gave no parameters of the connection.",
            )
        })
    }

    fn text(&self, path: [&str; 2]) -> String {
        let value = self.parameters.get(path[0]).and_then(|it| it.get(path[1]));
        value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// Adds the connection's authorization and parameters; where both have one, the connection's wins.
pub(super) async fn apply(
    runner: &Runner,
    connection: &Connection,
    draft: &mut Draft,
) -> Result<(), Failure> {
    let (name, value) = match connection.kind.as_str() {
        "BASIC" => {
            let of = |name| connection.text(["BasicAuthParameters", name]);
            ("Authorization".to_owned(), basic(&of("Username"), &of("Password")))
        }
        "API_KEY" => {
            let of = |name| connection.text(["ApiKeyAuthParameters", name]);
            (of("ApiKeyName"), of("ApiKeyValue"))
        }
        _ => ("Authorization".to_owned(), bearer(runner, connection).await?),
    };
    set(&mut draft.headers, &name, value, true);
    if let Some(parameters) = connection.parameters.get("InvocationHttpParameters") {
        merge(draft, &parameters);
    }
    Ok(())
}

fn merge(draft: &mut Draft, parameters: &Value) {
    for (name, value) in listed(parameters, "HeaderParameters") {
        set(&mut draft.headers, &name, value, true);
    }
    for (name, value) in listed(parameters, "QueryStringParameters") {
        set(&mut draft.query, &name, value, false);
    }
    let body = listed(parameters, "BodyParameters");
    if !body.is_empty() {
        let mut merged: Object = draft.body.as_ref().and_then(Value::to_object).unwrap_or_default();
        for (name, value) in body {
            merged.insert(name, value);
        }
        draft.body = Some(merged.into());
    }
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: String, ignores_case: bool) {
    pairs.retain(|(other, _)| match ignores_case {
        true => !other.eq_ignore_ascii_case(name),
        false => other != name,
    });
    pairs.push((name.to_owned(), value));
}

fn listed(parameters: &Value, name: &str) -> Vec<(String, String)> {
    let list = parameters.get(name).unwrap_or_default();
    let text = |item: &Value, name| item.get(name)?.as_str().map(str::to_owned);
    list.items().filter_map(|item| Some((text(&item, "Key")?, text(&item, "Value")?))).collect()
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Asks the authorization server for a token, by the client credentials grant of OAuth 2.0.
async fn bearer(runner: &Runner, connection: &Connection) -> Result<String, Failure> {
    let oauth = connection.parameters.get("OAuthParameters").unwrap_or_default();
    let client = oauth.get("ClientParameters").unwrap_or_default();
    let text = |of: &Value, name| {
        of.get(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let method = Method::from_bytes(text(&oauth, "HttpMethod").as_bytes()).unwrap_or(Method::POST);
    let authorization = basic(&text(&client, "ClientID"), &text(&client, "ClientSecret"));
    let mut draft = Draft {
        method,
        url: text(&oauth, "AuthorizationEndpoint"),
        query: Vec::new(),
        headers: vec![("Authorization".to_owned(), authorization)],
        body: Some(Value::object([("grant_type", "client_credentials")])),
    };
    if let Some(parameters) = oauth.get("OAuthHttpParameters") {
        merge(&mut draft, &parameters);
    }
    let form = Value::object([("RequestBodyEncoding", "URL_ENCODED")]);
    let request = draft.into_request(runner, Some(&form)).map_err(|trouble| trouble.failure())?;
    let answer = fetch(runner, request).await.map_err(|trouble| trouble.failure())?;
    if !answer.status().is_success() {
        return Err(status_failure(&answer));
    }
    let answer = std::str::from_utf8(answer.body()).ok().and_then(|text| Value::parse(text).ok());
    let token = answer.and_then(|answer| answer.get("access_token")?.as_str().map(str::to_owned));
    token.map(|token| format!("Bearer {token}")).ok_or_else(|| {
        let cause =
            "The authorization endpoint of the connection answered without an access_token.";
        Failure::new(error_name::RUNTIME, cause)
    })
}
