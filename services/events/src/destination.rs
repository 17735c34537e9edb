//! Deliveries to API destinations: an HTTP request with what a connection adds to it.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html>

use std::time::Duration;

use base::Arn;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::Room;
use crate::deliver::Refusal;
use crate::identifier::Scope;
use crate::model::Delivery;
use crate::ops::opened;
use crate::tables::Tables;
use crate::wire::{AuthParameters, ConnectionAuthorizationType, ConnectionHttpParameters};

/// How long AWS waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A request in the making.
struct Draft {
    method: String,
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Sends an event to an API destination.
pub(crate) async fn send(room: &Room, arn: &Arn, delivery: &Delivery) -> Result<(), Refusal> {
    let tables = Tables(&*room.store);
    let scope = Scope::of_arn(arn);
    let named = arn.resource.strip_prefix("api-destination/").and_then(|it| it.split_once('/'));
    let (name, id) = named.ok_or_else(|| gone("The API destination does not exist."))?;
    let destination = tables.destination(&scope, name).await.map_err(internal)?;
    let destination = destination.map(|found| found.value).filter(|it| it.id == id);
    let destination = destination.ok_or_else(|| gone("The API destination does not exist."))?;

    let connection_arn = &destination.connection_arn;
    let no_connection = || gone("The connection of the API destination does not exist.");
    let named = connection_arn.split_once(":connection/").and_then(|(_, it)| it.split_once('/'));
    let (name, id) = named.ok_or_else(no_connection)?;
    let connection = tables.connection(&scope, name).await.map_err(internal)?;
    let connection = connection.map(|found| found.value).filter(|it| it.id == id);
    let connection = connection.ok_or_else(no_connection)?;
    let parameters = opened(&room.vault, connection_arn, &connection)
        .map_err(|error| gone(&error.to_string()))?;

    let given = delivery.target.http_parameters.clone();
    let paths = given.iter().flat_map(|it| it.path_parameter_values.iter().flatten());
    let mut draft = Draft {
        method: destination.method.as_str().to_owned(),
        url: paths.fold(destination.endpoint, |url, value| url.replacen('*', value, 1)),
        query: Vec::new(),
        headers: vec![
            ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
            ("User-Agent".to_owned(), "Amazon/EventBridge/ApiDestinations".to_owned()),
        ],
        body: delivery.payload.clone().into_bytes(),
    };
    for (name, value) in given.iter().flat_map(|it| it.header_parameters.iter().flatten()) {
        set(&mut draft.headers, name, value);
    }
    for (name, value) in given.iter().flat_map(|it| it.query_string_parameters.iter().flatten()) {
        set(&mut draft.query, name, value);
    }
    authorize(room, connection.authorization, &parameters, &mut draft).await?;
    let answer = fetch(room, draft).await?;
    accepted(answer.status().as_u16(), answer.body())
}

/// What the status of an answer means: AWS tries again after 401, 407, 409, 429 and the server's own faults.
fn accepted(status: u16, body: &[u8]) -> Result<(), Refusal> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let body = String::from_utf8_lossy(body);
    let start: String = body.chars().take(500).collect();
    Err(Refusal {
        code: "SDK_CLIENT_ERROR".to_owned(),
        message: format!("The API destination answered with status {status}: {start}"),
        may_pass: matches!(status, 401 | 407 | 409 | 429 | 500..),
    })
}

/// Adds what the connection has: where both have a header or a parameter, the connection's wins.
async fn authorize(
    room: &Room,
    authorization: ConnectionAuthorizationType,
    parameters: &AuthParameters,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match authorization {
        ConnectionAuthorizationType::Basic => {
            if let Some(it) = &parameters.basic_auth_parameters {
                let value = basic(&text(&it.username), &text(&it.password));
                set(&mut draft.headers, "Authorization", &value);
            }
        }
        ConnectionAuthorizationType::ApiKey => {
            if let Some(it) = &parameters.api_key_auth_parameters {
                set(&mut draft.headers, &text(&it.api_key_name), &text(&it.api_key_value));
            }
        }
        ConnectionAuthorizationType::OauthClientCredentials => {
            let token = token(room, parameters).await?;
            set(&mut draft.headers, "Authorization", &format!("Bearer {token}"));
        }
    }
    add(draft, parameters.invocation_http_parameters.as_ref());
    let body = pairs(parameters.invocation_http_parameters.as_ref().map(|it| &it.body_parameters));
    if !body.is_empty()
        && let Ok(Value::Object(mut object)) = serde_json::from_slice(&draft.body)
    {
        object.extend(body.into_iter().map(|(name, value)| (name, json!(value))));
        draft.body = Value::Object(object).to_string().into_bytes();
    }
    Ok(())
}

