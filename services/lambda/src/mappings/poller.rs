//! One poller: receives messages and gives them to the function in batches, a few at once.

use std::sync::Arc;
use std::time::Duration;

use event_pattern::Pattern;
use serde_json::{Value, json};
use service::CallError;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{Trouble, batch};
use crate::Room;
use crate::model::Mapping;

/// Batches that a mapping without a maximum of its own has at work at once: AWS begins with as many.
const AT_ONCE: u32 = 5;
/// The most that one ReceiveMessage gives.
const RECEIVED_MAX: usize = 10;

/// What a batch needs to know.
pub(super) struct Source {
    pub(super) room: Arc<Room>,
    pub(super) mapping: Mapping,
    pub(super) queue_url: String,
    pub(super) patterns: Vec<Pattern>,
}

/// Polls for a mapping until it is aborted. Batches that are at work go on.
pub(super) async fn poll(room: Arc<Room>, mapping: Mapping) {
    let places = Arc::new(Semaphore::new(mapping.concurrency_max.unwrap_or(AT_ONCE) as usize));
    let patterns = super::patterns(&mapping);
    let mut trouble = Trouble::default();
    let queue_url = loop {
        match super::queue_url(&room, &mapping.source_arn).await {
            Ok(url) => break url,
            Err(error) => rest(&mut trouble, &mapping, &error).await,
        }
    };
    let source = Arc::new(Source { room, mapping, queue_url, patterns });
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match source.gather().await {
            Ok(messages) if messages.is_empty() => trouble.is_over(),
            Ok(messages) => {
                trouble.is_over();
                let source = Arc::clone(&source);
                tokio::spawn(async move {
                    batch::give(&source, messages).await;
                    drop(place);
                });
            }
            Err(error) => rest(&mut trouble, &source.mapping, &error).await,
        }
    }
}

async fn rest(trouble: &mut Trouble, mapping: &Mapping, error: &CallError) {
    let queue = &mapping.source_arn;
    tracing::warn!(queue, error = error as &dyn std::error::Error, "failed to poll");
    trouble.rest().await;
}

impl Source {
    /// A batch: what comes with one request, or until the window closes or the batch is full.
    async fn gather(&self) -> Result<Vec<Value>, CallError> {
        let size = self.mapping.batch_size as usize;
        let window = Duration::from_secs(self.mapping.window_seconds.into());
        let mut messages = self.receive(size.min(RECEIVED_MAX), self.room.limits.poll).await?;
        let closes = Instant::now() + window;
        while !messages.is_empty() && messages.len() < size && Instant::now() < closes {
            let left = closes - Instant::now();
            let most = (size - messages.len()).min(RECEIVED_MAX);
            messages.extend(self.receive(most, left.min(self.room.limits.poll)).await?);
        }
        Ok(messages)
    }

    async fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Value>, CallError> {
        let body = json!({
            "QueueUrl": self.queue_url,
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait.as_secs(),
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        let actor = self.room.actor_of(&self.mapping).await?;
        let reply = self.room.call(&actor, "sqs", "ReceiveMessage", body).await?;
        Ok(reply["Messages"].as_array().cloned().unwrap_or_default())
    }
}
