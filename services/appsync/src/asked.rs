//! What a client asks of a GraphQL API, however it has come.

use ::http::Method;
use ::http::request::Parts;
use json::Value;

use crate::reply::Refusal;

/// What a client asks.
pub(crate) struct Asked {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Value,
}

impl Asked {
    /// Reads it out of a request over HTTP.
    pub(crate) fn read(head: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
        match (&head.method, body) {
            (&Method::GET, _) => Asked::of(&from_query(head.uri.query().unwrap_or_default())),
            (_, []) => Err(Refusal::malformed("Request body is empty.")),
            (_, body) => Asked::parse(body),
        }
    }

    /// Reads `{"query", "operationName", "variables"}`.
    pub(crate) fn parse(body: &[u8]) -> Result<Asked, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
        Asked::of(&Value::parse(text).map_err(|_| unreadable())?)
    }

    fn of(document: &Value) -> Result<Asked, Refusal> {
        let text = |name: &str| document.get(name).and_then(|it| it.as_str().map(str::to_owned));
        let variables = document.get("variables").unwrap_or_default();
        let variables = match variables.kind() {
            json::Kind::String => Value::parse(variables.as_str().unwrap_or_default()).ok(),
            _ => Some(variables),
        };
        Ok(Asked {
            query: text("query").ok_or_else(unreadable)?,
            operation_name: text("operationName"),
            variables: variables.ok_or_else(unreadable)?,
        })
    }

    /// It as the context of a request shows it.
    pub(crate) fn to_value(&self) -> Value {
        Value::object([
            ("queryString", Value::from(self.query.as_str())),
            ("operationName", self.operation_name.as_deref().map(Value::from).unwrap_or_default()),
            ("variables", self.variables.clone()),
        ])
    }
}

fn unreadable() -> Refusal {
    Refusal::malformed("Unable to parse GraphQL query.")
}

/// Of a form, in which a plus is a blank.
fn from_query(query: &str) -> Value {
    let query = query.replace('+', "%20");
    let parameters = aws::sigv4::query_parameters(&query);
    let members = parameters.map(|(name, value)| (name, Value::from(value)));
    members.collect::<json::Object>().into()
}