/// Asks the authorization server for a token, by the client credentials grant of OAuth 2.0.
async fn token(room: &Room, parameters: &AuthParameters) -> Result<String, Refusal> {
    let without = || gone("The connection has no parameters of OAuth.");
    let given = parameters.o_auth_parameters.as_ref().ok_or_else(without)?;
    let client = given.client_parameters.as_ref().ok_or_else(without)?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut form = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
    form.extend(pairs(given.o_auth_http_parameters.as_ref().map(|it| &it.body_parameters)));
    let mut draft = Draft {
        method: given.http_method.map_or("POST", |method| method.as_str()).to_owned(),
        url: text(&given.authorization_endpoint),
        query: Vec::new(),
        headers: vec![
            ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            (
                "Authorization".to_owned(),
                basic(&text(&client.client_i_d), &text(&client.client_secret)),
            ),
        ],
        body: encoded(&form).into_bytes(),
    };
    add(&mut draft, given.o_auth_http_parameters.as_ref());
    let answer = fetch(room, draft).await?;
    accepted(answer.status().as_u16(), answer.body())?;
    let answer: Option<Value> = serde_json::from_slice(answer.body()).ok();
    let token = answer.and_then(|answer| answer["access_token"].as_str().map(str::to_owned));
    token.ok_or_else(|| gone("The authorization endpoint gave no access_token."))
}

async fn fetch(room: &Room, draft: Draft) -> Result<Response<Bytes>, Refusal> {
    let mut url = draft.url;
    if !draft.query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&encoded(&draft.query));
    }
    let mut request = Request::builder().method(&*draft.method).uri(&url);
    for (name, value) in &draft.headers {
        request = request.header(name, value);
    }
    let request = request.body(Bytes::from(draft.body));
    let request = request.map_err(|error| gone(&format!("{url} can't be requested: {error}")))?;
    let answer = tokio::time::timeout(TIMEOUT, room.bus.fetch(request)).await;
    let late = |_| Refusal::internal("The endpoint gave no answer within 5 seconds.");
    answer.map_err(late)?.map_err(Refusal::from)
}

fn add(draft: &mut Draft, parameters: Option<&ConnectionHttpParameters>) {
    for (name, value) in pairs(parameters.map(|it| &it.header_parameters)) {
        set(&mut draft.headers, &name, &value);
    }
    for (name, value) in pairs(parameters.map(|it| &it.query_string_parameters)) {
        set(&mut draft.query, &name, &value);
    }
}

fn pairs(list: Option<&Option<Vec<crate::wire::HttpParameter>>>) -> Vec<(String, String)> {
    let list = list.into_iter().flatten().flatten();
    list.filter_map(|it| Some((it.key.clone()?, it.value.clone()?))).collect()
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    pairs.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    pairs.push((name.to_owned(), value.to_owned()));
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// `name=value&…`, with what isn't plain as `%XX`.
fn encoded(pairs: &[(String, String)]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let text = |text: &str| -> String {
        let one = |byte: u8| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        text.bytes().map(one).collect()
    };
    let pair = |(name, value): &(String, String)| format!("{}={}", text(name), text(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn gone(sentence: &str) -> Refusal {
    Refusal { code: "NO_RESOURCE".to_owned(), message: sentence.to_owned(), may_pass: false }
}

fn internal(error: store::Error) -> Refusal {
    Refusal::internal(error.to_string())
}
