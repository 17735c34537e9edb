//! What a container writes, on its way to the room of logs.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use serde_json::{Value, json};
use service::{Ctx, House};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use workload::{Delivery, Line, Lines, OnMissingGroup};

use super::{Launch, Workshop};

/// Batches of lines that wait for the room of logs. Who writes faster waits too.
const BATCHES_MAX: usize = 64;
/// How long the end of a container waits for its last lines to be kept.
const LAST_LINES: Duration = Duration::from_secs(5);

/// The output of one container; without a log it is dropped.
pub(super) struct Log {
    house: Arc<House>,
    lines: Lines,
    delivery: Option<(mpsc::Sender<Vec<Line>>, JoinHandle<()>)>,
}

impl Log {
    /// Opens the stream that the container's definition names. Where there is no such group, the text says so.
    pub(super) async fn open(launch: &Launch, workshop: &Workshop) -> Result<Self, String> {
        let house = Arc::clone(&workshop.house);
        let lines = Lines::default();
        let Some(log) = &launch.container.log else {
            return Ok(Log { house, lines, delivery: None });
        };
        let delivery = Delivery {
            house: Arc::clone(&house),
            bus: workshop.bus.clone(),
            account: launch.account.clone(),
            group: log.group.clone(),
            stream: log.stream.clone(),
            on_missing_group: match log.creates_group {
                true => OnMissingGroup::Create,
                false => OnMissingGroup::Fail,
            },
        };
        delivery.open().await.map_err(|error| {
            format!(
                "ResourceInitializationError: failed to validate logger args: {}: {error}",
                log.group
            )
        })?;
        let (sender, received) = mpsc::channel(BATCHES_MAX);
        let delivered = tokio::spawn(delivery.run(received));
        Ok(Log { house, lines, delivery: Some((sender, delivered)) })
    }

    pub(super) async fn take(&mut self, bytes: &[u8]) {
        let lines = self.lines.take(bytes);
        self.say(lines).await;
    }

    /// Takes lines that begin with when they were written; those that were written until `last` are known already.
    pub(super) async fn take_stamped(&mut self, bytes: &[u8], last: Option<Timestamp>) {
        let stamped = |bytes: Vec<u8>| {
            let text = text(&bytes);
            let stamp = text
                .split_once(' ')
                .and_then(|(at, rest)| Some((Timestamp::parse_rfc3339(at)?, rest.to_owned())));
            let (at, text) = stamp.unwrap_or((self.house.now(), text));
            Line { at, text }
        };
        let lines: Vec<Line> = self.lines.take(bytes).into_iter().map(stamped).collect();
        let is_new = |line: &Line| last.is_none_or(|last| last < line.at);
        self.deliver(lines.into_iter().filter(is_new).collect()).await;
    }

    /// When the last line was written that is kept.
    pub(super) async fn last(&self, launch: &Launch, workshop: &Workshop) -> Option<Timestamp> {
        let log = launch.container.log.as_ref()?;
        let ctx = Ctx::root(Arc::clone(&self.house)).with_account(launch.account.as_str());
        let body = json!({"logGroupName": log.group, "logStreamNamePrefix": log.stream});
        let described =
            workshop.bus.call(ctx, "logs", "DescribeLogStreams", body.to_string().into());
        let described: Value = serde_json::from_slice(&described.await.ok()?).ok()?;
        described["logStreams"][0]["lastEventTimestamp"].as_i64().map(Timestamp::from_millis)
    }

    async fn say(&mut self, lines: Vec<Vec<u8>>) {
        let at = self.house.now();
        let lines = lines.iter().map(|bytes| Line { at, text: text(bytes) });
        self.deliver(lines.collect()).await;
    }

    async fn deliver(&mut self, lines: Vec<Line>) {
        let Some((delivery, _)) = &self.delivery else { return };
        let lines: Vec<Line> = lines.into_iter().filter(|line| !line.text.is_empty()).collect();
        // The delivery ends only when this does.
        if !lines.is_empty() && delivery.send(lines).await.is_err() {
            tracing::error!("the delivery of a container's log has ended");
        }
    }

    /// Hands on what is left, and waits until it is kept.
    pub(super) async fn end(mut self) {
        let rest = self.lines.rest();
        self.say(rest.into_iter().collect()).await;
        if let Some((delivery, delivered)) = self.delivery {
            drop(delivery);
            if tokio::time::timeout(LAST_LINES, delivered).await.is_err() {
                tracing::warn!("the last lines of a container's log are late");
            }
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned()
}
