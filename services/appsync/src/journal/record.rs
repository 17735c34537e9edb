//! The lines of one request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::http::{HeaderMap, HeaderName, header};
use base::Timestamp;
use json::Value;
use tokio::time::Instant;
use workload::Line;

use super::{Chapter, Journal, Scribe, Subject};
use crate::asked::Asked;
use crate::reply::Refusal;
use crate::served::Checked;
use crate::wire::FieldLogLevel;

/// The most that AWS logs of one request; the rest is cut off.
const BYTES_MAX: usize = 1024 * 1024;
/// The longest line that a log takes.
const LINE_BYTES_MAX: usize = 256 * 1024;
/// Headers that let somebody in. Of their values only the end is logged.
const SECRET_HEADERS: [HeaderName; 5] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::SEC_WEBSOCKET_PROTOCOL,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-amz-security-token"),
];
const SHOWN_OF_SECRETS: usize = 6;

/// What a request logs, while it is being answered.
pub(crate) struct Record<'j> {
    journal: &'j Journal,
    /// None where nothing is logged.
    scribe: Option<&'j Scribe>,
    request_id: &'j str,
    began: Instant,
    began_at: Timestamp,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    lines: Vec<Line>,
    bytes: usize,
    /// The fields that were traced.
    traces: Vec<String>,
    /// When reading and checking the document began, since the request did, and how long each took.
    checked: Option<[Duration; 3]>,
}

impl<'j> Record<'j> {
    pub(super) fn begin(
        journal: &'j Journal,
        scribe: Option<&'j Scribe>,
        request_id: &'j str,
    ) -> Self {
        let record = Record {
            journal,
            scribe,
            request_id,
            began: Instant::now(),
            began_at: journal.house.now(),
            written: Mutex::default(),
        };
        record.say("Begin Request");
        record
    }

    /// What is asked.
    pub(crate) fn query(&self, Asked { query, operation_name, variables }: &Asked) {
        if self.is_verbose() {
            let operation = operation_name.as_deref().unwrap_or("null");
            self.say(&format!(
                "GraphQL Query: {query}, Operation: {operation}, Variables: {variables}"
            ));
        }
    }

    /// That what is asked holds against the schema.
    pub(crate) fn checked(&self, Checked { parsing, validation, .. }: &Checked) {
        let began = self.began.elapsed().saturating_sub(*parsing + *validation);
        self.written().checked = Some([began, *parsing, *validation]);
    }

