//! Something happened: what rooms tell whom it may concern.
//!
//! An event is a row in the batch of the change itself, so it is there if and only if the change is. Who writes it doesn't
//! know who reads it: the room of EventBridge takes the rows away and brings them to the rules of its default bus.
//! While nobody listens nothing is written, so that a house without rules pays nothing for it.

use std::sync::atomic::{AtomicU8, Ordering};

use base::Timestamp;
use bytes::Bytes;
use store::key::Key;
use store::{Batch, Read};
use tokio::sync::Notify;

const TABLE: &str = "service.happened";

/// As in a house without a reader.
const NOBODY: u8 = 0;
/// There is a reader, and it hasn't looked yet who listens.
const UNKNOWN: u8 = 1;
const SOMEBODY: u8 = 2;

/// Where rooms write what happened, and where it is read.
#[derive(Debug, Default)]
pub struct Feed {
    listener: AtomicU8,
    bell: Notify,
}

/// An event that waits to be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Of its row, to be deleted in the batch of whatever follows from it.
    pub key: Bytes,
    /// The event as EventBridge shows it, JSON.
    pub event: Bytes,
}

impl Feed {
    /// Whether what happens is to be written.
    pub fn is_heard(&self) -> bool {
        self.listener.load(Ordering::Acquire) != NOBODY
    }

    /// There is a reader. Until it knows whether anybody listens, everything is written.
    pub fn has_reader(&self) {
        self.listener.store(UNKNOWN, Ordering::Release);
    }

    /// Somebody listens from now on, until the house is opened again.
    pub fn listen(&self) {
        self.listener.store(SOMEBODY, Ordering::Release);
    }

    /// Nobody listens, as far as whoever has looked knows; without effect if somebody has begun to meanwhile.
    pub fn listen_no_more(&self) {
        let _ =
            self.listener.compare_exchange(UNKNOWN, NOBODY, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Adds an event to the batch of the change that it tells of. `number` tells events of one moment apart, and orders
    /// those of one change. To be followed by [`ring`](Feed::ring) once the batch is durable.
    pub fn put(&self, batch: &mut Batch, at: Timestamp, number: u64, event: impl Into<Bytes>) {
        batch.put(Key::of(TABLE).i64(at.as_millis()).u64(number), event);
    }

    /// There is something new to read.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Ends when there is something new to read. For one reader.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }

    /// The oldest events that nobody has taken away.
    pub async fn read(
        &self,
        store: &dyn Read,
        limit: usize,
    ) -> Result<Vec<Happened>, store::Error> {
        let rows = store.scan(&Key::of(TABLE).scan().limit(limit)).await?;
        Ok(rows.into_iter().map(|row| Happened { key: row.key, event: row.value }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_that_comes_while_another_looks_is_not_forgotten() {
        let feed = Feed::default();
        assert!(!feed.is_heard());
        feed.has_reader();
        assert!(feed.is_heard());
        feed.listen_no_more();
        assert!(!feed.is_heard());
        feed.listen();
        feed.listen_no_more();
        assert!(feed.is_heard());
    }

    #[tokio::test]
    async fn events_are_read_in_their_order_until_they_are_taken_away() {
        use store::Store as _;

        let (feed, store) = (Feed::default(), store::Memory::default());
        let mut batch = Batch::new();
        for (at, number, event) in [(2, 1, "c"), (1, 2, "b"), (1, 1, "a")] {
            feed.put(&mut batch, Timestamp::from_millis(at), number, event);
        }
        store.commit(batch).await.expect("the batch is taken");
        let first = feed.read(&store, 2).await.expect("it is read");
        assert_eq!(first.iter().map(|it| &*it.event).collect::<Vec<_>>(), [b"a".as_slice(), b"b"]);
        let mut batch = Batch::new();
        first.into_iter().for_each(|happened| {
            batch.delete(happened.key);
        });
        store.commit(batch).await.expect("the batch is taken");
        let rest = feed.read(&store, 2).await.expect("it is read");
        assert_eq!(rest.iter().map(|it| &*it.event).collect::<Vec<_>>(), [b"c".as_slice()]);
    }
}
