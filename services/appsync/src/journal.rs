//! What an API logs, if its settings say so: to the group `/aws/appsync/apis/<api>` of the room of logs.
//!
//! It is told after the reply and waits for nobody; what comes faster than it can be written is dropped, and said so.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html>

use std::collections::HashMap;
use std::sync::Arc;

use base::{Arn, Timestamp};
use json::Value;
use resolver::{LogLevel, LogLine};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use workload::{Delivery, Line, OnMissingGroup};

use crate::Room;
use crate::model::Api;
use crate::wire::{FieldLogLevel, LogConfig};

/// Requests whose lines wait to be written.
const WAITING_MAX: usize = 1024;

/// The lines of one request.
struct Page {
    api_id: String,
    account: String,
    lines: Vec<Line>,
}

/// The way to [`work`].
pub(crate) struct Journal {
    sender: mpsc::Sender<Page>,
    receiver: Mutex<mpsc::Receiver<Page>>,
}

/// What became of a request.
pub(crate) struct Entry<'e> {
    pub(crate) request_id: &'e str,
    pub(crate) query: &'e str,
    pub(crate) operation_name: Option<&'e str>,
    pub(crate) variables: &'e Value,
    pub(crate) began: Timestamp,
    pub(crate) ended: Timestamp,
    pub(crate) errors: &'e [graphql::Error],
    /// What the code has logged.
    pub(crate) logs: &'e [LogLine],
}

impl Journal {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        Journal { sender, receiver: Mutex::new(receiver) }
    }

    /// Logs a request, as far as the API's settings want it.
    pub(crate) fn tell(&self, api: &Api, config: &LogConfig, entry: &Entry<'_>) {
        if config.field_log_level == FieldLogLevel::None {
            return;
        }
        let lines = entry.lines(api.id(), config);
        let lines = lines.into_iter().map(|text| Line { at: entry.ended, text }).collect();
        let account = Arn::parse(api.arn()).map(|arn| arn.account).unwrap_or_default();
        let page = Page { api_id: api.id().to_owned(), account, lines };
        if self.sender.try_send(page).is_err() {
            tracing::warn!(api = api.id(), "too much to log: a request's lines are dropped");
        }
    }
}

impl Entry<'_> {
    fn lines(&self, api_id: &str, config: &LogConfig) -> Vec<String> {
        let Entry { request_id, query, operation_name, variables, .. } = self;
        let level = config.field_log_level;
        let is_verbose =
            level != FieldLogLevel::Error && config.exclude_verbose_content != Some(true);
        let mut lines = vec![format!("{request_id} Begin Request")];
        if is_verbose {
            let operation = operation_name.unwrap_or("null");
            lines.push(format!(
                "{request_id} GraphQL Query: {query}, Operation: {operation}, Variables: {variables}"
            ));
        }
        let logged = self.logs.iter().filter(|line| is_wanted(level, line.level));
        lines.extend(
            logged.map(|line| format!("{request_id} {} - {}", line.level.name(), line.message)),
        );
        for error in self.errors {
            let mut text = String::new();
            error.write_to(&mut text);
            lines.push(format!("{request_id} {text}"));
        }
        let nanoseconds = self.ended.since(self.began).as_nanos();
        lines.push(format!(
            r#"{{"logType":"RequestSummary","requestId":"{request_id}","graphQLAPIId":"{api_id}","statusCode":200,"latency":{nanoseconds}}}"#
        ));
        lines.push(format!("{request_id} Tokens Consumed: 1"));
        lines.push(format!("{request_id} End Request"));
        lines
    }
}

fn is_wanted(level: FieldLogLevel, of: LogLevel) -> bool {
    match (level, of) {
        (FieldLogLevel::None, _) => false,
        (FieldLogLevel::Error, of) => of == LogLevel::Error,
        (FieldLogLevel::Info, of) => of != LogLevel::Debug,
        (FieldLogLevel::Debug | FieldLogLevel::All, _) => true,
    }
}

/// Writes what comes, the lines of each API to a stream of its own. It doesn't end.
pub(crate) async fn work(room: Arc<Room>) {
    let mut pages = room.journal.receiver.lock().await;
    let mut deliveries = JoinSet::new();
    let mut streams: HashMap<String, mpsc::Sender<Vec<Line>>> = HashMap::new();
    let stream = room.house.uuid().replace('-', "");
    while let Some(Page { api_id, account, lines }) = pages.recv().await {
        let sender = streams.entry(api_id).or_insert_with_key(|api_id| {
            let (sender, receiver) = mpsc::channel(WAITING_MAX);
            let delivery = Delivery {
                house: Arc::clone(&room.house),
                bus: room.bus.clone(),
                account,
                group: format!("/aws/appsync/apis/{api_id}"),
                stream: stream.clone(),
                on_missing_group: OnMissingGroup::Create,
            };
            deliveries.spawn(delivery.run(receiver));
            sender
        });
        if sender.try_send(lines).is_err() {
            tracing::warn!("too much to log: a request's lines are dropped");
        }
    }
}