    /// Begins the lines of a resolver or handler, if it has any.
    pub(crate) fn chapter(&self, subject: impl FnOnce() -> Subject) -> Option<Chapter<'_>> {
        (self.level() != FieldLogLevel::None).then(|| Chapter::begin(self, subject()))
    }

    /// A subscription has begun.
    pub(crate) fn subscribed(&self, id: &str, field: &str) {
        // How AWS writes it isn't documented, nor what it logs of connections.
        if self.is_verbose() {
            self.say(&format!("New Subscription: {field}, Id: {id}"));
        }
    }

    /// A client has come by WebSocket.
    pub(crate) fn connected(&self) {
        self.say("Begin Connection");
    }

    /// The errors of the answer.
    pub(crate) fn errors(&self, errors: &[graphql::Error]) {
        if self.level() != FieldLogLevel::None {
            for error in errors {
                let mut text = String::new();
                error.write_to(&mut text);
                self.say(&text);
            }
        }
    }

    /// Why there is no answer.
    pub(crate) fn refused(&self, Refusal { error_type, message, .. }: &Refusal) {
        self.failed(&[Value::object([("errorType", *error_type), ("message", message)])]);
    }

    /// What a client is told that went wrong.
    pub(crate) fn failed(&self, errors: &[Value]) {
        if self.level() != FieldLogLevel::None {
            errors.iter().for_each(|error| self.say(&error.to_string()));
        }
    }

    /// The operation has been run.
    pub(crate) fn executed(&self) {
        if self.scribe.is_none() {
            return;
        }
        let ended = self.began.elapsed();
        let [began, parsing, validation] = self.written().checked.unwrap_or_default();
        let span = |start: Duration, duration: Duration| {
            Value::object([
                ("startOffset", nanoseconds(start)),
                ("duration", nanoseconds(duration)),
            ])
        };
        let members = [
            ("duration", nanoseconds(ended)),
            ("logType", "ExecutionSummary".into()),
            ("requestId", self.request_id.into()),
            ("startTime", self.began_at.to_string().into()),
            ("endTime", self.journal.house.now().to_string().into()),
            ("parsing", span(began, parsing)),
            ("version", 1.into()),
            ("validation", span(began + parsing, validation)),
        ];
        self.write(members.into_iter().chain(self.id_member()));
        let traces = std::mem::take(&mut self.written().traces);
        if !traces.is_empty() {
            self.say("Begin Tracing");
            traces.into_iter().for_each(|trace| self.push(trace));
            self.say("End Tracing");
        }
    }

    /// The headers of the request and of the reply to it.
    pub(crate) fn headers(&self, request: &HeaderMap, reply: &HeaderMap) {
        if self.is_verbose() {
            self.say(&format!("Request Headers: {}", shown(request, |value| format!("[{value}]"))));
            self.say(&format!("Response Headers: {}", shown(reply, str::to_owned)));
        }
    }

    /// The request has been answered; `more` is what its summary says besides.
    pub(crate) fn end(self, status: u16, more: &[(&'static str, Value)]) {
        let Some(scribe) = self.scribe else { return };
        let latency = nanoseconds(self.began.elapsed());
        let members =
            [("logType", Value::from("RequestSummary")), ("requestId", self.request_id.into())];
        let members = members.into_iter().chain(self.id_member()).chain(more.iter().cloned());
        let status = i64::from(status);
        self.write(members.chain([("statusCode", status.into()), ("latency", latency)]));
        self.say("Tokens Consumed: 1");
        self.say("End Request");
        let Written { lines, .. } =
            self.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.journal.keep(scribe, lines);
    }

    pub(super) fn level(&self) -> FieldLogLevel {
        self.scribe.map_or(FieldLogLevel::None, |scribe| scribe.level)
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.scribe.is_some_and(|scribe| scribe.is_verbose)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.journal.house.now()
    }

    pub(super) fn request_id(&self) -> &str {
        self.request_id
    }

    pub(super) fn id_member(&self) -> Option<(&'static str, Value)> {
        let scribe = self.scribe?;
        Some((scribe.id_member, scribe.api_id.as_str().into()))
    }

    /// When something began, since the request did.
    pub(super) fn offset(&self, began: Instant) -> Duration {
        began.duration_since(self.began)
    }

    pub(super) fn keep(&self, lines: impl IntoIterator<Item = Line>) {
        let mut written = self.written();
        for mut line in lines {
            line.text.truncate(line.text.floor_char_boundary(LINE_BYTES_MAX));
            written.bytes += line.text.len();
            if BYTES_MAX < written.bytes {
                return;
            }
            written.lines.push(line);
        }
    }

    pub(super) fn trace(&self, trace: String) {
        self.written().traces.push(trace);
    }

    fn say(&self, text: &str) {
        if self.scribe.is_some() {
            self.push(format!("{} {text}", self.request_id));
        }
    }

    fn write(&self, members: impl IntoIterator<Item = (&'static str, Value)>) {
        self.push(Value::object(members).to_string());
    }

    fn push(&self, text: String) {
        self.keep([Line { at: self.now(), text }]);
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn nanoseconds(duration: Duration) -> Value {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX).into()
}

/// Headers as Java writes a map.
fn shown(headers: &HeaderMap, written: impl Fn(&str) -> String) -> String {
    let header = |name: &HeaderName| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let values: Vec<String> = match SECRET_HEADERS.contains(name) {
            true => values.map(masked).collect(),
            false => values.map(str::to_owned).collect(),
        };
        format!("{name}={}", written(&values.join(", ")))
    };
    let headers: Vec<String> = headers.keys().map(header).collect();
    format!("{{{}}}", headers.join(", "))
}

fn masked(secret: &str) -> String {
    let hidden = secret.ceil_char_boundary(secret.len().saturating_sub(SHOWN_OF_SECRETS));
    format!("****{}", &secret[hidden..])
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;

    #[test]
    fn what_lets_somebody_in_is_not_logged() {
        let mut headers = HeaderMap::new();
        headers.append("accept", HeaderValue::from_static("a/b"));
        headers.append("accept", HeaderValue::from_static("c/d"));
        headers.insert("x-api-key", HeaderValue::from_static("da2-0123456789"));
        let shown = shown(&headers, |value| format!("[{value}]"));
        assert_eq!(shown, "{accept=[a/b, c/d], x-api-key=[****456789]}");
    }
}
