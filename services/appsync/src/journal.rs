//! What an API logs, if its settings say so: to the group `/aws/appsync/apis/<api>` of the room of logs.
//!
//! It is told after the reply and waits for nobody; what comes faster than it can be written is dropped, and said so.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html> and
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-monitoring-cw-logs.html> tell what is logged; how lines
//! look that aren't there was seen in <https://github.com/aws-amplify/amplify-backend/issues/2416>.
//!
//! # How to read it
//! [`Scribe`]: an API that logs. `record`: the lines of one request; `chapter`: those of one resolver or handler in it.
//! [`work`]: the writing.

mod chapter;
mod record;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base::Arn;
use service::House;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use workload::{Delivery, Line, OnMissingGroup};

use crate::Room;
use crate::model::{Api, Kind};
use crate::wire::{EventLogLevel, FieldLogLevel};

pub(crate) use chapter::{Chapter, Part, Subject};
pub(crate) use record::Record;

/// Requests whose lines wait to be written.
const WAITING_MAX: usize = 1024;

/// An API that logs, and how much.
#[derive(Clone, Debug)]
pub(crate) struct Scribe {
    api_id: String,
    account: String,
    /// What its lines call its id.
    id_member: &'static str,
    level: FieldLogLevel,
    /// Whether headers, contexts and what code has made of them are logged.
    is_verbose: bool,
}

impl Scribe {
    /// That of an API; none if it doesn't log.
    pub(crate) fn of(api: &Api) -> Option<Self> {
        let (id_member, level, is_verbose) = match &api.kind {
            Kind::Graphql(graphql) => {
                let config = graphql.log_config.as_ref()?;
                let is_verbose = config.exclude_verbose_content != Some(true);
                ("graphQLAPIId", config.field_log_level, is_verbose)
            }
            // Event APIs have no such choice. What AWS calls their id isn't documented.
            Kind::Events(events) => {
                let config = events.event_config.log_config.as_ref()?;
                let level = match config.log_level {
                    EventLogLevel::None => FieldLogLevel::None,
                    EventLogLevel::Error => FieldLogLevel::Error,
                    EventLogLevel::Info => FieldLogLevel::Info,
                    EventLogLevel::Debug => FieldLogLevel::Debug,
                    EventLogLevel::All => FieldLogLevel::All,
                };
                ("apiId", level, true)
            }
        };
        let account = Arn::parse(api.arn()).map(|arn| arn.account).unwrap_or_default();
        Some(Scribe { api_id: api.id().to_owned(), account, id_member, level, is_verbose })
    }
}

/// The lines of one request.
struct Page {
    api_id: String,
    account: String,
    lines: Vec<Line>,
}

/// The way to [`work`].
pub(crate) struct Journal {
    house: Arc<House>,
    sender: mpsc::Sender<Page>,
    receiver: Mutex<mpsc::Receiver<Page>>,
    dropped: AtomicU64,
}

impl Journal {
    pub(crate) fn new(house: Arc<House>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        Journal { house, sender, receiver: Mutex::new(receiver), dropped: AtomicU64::new(0) }
    }

    /// Begins to record a request; nothing of it without a scribe.
    pub(crate) fn record<'j>(
        &'j self,
        scribe: Option<&'j Scribe>,
        request_id: &'j str,
    ) -> Record<'j> {
        Record::begin(self, scribe, request_id)
    }

    /// Logs one line that belongs to no request.
    pub(crate) fn note(&self, scribe: Option<&Scribe>, id: &str, text: &str) {
        if let Some(scribe) = scribe {
            let line = Line { at: self.house.now(), text: format!("{id} {text}") };
            self.keep(scribe, vec![line]);
        }
    }

    fn keep(&self, scribe: &Scribe, lines: Vec<Line>) {
        let Scribe { api_id, account, .. } = scribe.clone();
        if self.sender.try_send(Page { api_id, account, lines }).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes what comes, the lines of each API to a stream of its own. It doesn't end.
pub(crate) async fn work(room: Arc<Room>) {
    let mut pages = room.journal.receiver.lock().await;
    let mut deliveries = JoinSet::new();
    let mut streams: HashMap<String, mpsc::Sender<Vec<Line>>> = HashMap::new();
    while let Some(Page { api_id, account, lines }) = pages.recv().await {
        let sender = streams.entry(api_id).or_insert_with_key(|api_id| {
            let (sender, receiver) = mpsc::channel(WAITING_MAX);
            let delivery = Delivery {
                house: Arc::clone(&room.house),
                bus: room.bus.clone(),
                account,
                group: format!("/aws/appsync/apis/{api_id}"),
                stream: stream_name(&room.house),
                on_missing_group: OnMissingGroup::Create,
            };
            deliveries.spawn(delivery.run(receiver));
            sender
        });
        if sender.try_send(lines).is_err() {
            room.journal.dropped.fetch_add(1, Ordering::Relaxed);
        }
        let dropped = room.journal.dropped.swap(0, Ordering::Relaxed);
        if 0 < dropped {
            tracing::warn!("too much to log: the lines of {dropped} requests are dropped");
        }
    }
}

/// As AWS's look: 64 hexadecimal digits.
fn stream_name(house: &House) -> String {
    format!("{}{}", house.uuid(), house.uuid()).replace('-', "")
}
